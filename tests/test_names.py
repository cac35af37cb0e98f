"""Names: what a link means, what a person means, and what is offered when nobody bears the name."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.errors import NotFoundError, UsageError
from memdir.fuzzy import closest, distances
from memdir.names import Names

NAMES = Names(
    [
        ("user_role.md", "User Role"),
        ("projects/alpha/decisions.md", "decisions"),
        ("projects/beta/decisions.md", "decisions"),
        ("projects/beta/deploy.md", "deploy-rules"),
        ("deploy.md", "Deploying"),
        ("Naïve.MD", "naïve"),
        ("a/b.c.md", "dotted"),
    ]
)


@pytest.mark.parametrize(
    ("text", "from_id", "expected"),
    [
        ("user_role.md", "", ["user_role.md"]),
        ("./user_role.md", "x.md", ["user_role.md"]),
        ("user_role", "projects/alpha/x.md", ["user_role.md"]),
        ("User Role", "", ["user_role.md"]),
        ("user-role", "", ["user_role.md"]),
        ("USER_ROLE", "", ["user_role.md"]),
        ("user-role|the role", "", ["user_role.md"]),
        ("user_role#part", "", ["user_role.md"]),
        ("user_role.md#part", "", ["user_role.md"]),
        ("decisions", "", ["projects/alpha/decisions.md", "projects/beta/decisions.md"]),
        ("decisions", "projects/beta/deploy.md", ["projects/beta/decisions.md"]),
        ("decisions.md", "projects/beta/deploy.md", ["projects/beta/decisions.md"]),
        ("../alpha/decisions.md", "projects/beta/deploy.md", ["projects/alpha/decisions.md"]),
        ("alpha/decisions", "projects/x.md", ["projects/alpha/decisions.md"]),
        ("projects/alpha/decisions", "projects/beta/deploy.md", ["projects/alpha/decisions.md"]),
        ("deploy", "projects/beta/decisions.md", ["projects/beta/deploy.md"]),
        ("deploy", "", ["deploy.md"]),
        ("deploy-rules", "", ["projects/beta/deploy.md"]),
        (unicodedata.normalize("NFD", "naïve"), "", ["Naïve.MD"]),
        ("Naïve.MD", "", ["Naïve.MD"]),
        ("b.c", "", ["a/b.c.md"]),
        ("../../x.md", "a/b.c.md", []),
        ("nobody", "", []),
        ("", "", []),
        ("---", "", []),
    ],
)
def test_what_a_link_means(text: str, from_id: str, expected: list[str]) -> None:
    assert list(NAMES.resolve(text, from_id)) == expected


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("User Role", "user_role.md"),
        ("projects/alpha/decisions", "projects/alpha/decisions.md"),
        ("projects/a", "projects/alpha/decisions.md"),
        ("user", "user_role.md"),
        ("dot", "a/b.c.md"),
    ],
)
def test_what_a_person_means(name: str, id: str) -> None:
    assert NAMES.lookup(name) == id


def test_an_ambiguous_name_lists_what_it_may_be() -> None:
    for name in ("decisions", "dec", "projects/"):
        with pytest.raises(UsageError) as caught:
            NAMES.lookup(name)
        assert caught.value.code == "ambiguous"
        assert "projects/alpha/decisions.md, projects/beta/decisions.md" in caught.value.message
    many = Names((f"m{n:03d}.md", "same") for n in range(100))
    with pytest.raises(UsageError) as caught:
        many.lookup("same")
    assert caught.value.message.endswith("m009.md, ...")


def test_a_missing_name_offers_the_nearest() -> None:
    with pytest.raises(NotFoundError) as caught:
        NAMES.lookup("usr-rol")
    assert caught.value.hint is not None
    assert "User Role" in caught.value.hint
    with pytest.raises(NotFoundError) as caught:
        Names([]).lookup("x")
    assert caught.value.hint is None
    with pytest.raises(NotFoundError):
        NAMES.lookup("  ")


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=12), st.text(max_size=12)), max_size=8), st.text(max_size=12))
def test_any_names_resolve_to_ids_that_exist(entries: list[tuple[str, str]], text: str) -> None:
    names = Names(entries)
    ids = {id for id, _ in entries}
    assert set(names.resolve(text, entries[0][0] if entries else "")) <= ids
    with contextlib.suppress(UsageError, NotFoundError):
        assert names.lookup(text) in ids


def test_near_misses() -> None:
    assert closest("recal", ["recall", "rebuild", "status"]) == ["recall"]
    assert closest("deploy rules", ["deploy-rules", "rules-deploy", "other"], 2) == ["deploy-rules", "rules-deploy"]
    assert closest("x", []) == []
    assert distances("recall", ["recall", "recal", "reclal", "rebuild"], 1) == [
        ("recall", 0),
        ("recal", 1),
        ("reclal", 1),
    ]
    assert distances("a", [], 2) == []
