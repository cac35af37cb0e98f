"""The seed's conformance cases on files (M1, M5 to M7, M9), on our reader."""

from __future__ import annotations

from pathlib import Path

from memdir.dates import DAY, age_days, age_text, freshness_text
from memdir.scan import scan
from memdir.slug import slug
from memdir.store import Store, read_body

NOW = 1_800_000_000.0


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")


def test_m1_scan(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "user_role.md": "---\nname: User Role\ndescription: Developer preferences\ntype: user\n---\nRole.\n",
            "project_arch.md": "---\nname: Architecture\ntype: project\n---\nLayers.\n",
            "feedback_style.md": "---\ntype: feedback\n---\nStyle.\n",
            "no_frontmatter.md": "Just text.\n",
            "MEMORY.md": "- [User Role](user_role.md)\n",
        },
    )
    found = {memory.id: memory for memory in scan(str(tmp_path)).memories}
    assert len(found) == 4
    role = found["user_role.md"]
    assert (role.name, role.description, role.type) == ("User Role", "Developer preferences", "user")
    plain = found["no_frontmatter.md"]
    # The seed says name None; here a memory without a name is called by its file, so that it can be linked.
    assert (plain.name, plain.description, plain.type) == ("no_frontmatter", "", None)
    assert found["feedback_style.md"].type == "feedback"


def test_m1_what_the_seed_reads_wrongly(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "quotes.md": '---\nname: "A"\ntype: "user"\n---\nB\n',
            "comment.md": "---\nname: A\ntype: user # c\n---\nB\n",
            "bom.md": "\ufeff---\nname: A\ntype: user\n---\nB\n",
            "block.md": "---\nname: A\ndescription: >\n  two\n  lines\ntype: user\n---\nB\n",
            "nested.md": "---\nname: A\nmetadata:\n  type: user\n---\nB\n",
            "crlf.md": "---\r\nname: A\r\ntype: user\r\n---\r\nB\r\n",
        },
    )
    for memory in scan(str(tmp_path)).memories:
        assert (memory.name, memory.type, memory.body.strip()) == ("A", "user", "B"), memory.id
        assert memory.problems == ()


def test_m5_names_of_directories_are_claude_codes() -> None:
    # The seed writes `_`; Claude Code writes `-`, and it is Claude Code that must find the directory.
    assert slug("/Users/foo/project") == "-Users-foo-project"
    assert slug("simple-name") == "simple-name"
    assert slug("a/b:c") == "a-b-c"


def test_m6_age() -> None:
    assert (age_days(NOW, NOW), age_text(NOW, NOW)) == (0, "today")
    assert age_text(NOW - DAY, NOW) == "yesterday"
    assert age_text(NOW - 5 * DAY, NOW) == "5 days ago"
    assert age_days(NOW + DAY, NOW) == 0


def test_m7_freshness() -> None:
    assert freshness_text(NOW, NOW) is None
    assert freshness_text(NOW - DAY, NOW) is None
    text = freshness_text(NOW - 3 * DAY, NOW)
    assert text is not None
    assert "3 days ago" in text


def test_m9_load_file(tmp_path: Path) -> None:
    write(tmp_path, {"test.md": "---\nname: Test\ntype: user\n---\n\nContent here.\n"})
    memory = Store(str(tmp_path)).get("Test")
    assert memory.name == "Test"
    assert "Content here" in memory.body
    assert "name: Test" not in memory.body
    assert read_body(str(tmp_path), "test.md") == memory.body


def test_x5_scan_leaves_the_index_out(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "a", "b.md": "b", "MEMORY.md": "# Index\n"})
    assert [memory.id for memory in scan(str(tmp_path)).memories] == ["a.md", "b.md"]
