"""Does the index say what the files say? Both are written out as one segment each, which must be equal to the byte."""

from __future__ import annotations

import filecmp
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from memdir.files import failure
from memdir.memory_segment import MemorySegment
from memdir.model import FileStat

from .disk_segment import DiskSegment
from .generation import Generation, documents_of
from .memory_files import Files
from .overlay import find_wording, read_files
from .publish import BATCH
from .section_file import IndexDamaged
from .segment_writer import Part, write_segment
from .sync import Diff, batches

SHOWN: Final = 20
"""Problems named at most."""


class Verified(NamedTuple):
    """The outcome: `documents` compared, `pending` files left out because they changed since, and what is wrong."""

    documents: int
    pending: int
    problems: tuple[str, ...]


def verify_generation(base: Generation, diff: Diff, files: Files, folder: str, language: str) -> Verified:
    """Compare a generation with the files that have not changed since. Needs room for two copies of the index in
    `folder`. Raises `StorageError`."""
    wording, reworded = find_wording(files, base.manifest, diff)
    out = {*diff.removed, *(stat.id for stat in [*diff.changed, *reworded])}
    kept = [base.manifest.stat(at, files.root) for at, id in enumerate(base.manifest.ids) if id not in out]
    deciding = [stat for stat in kept if files.decides_wording(stat.id)]
    wording = wording or files.wording(deciding)
    try:
        for stored in base.stored:
            stored.segment.verify()
        parts = [
            Part(stored.segment, stored.removed | documents_of(stored.segment, out, base.manifest))
            for stored in base.stored
        ]
        indexed, fresh = os.path.join(folder, "indexed"), os.path.join(folder, "fresh")
        count = write_segment(indexed, parts)
        write_segment(fresh, list(_fresh_parts(files, kept, wording, folder, language)))
        same = filecmp.cmp(indexed, fresh, shallow=False)
        problems = () if same else tuple(itertools.islice(_differences(indexed, fresh), SHOWN))
    except IndexDamaged as error:
        return Verified(0, diff.size, (f"{error.path}: {error.message}",))
    except OSError as error:
        raise failure(error, folder, "verifying the index") from error
    return Verified(count, diff.size, problems)


def _fresh_parts(
    files: Files, stats: Sequence[FileStat], wording: Mapping[str, str], folder: str, language: str
) -> Iterator[Part]:
    for number, batch in enumerate(batches(stats, BATCH)):
        documents = [document for read in read_files(files, batch, wording) for document in read.documents]
        path = os.path.join(folder, f"part-{number}")
        write_segment(path, [Part(MemorySegment(documents, language))], passing=True)
        yield Part(DiskSegment(path))


def _differences(indexed: str, fresh: str) -> Iterator[str]:
    """What differs between two segments, in words."""
    index, files = DiskSegment(indexed), DiskSegment(fresh)
    in_index, in_files = set(index.ids), set(files.ids)
    for id in sorted(in_index - in_files):
        yield f"{id}: in the index, not in the files"
    for id in sorted(in_files - in_index):
        yield f"{id}: in the files, not in the index"
    for id in sorted(in_index & in_files):
        left, right = index.find(id), files.find(id)
        if index.facts(left) != files.facts(right):
            yield f"{id}: other facts in the index than in the file"
        if index.lengths[left] != files.lengths[right]:
            yield f"{id}: other words in the index than in the file"
    if in_index == in_files:
        for left_entry, right_entry in zip(index.entries(), files.entries(), strict=False):
            if [list(part) for part in left_entry[1:]] != [list(part) for part in right_entry[1:]]:
                yield f"the term {str(left_entry[1], 'utf-8', 'replace')!r} has other postings"
                return
    yield "the segments differ"
