"""Recall on small directories: what is found, what is not, in which order, and what the hits say."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdir.collection import Collection, View
from memdir.documents import documents, index_wording
from memdir.hit import Hit
from memdir.memory_segment import MemorySegment
from memdir.model import Link, Memory
from memdir.ranking import MAX_PRIOR, calibrate, evidence, idf, prior
from memdir.recall import RecallOptions, Scored, hits, recall
from memdir.scan import scan
from memdir.snippet import snippet
from memdir.synonyms import synonyms

if TYPE_CHECKING:
    from sandbox import Sandbox

NOW = 1_800_000_000.0
YEAR = 365 * 86_400.0


def memory(id: str, description: str = "", body: str = "", **fields: Any) -> Memory:
    fields.setdefault("mtime", NOW - 86_400)
    name = fields.pop("name", id.rpartition("/")[2].removesuffix(".md"))
    return Memory(id=id, root="/m", path=f"/m/{id}", name=name, description=description, body=body, **fields)


def ask(memories: list[Memory], query: str, **options: Any) -> list[Scored]:
    options.setdefault("now", NOW)
    views = [View(MemorySegment(documents(memories)), source="given", root="/m")]
    return recall(Collection(views), query, RecallOptions(**options))


def ids(found: list[Scored]) -> list[str]:
    return [scored.facts.id for scored in found]


TIPS = [
    memory("rust_tips.md", "Rust tips", "Use clippy for linting."),
    memory("python_tips.md", "Python tips", "Use ruff for linting."),
]


def test_the_seeds_fallback_case() -> None:
    """formats/cersei.md X4, and the stress program's recall cases."""
    assert ids(ask(TIPS, "clippy")) == ["rust_tips.md"]
    assert sorted(ids(ask(TIPS, "linting"))) == ["python_tips.md", "rust_tips.md"]
    assert len(ask(TIPS, "Use")) == 2
    assert ask(TIPS, "nonexistent_xyz") == []


def test_nothing_from_nothing() -> None:
    assert ask([], "anything") == []
    assert ask(TIPS, "") == ask(TIPS, "  ?! ") == []
    assert ask(TIPS, "linting", limit=0) == []


def test_ties_are_broken_by_path() -> None:
    same = [memory(f"{letter}.md", f"{letter}{letter}", "the same words") for letter in "cab"]
    assert ids(ask(same, "same words")) == ["a.md", "b.md", "c.md"]


def test_a_typing_error_finds_the_word() -> None:
    assert ids(ask(TIPS, "clipyp")) == ["rust_tips.md"]
    assert ids(ask(TIPS, "clippi")) == ["rust_tips.md"]


def test_a_synonym_finds_what_the_file_calls_otherwise() -> None:
    notes = [
        memory("a.md", "Remove the old branches every Friday"),
        memory("b.md", "Lunch is at noon"),
        memory("c.md", "The office is in the north"),
    ]
    found = ask(notes, "delete branches", explain=True)
    assert ids(found)[0] == "a.md"
    assert found[0].parts["synonyms"] > 0
    assert any("for delete" in reason for reason in found[0].why)


def test_two_words_meet_a_joined_name() -> None:
    notes = [memory("a.md", "the oneshot mode"), memory("b.md", "one thing"), memory("c.md", "shot of espresso")]
    assert ids(ask(notes, "one shot mode"))[0] == "a.md"


def test_validity_is_half_open_and_as_of_asks_for_a_day() -> None:
    """seed-systems §5.2 D19: what was true on February 15."""
    notes = [
        memory("old.md", "The database is MySQL", valid_until="2026-03-01T00:00:00Z", status="superseded"),
        memory("new.md", "The database is Postgres", valid_from="2026-03-01T00:00:00Z"),
    ]
    boundary = 1_772_323_200.0  # 2026-03-01T00:00:00Z
    assert ids(ask(notes, "database")) == ["new.md"]
    assert ids(ask(notes, "database", as_of=boundary - 14 * 86_400)) == ["old.md"]
    assert ids(ask(notes, "database", as_of=boundary - 0.001)) == ["old.md"]
    assert ids(ask(notes, "database", as_of=boundary)) == ["new.md"]
    assert sorted(ids(ask(notes, "database", all=True))) == ["new.md", "old.md"]


