"""`memdir recall` (also `memdir search`): the memories that answer a question, ranked, with the reasons."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memdir.dates import days_text, parse_date
from memdir.errors import BadInputError, StorageError
from memdir.files import shown
from memdir.hit import Hit
from memdir.model import Source
from memdir.recall import RecallOptions
from memdir.snippet import of_file

from .app import App, Values
from .table import Argument, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.turn_hit import TurnHit

    from .session_search import TurnFilters


def run(app: App, values: Values) -> int:
    """Print the hits, best first. 1 when there are none."""
    workspace = app.workspace()
    query = " ".join(values.many("words"))
    options = _options(app, values)
    sources = workspace.chosen(agent=values.text("agent"), all_projects=values.flag("all_projects"))
    answer = workspace.ask(query, options, sources, scan=values.flag("scan"))
    hits = answer.hits
    if not hits:
        _readable(sources)
    for note in answer.notes:
        app.out.note(f"memdir: {note}")
    turns = _turns(app, values, query) if values.flag("sessions") else None
    if app.out.json:
        whole: dict[str, object] = {
            "query": query,
            "answered_by": answer.answered_by,
            "hits": [_fields(hit, options.language) for hit in hits],
        }
        if turns is not None:
            from .session_search_cmd import turn_fields

            whole["turns"] = [turn_fields(turn) for turn in turns]
        app.out.object("recall/1", {**whole, "took_ms": app.out.took_ms()})
    elif values.flag("null"):
        app.out.stdout.write("".join(shown(_file(hit)) + "\0" for hit in hits))
    elif values.flag("files"):
        for path in dict.fromkeys(_file(hit) for hit in hits):
            app.out.line(shown(path))
    else:
        for place, hit in enumerate(hits):
            if place:
                app.out.line()
            _print(app, hit, options, explain=values.flag("explain"), several=len({s.root for s in sources}) > 1)
        if turns:
            from .session_search_cmd import print_turn

            for turn in turns:
                app.out.line()
                print_turn(app, turn, explain=values.flag("explain"))
        if not hits and not turns:
            app.out.note(f"memdir: {_nothing(sources, options)}")
    if not hits and turns is None and not values.flag("scan"):
        _mentioned(app, query, all_projects=values.flag("all_projects"))
    return 0 if hits or turns else 1


def _turns(app: App, values: Values, query: str) -> list[TurnHit]:
    """The turns of the transcripts that answer the question, too."""
    found: TurnFilters = {}
    since, until = values.text("since"), values.text("until")
    if since is not None:
        found["since"] = parse_date(since)
    if until is not None:
        found["until"] = parse_date(until, end=True)
    answer = app.workspace().ask_sessions(
        query,
        limit=values.integer("limit"),
        scan=values.flag("scan"),
        all_projects=values.flag("all_projects"),
        explain=values.flag("explain") or app.out.json,
        **found,
    )
    for note in answer.notes:
        app.out.note(f"memdir: {note}")
    return answer.hits


def _mentioned(app: App, query: str, *, all_projects: bool) -> None:
    """What no memory knows may have been said in a session."""
    count = app.workspace().count_mentions(query, all_projects=all_projects)
    if count:
        said = "1 turn of the transcripts mentions it" if count == 1 else f"{count} turns of the transcripts mention it"
        app.out.note(f"memdir: {said} (memdir session search, or recall --sessions)")


def _readable(sources: Sequence[Source]) -> None:
    """Nothing found in a directory that cannot be looked into is not "nothing relevant"."""
    for source in sources:
        if os.path.isdir(source.root) and not os.access(source.root, os.R_OK | os.X_OK):
            raise StorageError("the memory directory cannot be read", path=shown(source.root))


def _nothing(sources: Sequence[Source], options: RecallOptions) -> str:
    if not any(os.path.isdir(source.root) for source in sources):
        return "there is no memory directory yet (memdir where; memdir add TEXT makes it)"
    return "nothing relevant" + ("" if options.min_score == 0 else " (--min-score 0 shows all)")


def _options(app: App, values: Values) -> RecallOptions:
    as_of, since, until = (values.text(key) for key in ("as_of", "since", "until"))
    limit, lowest = values.integer("limit"), values.number("min_score")
    if limit is not None and limit < 1:
        raise BadInputError("a limit is at least 1", hint="-n 5")
    if lowest is not None and not 0 <= lowest <= 1:
        raise BadInputError("a score lies between 0 and 1", hint="--min-score 0.4")
    options = app.workspace().options(
        limit,
        types=tuple(values.many("type")),
        topics=tuple(values.many("topic")),
        namespaces=tuple(name.strip("/") for name in values.many("namespace")),
        as_of=None if as_of is None else parse_date(as_of),
        all=values.flag("all"),
        min_score=lowest,
    )
    options = options._replace(explain=values.flag("explain") or app.out.json)
    if since is not None:
        options = options._replace(since=parse_date(since))
    if until is not None:
        options = options._replace(until=parse_date(until, end=True))
    return options


def _file(hit: Hit) -> str:
    """The absolute path of the hit's file (of a section: of its MEMORY.md)."""
    folder, mark, _ = hit.path.partition("MEMORY.md#")
    return f"{hit.root}/{folder}MEMORY.md" if mark else f"{hit.root}/{hit.path}"


