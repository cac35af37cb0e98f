"""Checklist of the format notes, item 3: every generation of frontmatter and every known way it is broken."""

from __future__ import annotations

import pytest

from memdir.frontmatter import edit, field, parse
from memdir.model import FileStat
from memdir.reading import memory_from_bytes

G1 = "---\nname: User Role\ndescription: What they do\ntype: user\noriginSessionId: s-1\n---\nBody\n"
G2 = (
    "---\nname: user-role\ndescription: What they do\nmetadata: \n  node_type: memory\n  type: user\n"
    "  originSessionId: s-1\n---\nBody\n"
)
G3 = G2.replace("s-1\n", "s-1\n  modified: 2026-07-29T13:16:34.420Z\n")
PINNED = "---\nname: user-role\ndescription: What they do\nmetadata:\n  node_type: memory\n  pinned: true\n---\nBody\n"


def memory(text: str | bytes):  # type: ignore[no-untyped-def]
    data = text if isinstance(text, bytes) else text.encode()
    stat = FileStat("user_role.md", "/m/user_role.md", len(data), 10**9, 10**9, 1)
    return memory_from_bytes("/m", stat.id, stat.path, data, stat)


@pytest.mark.parametrize(("text", "shape"), [(G1, "G1"), (G2, "G2"), (G3, "G3"), (PINNED, "G2"), ("Body\n", "none")])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_generations(text: str, shape: str, newline: str, bom: str) -> None:
    data = (bom + text.replace("\n", newline)).encode()
    parsed = parse(data)
    assert (parsed.shape, parsed.body, parsed.bom) == (shape, f"Body{newline}", bool(bom))
    assert not parsed.damaged
    assert parsed.problems == ()
    read = memory(data)
    if shape != "none":
        assert read.description == "What they do"
        assert read.type == (None if text is PINNED else "user")
        assert read.pinned is (text is PINNED)
        assert read.session == (None if text is PINNED else "s-1")
        assert read.modified == ("2026-07-29T13:16:34.420Z" if text is G3 else None)
    else:
        assert (read.name, read.type, read.description) == ("user_role", None, "")


def test_the_real_file_with_the_space_after_metadata() -> None:
    text = (
        "---\nname: a-b\ndescription: \"no repo, 'adapter'/… = tudo, sem esse\"\nmetadata: \n  node_type: memory\n"
        "  type: feedback\n  originSessionId: ddacea9b-60f5-4eb9-910b-971e70ce099f\n"
        "  modified: 2026-07-29T13:16:34.420Z\n---\n"
    )
    read = memory(text)
    assert read.description == "no repo, 'adapter'/… = tudo, sem esse"
    assert (read.type, read.modified) == ("feedback", "2026-07-29T13:16:34.420Z")
    assert read.extra == {"node_type": "memory"}


@pytest.mark.parametrize(
    ("written", "meant", "code"),
    [
        ("Remember: use tabs", "Remember: use tabs", "invalid-yaml"),
        ('"abc "def" ghi"', 'abc "def" ghi', "invalid-yaml"),
        ("Tracking PR #762", "Tracking PR #762", "comment-in-text"),
        ("[draft] and more", "[draft] and more", "invalid-yaml"),
        ("@someone said", "@someone said", "invalid-yaml"),
    ],
)
def test_bad_yaml_loses_no_word_and_is_said(written: str, meant: str, code: str) -> None:
    read = memory(G2.replace("What they do", written))
    assert (read.name, read.description, read.type) == ("user-role", meant, "user")
    assert [(problem.code, problem.line) for problem in read.problems] == [(code, 3)]
    assert read.body == "Body\n"


def test_a_blanked_name_is_damage() -> None:
    read = memory(G2.replace("name: user-role", 'name: ""'))
    assert read.damaged
    assert read.name == "user_role"
    assert [problem.code for problem in read.problems] == ["empty-name"]


def test_an_unclosed_head_gives_its_fields_and_the_body() -> None:
    read = memory("---\nname: A\ndescription: B\nmetadata:\n  type: user\n\nBody: none\nMore\n")
    assert (read.name, read.description, read.type) == ("A", "B", "user")
    assert read.body.strip() == "Body: none\nMore"
    assert [problem.code for problem in read.problems] == ["unclosed-frontmatter"]
    assert memory("---\n\nA rule, then prose: nothing.\n").problems == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"---\nname: A\ndescription: caf\xe9\n---\nB\xff", "encoding"),
        ("---\nname: A\ndescription: café\n---\nB".encode("utf-16"), "encoding"),
        ("---\nname: A\ndescription: café\n---\nB".encode("utf-16-be"), "encoding"),
        (b"---\nname: A\ndescription: x\n---\nB\0", "nul"),
    ],
)
def test_damaged_encodings_are_read_as_far_as_they_go(data: bytes, code: str) -> None:
    if b"\0n\0a" in data or data[:1] == b"\xff":
        assert memory(data).description == "café"
    read = memory(data)
    assert read.damaged
    assert read.problems[0].code == code
    (read.name + read.description + read.body).encode("utf-8")


def test_rewriting_keeps_unknown_keys_order_and_the_text_of_modified() -> None:
    before = G3.replace("metadata: \n", "metadata: \n  zebra: 1.0   \n  apple: 'x'\n").replace(
        "name:", "later: 7\nname:"
    )
    after = edit(before.encode(), {"topics": ["a"], "confidence": 0.5}).decode()
    assert after.replace("  topics: [a]\n  confidence: 0.5\n", "") == before
    assert after.index("topics") > after.index("metadata:")
    assert "modified: 2026-07-29T13:16:34.420Z\n" in after


def test_own_keys_go_under_metadata_only() -> None:
    own = {"topics": ["a"], "status": "stale", "links": [{"to": "x"}], "valid_until": "2026-01-01"}
    for text in (G1, G2, G3, PINNED):
        parsed = parse(edit(text.encode(), own))
        assert set(parsed.head) <= {"name", "description", "metadata", "type", "originSessionId"}
        assert all(field(parsed.head, key) == value for key, value in own.items())