def test_state_and_filters() -> None:
    notes = [
        memory("a.md", "cache rules", type="project", topics=("cache",), mtime=NOW - 10 * YEAR),
        memory("x/b.md", "cache rules", name="other", type="feedback", topics=("speed", "cache")),
        memory("x/y/c.md", "cache rules", name="third", type="feedback", status="stale"),
        memory("xy/d.md", "cache rules", name="fourth", type="reference", status="review"),
    ]
    assert set(ids(ask(notes, "cache"))) == {"a.md", "x/b.md"}
    assert set(ids(ask(notes, "cache", all=True))) == {"a.md", "x/b.md", "x/y/c.md", "xy/d.md"}
    assert ids(ask(notes, "cache", types=("feedback",))) == ["x/b.md"]
    assert ids(ask(notes, "cache", types=("feedback", "project"), topics=("speed",))) == ["x/b.md"]
    assert ids(ask(notes, "cache", namespaces=("x",), all=True)) == ["x/b.md", "x/y/c.md"]
    assert ids(ask(notes, "cache", since=NOW - YEAR)) == ["x/b.md"]
    assert ids(ask(notes, "cache", until=NOW - YEAR)) == ["a.md"]


def test_refused_documents_take_no_places() -> None:
    """More superseded memories than candidates are looked at, all of them better."""
    notes = [memory(f"old{n}.md", "cache cache cache", name=f"cache {n}", status="superseded") for n in range(60)]
    notes.append(memory("now.md", "a note that names the cache once among many other words"))
    assert ids(ask(notes, "cache", min_score=0.0)) == ["now.md"]


def test_priors_never_beat_relevance() -> None:
    """seed-systems §5.2 D4."""
    gold = memory("gold.md", "How the invoice export rounds amounts", confidence=0.0, mtime=NOW - 20 * YEAR)
    other = memory("other.md", "How the export is started", confidence=1.0, pinned=True, mtime=NOW)
    assert ids(ask([gold, other], "invoice export rounding"))[0] == "gold.md"
    for facts in MemorySegment(documents([gold, other]))._facts:
        assert 1 - MAX_PRIOR <= prior(facts, NOW, NOW) <= 1 + MAX_PRIOR


def test_an_old_untouched_decision_is_first_for_its_own_words() -> None:
    """seed-systems §5.2 D11."""
    notes = [memory(f"n{n}.md", f"daily note {n} about the queue", mtime=NOW) for n in range(30)]
    notes.append(memory("decision.md", "Decision: the queue is drained on shutdown", mtime=NOW - YEAR))
    assert ids(ask(notes, "queue is drained on shutdown"))[0] == "decision.md"


def test_activity_logs_rank_below_memories() -> None:
    notes = [memory("logs/2026/a.md", "rotate the keys", name="a"), memory("z.md", "rotate the keys", name="z")]
    assert ids(ask(notes, "rotate keys")) == ["z.md", "logs/2026/a.md"]


def test_a_link_brings_its_target_and_says_so() -> None:
    notes = [
        memory("a.md", "Deployment happens on Tuesday", links=(Link("b", "depends"),)),
        memory("b.md", "Certificates and their renewal"),
        memory("c.md", "Unrelated words about lunch"),
    ]
    found = ask(notes, "deployment", min_score=0.0, explain=True)
    assert ids(found) == ["a.md", "b.md"]
    assert found[1].parts["structure"] > 0
    assert found[1].why == ("linked from a.md (depends)",)


def test_what_says_the_same_moves_down() -> None:
    notes = [
        memory("a/x.md", "Use tabs in Go", name="tabs"),
        memory("b/x.md", "Use tabs in Go", name="tabs"),
        memory("c.md", "Use tabs in Go code too", name="more tabs"),
    ]
    found = ask(notes, "tabs go")
    assert ids(found)[-1] == "b/x.md"
    assert found[-1].parts["diversity"] < 1


def test_scores_are_shares_and_comparable() -> None:
    notes = [*TIPS, *(memory(f"n{n}.md", f"note {n} about lunch, travel and weather") for n in range(40))]
    exact = ask(notes, "clippy linting", min_score=0.0)[0].score
    vague = ask(notes, "clippy deployment kubernetes terraform rollback", min_score=0.0)[0].score
    assert 0 < vague < exact < 1
    half = evidence(1, 3, 0.5, 0.5)
    assert 0 < calibrate(half, 0.5) < calibrate(half, 1.0) < 1
    assert evidence(1, 3, 0.2, 0.2) < evidence(1, 3, 0.8, 0.2) < evidence(2, 3, 0.8, 0.2) < evidence(2, 3, 1.0, 0.2)
    assert evidence(1, 3, 0.5, 0.0) < half
    assert idf(10, 0) > idf(10, 1) > idf(10, 10) > 0


