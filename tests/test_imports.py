"""`@path` imports and what CommonMark says is code, comment or text: formats/claude-code.md §2.3, row by row."""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.imports import accepted_path, import_sites, is_text_name, legacy_includes, resolve_import
from memdir.markdown_tree import code_lines, strip_comments, text_lines, text_runs

REAL = os.environ.get("MEMDIR_REAL_DATA")


def paths(text: str) -> list[str]:
    return [site.path for site in import_sites(text) if not site.in_html]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@a.md", ["a.md"]),
        ("see @a.md for more", ["a.md"]),
        ("see\t@a.md", ["a.md"]),
        ("see\n@a.md", ["a.md"]),
        ("me@host.com", []),
        ("(@a.md)", []),
        ("@./a.md @../b.md @~/c.md @/d.md", ["./a.md", "../b.md", "~/c.md", "/d.md"]),
        ("@docs/my\\ file.md x", ["docs/my file.md"]),
        ("@a.md#part", ["a.md"]),
        ("@_private.md @.hidden @-x.md @1.md", ["_private.md", ".hidden", "-x.md", "1.md"]),
        ("@@x.md", []),
        ("@#x.md", []),
        ("@/", []),
        ("@~", []),
        ("@~user/x.md", []),
        ("@%x.md", []),
        ("@(y)", []),
        ("@*x", []),
        ("@", []),
        ("@b.md, and", ["b.md,"]),
        ("@b.md.", ["b.md."]),
        ("@a.md @b.md", ["a.md", "b.md"]),
        ("@a.md again @a.md", ["a.md"]),
        ("@docs\\style.md", ["docs"]),
        ("@include extra.md", ["include"]),
        ("# @a.md", ["a.md"]),
        ("- @a.md\n  - @b.md", ["a.md", "b.md"]),
        ("> @a.md", ["a.md"]),
        ("**@a.md** and [@b.md](x)", ["a.md", "b.md"]),
        ("@my_file_name.md", ["my_file_name.md"]),
        ("@~/a~b~.md", ["~/a~b~.md"]),
        ("@a.md\r\n@b.md\r\n", ["a.md", "b.md"]),
        ("| @a.md | x |\n|---|---|\n| @b.md | y |", ["a.md", "b.md"]),
        ("@データ.md @x/データ.md", ["x/データ.md"]),
        ("x\u3000@a.md\xa0and\ufeff@b.md\u2003", ["a.md", "b.md"]),
        ("x\x1f@a.md @b\x85c.md", ["b\x85c.md"]),
    ],
)
def test_which_words_are_imports(text: str, found: list[str]) -> None:
    assert paths(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "`@a.md`",
        "``x ` @a.md``",
        "`two\nlines @a.md`",
        "```\n@a.md\n```",
        "~~~md\n@a.md\n~~~",
        "````\n```\n@a.md\n```\n````",
        "```\n@a.md",
        "text\n\n    @a.md\n",
        "\t@a.md",
        "- item\n\n      @a.md",
        "> ```\n> @a.md\n> ```",
        "- use `npm i @a.md`",
        "<!-- @a.md -->",
        "<!--\n@a.md\n-->",
        "words <!-- @a.md --> words",
        "<!-- open\n\n@a.md",
        "- <!-- @a.md -->",
        "[x]: @a.md",
    ],
)
def test_no_import_in_code_or_comment(text: str) -> None:
    assert paths(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!-- @a.md --> @b.md", ["b.md"]),
        ("<!--\n@a.md\n--> @b.md", ["b.md"]),
        ("x <!-- @a.md --> @b.md", ["b.md"]),
        ("`@a.md` @b.md", ["b.md"]),
        ("```\n@a.md\n```\n@b.md", ["b.md"]),
        ("para\n    @lazy.md", ["lazy.md"]),
        ("``unclosed @b.md", ["b.md"]),
        ("<br> @b.md", ["b.md"]),
        ("a <b>@b.md</b>", ["b.md</b>"]),
    ],
)
def test_what_is_beside_code_and_comments_counts(text: str, found: list[str]) -> None:
    expected = [name.removesuffix("</b>") for name in found]
    assert paths(text) == expected


def test_an_import_inside_a_block_of_html_is_reported_and_no_import() -> None:
    glued = import_sites("<memory>\n@a.md\n</memory>\n")
    assert [(site.path, site.line, site.in_html) for site in glued] == [("a.md", 2, True)]
    assert paths("<memory>\n\n@a.md\n</memory>\n") == ["a.md"]
    both = import_sites("<memory>\n@a.md\n</memory>\n\n@a.md\n")
    assert [(site.line, site.in_html) for site in both] == [(5, False)]


def test_lines_of_imports() -> None:
    text = "# T\n\none `c\nd` two @a.md\nthree @b.md\n\n- x\n  @c.md\n\n<!--\n-->  @d.md\n\nesc\\_aped\n@e.md @f.md"
    assert [(s.path, s.line) for s in import_sites(text)] == [
        ("a.md", 4), ("b.md", 5), ("c.md", 8), ("d.md", 11), ("e.md", 14), ("f.md", 14),
    ]  # fmt: skip


