"""The current generation of an index, kept open; and why there is none."""

from __future__ import annotations

from collections.abc import Mapping

import memdir
from memdir.files import shown
from memdir.text import ANALYSIS_VERSION

from .disk_segment import FACTS
from .generation import Generation, OtherVersion, open_generation
from .generations import Generations, Held
from .section_file import IndexDamaged

REBUILD = "answered from the files (memdir index rebuild makes it anew)"


def stamp(format: int, files_version: str, language: str) -> Mapping[str, object]:
    """What decides whether a generation can be used: of an index's own `format`, of memdir, of what is indexed."""
    return {
        "format": format, "memdir": memdir.__version__, "analysis": ANALYSIS_VERSION, "language": language,
        "files_version": files_version, "facts": list(FACTS),
    }  # fmt: skip


class Current:
    """The generation that is current, opened when it is asked for. `base` is an empty one where there is none, and
    `trouble` then says why. `stamp` is what a generation must have been made with; None for `generations`: there is no
    place for an index. Not safe in several threads."""

    def __init__(self, generations: Generations | None, stamp: Mapping[str, object]) -> None:
        self._generations = generations
        self._stamp = stamp
        self._distrusted: Held | None = None
        self.base = Generation()
        self.trouble: str | None = None

    def load(self) -> bool:
        """Have the current generation open; True when it is another one than before."""
        if self._generations is None:
            self.trouble = "there is no place for an index: answered from the files"
            return False
        current = self._generations.current()
        held = self.base.held
        if held and current == self.base.name and held.is_there():
            return False
        changed = held is not None
        if changed:
            self._forget(None)
        self.trouble = "there is no index yet: answered from the files"
        bad = self._distrusted
        opened = None if bad and bad.name == current and bad.is_there() else self._generations.open()
        if opened is None:
            return changed
        try:
            self.base = open_generation(opened, self._stamp)
            self.trouble = self._distrusted = None
            return True
        except IndexDamaged as error:
            opened.close()
            self.trouble = f"{error.message}: {REBUILD}"
        except OtherVersion:
            opened.close()
            self.trouble = "the index is of another version or other settings: answered from the files"
        return changed

    def concerns(self, error: IndexDamaged) -> bool:
        """False when the damage is in another directory's index."""
        return not (self._generations and error.path and not error.path.startswith(shown(self._generations.home)))

    def distrust(self, error: IndexDamaged) -> None:
        """The generation turned out to be damaged: none, until another one is published."""
        if self.base.held:
            self._distrusted, self.base = self.base.held, Generation()
        self._forget(f"{error.message}: {REBUILD}")

    def close(self) -> None:
        """Let the generation go."""
        self._forget(None)
        self._distrusted = None

    def _forget(self, trouble: str | None) -> None:
        self.base.close()
        self.base = Generation()
        self.trouble = trouble
