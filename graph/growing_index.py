"""The index of files that mostly grow (transcripts), as the rest of memdir uses it: views to search, and the ways to
renew it. A file that grew costs its new bytes only."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from memdir.errors import LockedError, StorageError
from memdir.growing import GrowingFiles
from memdir.model import FileStat
from memdir.recall import View
from memdir.segment import Segment
from memdir.stem import ENGLISH

from .current import Current, stamp
from .generation import Generation
from .generations import Draft, Generations
from .growing_overlay import GrowingOverlay, Grown
from .growing_states import NAME, States, continued
from .growth import Growth, find_growth, removed_by
from .index import WAIT, Answer, AnsweredBy
from .overlay import Progress
from .section_file import IndexDamaged

FORMAT: Final = 3
MOST_BYTES: Final = 32_000_000
"""Bytes that are not in the index, above which they are not held in memory."""
LARGE_BYTES: Final = 256_000
LARGE_FILES: Final = 50
"""An overlay of more bytes or files than this is worth publishing by a reading command."""


class GrowingState(NamedTuple):
    """The state of an index. `usable` False with the reason in `note`; `pending` files and `bytes` are not in it as
    they are now; `size` in bytes on disk, all generations."""

    usable: bool
    note: str | None
    generation: str | None
    home: str | None
    files: int
    documents: int
    segments: int
    pending: int
    bytes: int
    size: int


class GrowingIndex:
    """The index of growing files, below `cache_dir` (None: no index, every answer is a scan).

    `now` is the clock (seconds since the epoch); `source` marks the views; `progress` is told how many bytes are read,
    of how many. Safe to use from several threads: answers are snapshots and stay valid.
    """

    def __init__(
        self,
        files: GrowingFiles,
        cache_dir: str | None,
        *,
        now: Callable[[], float],
        language: str = ENGLISH,
        source: str = "",
        command: str = "memdir",
        progress: Progress | None = None,
    ) -> None:
        self._files = files
        self._generations = Generations(cache_dir, files.root, files.kind) if cache_dir else None
        self._now = now
        self._language = language
        self._source = source
        self._command = command
        self._progress = progress
        self._stamp = stamp(FORMAT, files.version, language)
        self._current = Current(self._generations, self._stamp)
        self._states: States | None = None
        self._overlay = GrowingOverlay(files, language)
        self._unread: frozenset[int] = frozenset()
        """Places of the files that could not be read when the index was made."""
        self._growth: Growth | None = None
        self._answer: Answer | None = None
        self._gone: frozenset[str] = frozenset()
        """The files that were removed as the answer has it."""
        self._lock = threading.RLock()

    @property
    def root(self) -> str:
        """The directory whose index it is."""
        return self._files.root

    @property
    def _base(self) -> Generation:
        return self._current.base

    def close(self) -> None:
        """Let the generation go. Answers that were given stay usable."""
        with self._lock:
            self._current.close()
            self._reset()

    def _reset(self) -> None:
        self._overlay.clear()
        self._states = self._growth = self._answer = None
        self._unread = frozenset()

    def _load(self) -> None:
        """Have the current generation open."""
        if self._current.load():
            self._reset()
            if self._base.held is not None:
                try:
                    self._states = States(os.path.join(self._base.held.directory, NAME), len(self._base.manifest))
                    self._unread = self._states.empty()
                except IndexDamaged as error:
                    self._current.distrust(error)

    def growth(self) -> Growth:
        """What has changed since the index was made, now."""
        with self._lock:
            self._load()
            self._growth = self._find_growth(self._base)
            return self._growth

    def _find_growth(self, base: Generation) -> Growth:
        unread = self._unread if base.held is not None else frozenset[int]()
        return find_growth(self._files, base.manifest, int(self._now() * 1e9), unread)

    def refresh(self) -> Answer | None:
        """Look at the disk now, and give the views of what is there. Where there is no index yet, or very much is not
        in it, it is brought up to date first. None when that cannot be done and what is not in it is too much for
        memory."""
        with self._lock:
            growth = self.growth()
            trouble = self._publish_much(growth)
            growth = self._growth or growth
            if growth.bytes > MOST_BYTES:
                return None
            try:
                changed = self._overlay.update(growth.files, self._before)
                note = growth.note or trouble or self._overlay.note
                gone = frozenset(growth.removed)
                if changed or self._answer is None or self._answer.note != note or self._gone != gone:
                    self._answer, self._gone = self._views(note), gone
            except IndexDamaged as error:
                return self.distrust(error)
            return self._answer

    def _publish_much(self, growth: Growth) -> str | None:
        """Publish before answering, when there is no index or much is not in it; what is in the way of that."""
        much = growth.bytes > MOST_BYTES or (self._base.held is None and growth.files)
        if not much or growth.note is not None:
            return self._current.trouble if growth.size else None
        if self._generations is None:
            return self._current.trouble
        try:
            self.sync(wait=0.0)
        except (LockedError, StorageError) as error:
            return f"{error.message}: answered from the files"
        return None

    def views(self) -> Answer | None:
        """The views of the last look at the disk; looks when there was none."""
        with self._lock:
            return self._answer or self.refresh()

    def distrust(self, error: IndexDamaged) -> Answer | None:
        """A view turned out to be damaged while it was read: give views of a new generation, or of the files alone.
        Nothing changes when the damage is in another directory's index."""
        with self._lock:
            if not self._current.concerns(error):
                return self.views()
            self._current.distrust(error)
            self._reset()
            return self.refresh()

    def _before(self, stat: FileStat) -> bytes | None:
        place = self._base.manifest.find(stat.id)
        if place < 0 or self._states is None:
            return None
        return continued(self._base.manifest.stat(place, self.root), self._states.get(place), stat)

    def _views(self, note: str | None) -> Answer:
        """The answer for a look. What did not change since the last one stays the same object, so that what a search
        has worked out for it is kept."""
        growth, overlay = self._growth, self._overlay
        gone = [*(growth.removed if growth else ()), *overlay.fresh]
        given = [part.segment.ids for part in overlay.parts]
        pairs: list[tuple[Segment, frozenset[int]]] = [
            (s.segment, s.removed | removed_by(s.segment, gone, given)) for s in self._base.stored
        ]
        changed = bool(overlay.parts) or any(r != s.removed for (_, r), s in zip(pairs, self._base.stored, strict=True))
        pairs += [(part.segment, frozenset(part.removed)) for part in overlay.parts]
        known = {id(view.segment): view for view in self._answer.views} if self._answer else {}
        views: list[View] = []
        for segment, removed in pairs:
            view = known.get(id(segment))
            if view is None or view.removed != removed:
                view = View(segment, removed, self._source, self.root)
            if segment.count:
                views.append(view)
        answered_by: AnsweredBy = "scan" if self._base.held is None else "mixed" if changed else "index"
        return Answer(tuple(views), answered_by, note)

    def state(self, id: str) -> bytes | None:
        """What the reader keeps of a file, as of the last look; None for an unknown file."""
        with self._lock:
            grown = self._overlay.grown.get(id)
            if grown is not None:
                return grown.state
            place = self._base.manifest.find(id)
            try:
                return self._states.get(place) if self._states is not None and place >= 0 else None
            except IndexDamaged:
                return None

    def release(self) -> None:
        """Let go of what was read of the index: its pages count as this process's memory."""
        with self._lock:
            for stored in self._base.stored:
                stored.segment.release()

    def sync(self, *, wait: float = WAIT, fresh: bool = False) -> int:
        """Bring the index up to date, or with `fresh` make it anew; the number of files read or removed. Raises
        `LockedError`, `StorageError`."""
        if self._generations is None:
            raise StorageError("there is no place for an index", hint="set MEMDIR_CACHE_DIR")
        with self._lock, self._generations.write(command=self._command, now=self._now(), wait=wait) as draft:
            self._load()
            try:
                growth = self._write(draft, self._base, fresh=fresh)
            except IndexDamaged as error:
                self._current.distrust(error)
                self._reset()
                draft.clear()
                growth = self._write(draft, self._base, fresh=True)
            self._growth = growth
            if draft.published:
                self._load()
                unread = [self._base.manifest.stat(place, self.root) for place in sorted(self._unread)]
                self._growth = Growth(growth.taken_ns, unread, (), 0, 0)
            return growth.size if draft.published else 0

    def _write(self, draft: Draft, base: Generation, *, fresh: bool) -> Growth:
        from .growing_publish import Reader, write_generation

        if fresh:
            base, self._states = Generation(), None
            self._overlay.clear()
        growth = self._find_growth(base)
        if growth.note or (base.held and not growth.size):
            return growth
        reader = Reader(draft, self._files, self._overlay, self._language, self._progress)
        reader.read(growth.files, self._before if base.held else lambda _: None)
        if base.held and not growth.removed and all(self._is_still_unread(file) for file in reader.grown.values()):
            return growth
        write_generation(draft, self.root, base, self._states, growth, reader, self._stamp)
        draft.publish()
        return growth

    def _is_still_unread(self, file: Grown) -> bool:
        place = self._base.manifest.find(file.stat.id)
        return bool(file.trouble) and place in self._unread and self._base.manifest.is_same(place, file.stat)

    def maybe_publish(self) -> bool:
        """After an answer: publish what was read for it, when that was much. Gives up at once (False) when another
        process writes or the cache cannot be written."""
        with self._lock:
            growth = self._growth
            if self._generations is None or growth is None or growth.note:
                return False
            if growth.bytes <= LARGE_BYTES and growth.size <= LARGE_FILES:
                return False
            try:
                return self.sync(wait=0.0) > 0
            except (LockedError, StorageError):
                return False

    def status(self) -> GrowingState:
        """How the index is, and how far behind."""
        with self._lock:
            growth = self.growth()
            base = self._base
            return GrowingState(
                usable=base.held is not None,
                note=growth.note or self._current.trouble,
                generation=base.name,
                home=self._generations.home if self._generations else None,
                files=len(base.manifest),
                documents=sum(stored.live for stored in base.stored),
                segments=len(base.stored),
                pending=growth.size,
                bytes=growth.bytes,
                size=self._generations.size() if self._generations else 0,
            )

    def drop(self, *, wait: float = WAIT) -> bool:
        """Remove the index. False when there is none. Raises `LockedError`, `StorageError`."""
        with self._lock:
            self.close()
            return self._generations is not None and self._generations.drop(now=self._now(), wait=wait)
