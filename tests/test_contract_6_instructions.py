"""The CLAUDE.md hierarchy on real files: order, rules, imports, policies (formats/claude-code.md §2 and §7.6)."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from memdir import instruction_places
from memdir.environment import Environment
from memdir.instruction_files import LABELS, InstructionFile, Instructions, render
from memdir.instructions import external_imports_approved, load_instructions, project_instructions
from memdir.locate import locate

REAL = os.environ.get("MEMDIR_REAL_DATA")


class Tree:
    """A file system of its own: `root` stands for `/`, with a home, a project and the administrator's directory."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.home = top / "home"
        self.project = top / "work" / "project"
        self.home.mkdir()
        self.project.mkdir(parents=True)

    def write(self, files: Mapping[str, str]) -> Tree:
        for name, text in files.items():
            path = self.top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return self

    def environment(self, platform: str = "linux", cwd: Path | None = None) -> Environment:
        return Environment(str(cwd or self.project), str(self.home), {}, platform, lambda: 0.0)

    def load(self, *, cwd: Path | None = None, platform: str = "linux", **more: object) -> Instructions:
        options: dict[str, object] = {"config_dir": str(self.home / ".claude"), "managed_root": str(self.top), **more}
        return load_instructions(self.environment(platform, cwd), **options)  # type: ignore[arg-type]

    def name(self, path: str) -> str:
        return os.path.relpath(path, self.top)

    def loaded(self, **more: object) -> list[str]:
        return [self.name(file.path) for file in self.load(**more).loaded]  # type: ignore[arg-type]

    def statuses(self, **more: object) -> dict[str, str]:
        return {self.name(file.path): file.status for file in self.load(**more).files}  # type: ignore[arg-type]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def codes(instructions: Instructions) -> list[str]:
    return [finding.code for finding in instructions.findings]


def one(instructions: Instructions, end: str) -> InstructionFile:
    (found,) = [file for file in instructions.files if file.path.endswith(end)]
    return found


# The order


def test_the_whole_order(tree: Tree) -> None:
    order = [
        "etc/claude-code/CLAUDE.md",
        "etc/claude-code/.claude/rules/policy.md",
        "home/.claude/CLAUDE.md",
        "home/.claude/rules/a.md",
        "home/.claude/rules/deep/b.md",
        "work/CLAUDE.md",
        "work/.claude/CLAUDE.md",
        "work/.claude/rules/w.md",
        "work/CLAUDE.local.md",
        "work/project/CLAUDE.md",
        "work/project/.claude/CLAUDE.md",
        "work/project/.claude/rules/one.md",
        "work/project/.claude/rules/sub/two.md",
        "work/project/CLAUDE.local.md",
    ]
    tree.write({name: f"text of {name}\n" for name in order})
    result = tree.load()
    assert [tree.name(file.path) for file in result.loaded] == order
    assert result.findings == ()
    labels = [file.label for file in result.loaded]
    assert set(labels[:5]) == {"user's private global instructions for all projects"}
    assert labels[5] == labels[11] == "project instructions, checked into the codebase"
    assert labels[8] == labels[13] == "user's private project instructions, not checked in"
    assert [file.kind for file in result.loaded][:5] == ["managed", "rule", "user", "rule", "rule"]
    assert result.tokens == sum(file.tokens for file in result.loaded) > 0


def test_the_merged_text_has_claude_codes_wording(tree: Tree) -> None:
    tree.write(
        {
            "home/.claude/CLAUDE.md": "Mine.\n",
            "work/project/CLAUDE.md": "\n# Ours\n\n",
            "work/project/CLAUDE.local.md": "L",
        }
    )
    project = tree.project
    assert render(tree.load().files) == (
        f"Contents of {tree.home}/.claude/CLAUDE.md (user's private global instructions for all projects):\n\nMine.\n\n"
        f"Contents of {project}/CLAUDE.md (project instructions, checked into the codebase):\n\n# Ours\n\n"
        f"Contents of {project}/CLAUDE.local.md (user's private project instructions, not checked in):\n\nL"
    )


