"""The figures of an evaluation, and the command that makes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from memdir.errors import BadInputError
from memdir.evaluate import Question, evaluate, figures, outcome, read_questions

if TYPE_CHECKING:
    from sandbox import Sandbox

ANSWERS = {
    "first": [("a.md", 0.9), ("b.md", 0.5)],
    "second": [("b.md", 0.6), ("a.md", 0.4)],
    "sixth": [(f"x{n}.md", 0.5) for n in range(5)] + [("a.md", 0.3)],
    "nothing": [],
    "wrong": [("b.md", 0.45)],
}
QUESTIONS = [
    Question("first", ("a.md",), "plain"),
    Question("second", ("a.md", "z.md"), "plain"),
    Question("sixth", ("a.md",), "hard"),
    Question("nothing", ("a.md",), "hard"),
    Question("wrong", (), "absent"),
    Question("nothing", (), "absent"),
]


def test_figures_by_hand() -> None:
    report = evaluate(QUESTIONS, lambda repo, query: ANSWERS[query], 0.5)
    everything = report.ranking["all"]
    assert (everything.questions, everything.absent) == (4, 2)
    assert (everything.hit1, everything.hit5, everything.hit10) == (0.25, 0.5, 0.75)
    assert everything.mrr == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    assert everything.answered == 0.5
    assert report.ranking["plain"].hit5 == 1.0
    assert report.ranking["absent"].hit5 is None
    kept = report.answers["all"]
    assert (kept.hit1, kept.hit5, kept.answered) == (0.25, 0.25, 0.0)


def test_the_curve_falls() -> None:
    report = evaluate(QUESTIONS, lambda repo, query: ANSWERS[query], 0.42)
    assert [point.threshold for point in report.curve] == sorted(point.threshold for point in report.curve)
    assert any(point.threshold == 0.42 for point in report.curve)
    hits = [point.hit5 for point in report.curve if point.hit5 is not None]
    assert hits == sorted(hits, reverse=True)
    answered = [point.answered for point in report.curve if point.answered is not None]
    assert answered == sorted(answered, reverse=True)


def test_an_answer_below_the_threshold_is_none() -> None:
    found = [outcome(QUESTIONS[1], ANSWERS["second"])]
    assert figures(found, 0.4).hit5 == 1.0
    assert figures(found, 0.41).hit5 == 0.0


def test_no_questions_with_an_answer() -> None:
    assert figures([outcome(QUESTIONS[5], [])], 0.0).answered == 0.0
    assert figures([], 0.0).answered is None


def test_reading() -> None:
    text = '{"query": "a", "gold": ["x.md"]}\n\n{"query": "b", "repo": "r"}\n{"query": "c", "kind": "k", "gold": []}\n'
    assert read_questions(text) == [
        Question("a", ("x.md",), "question"),
        Question("b", (), "absent", "r"),
        Question("c", (), "k"),
    ]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '"text"', "{}", '{"query": 1}', '{"query": "a", "gold": "x"}', '{"query": "a", "gold": [1]}',
     '{"query": "a", "kind": 1}', '{"query": "a", "repo": []}'],
)  # fmt: skip
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_questions('{"query": "fine"}\n' + line, "q.jsonl")
    assert caught.value.line == 2


def test_an_empty_file_is_bad_input() -> None:
    with pytest.raises(BadInputError):
        read_questions("\n\n")


@pytest.fixture
def box(plain_project: Sandbox) -> Sandbox:
    for repo, word in (("one", "clippy"), ("two", "ruff")):
        folder = plain_project.project / "all" / repo / "memory"
        folder.mkdir(parents=True)
        (folder / "tips.md").write_text(f"---\nname: tips\ndescription: tools\n---\nUse {word} for linting.\n")
    lines = [
        {"repo": "one", "query": "clippy", "gold": ["memory/tips.md"]},
        {"repo": "two", "query": "ruff", "gold": ["memory/tips.md"]},
        {"repo": "two", "query": "clippy", "gold": []},
    ]
    (plain_project.project / "q.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return plain_project


def test_the_command_over_several_directories(box: Sandbox) -> None:
    done = box.run("eval", "q.jsonl", "--root", "all", "--json")
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["schema"] == "memdir.eval/1"
    assert answer["ranking"]["all"]["hit1"] == 1.0
    assert answer["ranking"]["absent"]["answered"] == 0.0
    assert [q["rank"] for q in answer["questions"]] == [1, 1, None]
    assert "hit@5" in box.run("eval", "q.jsonl", "--root", "all").out


def test_the_command_over_the_workspace(box: Sandbox) -> None:
    (box.project / "own.jsonl").write_text('{"query": "clippy", "gold": ["memory/tips.md"]}')
    done = box.run("--memory-dir", "all/one", "eval", "own.jsonl", "--json")
    assert json.loads(done.out)["answers"]["all"]["hit1"] == 1.0


def test_the_command_with_bad_input(box: Sandbox) -> None:
    assert box.run("eval", "q.jsonl").code == 3
    assert box.run("eval", "missing.jsonl").code != 0
    (box.project / "out.jsonl").write_text('{"repo": "../..", "query": "x"}')
    assert box.run("eval", "out.jsonl", "--root", "all").code == 3
