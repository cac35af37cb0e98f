"""The seed's conformance cases (formats/cersei.md §2), one by one: which test holds each, or why it is not kept.

`KEPT` names the tests, `CHANGED` what they expect otherwise than the seed and why, `NOT_KEPT` why there is none. The
cases that no other room tests are here.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sandbox import TOP

import memdir
from memdir.cli.workspace import Workspace
from memdir.documents import facts as facts_of
from memdir.environment import Environment
from memdir.locate import locate
from memdir.model import DEFAULT_CONFIDENCE
from memdir.ranking import prior
from memdir.scan import scan
from memdir.settings import Settings

CASES = {"M": 10, "C": 8, "S": 10, "G": 8, "X": 6, "D": 10, "E": 5, "P": 2}
"""How many cases the seed has: files, hierarchy, transcripts, graph, manager, dream, extraction, prompt."""

SESSION_TESTS = (
    "messages_in_order", "a_tombstone", "an_empty_file", "bad_lines", "the_path", "a_summary", "no_size_forks",
    "parts_that_the_seed_wrote", "a_tombstone_in_another_part", "the_size",
)  # fmt: skip
"""What the tests of the seed's ten cases of transcripts are called."""

KEPT: dict[str, tuple[str, ...]] = {
    "M1": ("seed_files.test_m1_scan", "seed_files.test_m1_what_the_seed_reads_wrongly"),
    "M2": ("seed_manager.test_m2_an_index_of_ten_lines_is_loaded_whole",),
    "M3": ("seed_manager.test_m3_an_index_of_300_lines_is_truncated_and_says_so",),
    "M4": ("seed_manager.test_m4_a_missing_index_is_none",),
    "M5": ("seed_files.test_m5_names_of_directories_are_claude_codes",),
    "M6": ("seed_files.test_m6_age",),
    "M7": ("seed_files.test_m7_freshness",),
    "M8": ("seed_conformance.test_m8_the_directory_lies_in_claude_codes",),
    "M9": ("seed_files.test_m9_load_file",),
    "M10": ("seed_manager.test_m10_what_is_prompted_holds_every_link",),
    "C1": ("seed_hierarchy.test_c1_the_projects_file",),
    "C2": ("seed_hierarchy.test_c2_the_file_in_the_dot_folder",),
    "C3": ("seed_hierarchy.test_c3_the_order",),
    "C4": ("seed_hierarchy.test_c4_includes", "seed_hierarchy.test_what_the_seed_made_of_an_include_line"),
    "C5": ("seed_hierarchy.test_c5_circles", "seed_hierarchy.test_the_seeds_wrong_circles_load"),
    "C6": ("seed_hierarchy.test_c6_the_merge",),
    "C7": ("seed_hierarchy.test_c7_an_empty_file",),
    "C8": ("seed_hierarchy.test_c8_frontmatter",),
    **dict.fromkeys(("D1", "D2", "D3"), ("seed_dream.test_d1_to_d3_the_time_gate",)),
    **dict.fromkeys(("D4", "D5"), ("seed_dream.test_d4_and_d5_the_session_gate",)),
    **dict.fromkeys(("D6", "D7", "D8"), ("seed_dream.test_d6_to_d8_the_lock",)),
    "D9": ("seed_dream.test_d9_the_state",),
    "D10": ("seed_dream.test_d10_the_prompt",),
    "G1": ("seed_conformance.test_g1_to_g5_confidence_is_what_the_file_says",),
    "G2": ("seed_conformance.test_g1_to_g5_confidence_is_what_the_file_says",),
    "G3": ("seed_conformance.test_g1_to_g5_age_costs_little_and_never_everything",),
    "G4": ("seed_conformance.test_g1_to_g5_confidence_is_what_the_file_says",),
    "G5": ("seed_conformance.test_g1_to_g5_a_confidence_out_of_bounds",),
    "G6": ("seed_graph.test_no_files_make_an_empty_graph",),
    "G7": ("seed_graph.test_another_version_is_made_anew",),
    "G8": ("seed_graph.test_the_graph_is_made_once_for_a_generation",),
    **{f"S{n}": (f"seed_sessions.test_s{n}_{name}",) for n, name in enumerate(SESSION_TESTS, 1)},
    "X3": ("seed_sessions.test_x3_the_manager_writes_and_loads",),
    "X6": ("seed_sessions.test_x6_what_is_listed",),
    **dict.fromkeys(("E1", "E2", "E3"), ("seed_extraction.test_e1_to_e3_the_gate",)),
    "E4": ("seed_extraction.test_e4_the_answer",),
    "E5": ("seed_extraction.test_e5_what_is_kept",),
    "X1": ("seed_conformance.test_x1_a_fresh_manager", "seed_manager.test_x1_a_fresh_manager_has_no_memories"),
    "X2": ("seed_hierarchy.test_x2_the_context",),
    "X4": ("seed_conformance.test_x4_recall",),
    "X5": ("seed_files.test_x5_scan_leaves_the_index_out",),
}

