"""Editing JSON in place: what was not touched stays as it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.json_edit import Malformed, append, loads, remove, set_value

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=5)
LAYOUTS = st.sampled_from(
    [
        {"indent": 2},
        {"indent": "\t"},
        {"indent": None},
        {"indent": 4, "ensure_ascii": False},
        {"separators": (",", ":")},
    ]
)


@settings(derandomize=True, deadline=None)
@given(OBJECTS, LAYOUTS, st.text(max_size=5), VALUES)
def test_setting_a_key_changes_nothing_else(
    value: dict[str, object], layout: dict[str, object], key: str, new: object
) -> None:
    text = json.dumps(value, **layout)  # type: ignore[arg-type]
    done = set_value(text, [key], new)
    assert json.loads(done) == {**value, key: new}
    assert set_value(done, [key], new) == done


@settings(derandomize=True, deadline=None)
@given(OBJECTS, LAYOUTS, VALUES)
def test_what_was_added_is_removed_without_a_trace(
    value: dict[str, object], layout: dict[str, object], new: object
) -> None:
    text = json.dumps(value, **layout)  # type: ignore[arg-type]
    value.pop("memdir", None)
    if "memdir" not in json.loads(text):
        done = set_value(text, ["memdir", "inner"], new)
        assert remove(done, ["memdir"]) == text


@settings(derandomize=True, deadline=None)
@given(st.lists(VALUES, max_size=4), LAYOUTS, VALUES)
def test_an_array_grows_and_shrinks(items: list[object], layout: dict[str, object], new: object) -> None:
    text = json.dumps({"a": {"list": items}, "z": 1}, **layout)  # type: ignore[arg-type]
    done = append(text, ["a", "list"], new)
    assert json.loads(done) == {"a": {"list": [*items, new]}, "z": 1}
    assert remove(done, ["a", "list", len(items)]) == text


def test_comments_of_layout_stay() -> None:
    text = '{\r\n    "b" : [1,2 , 3],\r\n\r\n    "a":{"x":1}\r\n}\r\n'
    done = set_value(text, ["hooks", "Stop"], [1])
    assert done.startswith('{\r\n    "b" : [1,2 , 3],\r\n\r\n    "a":{"x":1},\r\n    "hooks": {')
    assert "\n" not in done.replace("\r\n", "")
    assert remove(done, ["hooks"]) == text


@pytest.mark.parametrize("text", ["", "  \n", "{}", "{ }\n", "\ufeff{}", "\ufeff", "\ufeff\n"])
def test_an_empty_file_becomes_an_object(text: str) -> None:
    assert loads(set_value(text, ["a"], 1)) == {"a": 1}


def test_bad_texts_are_refused_with_their_line() -> None:
    with pytest.raises(Malformed) as caught:
        set_value('{\n "a": 1,\n}', ["b"], 2)
    assert caught.value.line in (2, 3)
    with pytest.raises(ValueError):
        set_value('{"a": 3}', ["a", "b"], 2)
    with pytest.raises(ValueError):
        append('{"a": 3}', ["a"], 2)
    with pytest.raises(ValueError):
        set_value("[" * 5000, ["b"], 2)
    with pytest.raises(KeyError):
        remove('{"a": 3}', ["b"])


def test_of_equal_keys_the_last_is_meant() -> None:
    assert loads(set_value('{"a": 1, "a": 2}', ["a"], 3)) == {"a": 3}
    assert loads(remove('{"a": 1, "b": 0, "a": 2}', ["a"])) == {"b": 0}
