"""The index of one directory, as the rest of memdir uses it: views to recall from, and the ways to renew it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from memdir.errors import LockedError, NotFoundError, StorageError
from memdir.model import FileStat
from memdir.recall import View
from memdir.segment import Segment
from memdir.stem import ENGLISH

from .current import Current, stamp
from .generation import Generation, documents_of
from .generations import Draft, Generations
from .memory_files import Files, MemoryFiles
from .overlay import Overlay, Progress, find_wording
from .section_file import IndexDamaged
from .sync import Diff, Ours, find_changes

if TYPE_CHECKING:
    from .verify import Verified

AnsweredBy = Literal["index", "mixed", "scan"]
FORMAT: Final = 6
LARGE_FILES: Final = 50
LARGE_SHARE: Final = 0.05
"""An overlay over 50 files or 5 % is worth publishing by a reading command (design §5)."""
_NONE: Final[frozenset[int]] = frozenset()
WAIT: Final = 5.0
"""Seconds that `sync`, `rebuild` and `drop` wait for another writer."""


class Answer(NamedTuple):
    """What a recall reads: the views, whether they come from the index, and what people should know."""

    views: tuple[View, ...]
    answered_by: AnsweredBy
    note: str | None


class SyncResult(NamedTuple):
    """What a sync or rebuild did. `memories` counts the files in the index; no number counts a MEMORY.md. With `note`
    nothing was written, for the reason given."""

    memories: int
    added: int
    updated: int
    removed: int
    generation: str
    renamed: tuple[tuple[str, str], ...] = ()
    note: str | None = None
    read: tuple[FileStat, ...] = ()
    """The files whose bytes are new in the index."""


class IndexState(NamedTuple):
    """The state of an index. `usable` False with the reason in `note`; `pending` files are not in it as they are now;
    `taken` is when the files were looked at for it (seconds since the epoch, 0 without an index); `size` in bytes on
    disk, all generations."""

    usable: bool
    note: str | None
    generation: str | None
    home: str | None
    memories: int
    documents: int
    segments: int
    pending: int
    taken: float
    size: int


class Index:
    """The index of the files of one directory, below `cache_dir` (None: no index, every answer is a scan).

    `files` is the directory of memories, or something else to index; `now` the clock (seconds since the epoch);
    `source` marks the views; `progress` is told how many files are analysed, of how many; `ours` says whether memdir
    itself deleted some ids. Safe to use from several threads: answers are snapshots and stay valid.
    """

    def __init__(
        self,
        files: Files | str,
        cache_dir: str | None,
        *,
        now: Callable[[], float],
        language: str = ENGLISH,
        source: str = "",
        command: str = "memdir",
        progress: Progress | None = None,
        ours: Ours | None = None,
    ) -> None:
        self._files: Files = MemoryFiles(files) if isinstance(files, str) else files
        self._generations = Generations(cache_dir, self._files.root, self._files.kind) if cache_dir else None
        self._now = now
        self._language = language
        self._source = source
        self._command = command
        self._progress = progress
        self._ours = ours
        self._stamp = stamp(FORMAT, self._files.version, language)
        self._lock = threading.RLock()
        self._overlay = Overlay(language)
        self._current = Current(self._generations, self._stamp)
        self._gone: tuple[Generation, list[str], list[frozenset[int]]] = (self._base, [], [])
        self._diff: Diff | None = None
        self._answer: Answer | None = None

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
            self._diff = self._answer = None
            self._overlay.clear()

    def _load(self) -> None:
        """Have the current generation open."""
        if self._current.load():
            self._diff = self._answer = None

    def diff(self) -> Diff:
        """What has changed since the index was made, now."""
        with self._lock:
            self._load()
            self._diff = find_changes(self._files, self._base.manifest, self._now_ns(), ours=self._ours)
            return self._diff

    def refresh(self) -> Answer:
        """Look at the disk now, and give the views of what is there. Never fails for the index's sake."""
        with self._lock:
            diff = self.diff()
            try:
                self._answer = self._look(diff)
            except IndexDamaged as error:
                return self.distrust(error)
            return self._answer

    def _look(self, diff: Diff) -> Answer:
        wording, reworded = find_wording(self._files, self._base.manifest, diff)
        self._overlay.update(self._files, [*diff.added, *diff.changed, *reworded], wording, self._progress)
        return self._views(diff)

    def modified_within(self, since: float, until: float) -> list[str]:
        """The files of the last look at the disk (looks when there was none) whose mtime lies after `since` and not
        after `until` (seconds since the epoch): the newest first, ties by path, without those that count for nobody."""
        with self._lock:
            diff = self._diff or self.diff()
            manifest = self._base.manifest
            times = dict(zip(manifest.ids, manifest.columns[0], strict=True))
            for id in diff.removed:
                times.pop(id, None)
            times.update((stat.id, stat.mtime_ns) for stat in [*diff.added, *diff.changed, *diff.touched])
        found = [(-time, id) for id, time in times.items() if since * 1e9 < time <= until * 1e9]
        return [id for _, id in sorted(found) if self._files.counts(id)]

    def views(self) -> Answer:
        """The views of the last look at the disk; looks when there was none."""
        with self._lock:
            return self._answer or self.refresh()

    def distrust(self, error: IndexDamaged) -> Answer:
        """A view turned out to be damaged while it was read: give views of the files alone, until a new generation
        is published. Nothing changes when the damage is in another directory's index."""
        with self._lock:
            if not self._current.concerns(error):
                return self.views()
            self._current.distrust(error)
            self._diff = find_changes(self._files, self._base.manifest, self._now_ns(), ours=self._ours)
            self._answer = self._look(self._diff)
            return self._answer

    def _now_ns(self) -> int:
        return int(self._now() * 1e9)

    def _views(self, diff: Diff) -> Answer:
        """The answer for a look. What did not change since the last one stays the same object, so that what recall
        has worked out for it is kept."""
        gone = [*diff.removed, *(stat.id for stat in diff.changed), *self._overlay.reads]
        if gone != self._gone[1] or self._gone[0] is not self._base:
            removed = [s.removed | documents_of(s.segment, gone, self._base.manifest) for s in self._base.stored]
            self._gone = self._base, gone, removed
        views: list[View] = []
        known = {id(view.segment): view for view in self._answer.views} if self._answer else {}
        segments: list[Segment] = [*(stored.segment for stored in self._base.stored), self._overlay.segment]
        for segment, numbers in zip(segments, [*self._gone[2], _NONE], strict=True):
            view = known.get(id(segment))
            if view is None or view.removed != numbers:
                view = View(segment, numbers, self._source, self.root)
            if segment.count:
                views.append(view)
        answered_by: AnsweredBy = "scan" if self._base.held is None else "mixed" if gone else "index"
        return Answer(tuple(views), answered_by, diff.doubt or self._current.trouble)

    def sync(self, *, wait: float = WAIT) -> SyncResult:
        """Bring the index up to date. Raises `LockedError`, `StorageError`."""
        return self._renew(wait, fresh=False)

    def rebuild(self, *, wait: float = WAIT) -> SyncResult:
        """Make the index anew from the files. Raises `LockedError`, `StorageError`."""
        return self._renew(wait, fresh=True)

    def maybe_publish(self) -> SyncResult | None:
        """After an answer: publish what was read for it, when that was much. Gives up at once (None) when another
        process writes or the cache cannot be written."""
        with self._lock:
            diff = self._diff
            if self._generations is None or diff is None or diff.doubt:
                return None
            large = min(LARGE_FILES, LARGE_SHARE * len(self._base.manifest))
            if max(diff.size, len(self._overlay.reads), len(diff.touched), diff.settled) <= large:
                return None
            try:
                return self._renew(0.0, fresh=False)
            except (LockedError, StorageError):
                return None

    def _renew(self, wait: float, *, fresh: bool) -> SyncResult:
        if self._generations is None:
            raise StorageError("there is no place for an index", hint="set MEMDIR_CACHE_DIR")
        with self._lock, self._generations.write(command=self._command, now=self._now(), wait=wait) as draft:
            self._load()
            try:
                diff, updated = self._write(draft, Generation() if fresh else self._base)
            except IndexDamaged as error:
                self.distrust(error)
                draft.clear()
                diff, updated = self._write(draft, Generation())
            if draft.published:
                self._overlay.clear()
                self._load()
                self._diff = Diff(diff.taken_ns, unchanged=len(self._base.manifest))
                self._answer = self._views(self._diff)
        return SyncResult(
            memories=self._count(self._base.manifest.ids),
            added=self._count(stat.id for stat in diff.added),
            updated=updated,
            removed=self._count(diff.removed),
            generation=self._base.name or "",
            renamed=tuple(diff.renamed),
            note=diff.doubt,
            read=(*diff.added, *diff.changed),
        )

    def _write(self, draft: Draft, base: Generation) -> tuple[Diff, int]:
        """Write and publish the next generation when there is anything to; the diff and the number of updated files."""
        from .publish import Change, write_generation

        diff = find_changes(self._files, base.manifest, self._now_ns(), layout=True, ours=self._ours)
        wording, reworded = find_wording(self._files, base.manifest, diff)
        updated = self._count(stat.id for stat in [*diff.changed, *reworded])
        stale = diff.size or reworded or diff.touched or diff.settled
        if diff.doubt or (base.held and not stale):
            return diff, updated
        change = Change(base, diff, [*diff.added, *diff.changed, *reworded], wording, self._progress)
        write_generation(draft, self._files, change, self._overlay, self._stamp, self._language)
        draft.publish()
        return diff, updated

    def _count(self, ids: Iterable[str]) -> int:
        return sum(map(self._files.counts, ids))

    def status(self) -> IndexState:
        """How the index is, and how far behind."""
        with self._lock:
            diff = self.diff()
            base = self._base
            return IndexState(
                usable=base.held is not None,
                note=diff.doubt or self._current.trouble,
                generation=base.name,
                home=self._generations.home if self._generations else None,
                memories=self._count(base.manifest.ids),
                documents=sum(stored.live for stored in base.stored),
                segments=len(base.stored),
                pending=diff.size,
                taken=base.manifest.taken_ns / 1e9,
                size=self._generations.size() if self._generations else 0,
            )

    def verify(self) -> Verified:
        """Compare the index with the files, word by word; no other process can write it meanwhile. Raises
        `NotFoundError` when there is no index, `LockedError`, and `StorageError` when there is no room to compare."""
        from .verify import Verified, verify_generation

        with self._lock:
            diff = self.diff()
            if self._generations is None or self._generations.current() is None:
                raise NotFoundError("there is no index yet", hint="memdir index sync")
            if self._base.held is None:
                return Verified(0, diff.size, (self._current.trouble or "the index cannot be opened",))
            with self._generations.write(command=self._command, now=self._now(), wait=WAIT) as draft:
                return verify_generation(self._base, diff, self._files, draft.directory, self._language)

    def drop(self, *, wait: float = WAIT) -> bool:
        """Remove the index. False when there is none. Raises `LockedError`, `StorageError`."""
        with self._lock:
            self.close()
            return self._generations is not None and self._generations.drop(now=self._now(), wait=wait)
