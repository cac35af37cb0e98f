"""CommonMark as markdown-it sees it: which words are text, which are code, comments or HTML. The only owner of
markdown-it (55 ms to import, about 1 ms a file), so nothing on the way of `recall` may import this module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

Tokens = Sequence[Token]


class TextRun(NamedTuple):
    """Words that are read as words: no code, no comment. `line` counts from 1. A run of kind `html` lies in a block of
    HTML, where Claude Code looks for no imports (a blank line after the tag takes the text out of the block)."""

    text: str
    line: int
    kind: Literal["text", "html"] = "text"


@cache
def _parser() -> MarkdownIt:
    # `text_join` would melt escapes into the text around them, and then no position could be found again.
    return MarkdownIt("commonmark").disable("text_join")


def parse(text: str) -> Tokens:
    """The tokens of a text in plain CommonMark (no tables, no strike-through: a `~` in a path stays a `~`)."""
    return _parser().parse(text)


@cache
def _renderer() -> MarkdownIt:
    rules = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    return rules.disable("image")  # a page must load nothing


def render(text: str) -> str:
    """A text as HTML that can stand in any page: HTML in it is shown as text, images are links, and links lead to no
    script (markdown-it's `validateLink`)."""
    return str(_renderer().render(text))


def holds_html(text: str) -> bool:
    """Whether any of a text is HTML, which a renderer may pass on as it is."""
    if "<" not in text:
        return False
    return any(
        inner.type in ("html_inline", "html_block")
        for token in parse(text)
        for inner in (token, *(token.children or ()))
    )


def text_runs(text: str, tokens: Tokens | None = None) -> list[TextRun]:
    """Every run of text in order, emphasis and link texts as runs of their own, comments and code left out. `tokens`
    are those of `parse(text)`, where they are at hand."""
    runs: list[TextRun] = []
    for token in parse(text) if tokens is None else tokens:
        if token.map is None:
            continue
        if token.type == "inline":
            runs.extend(_inline_runs(token, token.map[0] + 1))
        elif token.type == "html_block":
            runs.extend(_html_runs(token.content, token.map[0] + 1))
    return runs


def _inline_runs(token: Token, line: int) -> Iterator[TextRun]:
    """Runs of one paragraph, heading or list line. Places are found by searching forward in the source, since
    markdown-it keeps none for inline tokens."""
    source, at, start, words = token.content, 0, 0, ""
    for child in token.children or ():
        piece = _words(child)
        if piece is not None:
            found = source.find(piece, at)
            if found >= 0:
                if not words:
                    start = found
                at = found + len(piece)
            words += piece
            continue
        if words:
            yield TextRun(words, line + source.count("\n", 0, start))
            words = ""
        found = source.find(child.content, at) if child.content else at
        at = found + len(child.content) if found >= 0 else at
    if words:
        yield TextRun(words, line + source.count("\n", 0, start))


def _words(child: Token) -> str | None:
    """An inline token's words as written, None for what is no text. A backslash before a letter or a blank is a
    backslash; a true escape (`\\_`) ends a run, as an entity does not."""
    if child.type == "softbreak":
        return "\n"
    if child.type == "text_special" and (child.info == "entity" or child.content == child.markup):
        return child.markup
    return child.content if child.type == "text" else None


def _html_runs(content: str, line: int) -> Iterator[TextRun]:
    """What a block of HTML leaves: the words after a comment's end are text, any other tag's are not."""
    if not content.lstrip().startswith("<!--"):
        yield TextRun(_without_comments(content, keep_lines=True), line, "html")
        return
    if "-->" not in content:
        return
    rest = _without_comments(content, keep_lines=True)
    lead = len(rest) - len(rest.lstrip())
    if rest.strip():
        yield TextRun(rest.strip(), line + rest.count("\n", 0, lead))


def _without_comments(text: str, *, keep_lines: bool = False) -> str:
    """The text without its closed comments; with `keep_lines` their ends of lines stay. No pattern: one would look for
    the end once for each beginning, which takes minutes in a hostile file."""
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        if keep_lines:
            kept.append("\n" * text.count("\n", start, end))
        at = end + 3
    return "".join([*kept, text[at:]])


def strip_comments(text: str, tokens: Tokens | None = None) -> str:
    """The text without its block-level `<!-- … -->`: comments in code, inside a paragraph, in a list or quote, and
    unclosed ones stay; what follows `-->` on its line stays too. Everything else is kept byte for byte."""
    if "<!--" not in text:
        return text
    lines = text_lines(text)
    out: list[str] = []
    at = 0
    for token in parse(text) if tokens is None else tokens:
        if token.type != "html_block" or token.level or token.map is None:
            continue
        first, end = token.map
        block = "".join(lines[first:end])
        if not block.lstrip().startswith("<!--") or "-->" not in block:
            continue
        out.extend(lines[at:first])
        rest = _without_comments(block)
        if rest.strip():
            out.append(rest)
            at = end
            continue
        at = end
        while at < len(lines) and not lines[at].strip():
            at += 1
    out.extend(lines[at:])
    return "".join(out)


def code_lines(text: str, tokens: Tokens | None = None, *, html: bool = False) -> frozenset[int]:
    """Numbers (from 1) of the lines inside fenced and indented code, the fences included; with `html` also those of
    blocks of HTML and comments."""
    kinds = ("fence", "code_block", "html_block") if html else ("fence", "code_block")
    marked: set[int] = set()
    for token in parse(text) if tokens is None else tokens:
        if token.type in kinds and token.map is not None:
            marked.update(range(token.map[0] + 1, token.map[1] + 1))
    return frozenset(marked)


def text_lines(text: str) -> list[str]:
    """Lines with their ends, broken only where CommonMark breaks them (`\\n`, `\\r\\n`, `\\r`)."""
    lines: list[str] = []
    at = 0
    for match in re.finditer(r"\r\n|\r|\n", text):
        lines.append(text[at : match.end()])
        at = match.end()
    if at < len(text):
        lines.append(text[at:])
    return lines
