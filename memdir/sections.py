"""The inline sections of a MEMORY.md as documents of their own: many real indexes hold the memories themselves.

A section is a heading and what stands below it up to the next heading. What is left of it when comments, links to
memory files and blank lines are taken away is the document; a section with nothing left is none. Its id is
`MEMORY.md#slug`, its line that of the heading.
"""

from __future__ import annotations

import re

from .frontmatter_read import parse
from .markdown import Heading, headings, index_links, strip_comments
from .markdown_blocks import lines
from .model import FileStat, Memory

_MARKUP = re.compile(r"[*_`]+|\[([^\]]*)\]\([^)]*\)")
_NOT_WORD = re.compile(r"[^\w\- ]+")


def sections_of(root: str, id: str, path: str, data: bytes, stat: FileStat) -> list[Memory]:
    """The inline sections of an index file in their order. Never fails on content."""
    parsed = parse(data)
    text = parsed.body
    if not text.strip():
        return []
    source = text.split("\n")
    dropped = {link.line for link in index_links(text) if link.entry}
    found: list[Memory] = []
    taken: dict[str, int] = {}
    marks = headings(text)
    bounds = [Heading(0, 1, "")] * (not marks or marks[0].line > 1) + marks
    for number, mark in enumerate(bounds):
        end = bounds[number + 1].line - 1 if number + 1 < len(bounds) else len(source)
        kept = ["" if at in dropped else source[at - 1] for at in range(mark.line + 1, end + 1)]
        body = "\n".join(kept)
        if not _has_words(body):
            continue
        title = _MARKUP.sub(lambda match: match[1] or "", mark.text).strip() or "introduction"
        slug = _slug(title)
        taken[slug] = taken.get(slug, -1) + 1
        found.append(
            Memory(
                id=f"{id}#{slug}" + (f"-{taken[slug]}" if taken[slug] else ""),
                root=root,
                path=path,
                name=title,
                body=body,
                mtime=stat.mtime_ns / 1e9,
                size=len(body.encode("utf-8", "replace")),
                line=max(parsed.body_line + mark.line - 1, 1),
                body_line=parsed.body_line + mark.line,
                damaged=parsed.damaged,
            )
        )
    return found


def _has_words(body: str) -> bool:
    """Anything to recall: a word outside comments and table rules."""
    return any(re.search(r"\w", line.text) for line in lines(strip_comments(body)))


def _slug(title: str) -> str:
    """The heading as an anchor, as GitHub makes it: lower case, blanks to hyphens, punctuation left out."""
    return re.sub(r"\s", "-", _NOT_WORD.sub("", title.lower()).strip()) or "section"