@pytest.mark.parametrize(
    ("platform", "directory"),
    [
        ("linux", "etc/claude-code"),
        ("darwin", "Library/Application Support/ClaudeCode"),
        ("win32", "Program Files/ClaudeCode"),
    ],
)
def test_managed_path_of_each_system(tree: Tree, platform: str, directory: str) -> None:
    tree.write({f"{directory}/CLAUDE.md": "policy", f"{directory}/.claude/rules/r.md": "rule"})
    assert tree.loaded(platform=platform) == [f"{directory}/CLAUDE.md", f"{directory}/.claude/rules/r.md"]
    assert tree.loaded(platform="linux" if platform != "linux" else "darwin") == []


def test_managed_text_of_the_settings(tree: Tree) -> None:
    tree.write({"etc/claude-code/CLAUDE.md": "file", "work/project/CLAUDE.md": "p"})
    result = tree.load(managed_text=("/etc/claude-code/managed-settings.json", " Be kind. "))
    assert [file.content for file in result.loaded] == ["file", "Be kind.", "p"]
    assert result.loaded[1].label == LABELS["managed"]


def test_without_config_home_or_any_file(tree: Tree) -> None:
    environment = Environment(str(tree.project), None, {}, "linux", lambda: 0.0)
    result = load_instructions(environment, config_dir=None, managed_root=str(tree.top))
    assert (result.files, result.findings) == ((), ())
    missing = Environment(str(tree.top / "gone"), None, {}, "linux", lambda: 0.0)
    assert load_instructions(missing, managed_root=str(tree.top)).files == ()


def test_home_as_the_project_lists_nothing_twice(tree: Tree) -> None:
    tree.write(
        {
            "home/.claude/CLAUDE.md": "u",
            "home/.claude/rules/r.md": "r",
            "home/CLAUDE.md": "@x.md",
            "home/x.md": "x",
            "home/.claude/rules/c.md": "---\npaths: src/**\n---\nc",
        }
    )
    assert tree.statuses(cwd=tree.home) == {
        "home/.claude/CLAUDE.md": "loaded",
        "home/.claude/rules/r.md": "loaded",
        "home/CLAUDE.md": "loaded",
        "home/x.md": "loaded",
        "home/.claude/rules/c.md": "conditional",
    }


# What an agent gets of a file


def test_comments_and_frontmatter_are_stripped(tree: Tree) -> None:
    text = "---\ntitle: x\n---\n<!-- note -->\n\n# T <!-- inline -->\n\n```\n<!-- code -->\n```\n<!-- open"
    tree.write({"work/project/CLAUDE.md": text})
    assert tree.load().loaded[0].content == "# T <!-- inline -->\n\n```\n<!-- code -->\n```\n<!-- open"


@pytest.mark.parametrize("text", ["", " \n\t\n", "---\na: b\n---\n", "<!-- only -->\n", "\ufeff"])
def test_empty_files_are_skipped(tree: Tree, text: str) -> None:
    tree.write({"work/project/CLAUDE.md": text})
    assert tree.statuses() == {"work/project/CLAUDE.md": "empty"}


def test_four_mebibytes_load_and_no_more(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "x" * (4 << 20), "work/CLAUDE.md": "x" * ((4 << 20) + 1)})
    result = tree.load()
    assert tree.statuses() == {"work/CLAUDE.md": "too-large", "work/project/CLAUDE.md": "loaded"}
    assert codes(result) == ["instructions-too-large"]


def test_invalid_bytes_and_windows_lines(tree: Tree) -> None:
    (tree.project / "CLAUDE.md").write_bytes(b"caf\xe9\r\n@x.md\r\n")
    tree.write({"work/project/x.md": "x"})
    first, second = tree.load().loaded
    assert first.damaged and "caf\ufffd" in first.content
    assert (second.line, second.damaged) == (2, False)


def test_what_is_no_regular_file(tree: Tree) -> None:
    os.mkfifo(tree.project / "CLAUDE.md")
    (tree.project / "CLAUDE.local.md").mkdir()
    (tree.project / ".claude").mkdir()
    (tree.project / ".claude" / "CLAUDE.md").symlink_to("CLAUDE.md")
    result = tree.load()
    assert {file.status for file in result.files} == {"unreadable"}
    assert len(result.files) == 3
    assert codes(result) == ["instructions-unreadable"] * 3


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_finding(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "x"})
    (tree.project / "CLAUDE.md").chmod(0)
    assert codes(tree.load()) == ["instructions-unreadable"]


