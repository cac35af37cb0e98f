"""What a memory states, taken apart so that two memories can be compared: words, which of them are denied, values.

A statement is a sentence or a list item. Its words are stems without accents, spellings of one thing made one. Numbers,
dates, versions and identifiers are values; a number that only names a thing (`session 12`) is a key.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from memdir.markdown_blocks import lines
from memdir.model import Memory
from memdir.stem import stem
from memdir.text import fold

from .review_marks import NOTE
from .wording import (
    ALTERNATIVES,
    ARTICLES,
    INSTEAD,
    LABELS,
    LANGUAGE_MARKS,
    LIGHT,
    MONTHS,
    MOVED,
    NEGATORS,
    NOW,
    NOW_PHRASES,
    NUMBER_WORDS,
    OPPOSITES,
    PREFERRED,
    SAME,
    SCOPES,
    STOPS,
    UNITS,
    VERSIONED,
)  # fmt: skip

MAX_STATEMENTS: Final = 400
"""Statements looked at in one memory; a longer file is no single memory."""
MAX_CHARACTERS: Final = 2_000
"""Of one statement."""


class Value(NamedTuple):
    """A value as text, made comparable. `kind` is number, date, identifier or name; `unit` the unit's stem."""

    kind: str
    text: str
    unit: str = ""


class Statement(NamedTuple):
    """One statement. `said` and `denied` are the stems of its words (`words`: both), `heavy` those that matter,
    `values` and `denied_values` its values, `tokens` its casefolded words in order for comparing by position,
    `focus` the stems that a negation is about (the first that matters behind it, or the opposite of one: `disabled`
    denies `enable`), `counted` numbers with the word before and the word behind them, `single` the words behind an
    article that may mean one; `language` is that of its memory; `corrects` says that it declares itself newer (`now`,
    `no longer`)."""

    text: str
    said: frozenset[str]
    denied: frozenset[str]
    focus: frozenset[str]
    heavy: frozenset[str]
    values: frozenset[Value]
    denied_values: frozenset[Value]
    tokens: tuple[str, ...]
    scopes: frozenset[tuple[int, str]]
    choices: frozenset[tuple[int, str]]
    counted: frozenset[tuple[str, str, str]]
    single: frozenset[str]
    corrects: bool
    language: str

    @property
    def words(self) -> frozenset[str]:
        """All words, denied or not."""
        return self.said | self.denied


class Statements(NamedTuple):
    """All that a memory states: `core` is the description and the text up to its reasons (`**Why:**`), `more` the
    rest; `keys` the things its name, description or text number (`session 12`), `dates` the dates in its name."""

    id: str
    core: tuple[Statement, ...]
    more: tuple[Statement, ...]
    title: Statement
    keys: frozenset[tuple[str, str]]
    dates: frozenset[str]
    language: str

    @property
    def all(self) -> tuple[Statement, ...]:
        """Every statement."""
        return self.core + self.more


_REASON = re.compile(
    r"\s*(?:[-*] )?\**\s*(?:why|how to apply|reason|warum|anwendung|por que|porque|context)\b[^:]{0,20}:", re.I
)
_SPLIT = re.compile(r"(?<=[.!?])[\"')*_]*\s+(?=[^a-z\s])|;\s+|\s+[—–]\s+|\s--\s|(?<=[。！？])")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^)\n]*)\)|\[\[([^\]\n|]*)(?:\|[^\]\n]*)?\]\]")
_TOKEN = re.compile(
    r"(?P<code>`+[^`]+`+)"
    r"|(?P<url>[a-z][a-z0-9+.-]*://[^\s<>\"')\]]+)"
    r"|(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?![\d.]))"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?)"
    r"|(?P<number>[v#]?\d+(?:[.,]\d+)*(?![\w]))"
    r"|(?P<path>[\w.@~-]*/[\w./@~*-]+|\w[\w-]*(?:\.[\w-]+)+|\w*[a-z]\w*_\w+|[a-z]+[A-Z]\w*|\w*\d\w*[A-Za-z]\w*|[A-Za-z]+[\d-]*\d\w*)"
    r"|(?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)"
    r"|(?P<percent>%)"
    r"|(?P<stop>[,;:()—–]|\.(?=\s|$))"
)
_INSTEAD: Final[dict[str, list[str]]] = {}
for _phrase in INSTEAD:
    _INSTEAD.setdefault(_phrase.partition(" ")[0], []).append(_phrase)
_VERSION_TAIL = re.compile(r"(?:\.0)+$")


def statements(memory: Memory) -> Statements:
    """The statements of a memory."""
    body = memory.body
    if NOTE in body:
        body = "\n".join(line for line in body.split("\n") if not line.startswith(NOTE))
    return _statements(memory.id, memory.name, memory.description, body)