def test_a_question_about_something_else_gives_nothing() -> None:
    notes = [*TIPS, *(memory(f"n{n}.md", f"note {n} about lunch, travel and weather") for n in range(40))]
    assert ask(notes, "which terraform backend stores the note of our kubernetes cluster state") == []
    assert ask(notes, "which terraform backend stores the note of our kubernetes cluster state", min_score=0.0)


def test_hits_carry_what_a_script_needs(tmp_path: Path) -> None:
    (tmp_path / "tips.md").write_text("---\nname: tips\ndescription: Rust tips\ntype: project\n---\nUse clippy.\n")
    memories = scan(str(tmp_path)).memories
    options = RecallOptions(now=memories[0].mtime + 3 * 86_400 + 5)
    views = [View(MemorySegment(documents(memories)), source="given", root=str(tmp_path))]
    [hit] = hits(recall(views, "clippy", options), options)
    assert isinstance(hit, Hit)
    assert (hit.path, hit.source, hit.root, hit.name) == ("tips.md", "given", str(tmp_path), "tips")
    assert (hit.type, hit.description, hit.age_days, hit.line) == ("project", "Rust tips", 3, 1)
    assert hit.read() == "Use clippy.\n"
    assert hit.snippet == "Use clippy."
    assert hit.parts["words"] > 0
    (tmp_path / "tips.md").unlink()
    assert hit.snippet == ""


def test_secrets_are_neither_found_nor_shown() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    notes = [memory("a.md", "deploy token", f"The deploy token is {token}, keep it."), *TIPS]
    assert ask(notes, token) == []
    assert token not in snippet(notes[0].body, ["deploy", "token"]).text


def test_removed_documents_count_for_nothing() -> None:
    segment = MemorySegment(documents([*TIPS, memory("gone.md", "clippy clippy linting")]))
    view = View(segment, removed=frozenset({segment.find("gone.md")}), root="/m")
    whole = recall([View(MemorySegment(documents(TIPS)), root="/m")], "linting clippy", RecallOptions(now=NOW))
    left = recall([view], "linting clippy", RecallOptions(now=NOW))
    assert [(s.facts.id, s.score) for s in left] == [(s.facts.id, s.score) for s in whole]


def test_a_very_long_query_is_answered() -> None:
    text = " ".join(f"word{n}" for n in range(5_000)) + " clippy"
    assert ids(ask(TIPS, "clippy " + text, min_score=0.0)) == ["rust_tips.md"]


def test_prefix_of_a_longer_answer() -> None:
    notes = [memory(f"n{n}.md", f"cache note {n}", "word " * n) for n in range(12)]
    assert ids(ask(notes, "cache note", limit=3)) == ids(ask(notes, "cache note", limit=10))[:3]


class TestSnippets:
    BODY = "# Title\n\nFirst line.\n\nThe exporter rounds half to even, as the ledger does.\nLast line.\n"

    def test_the_line_with_the_most_words_is_chosen_and_marked(self) -> None:
        found = snippet(self.BODY, ["round", "ledger"])
        assert found.text == "The exporter rounds half to even, as the ledger does."
        assert [found.text[a:b] for a, b in found.marks] == ["rounds", "ledger"]

    def test_without_a_match_the_first_words_are_shown(self) -> None:
        assert snippet(self.BODY, ["zebra"]).text == "Title"
        assert snippet("", ["a"]).text == snippet("\n \n", []).text == ""

    def test_a_long_line_is_cut_around_its_matches(self) -> None:
        line = "filler words " * 60 + "the needle is here " + "more words " * 60
        found = snippet(line, ["needl"], width=80)
        assert found.text.startswith("…")
        assert found.text.endswith("…")
        assert len(found.text) <= 82
        assert [found.text[a:b] for a, b in found.marks] == ["needle"]

    def test_other_scripts(self) -> None:
        found = snippet("无关\n这里是配置文件的说明\n", ["配置", "文件"])
        assert found.text == "这里是配置文件的说明"
        assert [found.text[a:b] for a, b in found.marks] == ["配置文件"]

    def test_identifiers(self) -> None:
        found = snippet("call getUserName() now", ["user"])
        assert [found.text[a:b] for a, b in found.marks] == ["getUserName"]


