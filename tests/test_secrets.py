"""Secrets are found by their value and never by a word that speaks of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.secret_shapes import FAMILIES
from memdir.secrets import MASK, find_secrets, mask

FIXTURE = Path(__file__).parent.parent / "fixtures" / "secrets.jsonl"
CASES = [json.loads(line) for line in FIXTURE.read_text(encoding="utf-8").splitlines()]
SECRET = [case for case in CASES if "parts" in case]
PLAIN = [case["text"] for case in CASES if "text" in case]


@pytest.mark.parametrize("case", SECRET, ids=lambda case: f"{case['kind']}:{case['parts'][-1][:12]}")
def test_each_secret_is_found_and_only_its_value_is_masked(case: dict[str, object]) -> None:
    parts = list(case["parts"])  # type: ignore[call-overload]
    text = "".join(parts)
    first, last = case["secret"][0], case["secret"][-1]  # type: ignore[index]
    start, end = len("".join(parts[:first])), len("".join(parts[: last + 1]))
    assert [(s.kind, s.start, s.end) for s in find_secrets(text)] == [(case["kind"], start, end)]
    assert mask(text).replace("\n", "") == (text[:start] + MASK + text[end:]).replace("\n", "")
    assert mask(text).count("\n") == text.count("\n")


@pytest.mark.parametrize("text", PLAIN, ids=lambda text: text[:40])
def test_prose_placeholders_and_digests_are_no_secrets(text: str) -> None:
    assert find_secrets(text) == []
    assert mask(text) is text


def test_every_kind_of_the_table_has_a_vector() -> None:
    kinds = {kind for _, rules in FAMILIES for kind, _ in rules}
    assert kinds - {case["kind"] for case in SECRET} == {"sendgrid", "vault", "docker", "age"}


def test_line_numbers_count_from_one_and_order_is_the_text_s() -> None:
    token = "gh" + "p_" + "a1" * 18
    text = f"one\n{token}\n\nthree {token}\n"
    assert [s.line for s in find_secrets(text)] == [2, 4]


def test_a_text_in_which_letters_grow_when_lowered_keeps_its_places() -> None:
    value = "q9Zr4k" + "Lm2x"
    text = f"İİİ password={value} end"
    assert mask(text) == f"İİİ password={MASK} end"


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(["".join(c["parts"]) for c in SECRET] + PLAIN + ["\n", " ", "x", "é"]), max_size=8))
def test_masking_twice_is_masking_once(pieces: list[str]) -> None:
    once = mask("\n".join(pieces))
    assert find_secrets(once) == []
    assert mask(once) is once


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    for secret in find_secrets(text):
        assert 0 <= secret.start < secret.end <= len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "-----BEGIN PRIV" + "ATE KEY-----\n",
        "eyJ-",
        "password=",
        'token:"',
        "awskey",
        "sk-",
        "://a:",
        "bearer ",
        "x.SG.",
    ],
)
def test_a_hostile_megabyte_ends(unit: str) -> None:
    find_secrets(unit * (300_000 // len(unit)))