@lru_cache(maxsize=1 << 15)
def _statements(id: str, name: str, description: str, body: str) -> Statements:
    language = _language(f"{description}\n{body}")
    core_texts, more_texts = _sentences(body)
    core = [parse(text, language) for text in ([description] if description.strip() else []) + core_texts]
    more = [parse(text, language) for text in more_texts]
    stem_name = id.rpartition("/")[2].removesuffix(".md")
    title = parse(re.sub(r"[_-]+", " ", f"{name} {stem_name}" if name != stem_name else name), language)
    dates = frozenset(re.sub(r"[-_]", "-", d) for d in re.findall(r"\d{4}[-_]\d\d(?:[-_]\d\d)?", f"{stem_name} {name}"))
    keys = _keys(re.sub(r"[_-]+", " ", f"{stem_name} ; {name} ; ") + description)
    return Statements(id, tuple(s for s in core if s.words or s.values), tuple(more), title, keys, dates, language)


def _keys(text: str) -> frozenset[tuple[str, str]]:
    found = set()
    for label, number in re.findall(r"\b([^\W\d_]+)[ #-]*(\d+)\b", fold_text(text)):
        if label in LABELS and label not in VERSIONED:
            found.add((label, number))
    found |= {("#", number) for number in re.findall(r"(?<!\w)#(\d+)\b", text)}
    return frozenset(found | {("ticket", key) for key in re.findall(r"\b[A-Z]{2,10}-\d+\b", text)})


def fold_text(text: str) -> str:
    """Casefolded and without accents."""
    return fold(text.casefold()) if not text.isascii() else text.casefold()


def _language(text: str) -> str:
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", fold_text(text[:4000]))
    scores = {language: sum(word in marks for word in words) for language, marks in LANGUAGE_MARKS.items()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] > scores["english"] else "english"


def _sentences(body: str) -> tuple[list[str], list[str]]:
    """The sentences of a body, those before its reasons and those after; code blocks count as one each."""
    core: list[str] = []
    more: list[str] = []
    block: list[str] = []
    target = core

    def close() -> None:
        nonlocal target
        if block:
            text = " ".join(block)
            if _REASON.match(text):
                target = more
            target.extend(part for part in _SPLIT.split(text) if part and part.strip())
            block.clear()

    for line in lines(body):
        if line.kind != "text" or not line.text.strip():
            close()
            if line.kind in ("fence", "code") and line.text.strip():
                target.append(f"`{line.text.strip().strip('`')}`" if line.text.strip().strip("`~") else "")
            continue
        text = line.text.strip()
        if line.item or text.startswith(("#", "|")) or _REASON.match(text):
            close()
        block.append(text.lstrip("#").strip())
        if text.startswith("#"):
            close()
    close()
    return [t for t in core if t][:MAX_STATEMENTS], [t for t in more if t][:MAX_STATEMENTS]


@lru_cache(maxsize=1 << 16)
def parse(text: str, language: str = "english") -> Statement:
    """One statement from its text."""
    plain = _LINK.sub(lambda m: m[3] or f"{m[1]} {m[2]}", text[:MAX_CHARACTERS]).replace("**", "").replace("’", "'")
    return _Reader(plain, language).run(text)


