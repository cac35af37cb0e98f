"""What is wrong with MEMORY.md: dead links, orphans, size, entries."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator

from .check_directory import Directory, IndexPage
from .index_edit import entry_of, indents, split_lines
from .markdown import index_links, wiki_links
from .memory_index import MAX_ENTRY, MAX_LINES, MAX_UNITS, NEAR, Usage, entries, usage, utf16_length
from .model import INDEX_NAME, Finding
from .sections import sections_of
from .tidy import alone, listable, superseded

INLINE_LINES = 8
"""Lines of text beside the entries from which an index counts as holding memories itself: an introduction is fine."""


def links(directory: Directory) -> Iterator[Finding]:
    """Links to files that are not there, files listed twice, and entries of memories that are over."""
    gone = superseded(directory.by_id.values())
    for index in directory.indexes:
        listed: dict[str, int] = {}
        lines = split_lines(index.text)
        indented = indents(lines)
        single = {entry.line for entry in entries(index.text) if alone(lines, indented, entry)}
        for link in index_links(index.text):
            id = _target(directory, index, link.target)
            if not _exists(directory, index, id, link.target):
                near = _nearest(directory, link.target)
                dead = directory.finding("index-dead-link", index.stat.id, link.line, f"no file {link.target}{near}")
                tidied = link.entry and (near or link.line in single)
                yield dead if tidied else dead._replace(fix=None)  # in running text a person must decide
            if link.entry and id in listed:
                message = f"{link.target} is listed already on line {listed[id]}"
                yield directory.finding("index-duplicate", index.stat.id, link.line, message)
            elif link.entry:
                listed[id] = link.line
                if id in gone:
                    message = f"{link.target} is superseded or expired"
                    yield directory.finding("index-not-current", index.stat.id, link.line, message)


def orphans(directory: Directory) -> Iterator[Finding]:
    """Memories that no index above them names, in a link or in words."""
    if not directory.indexes:
        return
    gone = superseded(directory.by_id.values())
    named: dict[str, set[str]] = {}
    for index in directory.indexes:
        ids = {_target(directory, index, link.target) for link in index_links(index.text)}
        for wiki in wiki_links(index.text):
            ids.update(directory.names.resolve(wiki.target, index.stat.id))
        named[index.folder] = ids
    texts = {index.folder: index.text for index in directory.indexes}
    used = {index.folder: usage(index.text) for index in directory.indexes}
    for page in directory.pages:
        memory = page.memory
        above = [f for f in named if not f or memory.id.startswith(f + "/")]
        if not above or not listable(memory) or memory.id in gone or any(memory.id in named[f] for f in above):
            continue
        base = memory.id.rpartition("/")[2]
        if not any(base in texts[f] for f in above):
            nearest = max(above, key=len)
            where = posixpath.join(nearest, INDEX_NAME)
            missing = directory.finding("index-missing", memory.id, 0, f"{where} does not name it")
            yield missing if _has_room(used[nearest], entry_of(memory).line) else missing._replace(fix=None)


def _has_room(used: Usage, line: str) -> bool:
    """True when one more line is loaded too; otherwise `tidy` leaves out as many as it puts in."""
    return used.lines < MAX_LINES and used.units + utf16_length(line) + 1 <= MAX_UNITS


def size(directory: Directory) -> Iterator[Finding]:
    """Indexes over, or near, what Claude Code loads; long entries."""
    for index in directory.indexes:
        used = usage(index.text)
        says = f"{used.lines} of {MAX_LINES} lines, {used.units} of {MAX_UNITS} characters"
        if not used.fits:
            yield directory.finding("index-too-large", index.stat.id, 0, f"only part of it is loaded: {says}")
        elif used.share >= NEAR:
            yield directory.finding("index-near-limit", index.stat.id, 0, f"{used.share:.0%} of a limit: {says}")
        lines = index.text.split("\n")
        for entry in entries(index.text):
            length = len(lines[entry.line - 1].rstrip())
            if length > MAX_ENTRY:
                message = f"the entry of {entry.target} has {length} characters, at most {MAX_ENTRY} are advised"
                yield directory.finding("index-long-entry", index.stat.id, entry.line, message)


def inline(directory: Directory) -> Iterator[Finding]:
    """Text in an index that should be a memory of its own."""
    for index in directory.indexes:
        data = index.text.encode("utf-8", "replace")
        held = [
            section
            for section in sections_of(directory.root, index.stat.id, index.stat.path, data, index.stat)
            if sum(1 for line in section.body.split("\n") if line.strip()) >= INLINE_LINES
        ]
        if held:
            first = f"{held[0].name!r}" + (f" and {len(held) - 1} more" if len(held) > 1 else "")
            message = f"sections with text of their own: {first}; a file each would be recalled by itself"
            yield directory.finding("index-inline", index.stat.id, held[0].line, message)


def _target(directory: Directory, index: IndexPage, target: str) -> str:
    id = posixpath.normpath(posixpath.join(index.folder, target))
    if id in directory.by_id:
        return id  # a file may have a backslash in its name
    return posixpath.normpath(posixpath.join(index.folder, target.replace("\\", "/")))


def _exists(directory: Directory, index: IndexPage, id: str, target: str) -> bool:
    if id in directory.by_id:
        return True
    path = os.path.join(os.path.dirname(index.stat.path), *target.split("/"))
    return "\0" not in path and os.path.exists(path)


def _nearest(directory: Directory, target: str) -> str:
    base = target.rpartition("/")[2]
    same = [id for id in directory.by_id if id.rpartition("/")[2] == base]
    return f", but there is {same[0]}" if same else ""


CHECKS = (links, orphans, size, inline)
