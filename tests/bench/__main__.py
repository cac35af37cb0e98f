"""The speed table: `make bench`, `make bench BENCH=--large` for 100,000 memories too. Prints Markdown.

Every figure is a median of distinct queries, no result kept; a ratio's baseline is measured in the same run, in turns
with what it is compared with.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import memdir

from . import transcripts, transcripts_table
from .corpus import Corpus, make

QUERIES = 500
PROCESSES = 25
CHANGES = 15
LIMITS = {
    "warm recall, three rare words": ("98 us", "150 us", "0.5 ms"),
    "the same, one of them misspelt": ("+300 us", "+300 us", "+300 us"),
    "warm recall, four common words": ("250 us", "500 us", "2.5 ms"),
    "warm recall, a prompt of twelve words": ("250 us", "500 us", "2.5 ms"),
    "cold `memdir recall`, times `python -c pass`": ("6 x", "7 x", "10 x"),
    "cold `memdir recall`, times `rg -il WORD`": ("", "", ""),
    "`memdir hook session-start`, times `python -c pass`": ("5 x", "", ""),
    "`memdir hook user-prompt-submit`, times `python -c pass`": ("5 x", "", ""),
    "`memdir hook post-tool-use`, times `python -c pass`": ("", "", ""),
    "`memdir hook session-end`": ("500 ms", "", ""),
    "first index": ("2 s", "15 s", "150 s"),
    "sync after one changed file, warm": ("60 ms", "80 ms", "400 ms"),
    "graph: memories of a topic, warm": ("2 ms", "2 ms", "5 ms"),
    "graph: neighbours, warm": ("2 ms", "2 ms", "5 ms"),
    "peak memory of the first index": ("", "400 MB", ""),
    "cache, times the text": ("5 x", "5 x", "5 x"),
}
SIZES = (1_000, 10_000, 100_000)


def median(work: Callable[[str], object], items: Sequence[str]) -> float:
    """Median seconds of the work over the items."""
    spans = []
    for item in items:
        start = time.perf_counter()
        work(item)
        spans.append(time.perf_counter() - start)
    return statistics.median(spans)


def shown(seconds: float) -> str:
    """A time with its unit, in three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.0f} us"


def command() -> list[str]:
    """The installed command beside this Python, else the module."""
    beside = os.path.join(os.path.dirname(sys.executable), "memdir")
    return [beside] if os.access(beside, os.X_OK) else [sys.executable, "-m", "memdir"]