# Real paths


def test_a_file_is_loaded_once_by_its_real_path(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "one"})
    (tree.project / ".claude").mkdir()
    (tree.project / ".claude" / "CLAUDE.md").symlink_to("../CLAUDE.md")
    assert tree.statuses() == {"work/project/CLAUDE.md": "loaded", "work/project/.claude/CLAUDE.md": "duplicate"}


def test_symbolic_links_among_rules(tree: Tree) -> None:
    tree.write(
        {"work/project/.claude/rules/a.md": "a", "work/shared/s.md": "s", "work/project/.claude/rules/x/y.md": "y"}
    )
    rules = tree.project / ".claude" / "rules"
    (rules / "again.md").symlink_to("a.md")
    (rules / "shared").symlink_to(tree.top / "work" / "shared")
    (rules / "x" / "loop").symlink_to("..")
    (rules / "self.md").symlink_to("self.md")
    statuses = tree.statuses()
    assert [name for name, status in statuses.items() if status == "loaded"] == [
        "work/project/.claude/rules/a.md",
        "work/project/.claude/rules/shared/s.md",
        "work/project/.claude/rules/x/y.md",
    ]
    assert statuses["work/project/.claude/rules/again.md"] == "duplicate"
    assert statuses["work/project/.claude/rules/self.md"] == "unreadable"


def test_a_file_that_is_a_link_imports_from_where_it_really_lies(tree: Tree) -> None:
    tree.write({"home/dotfiles/claude.md": "@more.md", "home/dotfiles/more.md": "more"})
    (tree.home / ".claude").mkdir()
    (tree.home / ".claude" / "CLAUDE.md").symlink_to("../dotfiles/claude.md")
    assert tree.loaded() == ["home/.claude/CLAUDE.md", "home/dotfiles/more.md"]


# AGENTS.md


def test_agents_md_alone_is_read_by_nobody(tree: Tree) -> None:
    tree.write(
        {
            "work/project/AGENTS.md": "a",
            "work/project/sub/AGENTS.md": "b",
            "work/project/.github/copilot-instructions.md": "c",
            "work/project/GEMINI.md": "d",
            "work/project/sub/claude.md": "e",
        }
    )
    result = tree.load()
    assert {file.status for file in result.files} == {"unread"}
    assert [tree.name(file.path) for file in result.files] == [
        "work/project/AGENTS.md",
        "work/project/GEMINI.md",
        "work/project/.github/copilot-instructions.md",
        "work/project/sub/AGENTS.md",
        "work/project/sub/claude.md",
    ]
    assert codes(result) == ["agents-md-unread"] * 2
    assert "CLAUDE.md" in one(result, "sub/claude.md").why


def test_agents_md_by_import(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "@AGENTS.md\n", "work/project/AGENTS.md": "agents"})
    result = tree.load()
    assert [file.status for file in result.files] == ["loaded", "loaded"]
    agents = result.loaded[1]
    assert (agents.kind, agents.parent, agents.line, agents.label) == (
        "import",
        str(tree.project / "CLAUDE.md"),
        1,
        LABELS["project"],
    )


@pytest.mark.parametrize(("real", "link"), [("AGENTS.md", "CLAUDE.md"), ("CLAUDE.md", "AGENTS.md")])
def test_agents_md_by_symbolic_link(tree: Tree, real: str, link: str) -> None:
    tree.write({f"work/project/{real}": "text"})
    (tree.project / link).symlink_to(real)
    assert tree.statuses() == {"work/project/CLAUDE.md": "loaded"}


def test_a_link_checked_out_as_text_is_found(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "AGENTS.md\n", "work/project/AGENTS.md": "agents"})
    result = tree.load()
    assert codes(result) == ["link-as-text", "agents-md-unread"]
    assert result.findings[0].path == "CLAUDE.md" and result.findings[0].line == 1


# Imports


