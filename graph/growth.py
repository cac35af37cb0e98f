"""What has become of growing files since an index was made, and which documents of a segment that concerns.

A file that grows always changes its size, so only what is written in place could leave a file's stat as it was; that is
looked for (by the reader, in what it keeps of the file) for a clock tick and not for the two seconds of a memory.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from memdir.growing import GrowingFiles, place_of
from memdir.model import FileStat
from memdir.segment import Segment

from .manifest import Manifest
from .sync import paired

RACY_NS: Final = 20_000_000
"""A file whose times lie nearer to the last look than this is looked at again: two clock ticks of a slow kernel."""


class Growth(NamedTuple):
    """The files to read (new, or not as they were), the ids of those that are gone, how many bytes are not in the
    index, and how many files are new. `taken_ns` is the time of the look. `note` says what could not be looked at."""

    taken_ns: int
    files: Sequence[FileStat]
    removed: Sequence[str]
    bytes: int
    added: int
    note: str | None = None

    @property
    def size(self) -> int:
        """How many files the index does not have as they are."""
        return len(self.files) + len(self.removed)


def find_growth(
    files: GrowingFiles, manifest: Manifest, taken_ns: int, unread: Collection[int] = frozenset()
) -> Growth:
    """Compare the disk with the manifest. The files at the places `unread` could not be read and are tried again."""
    found, findings = files.walk()
    again = frozenset(manifest.racy(RACY_NS)).union(unread)
    changed: list[FileStat] = []
    removed: list[str] = []
    size = added = 0
    sizes = manifest.columns[2]
    for place, stat in paired(manifest.ids, found):
        if stat is None:
            removed.append(manifest.ids[place])
        elif place < 0:
            changed.append(stat)
            size += stat.size
            added += 1
        elif place in again or not manifest.is_same(place, stat):
            changed.append(stat)
            size += max(0, stat.size - sizes[place])
    closed = [finding.path for finding in findings if finding.code == "unreadable"]
    kept = [id for id in removed if any(not path or id.startswith(path + "/") for path in closed)]
    note = None
    if kept and os.path.isdir(files.root):
        note = f"{closed[0] or 'the directory'} cannot be read, {len(kept)} indexed files in it are left as they are"
        removed = [id for id in removed if id not in kept]
    return Growth(taken_ns, changed, removed, size, added, note)


def documents_of(segment: Segment, file: str) -> Iterator[int]:
    """The numbers of a file's documents in a segment."""
    number = bisect_left(segment.ids, file + "/")
    while number < segment.count and segment.ids[number].startswith(file + "/"):
        yield number
        number += 1


def removed_by(segment: Segment, gone: Iterable[str], given: Sequence[Sequence[str]]) -> set[int]:
    """The numbers of the documents that do not count any more: those of the files that are `gone` or were read anew,
    and those given again. `given` are the ids of new documents, each list ascending."""
    found = {number for file in gone for number in documents_of(segment, file)}
    for ids in given:
        for file, group in groupby(ids, lambda id: place_of(id)[0]):
            end = bisect_left(segment.ids, file + "/:")  # the sign after 9
            last = segment.ids[end - 1] if end else ""
            if not last.startswith(file + "/"):
                continue
            for id in group:
                if id > last:
                    break
                number = segment.find(id)
                if number >= 0:
                    found.add(number)
    return found
