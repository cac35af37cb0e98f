"""Facts of Markdown: the line scanner against markdown-it, links, headings, comments."""

from __future__ import annotations

import glob
import json
import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from memdir.markdown import (
    code_regions,
    fences,
    headings,
    index_links,
    link_target,
    strip_comments,
    wiki_links,
)
from memdir.markdown_blocks import lines

DATA = os.environ.get("MEMDIR_REAL_DATA", "")
real = pytest.mark.skipif(not os.path.isdir(DATA), reason="MEMDIR_REAL_DATA is not set")
MARKDOWN_IT = MarkdownIt("commonmark").disable("reference")
SAME = {"fence": "fence", "code_block": "code", "html_block": "html"}


def kinds_by_markdown_it(text: str) -> dict[int, str]:
    """Line number to kind, blank lines left out."""
    source = text.split("\n")
    found = {}
    for token in MARKDOWN_IT.parse(text):
        if token.type in SAME and token.map:
            for number in range(token.map[0] + 1, token.map[1] + 1):
                found[number] = SAME[token.type]
    return {n: kind for n, kind in found.items() if n <= len(source) and source[n - 1].strip(" >\t\r")}


def kinds(text: str) -> dict[int, str]:
    source = text.split("\n")
    return {
        line.number: "html" if line.kind in ("raw", "comment") else line.kind
        for line in lines(text)
        if line.kind != "text" and source[line.number - 1].strip(" >\t\r")
    }


_PART = st.sampled_from(
    ["```", "~~~", "```py", "````", "    ", "  ", " ", "\t", "- ", "* ", "1. ", "2. ", "> ", ">", "# ", "---", "===",
     "text",     "[[x]]", "<!--", "-->", "<div>", "</div>", "<pre>", "</pre>", "<b>", "`", "a", "-"]
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=1500)
@given(st.lists(st.lists(_PART, max_size=4).map("".join), max_size=7).map("\n".join))
@example("- a\n\n      code\n  ```\n  fence\n- b")
@example("> ```\nout\n```")
@example("1.     code\n\n   text")
def test_code_is_where_markdown_it_sees_it(text: str) -> None:
    if any(not line.lstrip(" \t>").rstrip("-*0123456789. \t") and line.strip(" \t>") for line in text.split("\n")):
        return  # items that begin with blank lines: left out on purpose
    assert kinds(text) == kinds_by_markdown_it(text), text


@real
def test_the_commonmark_examples() -> None:
    with open(f"{DATA}/nasty/executablebooks+markdown-it-py/tests/test_cmark_spec/commonmark.json") as file:
        examples = [example["markdown"].rstrip("\n") for example in json.load(file)]
    wrong = [text for text in examples if kinds(text) != kinds_by_markdown_it(text)]
    assert wrong == []
    assert len(examples) > 600


@real
def test_real_memories_have_the_same_code_lines() -> None:
    for path in glob.glob(f"{DATA}/memory-dirs/**/*.md", recursive=True, include_hidden=True):
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        assert kinds(text) == kinds_by_markdown_it(text), path


def test_wiki_links() -> None:
    body = (
        "See [[a-b]] and [[c|the c]], [[d#part]], [[e f]].\r\n"
        "`[[no]]` and ``[[no]] ` ``, but [[yes]]; [[ ]] [[]] [[x\n"
        "```\n[[no]]\n```\n<!-- [[no]] -->\n\n    [[no]]\n\n- item\n\n    [[in item]]\n<div>[[in html]]</div>\n"
    )
    found = [(link.line, link.target, link.label) for link in wiki_links(body)]
    assert found == [
        (1, "a-b", None), (1, "c", "the c"), (1, "d", None), (1, "e f", None), (2, "yes", None), (12, "in item", None),
        (13, "in html", None),
    ]  # fmt: skip
    assert wiki_links("") == []


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(["[[a]]", "b [[c]] [[d]]", "", "text", "`x`"]), max_size=8).map("\n".join))
def test_the_quick_way_to_wiki_links_is_the_scanners(text: str) -> None:
    assert wiki_links(text) == [link for link in wiki_links(text + "\n\n~~~\n") if link]