def test_four_hops(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "@f0.md", **{f"work/project/f{n}.md": f"@f{n + 1}.md" for n in range(6)}})
    result = tree.load()
    assert [(Path(f.path).name, f.status, f.hops) for f in result.files] == [
        ("CLAUDE.md", "loaded", 0),
        ("f0.md", "loaded", 1),
        ("f1.md", "loaded", 2),
        ("f2.md", "loaded", 3),
        ("f3.md", "loaded", 4),
        ("f4.md", "too-deep", 5),
    ]
    assert codes(result) == ["import-too-deep"]


def test_an_import_comes_after_the_file_that_names_it(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "start\n@b.md\nmiddle @a.md\n",
            "work/project/b.md": "b @c.md",
            "work/project/c.md": "c",
            "work/project/a.md": "a",
            "work/project/CLAUDE.local.md": "local",
        }
    )
    assert [Path(f).name for f in tree.loaded()] == ["CLAUDE.md", "b.md", "c.md", "a.md", "CLAUDE.local.md"]
    assert "@b.md" in tree.load().loaded[0].content


def test_circles(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "@a.md @CLAUDE.md",
            "work/project/a.md": "@b.md",
            "work/project/b.md": "x\n@sub/../a.md",
            "work/project/sub/x.md": "",
        }
    )
    result = tree.load()
    assert [(Path(f.path).name, f.status) for f in result.files] == [
        ("CLAUDE.md", "loaded"),
        ("a.md", "loaded"),
        ("b.md", "loaded"),
        ("a.md", "cycle"),
        ("CLAUDE.md", "cycle"),
    ]
    assert [(f.code, f.path, f.line) for f in result.findings] == [
        ("import-cycle", "b.md", 2),
        ("import-cycle", "CLAUDE.md", 1),
    ]
    assert one(result, "b.md").parent == str(tree.project / "a.md")


def test_a_diamond_is_no_circle(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "@a.md @b.md",
            "work/project/a.md": "@d.md",
            "work/project/b.md": "@d.md",
            "work/project/d.md": "d",
        }
    )
    result = tree.load()
    assert [(Path(f.path).name, f.status) for f in result.files] == [
        ("CLAUDE.md", "loaded"),
        ("a.md", "loaded"),
        ("d.md", "loaded"),
        ("b.md", "loaded"),
        ("d.md", "duplicate"),
    ]
    assert result.findings == ()


def test_missing_imports_are_findings_and_names_of_people_are_not(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "---\na: b\n---\n@docs/x.md\nask @alice or @sentry/node\nsee @b.md, then\n",
            "work/project/b.md": "b",
        }
    )
    result = tree.load()
    assert [(f.code, f.severity, f.line) for f in result.findings] == [
        ("import-missing", "warning", 4),
        ("import-missing", "info", 5),
        ("import-missing", "info", 5),
        ("import-missing", "warning", 6),
    ]
    assert "put a space between" in result.findings[3].message
    assert [f.status for f in result.files] == ["loaded", "missing", "missing"]


def test_what_is_not_text_is_not_imported(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "@logo.png @docs @Makefile @x.PY",
            "work/project/logo.png": "png",
            "work/project/docs/a.md": "",
            "work/project/Makefile": "all:",
            "work/project/x.PY": "x",
        }
    )
    statuses = tree.statuses(nested=False)
    assert statuses == {
        "work/project/CLAUDE.md": "loaded",
        "work/project/logo.png": "not-text",
        "work/project/docs": "not-text",
        "work/project/Makefile": "loaded",
        "work/project/x.PY": "loaded",
    }


def test_an_import_glued_to_a_tag_is_named(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "<rules>\n@a.md\n</rules>", "work/project/a.md": "a"})
    result = tree.load()
    assert one(result, "a.md").status == "in-html"
    assert codes(result) == ["import-in-html"]


def test_code_and_comments_import_nothing(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "`@a.md`\n\n```\n@a.md\n```\n\n    @a.md\n\n<!-- @a.md -->\n",
            "work/project/a.md": "a",
        }
    )
    assert tree.loaded() == ["work/project/CLAUDE.md"]


# The policy for imports from outside


