"""How well the dream's plan tells duplicates and contradictions: over the labelled pairs of fixtures/dream/.

`python -m tests.dream_figures` prints the table of docs/dream.md.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from memdir.frontmatter import render
from memdir.sessions.operation import Operation, combined
from memdir.sessions.plan import gather, make_plan

PAIRS = Path(__file__).parent.parent / "fixtures" / "dream" / "pairs.jsonl"
NOW = 1_795_262_400.0
CONFLICTS = ("number", "version", "value", "date", "identifier", "negated", "superseded")


class Pair(NamedTuple):
    """Two memories with a label by hand: `duplicate`, `related`, `unrelated`, or how they conflict."""

    split: str
    label: str
    language: str
    a: dict[str, str]
    b: dict[str, str]

    @property
    def wanted(self) -> str:
        """What the plan should hold: `merge`, `conflict` (or that one supersedes the other), or `none`."""
        return "merge" if self.label == "duplicate" else "conflict" if self.label in CONFLICTS else "none"


def pairs() -> list[Pair]:
    """Every labelled pair."""
    return [Pair(**json.loads(line)) for line in PAIRS.read_text("utf-8").splitlines()]


def write(root: Path, memory: dict[str, str], **fields: object) -> Path:
    """A memory as a file."""
    path = root / f"{memory['name']}.md"
    head = {"name": memory["name"], "description": memory["description"]}
    metadata = {"node_type": "memory", "type": "project", **fields}
    path.write_bytes(render({**head, "metadata": metadata}, f"\n{memory['body']}\n"))
    return path


def apply(root: Path, operations: list[Operation]) -> None:
    """Carry operations out, without lock and journal."""
    for change in combined(operations):
        path = root / change.path
        now = path.read_bytes() if path.exists() else None
        assert now == change.before, change.path
        if change.after is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        stat = path.stat() if path.exists() else None
        path.write_bytes(change.after)
        mtime = change.mtime_ns or (stat.st_mtime_ns if stat is not None else None)
        if change.keep_mtime and mtime is not None:
            os.utime(path, ns=(mtime, mtime))


def planned(pair: Pair) -> str:
    """What the plan says of a pair: merge, conflict, supersede or none."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for side in (pair.a, pair.b):
            write(root, side)
        kinds = [o.kind for o in make_plan(gather(str(root), now=NOW)) if o.kind in ("merge", "conflict", "supersede")]
    return kinds[0] if kinds else "none"


class Figures(NamedTuple):
    """Shares from 0 to 1."""

    pairs: int
    merge_precision: float
    duplicate_recall: float
    conflict_precision: float
    conflict_recall: float


def figures(chosen: list[Pair]) -> tuple[Figures, list[tuple[Pair, str]]]:
    """The figures over some pairs, and those that came out wrong."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for pair in chosen:
        said = planned(pair).replace("supersede", "conflict")
        counts[pair.wanted, said] += 1
        if said != pair.wanted:
            wrong.append((pair, said))

    def share(kind: str, place: int) -> float:
        total = sum(count for key, count in counts.items() if key[place] == kind)
        return counts[kind, kind] / total if total else 1.0

    made = Figures(len(chosen), share("merge", 1), share("merge", 0), share("conflict", 1), share("conflict", 0))
    return made, wrong


def main() -> None:
    """Print the table."""
    print("dream: pairs       count  merge precision  duplicate recall  conflict precision  conflict recall")
    for split in ("tuned", "held-out", "blind", "blind-2"):
        made, wrong = figures([pair for pair in pairs() if pair.split == split])
        print(f"  {split:16} {made.pairs:5}  {made.merge_precision:15.2f}  {made.duplicate_recall:16.2f}"
              f"  {made.conflict_precision:18.2f}  {made.conflict_recall:15.2f}")  # fmt: skip
        for pair, said in wrong:
            print(f"    {pair.label}: {pair.a['description']} | {pair.b['description']} -> {said}")


if __name__ == "__main__":
    main()