class _Reader:
    """Reads one statement, clause by clause: a negator denies the rest of its clause and what stands before it."""

    def __init__(self, plain: str, language: str) -> None:
        self.plain = plain
        self.folded = f" {fold_text(plain)} "
        self.language = language
        self.said: set[str] = set()
        self.denied: set[str] = set()
        self.focus: set[str] = set()
        self.counted: set[tuple[str, str, str]] = set()
        self.single: set[str] = set()
        self.heavy: set[str] = set()
        self.values: set[Value] = set()
        self.denied_values: set[Value] = set()
        self.tokens: list[str] = []
        self.scopes: set[tuple[int, str]] = set()
        self.choices: set[tuple[int, str]] = set()
        self.clause: list[tuple[str, bool, Value | None, str]] = []
        self.negated_at = 0
        self.negative = False
        self.moved = False

    def run(self, text: str) -> Statement:
        matches = list(_TOKEN.finditer(self.plain))
        german = self.language == "german"
        for place, match in enumerate(matches):
            kind, token = match.lastgroup or "", match[0]
            if kind == "stop":
                self._close()
                continue
            previous = self.tokens[-1] if self.tokens else ""
            following = matches[place + 1][0] if place + 1 < len(matches) else ""
            if kind == "word" and token.casefold() not in NUMBER_WORDS:
                proper = not german and bool(self.tokens) and token[0].isupper() and not self._sentence_start(match)
                self._word(token, proper, following)
            elif kind == "percent":
                self.tokens.append("%")
            else:
                self._value(kind, token, previous, following)
        self._close()
        corrects = bool(set(self.tokens) & NOW) or any(f" {phrase} " in self.folded for phrase in NOW_PHRASES)
        return Statement(
            text, frozenset(self.said), frozenset(self.denied - self.said), frozenset(self.focus),
            frozenset(self.heavy), frozenset(self.values), frozenset(self.denied_values - self.values),
            tuple(self.tokens), frozenset(self.scopes), frozenset(self.choices),
            frozenset(self.counted), frozenset(self.single), corrects, self.language,
        )  # fmt: skip

    def _sentence_start(self, match: re.Match[str]) -> bool:
        before = self.plain[: match.start()].rstrip(" *_\"'([")
        return not before or before[-1] in ".!?:"

    def _word(self, token: str, proper: bool, following: str) -> None:
        word = fold_text(token)
        if word in _INSTEAD and any(phrase == word or f" {phrase} " in self.folded for phrase in _INSTEAD[word]):
            self._close()
            self._negate(word)
            return
        if (word == "from" and self.moved) or (word == "over" and not PREFERRED.isdisjoint(self.tokens)):
            self._close()
            self._negate(word)
            return
        if word == "to" and self.moved and self.negative:
            self._close()
        if word in MOVED:
            self.moved = True
        base, _, tail = word.partition("'")
        if (word in NEGATORS and (word != "stop" or following.endswith("ing"))) or (tail == "t" and base.endswith("n")):
            if (
                self.clause
                and self.language == "english"
                and word in ("not", "without", "never")
                and self._list_of_not()
            ):
                self._close()
            self._negate(word)
            return
        word = base if tail in ("s", "re", "ve", "ll", "d", "m") else word
        self.tokens.append(word)
        if (word in STOPS and word not in SCOPES) or (len(word) == 1 and word.isascii()):
            return
        opposite = OPPOSITES.get(word)
        term = stem_of(opposite or word, self.language)
        if self.tokens[-2:-1] and self.tokens[-2] in ARTICLES:
            self.single.add(term)
        self.clause.append((term, opposite is not None, Value("name", term) if proper else None, word))

    def _negate(self, word: str) -> None:
        self.negative = True
        self.negated_at = len(self.clause)
        self.tokens.append(word)

    def _list_of_not(self) -> bool:
        """`X without Y`: only what follows is denied."""
        return self.tokens[-1:] != ["do"] and " without " in self.folded

    def _value(self, kind: str, token: str, previous: str, following: str) -> None:
        text = fold_text(token.strip("`").strip() if kind != "url" else token.rstrip(".,;:"))
        if kind == "word":
            text, kind = NUMBER_WORDS[text], "number"
        self.tokens.append(text)
        if kind == "code" and " " in text:
            for part in text.split():
                self.clause.append((part, False, Value("identifier", part), part))
            return
        if kind in ("number", "time"):
            bare = text.lstrip("#")
            if (previous in LABELS and previous not in VERSIONED) or text.startswith("#"):
                self.clause.append((f"{previous}{bare}", False, None, bare))
                return
            value = _VERSION_TAIL.sub("", _number(bare.removeprefix("v")))
            unit = "%" if following == "%" else stem_of(fold_text(following), self.language) if following else ""
            self.counted.add((stem_of(previous, self.language) if previous not in STOPS else "", value, unit))
            self.clause.append(("", False, Value("number", value, unit if unit in UNITS or unit == "%" else ""), ""))
            return
        if kind == "date":
            year, month, day = re.split(r"[-/.]", text)
            self.clause.append(("", False, Value("date", f"{year}-{month:0>2}-{day:0>2}"), ""))
            return
        known = ALTERNATIVES.get(text)
        term = SAME.get(text, text).strip("./") or text
        self.clause.append((term, False, None if known is not None else Value("identifier", term), text))

    def _close(self) -> None:
        """End a clause: put its words where they belong."""
        if self.negative:
            behind = [term for term, _, _, word in self.clause[self.negated_at :] if term and word not in LIGHT]
            before = [term for term, _, _, word in self.clause[: self.negated_at] if term and word not in LIGHT]
            self.focus.update(behind[:1] or before[-1:])
        for term, opposed, value, word in self.clause:
            denied = self.negative != opposed
            if term:
                (self.denied if denied else self.said).add(term)
                if opposed and denied:
                    self.focus.add(term)
                if word not in LIGHT and not (value and value.kind == "number"):
                    self.heavy.add(term)
            if value is not None:
                (self.denied_values if self.negative else self.values).add(value)
            if word in SCOPES:
                self.scopes.add((SCOPES[word], SAME.get(word, word)))
            if word in ALTERNATIVES and not self.negative:
                self.choices.add((ALTERNATIVES[word], term))
        self.clause.clear()
        self.negative = False
        self.negated_at = 0


def _number(text: str) -> str:
    """`1,000` and `1.000` as 1000; `3.12` stays."""
    return (
        text.replace(",", "").replace(".", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) else text.replace(",", ".")
    )


@lru_cache(maxsize=1 << 15)
def stem_of(word: str, language: str) -> str:
    """The stem of a folded word, spellings of one thing made one."""
    same = SAME.get(word)
    if same is not None:
        return same
    return stem(word, language) if word.isalpha() else word


__all__ = ["MONTHS", "Statement", "Statements", "Value", "fold_text", "parse", "statements", "stem_of"]