def test_project_files_import_from_outside_only_when_approved(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "@../out.md @~/secret.md @sub/in.md",
            "work/out.md": "@project/back.md",
            "home/secret.md": "s",
            "work/project/sub/in.md": "in",
            "work/project/back.md": "back",
        }
    )
    result = tree.load()
    assert [(Path(f.path).name, f.status) for f in result.files] == [
        ("CLAUDE.md", "loaded"),
        ("out.md", "blocked"),
        ("secret.md", "blocked"),
        ("in.md", "loaded"),
    ]
    assert codes(result) == ["import-blocked"] * 2
    assert all(f.content == "" for f in result.files if f.status == "blocked")
    assert [Path(f).name for f in tree.loaded(external_approved=True)] == [
        "CLAUDE.md",
        "out.md",
        "back.md",
        "secret.md",
        "in.md",
    ]


def test_a_link_out_of_the_project_is_outside(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "@key.md", "home/key.md": "k"})
    (tree.project / "key.md").symlink_to(tree.home / "key.md")
    assert one(tree.load(), "key.md").status == "blocked"


def test_users_and_managed_files_import_freely(tree: Tree) -> None:
    tree.write(
        {
            "home/.claude/CLAUDE.md": "@~/notes.md",
            "home/notes.md": "@../work/n.md",
            "work/n.md": "n",
            "home/.claude/rules/r.md": "@../../r2.md",
            "home/r2.md": "r2",
            "etc/claude-code/CLAUDE.md": "@/dev/null\n@m.md",
            "etc/claude-code/m.md": "m",
        }
    )
    assert [Path(f).name for f in tree.loaded()] == [
        "CLAUDE.md",
        "m.md",
        "CLAUDE.md",
        "notes.md",
        "n.md",
        "r.md",
        "r2.md",
    ]


def test_a_parent_directorys_import_lies_outside_of_the_working_directory(tree: Tree) -> None:
    tree.write({"work/CLAUDE.md": "@docs.md", "work/docs.md": "d"})
    assert one(tree.load(), "docs.md").status == "blocked"
    assert one(tree.load(cwd=tree.top / "work"), "docs.md").status == "loaded"


def test_approval_is_read_from_claude_json(tree: Tree) -> None:
    environment = tree.environment()
    project = str(tree.project)
    assert not external_imports_approved(environment, str(tree.home / ".claude"), [project])
    for text, approved in [
        ("not json", False),
        ('{"projects": []}', False),
        ('{"projects": {"P": 1}}', False),
        ('{"projects": {"P": {"hasClaudeMdExternalIncludesApproved": "yes"}}}', False),
        ('{"projects": {"P": {"hasClaudeMdExternalIncludesApproved": true}}}', True),
    ]:
        tree.write({"home/.claude.json": text.replace('"P"', json.dumps(project))})
        assert external_imports_approved(environment, str(tree.home / ".claude"), [project]) is approved, text


def test_the_settings_of_the_project_are_obeyed(tree: Tree) -> None:
    project = str(tree.project)
    tree.write(
        {
            "work/project/CLAUDE.md": "@../out.md",
            "work/out.md": "out",
            "work/project/.claude/rules/no.md": "no",
            "work/project/.claude/settings.json": json.dumps({"claudeMdExcludes": ["**/rules/no.md"]}),
            "etc/claude-code/managed-settings.json": json.dumps({"claudeMd": "policy"}),
            "home/.claude.json": json.dumps({"projects": {project: {"hasClaudeMdExternalIncludesApproved": True}}}),
        }
    )
    located = locate(tree.environment(), system_root=str(tree.top))
    result = project_instructions(located, managed_root=str(tree.top))
    assert [(tree.name(f.path), f.status) for f in result.files] == [
        ("etc/claude-code/managed-settings.json", "loaded"),
        ("work/project/CLAUDE.md", "loaded"),
        ("work/out.md", "loaded"),
        ("work/project/.claude/rules/no.md", "excluded"),
    ]


# Excludes