CHANGED = {
    "M1": "a memory without a name is called by its file, so that it can be linked; Claude Code resolves links so too.",
    "M3": "Claude Code appends a notice of its own instead of an HTML comment with the word `truncated`.",
    "M5": "`-` for every foreign character, as Claude Code writes it; `_` names a directory it never reads.",
    "C2": ".claude/CLAUDE.md is shared with the team, not local: Claude Code's private file is CLAUDE.local.md.",
    "C4": "`@extra.md` is Claude Code's import; `@include extra.md` loads nothing there and is shown as a legacy form.",
    "C5": "the circle is a finding; no `<!-- circular @include -->` is written into what an agent reads.",
    "C6": "the separator stays, and each file stands under Claude Code's `Contents of PATH (LABEL):`.",
    "D8": "the lock is Claude Code's, whose file stays after a run: its time is when that was.",
    "D9": "when it last ran is the time of Claude Code's lock; the seed's state file counts where it is.",
    "D10": "the text is our own, with the seed's three words in it.",
    "E5": "extracted facts wait as candidates in the state directory; once accepted, each is a memory of its own.",
    "G3": "no file holds a decay rate: confidence stays what the file says, age is a bounded factor of recall.",
    "G5": "a confidence out of bounds is a finding and read as missing, which is 0.7; a typing error is no certainty.",
    "G6": "there is no migration: a graph that is missing is made.",
    "G7": "there is no migration: a graph of another schema is made anew, from the files.",
    "S4": "lines that cannot be read are counted.",
    "S6": "a summary takes the place of what was before it; `all=True` gives every message.",
    "S7": "a session is one file, however large: nothing forks, and the seed's parts are read.",
    "X6": "the parts of a session are one session.",
    "X1": "a graph needs no set-up, so `has_graph` says whether there can be one; a fresh one counts nothing.",
}

NOT_KEPT = {
    "P1": "memdir writes no system prompt: the context goes to an agent as text, and the agent keeps its own boundary.",
    "P2": "guidance about having a memory is the agent's own, and not part of what it is given.",
}


def test_every_case_has_a_test_or_a_reason() -> None:
    cases = [f"{letter}{n}" for letter, count in CASES.items() for n in range(1, count + 1)]
    assert sorted(cases) == sorted([*KEPT, *NOT_KEPT])
    assert set(CHANGED) <= set(KEPT)


