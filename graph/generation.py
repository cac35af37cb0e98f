"""One generation of an index, open: its manifest, its segments, and which of their documents do not count any more."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from memdir.segment import Segment

from .disk_segment import DiskSegment
from .generations import Held
from .manifest import Manifest, read_manifest
from .section_file import IndexDamaged

MANIFEST: Final = "manifest"


class Stored(NamedTuple):
    """A segment on disk and the numbers of its documents that were removed since it was written."""

    segment: DiskSegment
    removed: frozenset[int]

    @property
    def live(self) -> int:
        """Documents that count."""
        return self.segment.count - len(self.removed)


class Generation:
    """A generation, or with the defaults the state before the first: no files."""

    def __init__(self, held: Held | None = None, manifest: Manifest | None = None, stored: tuple[Stored, ...] = ()):
        self.held = held
        self.manifest = Manifest() if manifest is None else manifest
        self.stored = stored

    @property
    def name(self) -> str | None:
        """Its name, None where there is none."""
        return self.held.name if self.held else None

    def close(self) -> None:
        """Let it go. The segments stay readable as long as something refers to them."""
        if self.held:
            self.held.close()


class OtherVersion(Exception):
    """The generation was made by another version or with other settings: it is no use here, and no damage."""


def open_generation(held: Held, stamp: Mapping[str, object]) -> Generation:
    """Open everything of a generation. Raises `IndexDamaged`, `OtherVersion`."""
    manifest = read_manifest(os.path.join(held.directory, MANIFEST))
    if any(manifest.header.get(key) != value for key, value in stamp.items()):
        raise OtherVersion
    names = manifest.header.get("segments")
    if not isinstance(names, list) or len(names) != len(manifest.removed):
        raise IndexDamaged("the index is damaged: its segments do not match", hint="memdir index rebuild")
    segments = [DiskSegment(os.path.join(held.directory, str(name))) for name in names]
    return Generation(held, manifest, tuple(map(Stored, segments, manifest.removed)))


def documents_of(segment: Segment, ids: Iterable[str], manifest: Manifest) -> frozenset[int]:
    """The numbers of the documents of these files: the one with the file's id, and those of its sections."""
    found: set[int] = set()
    names = segment.ids
    for id in ids:
        place = bisect_left(names, id)
        if place < segment.count and names[place] == id:
            found.add(place)
        section = id + "#"
        place = bisect_left(names, section, place)
        while place < segment.count and names[place].startswith(section):
            if manifest.find(names[place]) < 0:  # else a file that only looks like a section
                found.add(place)
            place += 1
    return frozenset(found)
