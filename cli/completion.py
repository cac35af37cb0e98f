"""What a shell offers where a command takes a memory: names found by a walk, without reading a file."""

from __future__ import annotations

from collections.abc import Mapping

from memdir.errors import MemdirError

from .process import real_environment

MAX_OFFERED = 200


def memory_names(begun: str, given: Mapping[str, str | None]) -> list[str]:
    """The paths (without `.md`) of memories, and their last parts, that begin with `begun`, at most 200. `given` holds
    the global options by key. Nothing where something is wrong: a shell that completes shows no errors."""
    from memdir.locate import locate
    from memdir.scan import walk

    try:
        located = locate(
            real_environment(given.get("directory")),
            memory_dir=given.get("memory_dir"),
            config_dir=given.get("config_dir"),
        )
        ids = [stat.id.removesuffix(".md") for source in located.sources for stat in walk(source.root).files]
    except (MemdirError, OSError):
        return []
    names = [*ids, *(id.rpartition("/")[2] for id in ids if begun)]
    fitting = (name for name in names if name.startswith(begun) and name.isprintable())
    return list(dict.fromkeys(fitting))[:MAX_OFFERED]
