"""Sessions that were removed: moved out of Claude Code's directory into memdir's state, from where they come back.

Each has a folder with a record of where its files lay and the files themselves, numbered. The record is written first
and the transcript is moved last, so that a run that is killed half-way leaves every file in one of the two places, and
the record knows both.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from memdir.errors import StorageError, UsageError
from memdir.files import failure, fsync_dir, make_private_dir, read_file, shown, write_atomic

from .catalogue import Session
from .json_lines import dump, parse
from .session_file import ENDING

FOLDER: Final = "removed-sessions"
"""In the state directory."""
_RECORD: Final = "record.json"
_MAX_RECORD: Final = 1 << 20


class Removed(NamedTuple):
    """A removed session: its id, its title, when it went (seconds since the epoch), its folder in the state directory,
    and where its files and folders lay, the transcript last."""

    session: str
    title: str
    when: float
    folder: str
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the transcript lay."""
        return self.paths[-1]


def belongings(session: Session) -> list[str]:
    """What goes with a session: its side folder, sub-agents' files beside it, and the transcript itself, last."""
    side = session.side_folder
    beside = [path for path in session.agents if not path.startswith(side + os.sep)]
    meta = [path.removesuffix(ENDING) + ".meta.json" for path in beside]
    found = [side, *beside, *meta]
    return [path for path in found if os.path.lexists(path)] + [*session.parts, session.path]


def remove(session: Session, state_dir: str, *, title: str, now: float) -> Removed:
    """Move a session with all that belongs to it into the state directory. Raises `StorageError`; what was moved by
    then is among the `removed`."""
    paths = belongings(session)
    folder = _new_folder(os.path.join(state_dir, FOLDER), now)
    gone = Removed(session.id, title, now, folder, tuple(paths))
    record = {"session": session.id, "title": title, "when": now, "paths": [_stored(path) for path in paths]}
    write_atomic(os.path.join(folder, _RECORD), dump(record) + b"\n", mode=0o600)
    for number, path in enumerate(paths):
        _move(path, os.path.join(folder, str(number)))
    return gone


def removed(state_dir: str) -> list[Removed]:
    """The sessions that can be put back, the last removed first."""
    found = []
    try:
        names = sorted(os.listdir(os.path.join(state_dir, FOLDER)), reverse=True)
    except OSError:
        return []
    for name in names:
        item = _read(os.path.join(state_dir, FOLDER, name))
        if item is not None and any(True for _ in _kept(item)):
            found.append(item)
    return found


def put_back(item: Removed) -> list[str]:
    """Move everything of a removed session to where it lay; the paths. Raises `UsageError` with nothing moved when
    something lies there now, `StorageError`."""
    kept = list(_kept(item))
    for _, path in kept:
        if os.path.lexists(path):
            raise UsageError(f"{shown(path)} is there again: nothing changed", hint="move it away first")
    for source, path in kept:
        make_private_dir(os.path.dirname(path), tighten=False)
        _move(source, path)
    _discard(item.folder)
    return [path for _, path in kept]


def delete(paths: Sequence[str]) -> None:
    """Delete files and folders for good. Raises `StorageError`."""
    for path in paths:
        try:
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise failure(error, path, "deleting") from error
        fsync_dir(os.path.dirname(path))


def _kept(item: Removed) -> Iterator[tuple[str, str]]:
    """Each thing that lies in the folder, with the place it came from."""
    for number, path in enumerate(item.paths):
        source = os.path.join(item.folder, str(number))
        if os.path.lexists(source):
            yield source, path


def _read(folder: str) -> Removed | None:
    try:
        values = parse(read_file(os.path.join(folder, _RECORD), _MAX_RECORD)) or {}
    except StorageError:
        return None
    paths, when = values.get("paths"), values.get("when")
    if not isinstance(paths, list) or not paths or not isinstance(when, int | float):
        return None
    lay = tuple(_path(path) for path in paths)
    if not all(map(os.path.isabs, lay)):
        return None
    return Removed(str(values.get("session", "")), str(values.get("title", "")), float(when), folder, lay)


def _stored(path: str) -> str:
    """A path as JSON can hold it: bytes that are no UTF-8 as `%XX`."""
    from urllib.parse import quote

    return quote(os.fsencode(path), safe="/ :")


def _path(stored: object) -> str:
    from urllib.parse import unquote_to_bytes

    return os.fsdecode(unquote_to_bytes(stored)) if isinstance(stored, str) else ""


def _new_folder(above: str, now: float) -> str:
    make_private_dir(above)
    for number in range(1000):
        folder = os.path.join(above, f"{now:017.6f}-{number}")
        try:
            os.mkdir(folder, 0o700)
        except FileExistsError:
            continue
        except OSError as error:
            raise failure(error, folder, "removing the session") from error
        return folder
    raise StorageError("there is no place for another removed session", path=shown(above))


def _move(source: str, target: str) -> None:
    """Rename, or copy and delete where the target lies on another file system."""
    try:
        try:
            os.rename(source, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(source, target)
        fsync_dir(os.path.dirname(source))
        fsync_dir(os.path.dirname(target))
    except OSError as error:
        raise failure(error, source, "moving") from error


def _copy(source: str, target: str) -> None:
    partial = target + ".part"
    if os.path.isdir(source) and not os.path.islink(source):
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial, symlinks=True)
    else:
        shutil.copy2(source, partial, follow_symlinks=False)
    os.rename(partial, target)
    if os.path.isdir(source) and not os.path.islink(source):
        shutil.rmtree(source)
    else:
        os.unlink(source)


def _discard(folder: str) -> None:
    try:
        os.unlink(os.path.join(folder, _RECORD))
        os.rmdir(folder)
    except OSError as error:
        raise failure(error, folder, "tidying up") from error
