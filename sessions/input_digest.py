"""A digest of everything a plan is made from, so that unattended runs never do the same work twice."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence

from memdir.digest import blake2b
from memdir.errors import MemdirError
from memdir.files import read_file
from memdir.scan import walk


def input_digest(
    root: str, transcripts: Sequence[str], instructions: Iterable[str], *, without: Collection[str] = (), also: str = ""
) -> str:
    """The digest of the bytes of every memory and MEMORY.md, of the instructions' texts, and of the sessions' names,
    sizes and times, those `without` left out. `also` is what else decides (a version, settings)."""
    digest = blake2b(digest_size=16)
    digest.update(also.encode("utf-8", "surrogatepass"))
    walked = walk(root)
    for stat in sorted((*walked.files, *walked.indexes)):
        try:
            data = read_file(stat.path)
        except MemdirError:
            data = b""
        digest.update(b"%d %d\0" % (len(os.fsencode(stat.path)), len(data)) + os.fsencode(stat.path) + data)
    for text in instructions:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(b"%d\0" % len(data) + data)
    for directory in transcripts:
        for line in sorted(_sessions(directory, without)):
            digest.update(line)
    return digest.hexdigest()


def _sessions(directory: str, without: Collection[str]) -> Iterable[bytes]:
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.endswith(".jsonl") and entry.name[: -len(".jsonl")] not in without:
                    status = entry.stat()
                    yield b"%s\0%d %d\n" % (os.fsencode(entry.name), status.st_size, status.st_mtime_ns)
    except OSError:
        return