def _fields(hit: Hit, language: str) -> dict[str, object]:
    snippet = of_file(hit.root, hit.path, hit.terms, language)
    return {
        "path": shown(hit.path),
        "source": hit.source,
        "root": shown(hit.root),
        "line": hit.line,
        "name": shown(hit.name),
        "type": hit.type,
        "description": shown(hit.description),
        "score": hit.score,
        "parts": dict(hit.parts),
        "why": [shown(reason) for reason in hit.why],
        "snippet": shown(snippet.text),
        "matches": [list(mark) for mark in snippet.marks],
        "modified": hit.modified,
        "age_days": hit.age_days,
    }


def _print(app: App, hit: Hit, options: RecallOptions, *, explain: bool, several: bool) -> None:
    out = app.out
    where = f"{hit.source}: {hit.path}" if several else hit.path
    about = [f"{hit.score:.2f}", hit.type or "no type", days_text(hit.age_days)]
    out.wrapped(f"{out.styled(shown(where), 'bold')}  ", out.styled("  ".join(about), "dim"))
    said = ": ".join(text for text in (hit.name, hit.description) if text)
    out.wrapped("    ", out.styled(shown(said), "cyan"))
    snippet = of_file(hit.root, hit.path, hit.terms, options.language)
    if snippet.text:
        out.wrapped("    ", out.marked(*snippet))
    if explain:
        parts = "  ".join(f"{name} {value:g}" for name, value in hit.parts.items())
        out.wrapped("    ", out.styled(parts, "dim"))
        for reason in hit.why:
            out.wrapped("    ", out.styled(shown(reason), "dim"))


COMMANDS = (
    Command(
        "recall",
        "Find the memories that answer a question.",
        run,
        arguments=(Argument("WORDS", "The question; all remaining words.", many=True),),
        options=(
            Option(("-n", "-k", "--limit"), "At most this many hits.", kind="int", metavar="N"),
            Option(("-t", "--type"), "Only this type.", metavar="TYPE", many=True),
            Option(("--topic",), "Only this topic.", metavar="TOPIC", many=True),
            Option(("--namespace",), "Only this folder and what is below it.", metavar="DIR", many=True),
            Option(("--since",), "Only what was modified on or after DATE.", metavar="DATE"),
            Option(("--until",), "Only what was modified on or before DATE.", metavar="DATE"),
            Option(("--as-of",), "What was valid on DATE, superseded memories included.", metavar="DATE"),
            Option(("--all",), "Also what is superseded, stale, in review or not valid.", kind="flag"),
            Option(("--min-score",), "Lowest score of a hit, 0 to 1.", kind="float", metavar="SCORE"),
            Option(("--agent",), "Ask an agent's memory instead.", metavar="NAME"),
            Option(("--all-projects",), "Ask the memory of every project.", kind="flag"),
            Option(("--sessions",), "Also show what was said in the sessions.", kind="flag"),
            Option(("-e", "--explain"), "Show what each step gave and why.", kind="flag"),
            Option(("--scan",), "Do without the index.", kind="flag"),
            Option(("-l", "--files"), "Print only the files.", kind="flag"),
            Option(("-0", "--null"), "Print only the files, each ended by NUL.", kind="flag"),
        ),
        examples=("memdir recall money rounding", "memdir recall --explain 'how do we round amounts'"),
        description="Exit code 1 when nothing is relevant.",
        aliases=("search",),
    ),
)
