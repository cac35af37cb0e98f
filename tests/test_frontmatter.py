"""Reading frontmatter: the line codec against the YAML library, and every kind of file that real directories hold."""

from __future__ import annotations

import os
import subprocess
import sys

import frontmatter as python_frontmatter
import pytest
import yaml
from frontmatter.default_handlers import YAMLHandler
from hypothesis import example, given, settings
from hypothesis import strategies as st

from memdir import yaml_codec
from memdir.frontmatter import field, parse, render
from memdir.frontmatter_read import _UNUSUAL
from memdir.frontmatter_split import body_of
from memdir.plain_yaml import Reading

deterministic = settings(derandomize=True, deadline=None, max_examples=400)


class _WithoutDates(YAMLHandler):  # type: ignore[misc]
    """python-frontmatter's own handler without the timestamp resolver, and with keys as text."""

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
            for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    def load(self, fm: str, **_: object) -> object:
        return yaml.load(fm, Loader=self.Loader)


_TOKENS = """
a b key name: - ' " # : , [ ] { } & * ! | > % @ ` ? ~ = << . .. -- --- ... 0 1 -1 +2 010 0x1F 0b1 1e5 1.5 .5 1_000 1:30
1.5e+3 2026-03-05 2026-03-05T10:00:00.000Z yes no on off True null Null NULL .inf .nan \\n \\x41 \\u00e9 \\q \\ é 日本
[…] to: {to: x} [a, b] "x" 'it''s' a:b a#b http://x.y/z?q=1#f
"""
_WORDS = st.sampled_from([*_TOKENS.split(), " ", "  ", " #c", ": ", "[a, b]", "{to: x}", '"two words"'])
_VALUE = st.lists(_WORDS, max_size=6).map("".join)
_KEYS = st.sampled_from(["name", "description", "metadata", "type", "topics", "links", "on", "x-y", "é"])
_LINE = st.one_of(
    st.builds("{}: {}".format, _KEYS, _VALUE),
    st.builds("  {}: {}".format, _KEYS, _VALUE),
    st.builds("{}- {}".format, st.sampled_from(["", "  ", "    "]), _VALUE),
    st.sampled_from(["metadata:", "metadata: ", "topics:", "  links:", "", "# note", "  # note"]),
    st.builds("{}{}".format, st.sampled_from(["", " ", "  "]), _VALUE),
)


@settings(deterministic, max_examples=1500)
@given(st.lists(_LINE, max_size=6))
@example(['name: "value"# joined comment'])
@example(["name: {a: x?y}"])
@example(["metadata: ", "  topics:", "  - a", "  - b", "  type: user"])
def test_what_the_line_codec_reads_it_reads_as_yaml_does(lines: list[str]) -> None:
    text = "\n".join(lines)
    reading = Reading(lines)
    if reading.odd or _UNUSUAL.search(text):
        return
    try:
        expected = yaml_codec.load(text)
    except yaml_codec.YamlError:
        assert reading.invalid or _is_a_bare_scalar(reading, text), text
    else:
        assert not reading.invalid, text
        assert reading.head == expected, text


def _is_a_bare_scalar(reading: Reading, text: str) -> bool:
    return not reading.head and bool(text.strip())


@deterministic
@given(
    st.dictionaries(
        st.sampled_from(["name", "description", "type", "originSessionId"]),
        st.one_of(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30),
            st.integers(),
            st.booleans(),
            st.floats(allow_nan=False),
            st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=8), max_size=3),
        ),
    )
)
def test_what_is_rendered_python_frontmatter_reads_alike(head: dict[str, object]) -> None:
    data = render(head, "Body.\n")
    post = python_frontmatter.loads(data.decode("utf-8"), handler=_WithoutDates())
    assert post.metadata == dict(parse(data).head) == head
    assert post.content == "Body."


_ANY = st.text(st.characters(codec="utf-8"), max_size=40)
_LINKS = st.lists(st.dictionaries(st.sampled_from(["to", "relationship"]), _ANY, min_size=1), max_size=3)


@deterministic
@given(_ANY, _ANY, st.lists(_ANY, max_size=3), _LINKS, _ANY)
@example("yes", "a: b # c", ["1e5", "2026-01-01", ""], [{"to": "0x1F"}], "---\nnot: frontmatter\n---\n")
@example("\ufeff", "\x00\x85\u2028\ufffe", ["- ", " x "], [{"to": "a, b"}], "\r\n\r")
def test_a_rendered_file_reads_back_as_it_was(
    name: str, description: str, topics: list[str], links: list[dict[str, str]], body: str
) -> None:
    head = {"name": name, "description": description, "metadata": {"type": "user", "topics": topics, "links": links}}
    parsed = parse(render(head, body))
    assert dict(parsed.head) == head
    assert parsed.body == body
    assert not [problem for problem in parsed.problems if problem.code not in ("empty-name", "nul")]


