"""Setting memdir up in an agent's files: each edit planned, shown, backed up, written, and taken back.

A backup of every file that is changed lies in the state directory, with a record of what was written; while a file is
still as it was written, taking memdir out gives back the very bytes that were there before. A file that changed since
is edited like any other: only what is ours goes.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from typing import Final, NamedTuple

from .agent_setup import Step
from .dates import rfc3339
from .digest import blake2b
from .errors import BadInputError, MemdirError, StorageError
from .files import PRIVATE, failure, make_private_dir, read_if_there, remove_file, shown, write_atomic
from .json_edit import Malformed
from .state_file import read_state, write_state

MAX_BYTES: Final = 64 << 20
"""`~/.claude.json` can be large."""
_FOLDER: Final = "install"


class Edit(NamedTuple):
    """One file: what is put there or taken out, its bytes before (None: no file) and after (None: the file goes)."""

    path: str
    what: str
    before: bytes | None
    after: bytes | None

    @property
    def changes(self) -> bool:
        """False when the file is as it should be."""
        return self.before != self.after


def plan_install(found: Sequence[Step]) -> list[Edit]:
    """The edits that installing makes. Raises `BadInputError` with the line for a file that cannot be edited,
    `StorageError` for one that cannot be read."""
    return _plan(found, undo=False)


def plan_uninstall(found: Sequence[Step], state_dir: str | None) -> list[Edit]:
    """The edits that taking memdir out makes. Raises as `plan_install`."""
    edits = []
    for edit in _plan(found, undo=True):
        if edit.changes and edit.before is not None:
            known, original = _recorded(state_dir, edit.path, edit.before)
            if known:
                edit = edit._replace(after=original)
            elif edit.after is not None and not edit.after.strip():
                edit = edit._replace(after=None)
        edits.append(edit)
    return edits


def _plan(found: Sequence[Step], *, undo: bool) -> list[Edit]:
    edits: dict[str, Edit] = {}
    for step in found:
        known = edits.get(step.path)
        before = known.before if known else read_if_there(step.path, MAX_BYTES)
        data = known.after if known else before
        if undo and data is None:
            continue
        text = _text(step.path, data)
        try:
            after = (step.undo if undo else step.do)(text)
        except Malformed as error:
            hint = "mend it first; nothing was changed"
            raise BadInputError(
                f"is no valid JSON: {error}", path=shown(step.path), line=error.line, hint=hint
            ) from error
        except tomllib.TOMLDecodeError as error:
            hint = "mend it first; nothing was changed"
            raise BadInputError(f"is no valid TOML: {error}", path=shown(step.path), hint=hint) from error
        except (ValueError, KeyError) as error:
            raise BadInputError(f"cannot be edited: {error}", path=shown(step.path), hint="edit it by hand") from error
        what = step.what if known is None or known.what == step.what else f"{known.what}, {step.what}"
        edits[step.path] = Edit(step.path, what, before, after.encode() if after or data is not None else None)
    return list(edits.values())


def _text(path: str, data: bytes | None) -> str:
    try:
        return (data or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError("is not UTF-8", path=shown(path), hint="nothing was changed") from error


def carry_out(edits: Sequence[Edit], state_dir: str, *, now: float, undo: bool = False) -> list[str]:
    """Write the edits, each file first backed up; the paths of the backups. Raises `StorageError`; what was written
    before stays, each file whole."""
    backups: list[str] = []
    for edit in edits:
        if not edit.changes:
            continue
        if read_if_there(edit.path, MAX_BYTES) != edit.before:
            raise StorageError("changed by another program meanwhile", path=shown(edit.path), hint="run it again")
        if edit.before is not None:
            backups.append(_back_up(state_dir, edit, now))
        if edit.after is None:
            remove_file(edit.path)
        else:
            folder = os.path.dirname(edit.path)
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as error:
                raise failure(error, folder, "making the directory") from error
            write_atomic(edit.path, edit.after)
        _record(state_dir, edit, backups[-1] if edit.before is not None else None, undo=undo)
    return backups


def _back_up(state_dir: str, edit: Edit, now: float) -> str:
    folder = os.path.join(state_dir, _FOLDER, "backups")
    make_private_dir(folder)
    stamp = rfc3339(now).replace(":", "").replace("-", "").replace(".", "")
    path = os.path.join(folder, f"{_key(edit.path)}-{stamp}-{os.path.basename(edit.path)}")
    write_atomic(path, edit.before or b"", mode=PRIVATE)
    return path


def _record(state_dir: str, edit: Edit, backup: str | None, *, undo: bool) -> None:
    """What was written, and where the bytes before are: those before the first of several installs, as long as nothing
    else changed the file in between."""
    path = os.path.join(state_dir, _FOLDER, f"{_key(edit.path)}.json")
    if undo:
        remove_file(path)
        return
    known, _ = _recorded(state_dir, edit.path, edit.before or b"")
    if known:
        old = read_state(path)
        backup = old.get("backup") if isinstance(old.get("backup"), str) else None  # type: ignore[assignment]
    record = {"path": shown(edit.path), "written": _digest(edit.after or b""), "backup": backup}
    write_state(path, record)


def _recorded(state_dir: str | None, path: str, now: bytes) -> tuple[bool, bytes | None]:
    """Whether the file is still as memdir wrote it, and then the bytes before (None: there was no file)."""
    if state_dir is None:
        return False, None
    record = read_state(os.path.join(state_dir, _FOLDER, f"{_key(path)}.json"))
    if record.get("written") != _digest(now):
        return False, None
    backup = record.get("backup")
    if backup is None:
        return True, None
    try:
        data = read_if_there(str(backup), MAX_BYTES)
    except MemdirError:
        data = None
    return data is not None, data


def _key(path: str) -> str:
    return _digest(os.fsencode(path))[:16]


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
