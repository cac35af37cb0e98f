"""Editing frontmatter: only the field's own lines change, and what cannot be edited so is refused."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdir.errors import BadInputError
from memdir.frontmatter import edit, field, parse, render, replace_body

deterministic = settings(derandomize=True, deadline=None, max_examples=300)

G1 = b"---\nname: User Role\ndescription: a \xe2\x80\x94 b\ntype: user\noriginSessionId: s-1\n---\n\nBody\n"
G3 = (
    b"---\r\nname: 'a-b'\r\ndescription: \"x: y\"   \r\nmetadata: \r\n  node_type: memory\r\n  type: feedback # why\r\n"
    b"  modified: 2026-07-29T13:16:34.420Z\r\n  odd key: kept\r\n---\r\n\r\nBody\r\n"
)


def changed(before: bytes, after: bytes) -> tuple[list[bytes], list[bytes]]:
    """The lines taken away and the lines added."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return (
        [line for code, a, b, _, _ in codes if code != "equal" for line in old[a:b]],
        [line for code, _, _, a, b in codes if code != "equal" for line in new[a:b]],
    )


@pytest.mark.parametrize(
    ("data", "changes", "removed", "added"),
    [
        (G1, {"type": "feedback"}, [b"type: user\n"], [b"type: feedback\n"]),
        (G1, {"description": "new"}, [b"description: a \xe2\x80\x94 b\n"], [b'description: "new"\n']),
        (G1, {"topics": ["a", "b c"]}, [], [b"metadata:\n", b"  topics: [a, b c]\n"]),
        (G1, {"originSessionId": None}, [b"originSessionId: s-1\n"], []),
        (G1, {"name": None}, [b"name: User Role\n"], []),
        (G1, {"links": [{"to": "x", "weight": 0.5}]}, [],
         [b"metadata:\n", b"  links:\n", b"    - {to: x, weight: 0.5}\n"]),
        (G1, {"type": "user", "confidence": None}, [], []),
        (G3, {"name": "it's"}, [b"name: 'a-b'\r\n"], [b"name: 'it''s'\r\n"]),
        (G3, {"type": "user"}, [b"  type: feedback # why\r\n"], [b"  type: user\r\n"]),
        (G3, {"confidence": 0.9}, [], [b"  confidence: 0.9\r\n"]),
        (G3, {"pinned": True, "odd key": None}, [b"  odd key: kept\r\n"], [b"  pinned: true\r\n"]),
        (b"\xef\xbb\xbf" + G3, {"status": "stale"}, [], [b"  status: stale\r\n"]),
        (b"---\nname: a\nmetadata:\n---\n", {"type": "user"}, [], [b"  type: user\n"]),
        (b"---\n---\nBody", {"name": "nn", "description": "d"}, [], [b"name: nn\n", b'description: "d"\n']),
        (b"---\nname: a\nmetadata: {type: user, x: 1}\n---\n", {"type": None, "topics": ["q"]},
         [b"metadata: {type: user, x: 1}\n"], [b"metadata: {x: 1, topics: [q]}\n"]),
        (b"---\nname: a\ndescription: >\n  one\n\n  two\ntype: user\n---\n", {"description": "d"},
         [b"description: >\n", b"  one\n", b"\n", b"  two\n"], [b'description: "d"\n']),
        (b"---\nname: \xff\ntype: user\n---\nBody \xfe\n", {"type": "project"},
         [b"type: user\n"], [b"type: project\n"]),
    ],
)  # fmt: skip
def test_only_the_lines_of_the_field_change(
    data: bytes, changes: dict[str, object], removed: list[bytes], added: list[bytes]
) -> None:
    after = edit(data, changes)
    assert changed(data, after) == (removed, added)
    for key, value in changes.items():
        assert field(parse(after).head, key) == value


def test_a_list_of_links_changes_by_one_line() -> None:
    data = (
        b"---\nname: a\nmetadata:\n  links:\n    - { to: b,   weight: 1 }  \n    - {to: c}\n    - plain\n"
        b"  topics:\n  - one\n  - two # why\n  type: user\n---\n"
    )
    links = [{"to": "b", "weight": 1}, {"to": "c"}, "plain"]
    assert parse(data).head["metadata"] == {"links": links, "topics": ["one", "two"], "type": "user"}
    assert changed(data, edit(data, {"links": [*links, {"to": "d"}]})) == ([], [b"    - {to: d}\n"])
    assert changed(data, edit(data, {"links": [links[0], links[2]]})) == ([b"    - {to: c}\n"], [])
    assert changed(data, edit(data, {"topics": ["one", "two", "three"]})) == ([], [b"  - three\n"])
    assert changed(data, edit(data, {"topics": ["two"]})) == ([b"  - one\n"], [])


