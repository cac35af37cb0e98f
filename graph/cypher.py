"""People's Cypher: what may reach the engine, decided before the engine sees it.

A read-only database still runs `COPY … TO`, `EXPORT DATABASE` and `LOAD FROM '/etc/passwd'` (design §5). So a query is
read into tokens, each is held against an allow-list of clauses and functions, and what is run is written anew from the
tokens: one statement, no comments, every text literal spelled by us. What is not known is refused, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from memdir.dates import rfc3339
from memdir.errors import BadInputError

from .kuzu_store import Graph, first_line, internal, seconds

DEFAULT_LIMIT: Final = 100
"""Rows of an answer."""
DEFAULT_TIMEOUT: Final = 5.0
"""Seconds; the engine stops the query at the next chunk of rows."""
MAX_QUERY: Final = 20_000
"""Characters of a query."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STARTS: Final = _words("MATCH OPTIONAL UNWIND WITH RETURN")
"""What a statement, a branch of a UNION and a subquery may begin with."""
KEYWORDS: Final = STARTS | _words(
    """
    WHERE ORDER BY ASC ASCENDING DESC DESCENDING SKIP LIMIT DISTINCT AS UNION ALL AND OR XOR NOT IN IS NULL TRUE
    FALSE CASE WHEN THEN ELSE END STARTS ENDS CONTAINS EXISTS COUNT ANY NONE SINGLE SHORTEST WSHORTEST TRAIL ACYCLIC
    """
)
REFUSED: Final = _words(
    """
    COPY EXPORT IMPORT LOAD CALL INSTALL UNINSTALL UPDATE ATTACH DETACH USE CREATE SET DELETE REMOVE MERGE DROP
    ALTER RENAME ADD BEGIN COMMIT ROLLBACK CHECKPOINT TRANSACTION EXPLAIN PROFILE COMMENT MACRO EXTENSION FORCE
    PROJECT FROM DATABASE YIELD HINT GLOB ANALYZE FOREACH
    """
)
"""Never as a bare word, wherever it stands (as a name it goes into backticks). The list of what is allowed would refuse
each of them in the place of a clause; here it does so in every place."""
FUNCTIONS: Final = _words(
    """
    count sum avg min max collect id label labels nodes rels relationships properties length is_trail is_acyclic
    start_node end_node cost lower upper lcase ucase tolower toupper size substring substr left right trim ltrim
    rtrim reverse contains starts_with ends_with prefix suffix concat regexp_matches regexp_full_match
    regexp_extract string_split split_part levenshtein abs ceil ceiling floor round sqrt pow sign log log2 log10 ln
    exp date timestamp date_part datepart date_trunc datetrunc dayname monthname year month day century epoch_ms
    to_seconds to_minutes to_hours to_days to_months to_years interval cast string to_string int64 to_int64 double
    to_double float to_float bool to_bool coalesce ifnull nullif list_contains list_has list_sort list_distinct
    list_unique list_sum list_element list_extract list_len list_position list_slice list_concat list_append
    list_reverse list_transform list_filter list_any_value list_any list_all list_none list_single list_to_string
    any all none single greatest least typeof keys exists
    """
)
"""Aggregates, graph, text, numbers, dates, lists: nothing that reads files, sleeps or makes data large."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n\f]+)|(?P<comment>//[^\r\n]*|/\*.*?\*/)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<quoted>`[^`]*`)"
    r"|(?P<sign>->|<-|<>|<=|>=|=~|\.\.|[()\[\]{},.:|=<>+\-*/%^;])",
    re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_PLAIN_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


class Token(NamedTuple):
    """A piece of a query: its kind (word, number, text, quoted, sign), its text, and its offset in the query."""

    kind: str
    text: str
    place: int

    @property
    def upper(self) -> str:
        """The word as a keyword, empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""


class Answer(NamedTuple):
    """Columns and rows as JSON has them; `more` is True when rows beyond the limit were left out."""

    columns: list[str]
    rows: list[list[Any]]
    more: bool


def run(graph: Graph, query: str, *, limit: int = DEFAULT_LIMIT, timeout: float = DEFAULT_TIMEOUT) -> Answer:
    """The answer to a person's query. Raises `BadInputError` when the query is refused, does not parse, takes longer
    than `timeout` seconds or more memory than the engine is given."""
    statement = checked(query, limit=limit + 1)
    try:
        columns, rows = graph.answer(statement, limit=limit + 1, timeout_ms=max(1, int(timeout * 1000)))
    except RuntimeError as error:
        raise _engine_error(error, timeout) from None
    return Answer(columns, [[_plain(value) for value in row] for row in rows[:limit]], len(rows) > limit)


def checked(query: str, *, limit: int | None = None) -> str:
    """The statement to run for a query: the same tokens without comments, cut off after `limit` rows where the query
    itself sets none. Raises `BadInputError` with what is refused and where."""
    tokens = tokenise(query)
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    if not tokens:
        raise BadInputError("the query is empty", hint="MATCH (m:Memory) RETURN m.name", code="cypher")
    _check(query, tokens)
    words = [token.upper for token in tokens]
    cut = limit is not None and "UNION" not in words and "LIMIT" not in words[_last(words, "RETURN") :]
    return _statement(tokens) + (f" LIMIT {limit}" if cut else "")