class Bench:
    """The measurements over one corpus."""

    def __init__(self, corpus: Corpus, place: str) -> None:
        self.corpus = corpus
        self.cache = os.path.join(place, f"cache-{corpus.size}")
        self.state = os.path.join(place, f"state-{corpus.size}")
        top = str(Path(__file__).parents[2])
        self.env = {**os.environ, "MEMDIR_CACHE_DIR": self.cache, "MEMDIR_STATE_DIR": self.state, "PYTHONPATH": top}

    def memdir(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """One run of the command."""
        line = [*command(), "--memory-dir", self.corpus.root, *words]
        return subprocess.run(line, env=self.env, capture_output=True, check=False)

    def run(self) -> dict[str, str]:
        """Every row of the table."""
        rows = self.first_index()
        self.corpus.change(0)
        time.sleep(2.1)  # files changed within two seconds of a sync are read again by the next command
        self.memdir("index", "sync")
        rows |= self.warm()
        rows |= self.graph()
        rows |= self.cold()
        rows |= self.hooks()
        return rows

    def first_index(self) -> dict[str, str]:
        shutil.rmtree(self.cache, ignore_errors=True)
        line = [*command(), "--memory-dir", self.corpus.root, "index", "rebuild", "--json"]
        start = time.perf_counter()
        process = subprocess.Popen(line, env=self.env, stdout=subprocess.PIPE)
        assert process.stdout is not None
        done = json.loads(process.stdout.read())
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        assert done["memories"] == self.corpus.size
        took = time.perf_counter() - start
        peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        size = sum(p.stat().st_size for p in Path(self.cache).rglob("*") if p.is_file())
        text = sum(p.stat().st_size for p in Path(self.corpus.root).rglob("*.md"))
        return {
            "first index": shown(took),
            "peak memory of the first index": f"{peak / 1e6:.0f} MB",
            "cache, times the text": f"{size / text:.1f} x",
        }

    def warm(self) -> dict[str, str]:
        opened = memdir.open(memory_dir=self.corpus.root, cache_dir=self.cache, state_dir=self.state, background=False)
        with opened as workspace:
            workspace.refresh()
            for query in self.corpus.rare(30, seed=9):
                workspace.recall(query)
            classes = {
                "warm recall, three rare words": self.corpus.rare(QUERIES),
                "the same, one of them misspelt": self.corpus.unknown(QUERIES),
                "warm recall, four common words": self.corpus.common(QUERIES),
                "warm recall, a prompt of twelve words": self.corpus.prompts(QUERIES),
            }
            rows = {}
            for name, queries in classes.items():
                rows[name] = shown(median(workspace.recall, queries))
                hits = statistics.mean(len(workspace.recall(query)) for query in queries)
                print(f"{name}: {hits:.1f} hits on average", file=sys.stderr)
            index = workspace.index()
            spans = []
            for number in range(1, CHANGES + 1):
                self.corpus.change(number)
                start = time.perf_counter()
                assert index.sync().updated >= 1
                spans.append(time.perf_counter() - start)
            rows["sync after one changed file, warm"] = shown(statistics.median(spans))
        return rows

    def graph(self) -> dict[str, str]:
        from memdir.graph.association import by_topic, neighbours
        from memdir.graph.graph_file import open_graph

        opened = memdir.open(memory_dir=self.corpus.root, cache_dir=self.cache, state_dir=self.state, background=False)
        with opened as workspace, open_graph(workspace.index()) as graph:
            topics = self.corpus.words[400:500]
            ids = list(workspace.index().views().views[0].segment.ids[:100])
            return {
                "graph: memories of a topic, warm": shown(median(lambda topic: by_topic(graph, topic), topics)),
                "graph: neighbours, warm": shown(median(lambda id: neighbours(graph, id, depth=1), ids)),
            }

    def cold(self) -> dict[str, str]:
        """Whole processes, in turns with their baselines."""
        ripgrep = shutil.which("rg")
        spans: dict[str, list[float]] = {"pass": [], "recall": [], "rg": []}
        lines = {"pass": lambda q: [sys.executable, "-c", "pass"]}
        lines["recall"] = lambda q: [*command(), "--memory-dir", self.corpus.root, "recall", q]
        if ripgrep:
            lines["rg"] = lambda q: [ripgrep, "-il", "--", q.split()[0], self.corpus.root]
        for query in self.corpus.rare(PROCESSES):
            for name, line in lines.items():
                start = time.perf_counter()
                subprocess.run(line(query), env=self.env, capture_output=True, check=False)
                spans[name].append(time.perf_counter() - start)
        middle = {name: statistics.median(found) for name, found in spans.items() if found}
        ratio = middle["recall"] / middle["pass"]
        rows = {
            "cold `memdir recall`, times `python -c pass`": f"{ratio:.1f} x ({shown(middle['recall'])})",
        }
        if ripgrep:
            ratio = middle["recall"] / middle["rg"]
            rows["cold `memdir recall`, times `rg -il WORD`"] = f"{ratio:.1f} x (rg {shown(middle['rg'])})"
        return rows

    def hooks(self) -> dict[str, str]:
        """Whole processes of the agent's hooks, in turns with their baseline."""
        config = os.path.join(self.state, "claude")
        os.makedirs(config, exist_ok=True)
        Path(config, "settings.json").write_text(json.dumps({"autoMemoryDirectory": str(self.corpus.root)}))
        env = {**self.env, "CLAUDE_CONFIG_DIR": config}
        written = str(next(Path(self.corpus.root).rglob("*.md")))
        words = ("session-start", "user-prompt-submit", "post-tool-use", "session-end")
        spans: dict[str, list[float]] = {name: [] for name in ("pass", *words)}
        for number, query in enumerate(self.corpus.rare(PROCESSES)):
            said = {"session_id": f"bench-{number}", "cwd": config, "prompt": f"what about {query}?",
                    "tool_input": {"file_path": written}}  # fmt: skip
            for name, found in spans.items():
                line = [sys.executable, "-c", "pass"] if name == "pass" else [*command(), "hook", name]
                start = time.perf_counter()
                subprocess.run(line, input=json.dumps(said).encode(), env=env, capture_output=True, check=False)
                found.append(time.perf_counter() - start)
        middle = {name: statistics.median(found) for name, found in spans.items()}
        rows = {"`memdir hook session-end`": shown(middle["session-end"])}
        for name in words[:-1]:
            ratio = middle[name] / middle["pass"]
            rows[f"`memdir hook {name}`, times `python -c pass`"] = f"{ratio:.1f} x ({shown(middle[name])})"
        return rows


def machine() -> str:
    """Processor, cores and Python."""
    name = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} cores{load}; {platform.system()}; Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--large", action="store_true", help="100,000 memories, too (some minutes)")
    parser.add_argument("--size", type=int, action="append", help="only this many memories (may be given again)")
    parser.add_argument(
        "--turns", type=int, action="append", help="transcripts of this many turns (may be given again)"
    )
    parser.add_argument("--dir", default=os.path.join(tempfile.gettempdir(), "memdir-bench"), help="where corpora lie")
    options = parser.parse_args()
    turns = options.turns or ([] if options.size else [100_000])
    sizes = options.size or ([] if options.turns else SIZES[: 3 if options.large else 2])
    os.makedirs(options.dir, exist_ok=True)
    results: dict[int, dict[str, str]] = {}
    print(f"{machine()}; `{command()[0]}`\n", flush=True)
    for size in sizes:
        print(f"measuring {size:,} memories", file=sys.stderr, flush=True)
        results[size] = Bench(make(options.dir, size), options.dir).run()
    if sizes:
        table(results, LIMITS, SIZES)
    results = {}
    for size in turns:
        print(f"measuring {size:,} turns", file=sys.stderr, flush=True)
        results[size] = transcripts_table.rows(transcripts.make(options.dir, size), options.dir, shown)
    if turns:
        print("\nTranscripts, by turns:\n")
        table(results, transcripts_table.AIMS, transcripts_table.SIZES)


def table(results: Mapping[int, Mapping[str, str]], limits: Mapping[str, Sequence[str]], known: Sequence[int]) -> None:
    """Print the results by size, each beside its aim."""
    print("| what |" + "".join(f" {size:,} | aim |" for size in results))
    print("|---|" + "---|---|" * len(results))
    for what, aims in limits.items():
        cells = [
            f" {rows.get(what, '-')} | {aims[known.index(size)] if size in known else ''} |"
            for size, rows in results.items()
        ]
        print(f"| {what} |" + "".join(cells))


if __name__ == "__main__":
    main()
