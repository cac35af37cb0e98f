"""Links between memories that lead nowhere, or to several."""

from __future__ import annotations

from collections.abc import Iterator

from .check_directory import Directory, Page
from .check_rules_files import field_line
from .markdown import wiki_links
from .model import Finding


def links(directory: Directory) -> Iterator[Finding]:
    """`[[wiki links]]`, `metadata.links` and `supersedes`."""
    for page in directory.pages:
        for line, target, written in _written(page):
            found = directory.names.resolve(target, page.memory.id)
            if not found:
                yield directory.finding("link-dead", page.memory.id, line, f"{written} names no memory")
            elif len(found) > 1:
                message = f"{written} may be {', '.join(found[:5])}"
                yield directory.finding("link-ambiguous", page.memory.id, line, message)


def _written(page: Page) -> Iterator[tuple[int, str, str]]:
    """(line in the file, target, how it is written) of every link."""
    memory = page.memory
    for wiki in wiki_links(memory.body):
        yield memory.body_line + wiki.line - 1, wiki.target, f"[[{wiki.target}]]"
    for link in memory.links:
        yield field_line(page, link.to), link.to, f"the link to {link.to}"
    for name in memory.supersedes:
        yield field_line(page, "supersedes"), name, f"supersedes: {name}"
    if memory.superseded_by:
        yield field_line(page, "superseded_by"), memory.superseded_by, f"superseded_by: {memory.superseded_by}"


CHECKS = (links,)
