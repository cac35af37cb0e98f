"""Turns and sessions that answer a question: neighbours, sessions, speakers, dates, filters; and that the segments do
not matter."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.asked_dates import Asked, asked_dates, nearness
from memdir.collection import Collection, View
from memdir.conversation import Conversations
from memdir.dates import parse_date
from memdir.growing import document_id
from memdir.memory_segment import MemorySegment
from memdir.model import DEFAULT_CONFIDENCE
from memdir.recall import Scored
from memdir.segment import Facts, TextDocument
from memdir.turn_question import TurnQuestion
from memdir.turn_ranking import ASKING, POOL
from memdir.turn_recall import FoundSession, TurnOptions, recall_sessions, recall_turns

NOW = parse_date("2026-03-01T12:00:00Z")
_WORDS = (
    "cache queue deploy release invoice round test build server client token login error retry schema index graph "
    "window config version commit merge review parse file folder path stream buffer"
)
WORDS = _WORDS.split(" ")


def turn(
    file: str,
    number: int,
    text: str,
    *,
    role: str = "user",
    speaker: str = "",
    when: float = NOW,
    tools: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    branch: str = "main",
    namespace: str = "p",
) -> TextDocument:
    facts = Facts(
        id=document_id(file, number), name=f"{file}-{number}", description=speaker, type=role, topics=tools,
        namespace=namespace, status=ASKING if text.endswith("?") else "active", confidence=DEFAULT_CONFIDENCE,
        modified=when, valid_from=-inf, valid_until=inf, pinned=role == "user", line=number + 1,
        session=file.removesuffix(".jsonl"), links=(), sources=(branch, *files),
    )  # fmt: skip
    return TextDocument(facts, ((text, 2), (" ".join(files), 2)))


def collection(*documents: TextDocument) -> Collection:
    return Collection([View(MemorySegment(documents), frozenset(), "t", "/t")])


def names(found: Sequence[Scored]) -> list[str]:
    return [scored.facts.name for scored in found]


OPTIONS = TurnOptions(NOW, explain=True)
OTHERS = [turn("z.jsonl", n, f"{a} {b}") for n, (a, b) in enumerate(zip(WORDS, WORDS[3:], strict=False))]


def test_an_answer_is_found_by_its_question() -> None:
    documents = [turn("a.jsonl", 0, "which port does the gateway use?"), turn("a.jsonl", 1, "It is 8420.")]
    documents += [turn("b.jsonl", n, f"filler {n}") for n in range(5)]
    found = recall_turns(collection(*documents, *OTHERS), "gateway port", OPTIONS)
    assert names(found)[:2] == ["a.jsonl-0", "a.jsonl-1"]
    assert found[1].parts["neighbours"] > 0
    assert "follows a question" in found[1].why
    assert 0 < found[1].score < found[0].score <= 1


def test_a_session_about_it_comes_before_one_that_mentions_it() -> None:
    about = [turn("a.jsonl", n, f"the kayak rental, point {n}") for n in range(4)]
    aside = [turn("b.jsonl", n, "the kayak rental" if n == 6 else f"lunch and dinner {n}") for n in range(12)]
    found = recall_sessions(collection(*about, *aside, *OTHERS), "kayak rental", OPTIONS)
    assert [session.file for session in found[:2]] == ["a.jsonl", "b.jsonl"]
    assert found[0].parts["session"] > found[1].parts["session"]
    assert (found[0].session, found[0].best.facts.session) == ("a", "a")


def test_who_is_named_first_is_the_speaker() -> None:
    documents = [
        turn("a.jsonl", 10, "Ann: thanks Bob for the kayak trip", speaker="Ann"),
        turn("b.jsonl", 10, "Bob: thanks Ann for the kayak trip", speaker="Bob"),
    ]
    here = collection(*documents, *OTHERS)
    assert names(recall_turns(here, "what kayak trip did Bob thank Ann for", OPTIONS))[0] == "b.jsonl-10"
    assert names(recall_turns(here, "what kayak trip did Ann thank Bob for", OPTIONS))[0] == "a.jsonl-10"


def test_what_i_said_and_what_the_assistant_suggested() -> None:
    documents = [
        turn("a.jsonl", 10, "the retry limit is five", role="user"),
        turn("b.jsonl", 10, "the retry limit is five", role="assistant"),
    ]
    here = collection(*documents, *OTHERS)
    assert names(recall_turns(here, "what did I say about the retry limit", OPTIONS))[0] == "a.jsonl-10"
    assert names(recall_turns(here, "what did Claude suggest as retry limit", OPTIONS))[0] == "b.jsonl-10"


def test_a_file_that_is_named() -> None:
    documents = [
        turn("a.jsonl", 10, "fix the parser tests", role="assistant", files=("/w/src/other.py",)),
        turn("b.jsonl", 10, "fix the parser tests", role="assistant", files=("/w/src/parser.py",)),
    ]
    found = recall_turns(collection(*documents, *OTHERS), "the tests of src/parser.py", OPTIONS)
    assert names(found)[0] == "b.jsonl-10"
    assert "touches the file that is named" in found[0].why


def test_a_date_in_the_question() -> None:
    days = ["2026-01-10T10:00:00Z", "2026-01-28T10:00:00Z", "2026-02-25T10:00:00Z"]
    documents = [turn(f"{n}.jsonl", 10, "the schema migration", when=parse_date(day)) for n, day in enumerate(days)]
    here = collection(*documents, *OTHERS)
    for question, first in (
        ("the schema migration on 10 January", "0.jsonl-10"),
        ("the schema migration of 2026-01-28", "1.jsonl-10"),
        ("the schema migration last week", "2.jsonl-10"),
        ("schema migration in February 2026", "2.jsonl-10"),
    ):
        assert names(recall_turns(here, question, OPTIONS))[0] == first, question


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in May 2023", [Asked(2023, 5, None)]),
        ("on 7 May", [Asked(None, 5, 7)]),
        ("the 7th of May, 2023", [Asked(2023, 5, 7)]),
        ("October 13, 2023", [Asked(2023, 10, 13)]),
        ("2023-05-07", [Asked(2023, 5, 7)]),
        ("2023-05", [Asked(2023, 5, None)]),
        ("in 2022", [Asked(2022, None, None)]),
        ("since August", [Asked(None, 8, None)]),
        ("yesterday", [Asked(2026, 2, 28)]),
        ("what may happen in the march", []),
        ("port 8420, version 1.2.3", []),
        ("2024-13-45", []),
        ("", []),
    ],
)
def test_dates_that_a_question_names(text: str, expected: list[Asked]) -> None:
    assert list(asked_dates(text, NOW)) == expected


def test_how_near_a_moment_is() -> None:
    day = (Asked(2023, 5, 7),)
    at = parse_date("2023-05-07T12:00")
    assert nearness(day, at) == 1.0
    assert 0 < nearness(day, at + 3 * 86_400) < 1
    assert nearness(day, at + 30 * 86_400) == 0
    assert nearness((Asked(None, 12, 31),), parse_date("2024-01-01T12:00")) > 0.8
    assert nearness((Asked(2023, 2, 29),), at) == 0  # no such day
    assert nearness((), at) == nearness(day, 0.0) == nearness(day, inf) == nearness(day, 1e300) == 0


@given(st.text(max_size=80))
@settings(derandomize=True, deadline=None)
def test_any_question_can_be_looked_at(text: str) -> None:
    question = TurnQuestion(text, NOW)
    assert 0 <= question.nearness(NOW) <= 1
    question.speaker({"Ann", "", "İ"})


def test_filters() -> None:
    documents = [
        turn("a.jsonl", 0, "deploy it", when=NOW - 10),
        turn("a.jsonl", 1, "deploy it", role="assistant", tools=("Edit",), files=("/w/x/deploy.py",), branch="dev"),
        turn("a.jsonl", 2, "deploy it", role="tool", namespace="p/sub"),
        turn("b.jsonl", 0, "deploy it", namespace="other"),
    ]
    here = collection(*documents)
    for filters, expected in (
        ({"roles": ("user",)}, {"a.jsonl-0", "b.jsonl-0"}),
        ({"typed_only": True}, {"a.jsonl-0", "b.jsonl-0"}),
        ({"tools": ("Edit",)}, {"a.jsonl-1"}),
        ({"files": ("x/deploy.py",)}, {"a.jsonl-1"}),
        ({"files": ("eploy.py",)}, set()),
        ({"branches": ("dev",)}, {"a.jsonl-1"}),
        ({"namespaces": ("p",)}, {"a.jsonl-0", "a.jsonl-1", "a.jsonl-2"}),
        ({"until": NOW}, {"a.jsonl-0"}),
        ({"since": NOW}, {"a.jsonl-1", "a.jsonl-2", "b.jsonl-0"}),
    ):
        options = OPTIONS._replace(**filters)
        assert set(names(recall_turns(here, "deploy", options))) == expected, filters
        assert {s.best.facts.name for s in recall_sessions(here, "deploy", options)} <= expected


def test_nothing_to_find() -> None:
    assert recall_turns(Collection([]), "x", OPTIONS) == []
    assert recall_sessions(Collection([]), "x", OPTIONS) == []
    here = collection(turn("a.jsonl", 0, ""))
    for question in ("", "   ", "?!", "deploy", "\ud800"):
        assert recall_turns(here, question, OPTIONS) == []
        assert recall_sessions(here, question, OPTIONS) == []
    assert recall_turns(collection(*OTHERS), "cache", OPTIONS._replace(limit=0)) == []


def test_a_limit_above_the_pool() -> None:
    here = collection(*[turn(f"{n:04d}.jsonl", 0, "deploy it") for n in range(3 * POOL)])
    assert len(recall_turns(here, "deploy", OPTIONS._replace(limit=2 * POOL))) == 2 * POOL
    assert len(recall_sessions(here, "deploy", OPTIONS._replace(limit=2 * POOL))) == 2 * POOL


def test_a_sub_agent_counts_for_its_session() -> None:
    parent = turn("p/s.jsonl", 0, "deploy it")
    child = turn("p/s/subagents/agent-1.jsonl", 0, "deploy it there")
    child = child._replace(facts=child.facts._replace(session="s"))
    parent = parent._replace(facts=parent.facts._replace(session="s"))
    assert len(recall_sessions(collection(parent, child), "deploy", OPTIONS)) == 1


def corpus(seed: int, size: int) -> list[TextDocument]:
    rng = random.Random(seed)
    found = []
    for file in range(size):
        for number in range(rng.randrange(1, 12)):
            text = " ".join(rng.choices(WORDS, k=rng.randrange(0, 25))) + rng.choice(["", "?"])
            role = rng.choice(["user", "assistant"])
            speaker = rng.choice(["", "Ann", "Bob"])
            when = NOW - rng.randrange(10**7)
            found.append(turn(f"{file:02d}.jsonl", number, text, role=role, speaker=speaker, when=when))
    return found


def in_segments(documents: Sequence[TextDocument], seed: int) -> Collection:
    """Spread over several segments, some of which have stale versions that are removed."""
    rng = random.Random(seed)
    parts: list[list[TextDocument]] = [[] for _ in range(rng.randrange(2, 5))]
    stale: list[set[str]] = [set() for _ in parts]
    for document in documents:
        home = rng.randrange(len(parts))
        parts[home].append(document)
        other = rng.randrange(len(parts))
        if rng.random() < 0.3 and other != home:
            parts[other].append(document._replace(fields=((" ".join(rng.choices(WORDS, k=9)), 2),)))
            stale[other].add(document.facts.id)
    segments = [MemorySegment(part) for part in parts]
    return Collection(
        [
            View(segment, frozenset(segment.find(id) for id in ids), "t", "/t")
            for segment, ids in zip(segments, stale, strict=True)
        ]
    )


def told(found: Sequence[Scored]) -> list[tuple[object, ...]]:
    return [(s.facts, s.score, s.parts, s.why) for s in found]


def told_sessions(found: Sequence[FoundSession]) -> list[tuple[object, ...]]:
    return [(s.file, s.session, s.score, s.parts, s.why, s.best.facts) for s in found]


questions = st.lists(
    st.sampled_from([*WORDS, "Ann", "Bob", "relase", "zzz", "in January", "2026-02-11", "I said"]),
    min_size=1,
    max_size=7,
)


@given(st.integers(0, 10_000), st.integers(1, 25), questions, st.integers(1, 80), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=60)
def test_segments_do_not_matter(seed: int, size: int, words: list[str], limit: int, typed: bool) -> None:
    documents = corpus(seed, size)
    options = OPTIONS._replace(limit=limit, typed_only=typed)
    question = " ".join(words)
    whole, parts = collection(*documents), in_segments(documents, seed)
    expected = told(recall_turns(whole, question, options))
    assert told(recall_turns(parts, question, options)) == expected
    assert told(recall_turns(parts, question, options)) == expected  # with what it has kept
    assert told_sessions(recall_sessions(parts, question, options)) == told_sessions(
        recall_sessions(whole, question, options)
    )
    scores = [scored.score for scored in recall_turns(whole, question, options)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_session_named_like_another_one_s_turn() -> None:
    documents = [turn("a.jsonl", number, "heron stork") for number in range(3)]
    documents += [turn("a.jsonl#0000000001.jsonl", number, "heron") for number in range(5)]
    options = OPTIONS._replace(explain=False)
    expected = told_sessions(recall_sessions(in_segments(documents, 3), "heron stork", options))
    assert told_sessions(recall_sessions(collection(*documents), "heron stork", options)) == expected
    conversations = Conversations(collection(*documents))
    assert [end - start for _, start, end in conversations.ranges("a.jsonl")] == [3]


@given(st.integers(0, 10_000), st.integers(1, 12))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_where_the_turns_of_a_session_lie(seed: int, size: int) -> None:
    documents = corpus(seed, size)
    here = in_segments(documents, seed)
    conversations = Conversations(here)
    assert conversations.count == size
    numbers = {
        view.segment.ids[own]: base + own
        for base, view in zip(here.bases, here.views, strict=True)
        for own in range(view.segment.count)
        if own not in view.removed
    }
    for document in documents:
        file, number = document.facts.id.split("/")
        for step in (-2, -1, 1, 2):
            other = document_id(file, int(number) + step) if int(number) + step >= 0 else ""
            assert conversations.neighbour(numbers[document.facts.id], step) == numbers.get(other, -1)
    for file in {document.facts.id.split("/")[0] for document in documents}:
        found = [
            here.views[at].segment.ids[own]
            for at, start, end in conversations.ranges(file)
            for own in range(start, end)
            if own not in here.views[at].removed
        ]
        assert sorted(found) == sorted(d.facts.id for d in documents if d.facts.id.startswith(file + "/"))
