"""Checklist of the format notes, item 5: which files a scan finds, in which order."""

from __future__ import annotations

import os
from pathlib import Path

from memdir.scan import CLAUDE_LIMIT, as_claude, scan, walk


def write(root: Path, name: str, text: str = "x", mtime: float | None = None) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if mtime is not None:
        os.utime(path, (mtime, mtime))


def test_recursion_and_the_index_at_any_depth(tmp_path: Path) -> None:
    for name in (
        "MEMORY.md",
        "a.md",
        "sub/b.md",
        "sub/MEMORY.md",
        "sub/deep/er/c.md",
        ".claude/memory/d.md",
        "team/e.md",
    ):
        write(tmp_path, name)
    for name in ("notes.txt", "f.markdown", ".git/g.md", ".archive/h.md", "node_modules/i.md", "sub/.git/j.md"):
        write(tmp_path, name)
    found = walk(str(tmp_path))
    assert [stat.id for stat in found.files] == [
        ".claude/memory/d.md",
        "a.md",
        "sub/b.md",
        "sub/deep/er/c.md",
        "team/e.md",
    ]
    assert [stat.id for stat in found.indexes] == ["MEMORY.md", "sub/MEMORY.md"]
    assert found.findings == []


def test_frontmatter_beyond_thirty_lines_is_still_read(tmp_path: Path) -> None:
    extra = "".join(f"key{n}: {n}\n" for n in range(60))
    write(tmp_path, "long.md", f"---\nname: long\n{extra}description: at the end\n---\nBody\n")
    (memory,) = scan(str(tmp_path)).memories
    assert memory.description == "at the end"


def test_claude_codes_view_is_the_newest_two_hundred_then_by_path(tmp_path: Path) -> None:
    for number in range(CLAUDE_LIMIT + 20):
        write(tmp_path, f"m{number:03d}.md", mtime=1_000_000 + number // 10)
    write(tmp_path, "UPPER.MD", mtime=2_000_000)
    everything = scan(str(tmp_path)).memories
    assert len(everything) == CLAUDE_LIMIT + 21
    seen = [memory.id for memory in as_claude(everything)]
    assert seen[:3] == ["m210.md", "m211.md", "m212.md"]
    assert len(seen) == CLAUDE_LIMIT
    assert seen == [memory.id for memory in as_claude(reversed(everything))]
    assert "UPPER.MD" not in seen
    assert "m000.md" not in seen