@pytest.mark.parametrize(
    "pattern", ["**/work/CLAUDE.md", "TOP/work/CLAUDE.md", "TOP/{work,other}/*.md", "**/w?rk/C*.md"]
)
def test_excludes(tree: Tree, pattern: str) -> None:
    tree.write({"work/CLAUDE.md": "w", "work/project/CLAUDE.md": "p", "etc/claude-code/CLAUDE.md": "m"})
    result = tree.load(excludes=[pattern.replace("TOP", str(tree.top))])
    assert [(tree.name(file.path), file.status) for file in result.files] == [
        ("etc/claude-code/CLAUDE.md", "loaded"),
        ("work/CLAUDE.md", "excluded"),
        ("work/project/CLAUDE.md", "loaded"),
    ]
    assert result.findings == ()


@pytest.mark.parametrize(
    "pattern", ["CLAUDE.md", "../CLAUDE.md", "~/CLAUDE.md", "/work/[", "{a,b}/c", "TOP/work", "{a,b}" * 20]
)
def test_excludes_that_match_nothing_are_findings(tree: Tree, pattern: str) -> None:
    tree.write({"work/CLAUDE.md": "w", "work/project/CLAUDE.md": "p"})
    result = tree.load(excludes=[pattern.replace("TOP", str(tree.top))])
    assert [file.status for file in result.files] == ["loaded", "loaded"]
    assert set(codes(result)) == (set() if pattern == "TOP/work" else {"exclude-pattern"})


def test_excludes_reach_rules_imports_and_links_but_not_what_is_managed(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "@x/a.md",
            "work/project/x/a.md": "a",
            "work/project/.claude/rules/r.md": "r",
            "home/.claude/CLAUDE.md": "u",
            "etc/claude-code/CLAUDE.md": "m",
        }
    )
    (tree.project / ".claude" / "CLAUDE.md").symlink_to("../x/hidden.md")
    tree.write({"work/project/x/hidden.md": "h"})
    statuses = tree.statuses(excludes=["**/x/**", "**/rules/**", "**/home/.claude/CLAUDE.md", "/**/etc/**", "["])
    assert statuses == {
        "etc/claude-code/CLAUDE.md": "loaded",
        "home/.claude/CLAUDE.md": "excluded",
        "work/project/CLAUDE.md": "loaded",
        "work/project/x/a.md": "excluded",
        "work/project/.claude/CLAUDE.md": "excluded",
        "work/project/.claude/rules/r.md": "excluded",
    }


# Rules with paths, and files of subdirectories


def test_rules_with_paths_wait(tree: Tree) -> None:
    tree.write(
        {
            "work/project/.claude/rules/ts.md": "---\npaths: src/**/*.ts\n---\nts @deep.md\n",
            "work/project/.claude/rules/deep.md": "---\npaths: never/**\n---\ndeep",
            "work/project/.claude/rules/all.md": "---\npaths: '**'\n---\nall\n",
            "home/.claude/rules/py.md": "---\npaths:\n  - '**/*.py'\n---\npy\n",
        }
    )
    assert tree.loaded() == ["work/project/.claude/rules/all.md"]
    waiting = [tree.name(file.path) for file in tree.load().files if file.status == "conditional"]
    assert set(waiting) == {
        "work/project/.claude/rules/ts.md",
        "work/project/.claude/rules/deep.md",
        "home/.claude/rules/py.md",
    }
    assert tree.loaded(for_path="src/a/b.ts") == [
        "work/project/.claude/rules/all.md",
        "work/project/.claude/rules/ts.md",
        "work/project/.claude/rules/deep.md",
    ]
    assert tree.loaded(for_path=str(tree.project / "x.py"))[-1] == "home/.claude/rules/py.md"
    assert tree.loaded(for_path="../other/src/a.ts") == ["work/project/.claude/rules/all.md"]
    assert one(tree.load(for_path="src/a.ts"), "ts.md").patterns == ("src/**/*.ts",)


def test_a_projects_rule_is_relative_to_its_directory_and_the_users_to_the_working_directory(tree: Tree) -> None:
    tree.write(
        {
            "work/.claude/rules/w.md": "---\npaths: project/*.ts\n---\nw",
            "home/.claude/rules/u.md": "---\npaths: '*.ts'\n---\nu",
        }
    )
    assert tree.loaded(for_path="a.ts") == ["home/.claude/rules/u.md", "work/.claude/rules/w.md"]