@deterministic
@given(st.binary(max_size=200))
@example(b"---\nname: \xff\n---\n")
@example(b"---\r\rname: x\r---\r")
@example(b"---")
@example(b"\xff\xfe")
@example(b"\xff\xfe-")
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    for prefix in (b"", b"---\n", b"---\nname: ", b"---\nmetadata:\n  "):
        parsed = parse(prefix + data)
        parsed.body.encode("utf-8")
        assert parsed.body_line >= 1
        assert body_of(prefix + data) in (None, parsed.body)


@deterministic
@given(st.lists(_LINE, max_size=8), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["\n---\n", "\n", ""]))
def test_body_and_body_line_belong_together(lines: list[str], newline: str, close: str) -> None:
    data = ("---\n" + "\n".join(lines) + close + "first\nsecond\n").replace("\n", newline).encode()
    parsed = parse(data)
    text = data.decode()
    assert text.endswith(parsed.body)
    assert body_of(data) in (None, parsed.body)
    assert parsed.body_line == text[: len(text) - len(parsed.body)].count("\n") + 1


def test_deep_and_expanding_yaml_is_refused_but_the_file_is_read() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for letter, before in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f"{letter}: &{letter} [" + ", ".join([f"*{before}"] * 10) + "]\n"
    for head in (bomb, "x: " + "[" * 3000 + "\n", "a: &a [*a]\n", "? [k]\n: v\n", "x: !!python/object:os.system {}\n"):
        parsed = parse(f"---\nname: still here\n{head}---\nBody\n".encode())
        assert parsed.head["name"] == "still here"
        assert parsed.problem("invalid-yaml")
        assert parsed.body == "Body\n"


def test_a_huge_head_is_read_by_lines_only() -> None:
    parsed = parse(b"---\nname: big\nx: |\n" + b"  line\n" * 20_000 + b"---\nBody\n")
    assert parsed.head["name"] == "big"
    assert parsed.problem("invalid-yaml")


def test_yaml_outside_the_subset_comes_from_the_yaml_library() -> None:
    parsed = parse(
        b"---\nname: x\ndescription: >\n  one\n  two\non: 1\nmetadata:\n  modified: 2026-09-03T00:00:00.000Z\n---\n"
    )
    assert parsed.head == {
        "name": "x", "description": "one two\n", "on": 1, "metadata": {"modified": "2026-09-03T00:00:00.000Z"},
    }  # fmt: skip
    assert parsed.problems == ()


def test_plain_files_do_not_load_the_yaml_library() -> None:
    code = (
        "import sys\nfrom memdir.frontmatter import parse\n"
        "parse(b'---\\nname: a\\ndescription: x: y\\nmetadata: \\n  topics: [a, b]\\n---\\nb')\n"
        "print([m for m in ('yaml', 'frontmatter', 'markdown_it', 'rapidfuzz') if m in sys.modules])"
    )
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=top)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("head", "name", "description", "kind"),
    [
        ("name: A\ndescription: B\ntype: user", "A", "B", "user"),
        ("name: 'A''s'\ndescription: \"B\\tC\"\ntype: \"user\"", "A's", "B\tC", "user"),
        ("name: A\ndescription: B\ntype: user # for now", "A", "B", "user"),
        ("name: A\ndescription: Remember: use tabs\ntype: user", "A", "Remember: use tabs", "user"),
        ('name: A\ndescription: "abc "def" ghi"\ntype: user', "A", 'abc "def" ghi', "user"),
        ("name: A\ndescription: *not* an alias\ntype: user", "A", "*not* an alias", "user"),
        ("name: A\ndescription: `code` first\ntype: user", "A", "`code` first", "user"),
        ("name: A\ndescription: Tracking PR #762 until done\ntype: user", "A", "Tracking PR #762 until done", "user"),
        ("name: A\ndescription: 'one\n  two'\nmetadata: {type: user}", "A", "one two", "user"),
        ("name: A\ndescription: one\n  two\nmetadata: {type: user}", "A", "one two", "user"),
        ("name: A\nname: Z\ndescription: B\ntype: user", "Z", "B", "user"),
        ("name: A\n\tbroken\ndescription: B\ntype: user", "A", "B", "user"),
        ("  name: A\n  description: B\n  type: user", "A", "B", "user"),
        ("name: A\ndescription: B\ntype: feedback\nmetadata:\n  type: user", "A", "B", "user"),
    ],
)
def test_fields_as_people_meant_them(head: str, name: str, description: str, kind: str) -> None:
    parsed = parse(f"---\n{head}\n---\n\nBody\n".encode())
    assert [field(parsed.head, key) for key in ("name", "description", "type")] == [name, description, kind]
    assert parsed.body == "\nBody\n"


def test_frontmatter_after_a_comment_is_used_and_said() -> None:
    parsed = parse(b"<!-- read me\nfirst -->\n\n---\nname: A\n---\nBody\n")
    assert parsed.head == {"name": "A"}
    assert (parsed.body, parsed.body_line) == ("Body\n", 7)
    assert parsed.problem("late-frontmatter")


def test_json_style_surrogate_pairs_become_characters() -> None:
    parsed = parse(b'---\nname: "\\ud83d\\ude00 \\ud800"\n---\n')
    assert parsed.head["name"] == "\U0001f600 \ufffd"