def tokenise(query: str) -> list[Token]:
    """The tokens of a query without spaces and comments. Raises `BadInputError` for a character that has no place
    outside a text, such as a backslash or an unclosed quote."""
    if len(query) > MAX_QUERY:
        raise BadInputError(f"the query is longer than {MAX_QUERY} characters", code="cypher")
    tokens: list[Token] = []
    place = 0
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None or (query.startswith("/*", place) and match.lastgroup != "comment"):
            what = "an unclosed quote" if query[place] in "'\"`" else repr(query[place])
            raise _refusal(query, place, what if query[place] != "/" else "an unclosed comment")
        if match.lastgroup not in ("space", "comment"):
            tokens.append(Token(str(match.lastgroup), match[0], place))
        place = match.end()
    return tokens


def _check(query: str, tokens: Sequence[Token]) -> None:
    """Each word is a clause or operator that is allowed, or a name in a place where an expression or pattern expects
    one. A word after a finished expression is a clause, so an unknown one there is refused, whatever it is."""
    ended, start, depth = False, True, 0
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if token.text == ";":
            raise _refusal(query, token.place, "a second statement")
        depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if depth < 0:
            raise _refusal(query, token.place, repr(token.text))
        is_name = token.kind == "quoted" or (before is not None and before.text in (".", ":"))
        if token.upper in REFUSED and not is_name:
            raise _refusal(query, token.place, token.upper)
        if start and token.upper not in STARTS:
            raise _refusal(query, token.place, token.upper or repr(token.text), "begin with MATCH or RETURN")
        if not is_name and token.upper in KEYWORDS:
            if before is not None and before.upper == "OPTIONAL" and token.upper != "MATCH":
                raise _refusal(query, token.place, token.upper)
            _check_call(query, token, after, keyword=True)
            start = token.upper == "UNION" or (token.upper == "ALL" and before is not None and before.upper == "UNION")
            ended = token.upper in _ENDING
            if start and after is not None and after.upper == "ALL":
                start = False
            continue
        if token.kind in ("word", "quoted"):
            if ended:
                raise _refusal(query, token.place, token.upper or token.text)
            _check_call(query, token, after)
        start = token.text == "{" and before is not None and before.upper in ("EXISTS", "COUNT")
        ended = token.kind != "sign" or token.text in (")", "]", "}") or _is_everything(token, before)
    if start or depth:
        raise BadInputError("the query ends too early", hint="a bracket or a clause is not finished", code="cypher")


_ENDING: Final = _words("NULL TRUE FALSE END ASC ASCENDING DESC DESCENDING")


def _check_call(query: str, token: Token, after: Token | None, *, keyword: bool = False) -> None:
    if after is None or after.text != "(" or (keyword and token.upper not in ("COUNT", "ANY", "ALL", "NONE", "SINGLE")):
        return
    name = token.text.strip("`").lower()
    if name not in FUNCTIONS:
        raise _refusal(query, token.place, f"the function {name}")


def _is_everything(token: Token, before: Token | None) -> bool:
    """The star of `RETURN *`, which ends an expression, and not the one of `2 * 3` or `[:RELATES_TO*1..3]`."""
    return token.text == "*" and before is not None and before.upper in ("WITH", "RETURN", "DISTINCT")


def _refusal(query: str, place: int, what: str, hint: str | None = None) -> BadInputError:
    line = query.count("\n", 0, place) + 1
    column = place - query.rfind("\n", 0, place)
    where = f"line {line} column {column}"
    hint = hint or "a query may only read the graph: MATCH, WHERE, WITH, UNWIND, RETURN, ORDER BY, SKIP, LIMIT"
    return BadInputError(f"{what} is not allowed here ({where})", line=line, hint=hint, code="cypher")


def _engine_error(error: RuntimeError, timeout: float) -> BadInputError:
    message = first_line(error)
    if "Interrupted" in message:
        return BadInputError(f"the query took longer than {timeout:g} s", hint="--timeout SECONDS", code="cypher")
    if "Buffer manager" in message:
        return BadInputError("the query needs too much memory", hint="add a LIMIT or a narrower MATCH", code="cypher")
    return BadInputError(f"the query does not run: {message}", code="cypher")


def _statement(tokens: Sequence[Token]) -> str:
    """The tokens with a space between them, but for signs that stood without one: the engine takes none before the
    bracket of `f(x)[1:3]`, and never one before the comma of an ORDER BY."""
    text, kind, end = "", "", 0
    for token in tokens:
        joined = token.text == "," or (token.place == end and "sign" in (token.kind, kind))
        text += _written(token) if joined else f" {_written(token)}"
        kind, end = token.kind, token.place + len(token.text)
    return text.strip()


def _written(token: Token) -> str:
    if token.kind != "text":
        return token.text
    value = _ESCAPE.sub(_unescaped, token.text[1:-1])
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) == 1:
        return _PLAIN_ESCAPES.get(code, "\\" + code)
    number = int(code[1:], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _last(words: Sequence[str], word: str) -> int:
    return max((i for i, w in enumerate(words) if w == word), default=0)


def _plain(value: Any) -> Any:
    """A value as JSON has it: times as RFC 3339, nodes and relationships as their properties with `label`, a path as
    `nodes` and `relationships`, what the engine counts by left out."""
    if isinstance(value, datetime):
        return rfc3339(seconds(value))
    if isinstance(value, dict):
        if set(value) in ({"_nodes", "_rels"}, {"_NODES", "_RELS"}):
            nodes, links = list(value.values())
            return {"nodes": _plain(nodes), "relationships": _plain(links)}
        label = internal(value, "label")
        own = {key: _plain(item) for key, item in value.items() if not key.startswith("_")}
        return {"label": label, **own} if label is not None else own
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):  # a sum of whole numbers
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