def test_subdirectories_load_when_a_file_there_is_read(tree: Tree) -> None:
    tree.write(
        {
            "work/project/CLAUDE.md": "top",
            "work/project/a/CLAUDE.md": "a @x.md",
            "work/project/a/x.md": "x",
            "work/project/a/b/CLAUDE.md": "b",
            "work/project/a/b/CLAUDE.local.md": "bl",
            "work/project/a/.claude/CLAUDE.md": "ac",
            "work/project/a/.claude/rules/r.md": "r",
            "work/project/a/.claude/rules/c.md": "---\npaths: b/*.ts\n---\nc",
            "work/project/other/CLAUDE.md": "o",
            "work/project/node_modules/m/CLAUDE.md": "m",
        }
    )
    statuses = tree.statuses()
    assert tree.loaded() == ["work/project/CLAUDE.md"]
    assert statuses["work/project/a/CLAUDE.md"] == statuses["work/project/a/x.md"] == "lazy"
    assert statuses["work/project/a/.claude/rules/c.md"] == "conditional"
    assert "work/project/node_modules/m/CLAUDE.md" not in statuses
    assert tree.loaded(for_path="a/b/f.ts") == [
        "work/project/CLAUDE.md",
        "work/project/a/CLAUDE.md",
        "work/project/a/x.md",
        "work/project/a/.claude/CLAUDE.md",
        "work/project/a/.claude/rules/r.md",
        "work/project/a/.claude/rules/c.md",
        "work/project/a/b/CLAUDE.md",
        "work/project/a/b/CLAUDE.local.md",
    ]
    assert tree.loaded(for_path="node_modules/m/x.js")[-1] == "work/project/node_modules/m/CLAUDE.md"
    assert tree.statuses(for_path="a/f.ts")["work/project/other/CLAUDE.md"] == "lazy"


def test_additional_directories_count_when_the_variable_is_set(tree: Tree) -> None:
    tree.write({"work/more/CLAUDE.md": "m", "work/more/.claude/rules/r.md": "r", "work/more/CLAUDE.local.md": "l"})
    more = str(tree.top / "work" / "more")
    assert codes(tree.load(additional=[more])) == ["additional-directory"]
    env = {"CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD": "1"}
    environment = Environment(str(tree.project), None, env, "linux", lambda: 0.0)
    result = load_instructions(environment, additional=["../more"], managed_root=str(tree.top))
    assert [file.content for file in result.loaded] == ["m", "r", "l"]


def test_a_switch_that_turns_all_off_is_said_and_nothing_loads(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "c"})
    environment = Environment(str(tree.project), None, {"CLAUDE_CODE_DISABLE_CLAUDE_MDS": "1"}, "linux", lambda: 0.0)
    result = load_instructions(environment, managed_root=str(tree.top))
    assert codes(result) == ["instructions-disabled"]
    assert [(file.status, file.content) for file in result.files] == [("excluded", "")]


def test_rules_lie_at_any_depth(tree: Tree) -> None:
    """Deeper than Python calls itself. The folders are taken away again, since pytest cannot."""
    made = [tree.project / ".claude" / "rules"]
    made[0].mkdir(parents=True)
    try:
        for _ in range(1100):
            made.append(made[-1] / "d")
            os.mkdir(made[-1])
        tree.write({"work/project/.claude/rules/z.md": "z"})
        assert tree.loaded(nested=False) == ["work/project/.claude/rules/z.md"]
    finally:
        for folder in reversed(made[1:]):
            os.rmdir(folder)


def test_rules_of_other_names_and_of_other_agents_are_named(tree: Tree) -> None:
    tree.write(
        {
            "work/project/.claude/rules/a.mdc": "a",
            "work/project/.claude/rules/b/C.MD": "c",
            "work/project/.claude/rules/notes.png": "",
            "work/project/.cursor/rules/x.mdc": "x",
            "work/project/.cursorrules": "y",
        }
    )
    assert set(tree.statuses().items()) == {
        ("work/project/.claude/rules/a.mdc", "unread"),
        ("work/project/.claude/rules/b/C.MD", "unread"),
        ("work/project/.cursor/rules", "unread"),
        ("work/project/.cursorrules", "unread"),
    }