def test_index_wording_is_resolved_from_its_own_folder() -> None:
    text = "# Index\n- [Tabs](a%20b.md) — use tabs\n- [Up](../top.md#x): above\nno link\n"
    assert index_wording(text, "team") == {"team/a b.md": "- Tabs — use tabs", "top.md": "- Up: above"}


def test_since_is_inclusive_and_until_is_not() -> None:
    notes = [memory("a.md", "cache", mtime=NOW)]
    options = RecallOptions(now=NOW)
    views = [View(MemorySegment(documents(notes)), root="/m")]
    assert recall(views, "cache", options._replace(since=NOW, until=inf))
    assert not recall(views, "cache", options._replace(until=NOW))


class TestCommand:
    @pytest.fixture
    def box(self, plain_project: Sandbox) -> Sandbox:
        folder = plain_project.project / "notes"
        folder.mkdir()
        (folder / "tips.md").write_text("---\nname: tips\ndescription: Rust tips\ntype: user\n---\nUse clippy daily.\n")
        (folder / "other.md").write_text("---\nname: other\ndescription: Lunch\ntype: project\n---\nSoup and bread.\n")
        (folder / "MEMORY.md").write_text("- [Tips](tips.md) — rust\n\n## House rules\n\nNo shoes inside.\n")
        return plain_project

    def test_text(self, box: Sandbox) -> None:
        done = box.run("--memory-dir", "notes", "recall", "--explain", "clippy")
        assert done.code == 0, done.err
        assert done.out.startswith("tips.md  0.")
        assert "Rust tips" in done.out
        assert "Use clippy daily." in done.out
        assert "words: clippy" in done.out

    def test_json(self, box: Sandbox) -> None:
        done = box.run("--memory-dir", "notes", "recall", "shoes", "-k", "2", "--json")
        answer = json.loads(done.out)
        assert answer["schema"] == "memdir.recall/1"
        assert answer["query"] == "shoes"
        assert answer["answered_by"] in {"index", "scan", "mixed"}
        [hit] = answer["hits"]
        assert hit["path"] == "MEMORY.md#house-rules"
        assert hit["line"] == 3
        assert {
            "path",
            "source",
            "root",
            "name",
            "type",
            "description",
            "score",
            "parts",
            "snippet",
            "modified",
        } <= set(hit)

    def test_files(self, box: Sandbox) -> None:
        done = box.run("--memory-dir", "notes", "search", "-l", "clippy")
        assert done.out.splitlines() == [str(box.project / "notes" / "tips.md")]
        done = box.run("--memory-dir", "notes", "recall", "-0", "clippy")
        assert done.out == str(box.project / "notes" / "tips.md") + "\0"

    def test_nothing_relevant_is_exit_code_1(self, box: Sandbox) -> None:
        done = box.run("--memory-dir", "notes", "recall", "kubernetes")
        assert (done.code, done.out) == (1, "")
        assert "nothing relevant" in done.err

    def test_bad_values(self, box: Sandbox) -> None:
        assert box.run("--memory-dir", "notes", "recall", "--since", "someday", "x").code == 3
        assert box.run("--memory-dir", "notes", "recall", "--type", "user", "clippy").code == 0
        assert box.run("--memory-dir", "notes", "recall", "--type", "project", "clippy").code == 1


def test_what_a_memory_is_about_is_surer_than_a_word_in_its_body() -> None:
    others = [memory(f"n{n}.md", f"note {n} about lunch, travel and weather") for n in range(40)]
    words = "the rollback of a release with terraform"
    told = ask([*others, memory("told.md", words, "what we do")], words + " on Friday", min_score=0.0)[0]
    said = ask([*others, memory("said.md", "what we do", f"{words} {words}")], words + " on Friday", min_score=0.0)[0]
    assert told.facts.id == "told.md" and said.facts.id == "said.md"
    assert told.score > said.score


def test_what_is_like_the_same_word_is_not_alike() -> None:
    assert "clear" in synonyms("flush") and "write" in synonyms("flush") and "flush" in synonyms("write")
    assert "clear" not in synonyms("write")
    assert all("_" not in other for term in ("turn_off", "delet", "fix") for other in synonyms(term))
