"""The table of transcripts (`make bench BENCH="--turns 100000"`). A search is that of an open workspace."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import memdir
from memdir.graph.growing_index import GrowingIndex
from memdir.sessions.transcript_files import TranscriptFiles

from .transcripts import Transcripts

QUERIES = 300
CHANGES = 15
AIMS = {
    "first index": ("", ""),
    "peak memory of the first index": ("500 MB", "500 MB"),
    "index, times the transcripts": ("", ""),
    "look, nothing changed": ("100 ms", ""),
    "sync, nothing changed": ("100 ms", ""),
    "look after a prompt was appended": ("", ""),
    "sync after a prompt was appended": ("", ""),
    "search, three rare words": ("5 ms", "30 ms"),
    "search, a question": ("5 ms", "30 ms"),
    "search, four common words": ("5 ms", "30 ms"),
    "the same for sessions, a question": ("", ""),
    "peak memory of searching": ("500 MB", "500 MB"),
}
SIZES = (100_000, 1_000_000)
_FIRST = """
import resource, sys, time
from memdir.graph.growing_index import GrowingIndex
from memdir.sessions.transcript_files import TranscriptFiles
GrowingIndex(TranscriptFiles(sys.argv[1]), sys.argv[2], now=time.time).sync(fresh=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def rows(made: Transcripts, place: str, shown: Callable[[float], str]) -> dict[str, str]:
    """Every row of the table; a time is a median."""
    cache = os.path.join(place, f"cache-turns-{made.turns}")
    shutil.rmtree(cache, ignore_errors=True)
    start = time.perf_counter()
    peak = int(subprocess.run([sys.executable, "-c", _FIRST, made.root, cache], capture_output=True, check=True).stdout)
    found = {
        "first index": shown(time.perf_counter() - start),
        "peak memory of the first index": f"{peak / 1e6:.0f} MB",
    }
    found |= _looks(made, cache, shown)
    with memdir.open(
        transcripts_dir=made.root, cache_dir=cache, state_dir=os.path.join(place, "state"), background=False
    ) as workspace:
        for query in made.rare(30, seed=9):
            workspace.search_sessions(query)

        def search(query: str) -> object:
            return workspace.search_sessions(query)

        found["search, three rare words"] = shown(_median(search, made.rare(QUERIES)))
        found["search, a question"] = shown(_median(search, made.questions(QUERIES)))
        found["search, four common words"] = shown(_median(search, made.common(QUERIES)))
        found["the same for sessions, a question"] = shown(
            _median(lambda query: workspace.search_sessions(query, sessions=True), made.questions(QUERIES))
        )
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {**found, "peak memory of searching": f"{peak / 1e6:.0f} MB"}


def _looks(made: Transcripts, cache: str, shown: Callable[[float], str]) -> dict[str, str]:
    index = GrowingIndex(TranscriptFiles(made.root), cache, now=time.time)
    text = sum(os.path.getsize(path) for path in made.paths())
    found = {"index, times the transcripts": f"{index.status().size / text:.2f} x"}
    found["look, nothing changed"] = shown(_median(lambda _: index.refresh(), [""] * CHANGES))
    found["sync, nothing changed"] = shown(_median(lambda _: index.sync(), [""] * CHANGES))
    looks, syncs = [], []
    for number in range(CHANGES):
        made.grow(number)
        start = time.perf_counter()
        index.refresh()
        looks.append(time.perf_counter() - start)
        start = time.perf_counter()
        index.sync()
        syncs.append(time.perf_counter() - start)
    found["look after a prompt was appended"] = shown(statistics.median(looks))
    found["sync after a prompt was appended"] = shown(statistics.median(syncs))
    return found


def _median(work: Callable[[str], object], items: Sequence[str]) -> float:
    spans = []
    for item in items:
        start = time.perf_counter()
        work(item)
        spans.append(time.perf_counter() - start)
    return statistics.median(spans)