@pytest.mark.parametrize("name", sorted({name for names in KEPT.values() for name in names}))
def test_the_tests_that_are_named_exist(name: str) -> None:
    module, _, function = name.partition(".")
    tree = ast.parse((TOP / "tests" / f"test_{module}.py").read_text("utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_m8_the_directory_lies_in_claude_codes(tmp_path: Path) -> None:
    project = tmp_path / "Users" / "test" / "myproject"
    project.mkdir(parents=True)
    environment = Environment(str(project), str(tmp_path / "home"), {}, "linux", lambda: 0.0)
    root = locate(environment, settings=Settings()).primary.root
    assert root.startswith(str(tmp_path / "home" / ".claude" / "projects"))
    assert root.endswith("Users-test-myproject/memory")


def memory(root: Path, name: str, metadata: str) -> memdir.Memory:
    (root / name).write_text(f"---\nname: {name[:-3]}\ndescription: d\nmetadata:\n{metadata}---\n\nwords\n")
    return next(m for m in scan(str(root)).memories if m.id == name)


@pytest.mark.parametrize(
    ("metadata", "confidence"),
    [
        ("  confidence: 0.9\n", 0.9),
        ("  confidence: 0.9\n  modified: 2020-01-01T00:00:00Z\n", 0.9),
        ("  confidence: 0.9\n  modified: 2999-01-01T00:00:00Z\n", 0.9),
        ("  confidence: 0.8\n  modified: not-a-date\n", 0.8),
    ],
)
def test_g1_to_g5_confidence_is_what_the_file_says(tmp_path: Path, metadata: str, confidence: float) -> None:
    assert memory(tmp_path, "a.md", metadata).confidence == confidence


@pytest.mark.parametrize("text", ["1.5", "-0.5", "nan", "high"])
def test_g1_to_g5_a_confidence_out_of_bounds(tmp_path: Path, text: str) -> None:
    found = memory(tmp_path, "a.md", f"  confidence: {text}\n")
    assert found.confidence is None
    assert [problem.code for problem in found.problems] == ["bad-confidence"]


def test_g1_to_g5_age_costs_little_and_never_everything(tmp_path: Path) -> None:
    facts = facts_of(memory(tmp_path, "a.md", "  confidence: 0.9\n  modified: 2020-01-01T00:00:00Z\n"))
    now = facts.modified
    factors = [prior(facts, now + years * 365 * 86_400.0, now) for years in (0, 1, 7, 1000)]
    assert factors == sorted(factors, reverse=True)
    assert factors[0] - factors[-1] < 0.03
    assert prior(facts._replace(confidence=1.5), now, now) == prior(facts._replace(confidence=1.0), now, now)
    assert prior(facts._replace(confidence=DEFAULT_CONFIDENCE), now, now) == 1.0


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    root = tmp_path / "memory"
    root.mkdir()
    return memdir.open(memory_dir=root, cache_dir=tmp_path / "c", state_dir=tmp_path / "s", background=False)


def test_x1_a_fresh_manager(workspace: Workspace) -> None:
    with workspace:
        assert workspace.scan() == []
        assert workspace.recall("anything") == []
        if workspace.has_graph():
            assert workspace.graph_stats() == (0, 0, 0, 0)


@pytest.mark.parametrize("indexed", [False, True])
def test_x4_recall(workspace: Workspace, indexed: bool) -> None:
    root = Path(workspace.primary.root)
    (root / "rust_tips.md").write_text("---\nname: Rust Tips\ntype: reference\n---\nUse clippy for linting.\n")
    (root / "python_tips.md").write_text("---\nname: Python Tips\ntype: reference\n---\nUse ruff for linting.\n")
    with workspace:
        if indexed:
            workspace.sync()
        workspace.refresh()
        assert [hit.path for hit in workspace.recall("clippy")] == ["rust_tips.md"]
        assert "clippy" in workspace.recall("clippy")[0].read()
        assert sorted(hit.path for hit in workspace.recall("linting")) == ["python_tips.md", "rust_tips.md"]
        assert workspace.recall("nonexistent_xyz") == []
        # More of the seed's rows: swapped words, other case, words apart are found too.
        assert workspace.recall("LINTING clippy")[0].path == "rust_tips.md"


def test_by_topic_missed_a_topic_in_another_case(workspace: Workspace) -> None:
    with workspace:
        id = workspace.store_memory("Use clippy.", topics=("Rust",))
        assert [memory.id for memory in workspace.by_topic("rust")] == [id]
