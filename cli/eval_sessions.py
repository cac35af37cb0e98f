"""`memdir eval --locomo FILE`, `--commits DIR`: how well the search of transcripts finds turns and sessions."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from memdir.errors import BadInputError
from memdir.files import read_file, shown
from memdir.sessions.question_sets import Asked, write_commits, write_locomo

from .app import App, Values
from .session_search import SessionSearch, turn_options

DEPTH = 10
MAX_BYTES = 500_000_000
"""Of a set's file."""


class Recalled(NamedTuple):
    """What came of a question: its kind; of the turns and sessions that answer it, in the order of the hits, the ranks
    of those that were found (from 0) and how many there are; and the time of one search in ms."""

    kind: str
    turn_ranks: tuple[int, ...]
    turns: int
    session_ranks: tuple[int, ...]
    sessions: int
    ms: float


def run_locomo(app: App, values: Values) -> int:
    """Measure with a LoCoMo file: which share of the turns that hold the answer is among the first 5 and 10 hits, and
    of their sessions among the first 5."""
    path = values.required("locomo")
    try:
        conversations = json.loads(read_file(os.path.join(app.environment.cwd, path), MAX_BYTES))
    except ValueError as error:
        raise BadInputError("no JSON", path=shown(path)) from error
    found = _measured(app, lambda root: write_locomo(conversations, root, shown(path)))
    groups = _groups(found)
    names = ("turn_recall5", "turn_recall10", "session_recall5")
    rows = {
        kind: (
            len(group), _recall([(r.turn_ranks, r.turns) for r in group], 5),
            _recall([(r.turn_ranks, r.turns) for r in group], 10),
            _recall([(r.session_ranks, r.sessions) for r in group], 5),
        )
        for kind, group in groups.items()
    }  # fmt: skip
    return _print(app, "locomo", path, names, ("turns@5", "turns@10", "sessions@5"), rows, found)


def run_commits(app: App, values: Values) -> int:
    """Measure with a set of commits: for which share of their subjects a session that led to the commit is the first,
    or among the first 5 and 10 hits."""
    path = values.required("commits")
    folder = os.path.join(app.environment.cwd, path)
    sessions = read_file(os.path.join(folder, "sessions.jsonl"), MAX_BYTES)
    commits = read_file(os.path.join(folder, "commits.jsonl"), MAX_BYTES)
    found = _measured(app, lambda root: write_commits(sessions, commits, root, shown(path)))
    names = ("hit1", "hit5", "hit10")
    hits = tuple(round(sum(1 for r in found if r.session_ranks and r.session_ranks[0] < k) / (len(found) or 1), 6)
                 for k in (1, 5, 10))  # fmt: skip
    rows = {"all": (len(found), *hits)}
    return _print(app, "commits", path, names, ("hit@1", "hit@5", "hit@10"), rows, found)


def _measured(app: App, write: Callable[[str], Sequence[Asked]]) -> list[Recalled]:
    """Write the transcripts into a temporary directory, index them, and ask."""
    language = app.workspace().settings.text("language")
    now = app.environment.now()
    options = turn_options(now, DEPTH, language, explain=False, filters={})
    found: list[Recalled] = []
    with tempfile.TemporaryDirectory(prefix="memdir-eval-") as top:
        searches: dict[str, SessionSearch] = {}
        for asked in write(os.path.join(top, "transcripts")):
            search = searches.get(asked.folder)
            if search is None:
                search = searches[asked.folder] = SessionSearch(
                    [asked.folder], os.path.join(top, "cache"), now=app.environment.now, language=language
                )
                search.refresh()
            began = time.perf_counter()
            turns = [hit.turn for hit in search.search(asked.query, options).hits]
            ms = (time.perf_counter() - began) * 1000
            sessions = [hit.session for hit in search.search(asked.query, options, sessions=True).sessions]
            found.append(
                Recalled(
                    asked.kind, _ranks(turns, asked.turns), len(asked.turns), _ranks(sessions, asked.sessions),
                    len(asked.sessions), ms,
                )
            )  # fmt: skip
        for search in searches.values():
            search.close()
    return found


def _ranks(hits: Sequence[str], right: frozenset[str]) -> tuple[int, ...]:
    return tuple(rank for rank, hit in enumerate(hits) if hit in right)


def _groups(found: Sequence[Recalled]) -> dict[str, list[Recalled]]:
    kinds = sorted({recalled.kind for recalled in found})
    groups = {kind: [recalled for recalled in found if recalled.kind == kind] for kind in kinds}
    return {**groups, "all": list(found)}


def _recall(ranks: Sequence[tuple[tuple[int, ...], int]], k: int) -> float:
    """The mean over the questions of the share that is among the first `k`."""
    shares = [sum(1 for rank in found if rank < k) / count for found, count in ranks]
    return round(sum(shares) / len(shares), 6) if shares else 0.0


def _print(
    app: App,
    set_: str,
    path: str,
    names: Sequence[str],
    titles: Sequence[str],
    rows: Mapping[str, tuple[float, ...]],
    found: Sequence[Recalled],
) -> int:
    ms = round(median([recalled.ms for recalled in found]), 3) if found else 0.0
    if app.out.json:
        figures = {kind: dict(zip(("questions", *names), row, strict=True)) for kind, row in rows.items()}
        fields = {"set": set_, "file": shown(path), "figures": figures, "median_ms": ms, "took_ms": app.out.took_ms()}
        app.out.object("eval-sessions/1", fields)
        return 0
    app.out.line(app.out.styled(f"{set_:12}questions" + "".join(f"{title:>12}" for title in titles), "bold"))
    for kind, row in rows.items():
        app.out.line(f"  {shown(kind):10}{row[0]:9}" + "".join(f"{figure:12.3f}" for figure in row[1:]))
    app.out.line(f"\nmedian {ms:g} ms a search")
    return 0