def test_a_project_too_wide_to_search_says_so(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instruction_places, "MAX_DIRECTORIES", 5)
    tree.write({f"work/project/{name}/CLAUDE.md": "x" for name in "abcdefgh"})
    result = tree.load()
    assert [Path(file.path).parent.name for file in result.files] == list("abcde")
    assert codes(result) == ["walk-limit"]
    assert tree.loaded(for_path="h/x") == ["work/project/h/CLAUDE.md"]


def test_a_rule_whose_pattern_is_broken_says_so(tree: Tree) -> None:
    tree.write({"work/project/.claude/rules/r.md": "---\npaths: 'src/[a', lib/**\n---\nr"})
    result = tree.load(for_path="lib/x")
    assert codes(result) == ["rule-pattern"]
    assert [file.status for file in result.files] == ["loaded"]


def test_without_a_home_there_is_no_import_from_it(tree: Tree) -> None:
    tree.write({"work/project/CLAUDE.md": "@~/x.md\n\n<b>\n@~/y.md\n</b>"})
    environment = Environment(str(tree.project), None, {}, "linux", lambda: 0.0)
    result = load_instructions(environment, managed_root=str(tree.top))
    assert [finding.message for finding in result.findings] == ["`@~/x.md` is not loaded: there is no home directory"]


def test_a_submodule_is_a_subdirectory(tree: Tree) -> None:
    tree.write({"work/project/sub/.git": "gitdir: ../.git/modules/sub", "work/project/sub/CLAUDE.md": "s"})
    assert tree.statuses() == {"work/project/sub/CLAUDE.md": "lazy"}


# Worktrees


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def test_a_worktree_inside_its_repository_loads_nothing_twice(tree: Tree) -> None:
    tree.write(
        {"work/project/CLAUDE.md": "checked in", "work/project/.claude/rules/r.md": "r", "work/CLAUDE.md": "above"}
    )
    git(tree.project, "init", "-q", "-b", "main")
    git(tree.project, "add", ".")
    git(tree.project, "commit", "-q", "-m", "x")
    git(tree.project, "worktree", "add", "-q", ".claude/worktrees/w")
    tree.write({"work/project/CLAUDE.local.md": "mine"})
    worktree = tree.project / ".claude" / "worktrees" / "w"
    base = "work/project/.claude/worktrees/w"
    assert tree.loaded(cwd=worktree) == [
        "work/CLAUDE.md",
        "work/project/CLAUDE.local.md",
        f"{base}/CLAUDE.md",
        f"{base}/.claude/rules/r.md",
    ]
    statuses = tree.statuses(cwd=worktree)
    assert statuses["work/project/CLAUDE.md"] == statuses["work/project/.claude/rules/r.md"] == "duplicate"
    assert not [name for name in tree.statuses() if "worktrees" in name]


# Real trees


def _digest(top: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(top.rglob("*")):
        stat = path.lstat()
        digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}".encode("utf-8", "replace"))
    return digest.hexdigest()


@pytest.mark.skipif(not REAL, reason="MEMDIR_REAL_DATA is not set")
@pytest.mark.parametrize("folder", ["claude-md", "agent-rules"])
def test_every_real_tree_gives_its_instructions(tmp_path: Path, folder: str) -> None:
    top = Path(REAL or "") / folder
    before = _digest(top)
    for tree in sorted(path for path in top.iterdir() if path.is_dir()):
        environment = Environment(str(tree), str(tmp_path), {}, "linux", lambda: 0.0)
        result = load_instructions(environment, managed_root=str(tmp_path))
        there = {
            str(p) for p in tree.rglob("*") if p.name in ("CLAUDE.md", "AGENTS.md") and "node_modules" not in p.parts
        }
        listed = {file.path for file in result.files}
        assert there <= listed | {file.real for file in result.files}, tree
        if (tree / "CLAUDE.md").exists():
            assert any(file.path == str(tree / "CLAUDE.md") for file in result.loaded), tree
        for file in result.files:
            assert file.why
            if file.patterns and file.status == "conditional" and file.kind == "rule":
                assert all("\n" not in pattern for pattern in file.patterns)
        assert not [f for f in result.findings if f.severity == "error"]
        text = render(result.files)
        assert text.count("Contents of ") >= len(result.loaded)
    assert _digest(top) == before