def test_modified_is_changed_where_it_is_and_never_added() -> None:
    when = "2027-01-01T00:00:00.000Z"
    assert changed(G3, edit(G3, {}, modified=when)) == (
        [b"  modified: 2026-07-29T13:16:34.420Z\r\n"],
        [b"  modified: 2027-01-01T00:00:00.000Z\r\n"],
    )
    assert edit(G1, {}, modified=when) == G1


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"Just text\n", "no-frontmatter", 1),
        (b"", "no-frontmatter", 1),
        (b"---\nname: a\nBody\n", "unclosed-frontmatter", 1),
        (b"---\nname: a\ndescription: Remember: use tabs\n---\n", "invalid-yaml", 3),
        (b"\n---\nname: a\nx: [\n---\n", "invalid-yaml", 5),
        ("---\nname: a\n---\n".encode("utf-16"), "bad-input", 1),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_line(data: bytes, code: str, line: int) -> None:
    with pytest.raises(BadInputError) as caught:
        edit(data, {"type": "user"})
    assert (caught.value.code, caught.value.line) == (code, line)
    assert caught.value.hint


def test_a_field_inside_an_anchor_is_refused_rather_than_lost() -> None:
    data = b"---\nname: &n a\ndescription: *n\n---\n"
    with pytest.raises(BadInputError):
        edit(data, {"name": "b"})
    assert field(parse(edit(data, {"description": "b"})).head, "description") == "b"


def test_the_body_is_replaced_and_the_frontmatter_stays() -> None:
    assert replace_body(G3, "one\ntwo\n") == G3[: G3.index(b"\r\nBody")] + b"one\r\ntwo\r\n"
    assert replace_body(b"no frontmatter", "x") == b"x"
    assert replace_body(b"---\nname: [\n---\nBody", "x") == b"---\nname: [\n---\nx"
    assert replace_body(b"---\nname: a\n---", "x") == b"---\nname: a\n---\nx"
    assert replace_body(b"---\nname: \xff\n---\nBody", "x") == b"---\nname: \xff\n---\nx"


_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
_VALUE = st.one_of(
    _TEXT,
    st.booleans(),
    st.integers(min_value=-(10**6), max_value=10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(_TEXT, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(["to", "relationship", "weight"]), _TEXT, min_size=1), max_size=3),
)
_KEY = st.sampled_from(["name", "description", "type", "topics", "links", "status", "pinned", "x"])
_HEADS = st.sampled_from([G1, G3, b"\xef\xbb\xbf" + G3, b"---\n---\n", b"---\nname: a\nmetadata: {type: user}\n---\nB"])


@deterministic
@given(_HEADS, st.dictionaries(_KEY, _VALUE, max_size=4), st.dictionaries(_KEY, st.none(), max_size=2))
@example(G1, {"description": "---\n---"}, {})
def test_an_edit_reads_as_asked_and_leaves_the_rest(
    data: bytes, changes: dict[str, object], removals: dict[str, None]
) -> None:
    before = parse(data)
    after = parse(edit(data, changes))
    assert after.body == before.body
    assert (after.newline, after.bom) == (before.newline, before.bom)
    for key in ("name", "description", "type", "topics", "links", "status", "pinned", "x", "originSessionId"):
        assert field(after.head, key) == changes.get(key, field(before.head, key))
    gone = parse(edit(edit(data, changes), removals))
    assert all(field(gone.head, key) is None for key in removals)


@deterministic
@given(_HEADS, st.dictionaries(st.sampled_from(["topics", "links", "status", "x"]), _VALUE, min_size=1, max_size=3))
def test_adding_and_removing_fields_gives_the_same_bytes(data: bytes, changes: dict[str, object]) -> None:
    added = edit(data, changes)
    assert edit(added, dict.fromkeys(changes)) == data


@deterministic
@given(st.dictionaries(_KEY, _VALUE, min_size=1, max_size=4), _TEXT)
def test_edits_of_rendered_files(changes: dict[str, object], body: str) -> None:
    data = render({"name": "n", "description": "d", "metadata": {"type": "user"}}, body)
    after = parse(edit(data, changes))
    assert after.body == body
    assert all(field(after.head, key) == value for key, value in changes.items())