def test_what_looks_like_a_path() -> None:
    looks = {"a.md": True, "b.md,": True, "./x": True, "/x": True, "~/x": True, "sentry/node": False, "param": False,
             "v1.2": False, "n8n/langchain.agent": False, "src/a.TS": True}  # fmt: skip
    for path, expected in looks.items():
        (site,) = import_sites(f"@{path}")
        assert site.pathlike is expected, path
    (site,) = import_sites("@b.md).")
    assert site.without_punctuation == "b.md"


def test_resolution() -> None:
    assert resolve_import("x.md", "/p/docs/a.md", "/h") == "/p/docs/x.md"
    assert resolve_import("../x.md", "/p/docs/a.md", "/h") == "/p/x.md"
    assert resolve_import("/x.md", "/p/docs/a.md", "/h") == "/x.md"
    assert resolve_import("~/x.md", "/p/docs/a.md", "/h") == "/h/x.md"
    assert resolve_import("~/x.md", "/p/docs/a.md", None) is None


def test_only_text_is_imported() -> None:
    for name in ("a.md", "A.MD", "a.py", "Makefile", ".env", "x/y.yaml", "LICENSE", "a.TsX"):
        assert is_text_name(name), name
    for name in ("a.png", "a.pdf", "a.zip", "a.exe", "a.md.", "a.sqlite", "a.md,"):
        assert not is_text_name(name), name


def test_the_seeds_include_line_is_recognised_and_nothing_else_is() -> None:
    text = "Before\n@include extra.md\n  @include ~/x y.md \nsee @include z.md\n@included a.md\n@include\n"
    text += "```\n@include code.md\n```\n<!--\n@include comment.md\n-->\n"
    assert legacy_includes(text) == [("extra.md", 2), ("~/x y.md", 3)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n\n<!-- c -->\n\nb\n", "a\n\nb\n"),
        ("<!-- c -->\nb\n", "b\n"),
        ("<!-- c --> tail\nb\n", " tail\nb\n"),
        ("<!-- a --><!-- b -->\nb", "b"),
        ("a\n\n<!--\nx\n\ny\n-->\nb", "a\n\nb"),
        ("in <!-- c --> line\n", "in <!-- c --> line\n"),
        ("```\n<!-- c -->\n```\n", "```\n<!-- c -->\n```\n"),
        ("    <!-- c -->\n", "    <!-- c -->\n"),
        ("- <!-- c -->\n", "- <!-- c -->\n"),
        ("<!-- never closed\n\nb", "<!-- never closed\n\nb"),
        ("<div><!-- c --></div>\n", "<div><!-- c --></div>\n"),
        ("a\r\n\r\n<!-- c -->\r\nb\r\n", "a\r\n\r\nb\r\n"),
    ],
)
def test_block_comments_are_stripped(text: str, left: str) -> None:
    assert strip_comments(text) == left


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(alphabet="@a.md `~\n\t<!->*_[](){}#\\/ é\r\x00", max_size=60))
def test_any_text_is_read(text: str) -> None:
    lines = len(text_lines(text))
    for site in import_sites(text):
        assert 1 <= site.line <= max(1, lines)
        assert accepted_path(site.path) == site.path or "#" in site.path
    assert len(strip_comments(text)) <= len(text)
    assert "".join(text_lines(text)) == text


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(alphabet="ab`~ \n\t>-*", max_size=40))
def test_code_hides_any_import(text: str) -> None:
    fence = "`" * (text.count("`") + 3)
    assert paths(f"{fence}\n{text} @x.md\n{fence}\n") == []


@pytest.mark.skipif(not REAL, reason="MEMDIR_REAL_DATA is not set")
def test_commonmark_examples_agree_on_code() -> None:
    """The words outside of code are those that the specification's own HTML shows outside of `<code>`."""
    files = sorted(Path(REAL or "").glob("nasty/executablebooks+markdown-it-py/**/*.json"))
    examples = [e for f in files for e in json.loads(f.read_text("utf-8")) if isinstance(e, dict) and "markdown" in e]
    assert len(examples) > 500
    checked = 0
    for example in examples:
        markdown, html = example["markdown"], example["html"]
        assert bool(code_lines(markdown)) == ("<pre><code" in html), markdown
        if any(sign in markdown for sign in ("<", "&", "\\", "![")):
            continue  # raw HTML, entities, escapes and alternative texts are written in another way in HTML
        words = "".join(run.text for run in text_runs(markdown))
        assert "".join(words.split()) == _OutsideCode(html).words, markdown
        checked += 1
    assert checked > 350


class _OutsideCode(HTMLParser):
    """The words of an HTML text outside of its `<code>`, without blanks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self._depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.words += "".join(data.split())


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 20_000,
        "`a" * 20_000,
        "> " * 20_000,
        "<!--" * 50_000,
        "*a_ @b " * 5_000,
        "- " * 5_000 + "@x.md",
        "![[" * 8_000,
    ],
)
def test_hostile_text_comes_to_an_end(hostile: str) -> None:
    """Each of these takes minutes where something is quadratic."""
    assert paths("@x.md " + hostile)[0] == "x.md"
    assert strip_comments("a\n\n<!-- " + hostile).startswith("a")