def test_index_links() -> None:
    text = (
        "# Index\n"
        "- [Title](file.md) — one-line hook, see [other](other.md)\n"
        "* [x.md](./sub/x.md): text\n"
        "1. **[Bold](bold%20name.md)** - hook\n"
        "- [ ] [Task](task.md)\n"
        "- [Angle](<with space.md>) – hook\n"
        "- [Parens](a(b).md#part 'a title') hook\n"
        "- [Web](https://x.y/z.md) - [Abs](/etc/x.md) [Code](x.py)\n"
        "Prose with [a link](prose.md).\n"
        "```\n- [No](no.md)\n```\n<!-- - [No](no.md) -->\n"
        "| [Cell](cell.md) | x |\n"
        "  - [Nested](nested.MD) — n\n"
    )
    found = [(link.line, link.title, link.target, link.hook, link.entry) for link in index_links(text)]
    assert found == [
        (2, "Title", "file.md", "one-line hook, see [other](other.md)", True),
        (2, "other", "other.md", "", False),
        (3, "x.md", "sub/x.md", "text", True),
        (4, "Bold", "bold name.md", "hook", True),
        (5, "Task", "task.md", "", True),
        (6, "Angle", "with space.md", "hook", True),
        (7, "Parens", "a(b).md", "hook", True),
        (9, "a link", "prose.md", ".", False),
        (14, "Cell", "cell.md", "| x |", False),
        (15, "Nested", "nested.MD", "n", True),
    ]


@pytest.mark.parametrize(
    ("written", "target"),
    [("a.md", "a.md"), ("././a.md", "a.md"), ("../a.md", "../a.md"), ("a.md#b", "a.md"), ("%E9.md", "\ufffd.md")]
    + [(other, None) for other in ("", "a.txt", "#x.md", "http://a/b.md", "/a.md", "~/a.md", "a.md?x")],
)
def test_link_targets(written: str, target: str | None) -> None:
    assert link_target(written) == target


def test_headings_and_regions() -> None:
    text = "# One #\n```\n# no\n```\n   ### Three ##\n####### seven\n#no\n## \n"
    text += "- ## In item\n\n      # code\n\nend\n\n    # code\n"
    assert [(h.line, h.level, h.text) for h in headings(text)] == [
        (1, 1, "One"), (5, 3, "Three"), (8, 2, ""), (9, 2, "In item"),
    ]  # fmt: skip
    assert fences(text) == [(2, 4)]
    assert code_regions(text) == [(2, 4), (11, 11), (15, 15)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n<!-- x -->\nb", "a\nb"),
        ("a\r\n<!-- x\r\ny -->\r\nb\r\n", "a\r\nb\r\n"),
        ("<!-- x --> kept\nb", " kept\nb"),
        ("<!-- x --> <!-- y -->\nb", "b"),
        ("a <!-- x --> b", "a <!-- x --> b"),
        ("```\n<!-- x -->\n```", "```\n<!-- x -->\n```"),
        ("<!-- never closed\nb", "<!-- never closed\nb"),
        ("<pre>\n<!-- x -->\n</pre>", "<pre>\n<!-- x -->\n</pre>"),
        ("    <!-- code -->", "    <!-- code -->"),
        ("<!-->\nb", "b"),
        ("", ""),
    ],
)
def test_block_comments_are_stripped(text: str, expected: str) -> None:
    assert strip_comments(text) == expected


@pytest.mark.parametrize(
    "unit",
    [
        "`",
        "[",
        "[[",
        "[[a|",
        "[a](",
        '[a](b "',
        "# ",
        " #",
        "<!--",
        "-->",
        "<a ",
        "> ",
        "- ",
        "* ",
        "\t",
        "<a b=",
        "`a``",
    ],
)
def test_hostile_lines_end(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    for prefix in ("", "# a", "[[x]] ", "<!-- x -->", "<a"):
        wiki_links(prefix + text)
        index_links(prefix + text)
        headings(prefix + text)
        strip_comments(prefix + text)
