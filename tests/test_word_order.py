"""Memories of the same words that do not say the same are never merged: another order, one word for another."""

from __future__ import annotations

import pytest

from memdir.model import Memory
from memdir.sessions.agreement import compare
from memdir.sessions.memory_statements import statements


def verdict(one: str, other: str) -> str:
    return compare(*(statements(Memory(f"{name}.md", "", "", name, text, body=text)) for name, text in
                     (("one", one), ("other", other)))).kind  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("User prefers tabs over spaces", "User prefers spaces over tabs"),
        ("Run the linter before the tests", "Run the tests before the linter"),
        ("Backups are copied from Frankfurt to Dublin", "Backups are copied from Dublin to Frankfurt"),
        ("Anna reviews the pull requests of Ben", "Ben reviews the pull requests of Anna"),
        ("The gateway timeout is 30 seconds", "The gateway timeout is 30 minutes"),
        ("The upload limit is 10 MB", "The upload limit is 10 GB"),
    ],
)
def test_the_same_words_in_another_order_and_another_unit_are_a_contradiction(one: str, other: str) -> None:
    assert verdict(one, other) == "conflict"
    assert verdict(other, one) == "conflict"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How to add a column to the users table", "How to remove a column from the users table"),
        ("How to start the scheduler on the build host", "How to stop the scheduler on the build host"),
        ("Run the linter before the tests", "Run the tests after the linter"),
        ("The v1 endpoints return XML", "The v2 endpoints return JSON"),
        ("Tests need the docker compose database", "Tests hang when the docker compose database is not running"),
        ("Anna reviews the pull requests of Ben", "The pull requests of Anna are reviewed by Ben"),
    ],
)
def test_one_word_in_place_of_another_is_neither_the_same_nor_a_contradiction(one: str, other: str) -> None:
    assert verdict(one, other) == "none"
    assert verdict(other, one) == "none"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Never force-push to shared branches", "Do not force-push to shared branches"),
        ("Before pushing, run the full test suite", "Run the full test suite before pushing"),
        ("User prefers tabs over spaces", "The user prefers tabs, not spaces"),
        ("Format the code with ruff and mypy", "Format the code with mypy and ruff"),
    ],
)
def test_the_same_in_another_order_of_the_sentence_is_the_same(one: str, other: str) -> None:
    assert verdict(one, other) == "same"
    assert verdict(other, one) == "same"


def test_sentences_that_stand_in_both_are_not_compared_with_others() -> None:
    text = "The worker sends data to the client.\n\nThe client sends each request to the worker.\n"
    one, other = (statements(Memory(f"{n}.md", "", "", n, "How worker and client talk", body=text)) for n in ("a", "b"))
    assert compare(one, other).kind == "same"
