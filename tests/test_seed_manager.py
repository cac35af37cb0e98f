"""The seed's conformance cases on the index and its manager (formats/cersei.md §2: M2 to M4, M10, X1).

Where Claude Code's behaviour differs, it wins; the test says so.
"""

from __future__ import annotations

from pathlib import Path

from sandbox import Sandbox

from memdir.files import read_if_there
from memdir.memory_index import load_index
from memdir.scan import scan


def test_m2_an_index_of_ten_lines_is_loaded_whole() -> None:
    loaded = load_index("".join(f"- entry {n}\n" for n in range(10)))
    assert (loaded.truncated, loaded.total_lines) == (False, 10)


def test_m3_an_index_of_300_lines_is_truncated_and_says_so() -> None:
    loaded = load_index("- line\n" * 300)
    assert (loaded.truncated, loaded.total_lines) == (True, 300)
    # The seed appends an HTML comment with the word "truncated"; Claude Code appends its own notice.
    assert "300 lines" in loaded.notice
    assert "Only part of it was loaded" in loaded.prompt


def test_m4_a_missing_index_is_none(tmp_path: Path) -> None:
    assert read_if_there(str(tmp_path / "MEMORY.md")) is None
    assert scan(str(tmp_path)).indexes == []


def test_m10_what_is_prompted_holds_every_link() -> None:
    text = "- [One](one.md) — first\n- [Two](two.md) — second\n"
    assert "one.md" in load_index(text).prompt
    assert "two.md" in load_index(text).prompt


def test_x1_a_fresh_manager_has_no_memories(plain_project: Sandbox) -> None:
    memory = plain_project.project / "memory"
    memory.mkdir()
    done = plain_project.run("--memory-dir", str(memory), "ls", "--json")
    assert done.code == 1
    assert '"memories": []' in done.out
