"""Whose a changed path is: from what the system tells to the place that is to be looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from .watch_changes import Changes
from .watch_projects import Places, Project, is_memory, is_of_instructions, is_transcript

MEMORY: Final = "memories"
TRANSCRIPTS: Final = "transcripts"
STRUCTURE: Final = "structure"
_INSTRUCTIONS: Final = "instructions"
_PASSED_OVER: Final = frozenset({".git", "node_modules"})


class Area(NamedTuple):
    """A place to be looked at: a project's memories or transcripts; or where directories came and went (without a
    project), or settings changed."""

    kind: str
    project: Project | None = None


class Areas:
    """The places that are looked after. `folder` is the daemon's own: its heartbeat shows that events come."""

    def __init__(
        self, folder: str, memory: Changes[Area], transcripts: Changes[Area], clock: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._memory = memory
        self._transcripts = transcripts
        self._clock = clock
        self._known: dict[str, list[Area]] = {}
        self._heard: dict[Project, int] = {}
        self._told = 0.0
        self.events = 0
        """How many events there were."""

    def look_after(self, places: Mapping[Project, Places]) -> None:
        """From now on these."""
        known: dict[str, list[Area]] = {}
        for project, each in places.items():
            for kind, roots in ((MEMORY, each.memory), (TRANSCRIPTS, each.transcripts), (_INSTRUCTIONS, each[2])):
                for root in roots:
                    known.setdefault(root, []).append(Area(kind, project))
        self._known = known
        self._heard = {project: self._heard.get(project, 0) for project in places}

    def tell(self, path: str, is_directory: bool) -> None:
        """Something changed there."""
        self._told = self._clock()
        folder, name = os.path.split(path)
        if folder == self._folder:
            return
        self.events += 1
        if is_directory:
            self._memory.note(Area(STRUCTURE))
        for area, direct in self._around(path, folder):
            if area.kind == _INSTRUCTIONS:
                if direct and is_of_instructions(name):
                    self._memory.note(Area(STRUCTURE))
                    self._note(Area(MEMORY, area.project))
            elif is_directory or (is_memory if area.kind == MEMORY else is_transcript)(name):
                self._note(area)

    def _around(self, path: str, folder: str) -> Iterator[tuple[Area, bool]]:
        """The places in which a path lies, the path itself included, and whether directly."""
        at, direct = path, folder
        while True:
            for area in self._known.get(at, ()):
                yield area, at == direct
            above, name = os.path.split(at)
            if above == at or name in _PASSED_OVER:
                return
            at = above

    def note_below(self, path: str) -> None:
        """Everything below a directory may have changed."""
        for root, areas in list(self._known.items()):
            if root == path or root.startswith(os.path.join(path, "")):
                for area in areas:
                    if area.kind != _INSTRUCTIONS:
                        self._note(area)

    def _note(self, area: Area) -> None:
        if area.kind == TRANSCRIPTS:
            self._transcripts.note(area)
        else:
            if area.project in self._heard:
                self._heard[area.project] += 1
            self._memory.note(area)

    def heard(self, project: Project) -> int:
        """How many events told of a project's memories."""
        return self._heard.get(project, 0)

    def told_since(self, time: float) -> bool:
        """Whether any event came since (a time of the clock); one in the daemon's own folder must have."""
        return self._told >= time
