"""Taking a run of a consolidation back: its files byte for byte, but for those that changed since."""

from __future__ import annotations

from memdir.errors import UsageError
from memdir.journal import Journal, Undone
from memdir.lock import DEFAULT_WAIT, hold

from .consolidation import Place
from .runs import Run


def take_back(place: Place, run: Run, *, now: float, wait: float = DEFAULT_WAIT) -> tuple[Undone, tuple[str, ...]]:
    """Undo a run; also what was done about commands killed before. Raises `UsageError` when the journal no longer has
    its bytes, `LockedError`, `StorageError`."""
    journal = Journal(place.state_dir, place.root)
    with hold(place.root, command="memdir dream undo", now=now, wait=wait):
        recovered = tuple(journal.recover())
        if run.transaction is None or not journal.done(run.transaction):
            raise UsageError(
                f"run {run.number} cannot be taken back: the journal no longer has it",
                hint="the archive still has files",
            )
        return journal.undo_of(run.transaction, now=now), recovered
