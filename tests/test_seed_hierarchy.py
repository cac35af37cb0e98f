"""The seed's cases of its instruction loader (formats/cersei.md §2: C1 to C8, X2); where Claude Code's behaviour wins
over the seed's, `test_seed_conformance` has the reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from memdir.context import build_context, index_text
from memdir.environment import Environment
from memdir.instruction_files import Instructions, render
from memdir.instructions import load_instructions


class Seed:
    """A project and a home with nothing above them."""

    def __init__(self, top: Path) -> None:
        self.project = top / "project"
        self.home = top / "home"
        self.project.mkdir()
        self.home.mkdir()
        self.top = top

    def write(self, name: str, text: str) -> None:
        path = self.project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    def load(self) -> Instructions:
        environment = Environment(str(self.project), str(self.home), {}, "linux", lambda: 0.0)
        return load_instructions(environment, config_dir=str(self.home / ".claude"), managed_root=str(self.top))


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    return Seed(tmp_path)


def test_c1_the_projects_file(seed: Seed) -> None:
    seed.write("CLAUDE.md", "# Project Rules\n\nUse Rust.")
    (file,) = seed.load().loaded
    assert file.scope == "project" and "Use Rust" in file.content


def test_c2_the_file_in_the_dot_folder(seed: Seed) -> None:
    seed.write(".claude/CLAUDE.md", "mine")
    seed.write("CLAUDE.local.md", "private")
    assert [(file.scope, file.content) for file in seed.load().loaded] == [("project", "mine"), ("local", "private")]


def test_c3_the_order(seed: Seed) -> None:
    seed.write(".claude/CLAUDE.md", "second")
    seed.write("CLAUDE.md", "first")
    assert [file.content for file in seed.load().loaded] == ["first", "second"]


def test_c4_includes(seed: Seed) -> None:
    seed.write("extra.md", "Extra text")
    seed.write("CLAUDE.md", "Before\n\n@extra.md\n\nAfter")
    text = render(seed.load().files)
    assert all(part in text for part in ("Before", "Extra text", "After"))
    seed.write("CLAUDE.md", "Before\n@include extra.md\nAfter")
    result = seed.load()
    assert "Extra text" not in render(result.files)
    assert [(f.status, f.line, Path(f.path).name) for f in result.files[1:]] == [("legacy", 2, "extra.md")]
    assert "write `@extra.md`" in result.findings[0].message


def test_c5_circles(seed: Seed) -> None:
    seed.write("CLAUDE.md", "@a.md")
    seed.write("a.md", "in a @b.md")
    seed.write("b.md", "in b @a.md")
    result = seed.load()
    assert [file.status for file in result.files] == ["loaded", "loaded", "loaded", "cycle"]
    assert "circular" in result.findings[0].message
    assert render(result.files).count("in a") == 1


def test_c6_the_merge(seed: Seed) -> None:
    seed.write("CLAUDE.md", "one")
    seed.write(".claude/CLAUDE.md", "two")
    text = render(seed.load().files)
    assert re.sub(r"Contents of .*:\n\n", "", text) == "one\n\ntwo"


def test_c7_an_empty_file(seed: Seed) -> None:
    seed.write("CLAUDE.md", "")
    assert seed.load().loaded == ()


def test_c8_frontmatter(seed: Seed) -> None:
    seed.write("CLAUDE.md", "---\nscope: project\n---\nThe body")
    assert seed.load().loaded[0].content == "The body"


def test_x2_the_context(seed: Seed) -> None:
    seed.write("CLAUDE.md", "Use Rust only.")
    context = build_context(seed.load().files, [index_text("/m/MEMORY.md", "- [u](u.md) — user prefs")])
    assert "Use Rust only." in context.text and "user prefs" in context.text


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("```\n@include extra.md\n```", False),  # the seed expands it; code is code
        ("  @include extra.md", False),
        ("see @include extra.md", False),
        ("@include missing.md", False),
        ("@extra.md", True),
    ],
)
def test_what_the_seed_made_of_an_include_line(seed: Seed, text: str, expanded: bool) -> None:
    seed.write("extra.md", "Extra text")
    seed.write("CLAUDE.md", text)
    assert ("Extra text" in render(seed.load().files)) is expanded


def test_the_seeds_wrong_circles_load(seed: Seed) -> None:
    """The seed calls a diamond circular, and does not see a circle through `sub/..`."""
    seed.write("sub/x.md", "x")
    seed.write("CLAUDE.md", "@a.md @b.md")
    seed.write("a.md", "@shared.md")
    seed.write("b.md", "@shared.md @sub/../b.md")
    seed.write("shared.md", "shared")
    result = seed.load()
    assert [Path(file.path).name for file in result.loaded] == ["CLAUDE.md", "a.md", "shared.md", "b.md"]
    assert [finding.code for finding in result.findings] == ["import-cycle"]


def test_a_large_import_has_no_limit_of_its_own(seed: Seed) -> None:
    """The seed stops at 40,000 bytes an include and ten levels, Claude Code at 4 MiB and four hops."""
    seed.write("CLAUDE.md", "@big.md")
    seed.write("big.md", "x" * 100_000)
    assert len(seed.load().loaded[1].content) == 100_000
