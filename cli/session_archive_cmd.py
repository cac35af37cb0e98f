"""`memdir session archive`: transcripts kept when Claude Code deletes its own."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from memdir.dates import parse_date
from memdir.errors import EXIT_NOTHING, EXIT_OK, MemdirError, NotFoundError, StorageError, UsageError
from memdir.files import shown

from .app import App, Values
from .output import bytes_text, counted
from .session_named import PLACES, live_dirs
from .table import DRY_RUN, YES, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.transcript_archive import Archived, Copy, TranscriptArchive

_MODES = ("forget", "before", "restore", "verify")


class _Place(NamedTuple):
    """An archive, the projects' folders that the command is about, and whether it is about all that is in it."""

    archive: TranscriptArchive
    folders: list[str]
    whole: bool

    def files(self) -> list[Archived]:
        """What is in the archive of them."""
        names = {os.path.basename(folder) for folder in self.folders}
        return [file for file in self.archive.files() if self.whole or file.key[0] in names]


def run(app: App, values: Values) -> int:
    """Archive, or with an option look after the archive."""
    modes = [mode for mode in _MODES if values.many(mode) or (mode in ("before", "verify") and _given(values, mode))]
    places = _places(app, values)
    if not modes:
        return _archive(app, places, dry_run=values.flag("dry_run"))
    if len(modes) > 1 and set(modes) != {"forget", "before"}:
        raise UsageError(f"--{modes[0]} and --{modes[1]} do not go together")
    if modes == ["verify"]:
        return _verify(app, places)
    if modes == ["restore"]:
        return _restore(app, places, values)
    return _forget(app, places, values)


def _given(values: Values, mode: str) -> bool:
    return values.flag(mode) if mode == "verify" else values.text(mode) is not None


def _places(app: App, values: Values) -> list[_Place]:
    from memdir.sessions.transcript_archive import TranscriptArchive, project_folders
    from memdir.sessions.transcript_copies import archive_root

    to = values.text("to")
    state = app.workspace().state_dir
    if to is None and state is None:
        raise StorageError("there is no place to keep an archive", hint="set MEMDIR_STATE_DIR, or give one with --to")
    projects = app.workspace().located.projects_dir
    by_origin: dict[str, list[str]] = defaultdict(list)
    whole: set[str] = set()
    for root in live_dirs(app, values):
        origin, folders = project_folders(root, is_tree=root == projects or None)
        by_origin[origin] += folders
        if origin == os.path.realpath(root):
            whole.add(origin)
    if to is not None and len(by_origin) > 1:
        raise UsageError("--to takes the sessions of one directory of projects", hint="name it with --transcripts")
    found = []
    for origin, folders in by_origin.items():
        root = os.path.join(app.environment.cwd, to) if to is not None else archive_root(state or "", origin)
        found.append(_Place(TranscriptArchive(os.path.abspath(root), origin), folders, origin in whole))
    return found


def _archive(app: App, places: Sequence[_Place], *, dry_run: bool) -> int:
    from .changing import lock_wait

    rows: list[dict[str, object]] = []
    counts: dict[str, int] = defaultdict(int)
    failed: list[MemdirError] = []
    for archive, folders, _ in places:
        copies = [copy for folder in folders if os.path.isdir(folder) for copy in archive.plan(folder)]
        for copy in copies:
            counts[copy.action] += 1
            if copy.action == "kept":
                app.out.note(f"note: {shown(copy.path)} is shorter than its archived copy, which stays")
        todo = [copy for copy in copies if copy.action in ("new", "changed")]
        now, wait = app.environment.now(), lock_wait(app)
        done = todo if dry_run or not todo else _until_failure(archive.carry_out(todo, now=now, wait=wait), failed)
        for session, made in _by_session(done):
            size = sum(copy.size for copy in made)
            action = "new" if all(copy.action == "new" for copy in made) else "changed"
            rows.append({
                "session": shown(session), "project": shown(made[0].id.split("/")[0]), "action": action,
                "files": len(made), "bytes": size, "path": shown(made[0].copy),
            })  # fmt: skip
            if not app.out.json:
                app.out.line(f"{action:8} {shown(session)}  {bytes_text(size)} in {counted(len(made), 'file')}")
    files = [file for place in places for file in place.files()]
    total, stored = sum(f.original.size if f.original else 0 for f in files), sum(f.stored for f in files)
    if app.out.json:
        roots = [shown(place.archive.root) for place in places]
        app.out.object("session-archive/1", {
            "archives": roots, "sessions": rows, "unchanged": counts["unchanged"], "kept": counts["kept"],
            "files": len(files), "bytes": total, "stored_bytes": stored, "dry_run": dry_run,
            "took_ms": app.out.took_ms(),
        })  # fmt: skip
    elif not rows and not files:
        app.out.note("there are no transcripts to archive")
    else:
        told = f"{counted(len(rows), 'session')} {'would be ' * dry_run}archived"
        told += f", {counted(counts['unchanged'], 'file')} unchanged" if counts["unchanged"] else ""
        app.out.line(told + (f"; {bytes_text(total)} in {bytes_text(stored)}" if files else ""))
        for place in places:
            app.out.note(shown(place.archive.root))
    if failed:
        raise failed[0]
    return EXIT_OK if rows or files else EXIT_NOTHING


def _until_failure(copies: Iterator[Copy], failed: list[MemdirError]) -> Iterator[Copy]:
    """The copies that were made; what went wrong is told when these have been."""
    try:
        yield from copies
    except MemdirError as error:
        failed.append(error)


def _by_session(copies: Iterable[Copy]) -> list[tuple[str, list[Copy]]]:
    from memdir.sessions.transcript_archive import session_of

    found: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        found[session_of(copy.id)].append(copy)
    return list(found.items())


def _verify(app: App, places: Sequence[_Place]) -> int:
    files = [file for place in places for file in place.files()]
    damaged = [shown(file.path) for place in places for file in place.archive.damaged(place.files())]
    if app.out.json:
        app.out.object("session-archive/1", {"verified": len(files), "damaged": damaged, "took_ms": app.out.took_ms()})
    else:
        for path in damaged:
            app.out.line(f"damaged  {path}")
        app.out.line(f"{counted(len(files), 'file')} read, {len(damaged)} damaged")
    return EXIT_NOTHING if damaged else EXIT_OK


def _restore(app: App, places: Sequence[_Place], values: Values) -> int:
    restored: list[str] = []
    chosen = [(place, _named(app, place, values.many("restore"))) for place in places]
    _all_found(values.many("restore"), [file for _, files in chosen for file in files])
    for place, files in chosen:
        restored += [shown(path) for path in place.archive.restore(files, dry_run=values.flag("dry_run"))]
    if app.out.json:
        told = {"restored": restored, "dry_run": values.flag("dry_run"), "took_ms": app.out.took_ms()}
        app.out.object("session-archive/1", told)
        return EXIT_OK
    for path in restored:
        app.out.line(path)
    if not restored:
        app.out.note("nothing to restore: the transcripts are still there")
    elif values.flag("dry_run"):
        app.out.note("nothing changed (dry run)")
    return EXIT_OK


def _forget(app: App, places: Sequence[_Place], values: Values) -> int:
    from memdir.sessions.transcript_archive import last_written

    from .changing import lock_wait

    wanted, before = values.many("forget"), values.text("before")
    chosen: list[tuple[_Place, list[Archived]]] = []
    for place in places:
        files = _named(app, place, wanted) if wanted else place.files()
        chosen.append((place, files if before is None else last_written(files, parse_date(before))))
    files = [file for _, some in chosen for file in some]
    if wanted and before is None:
        _all_found(wanted, files)
    sessions = sorted({file.key for file in files})
    if not app.out.json:
        for project, session in sessions:
            app.out.note(f"  delete {shown(session)}  ({shown(project)})")
    dry_run = values.flag("dry_run")
    if files and not dry_run:
        question = f"Delete {counted(len(sessions), 'session')} from the archive, for good?"
        if not app.out.confirm(question, yes=values.flag("yes")):
            raise UsageError("nothing changed, add --yes", code="not-confirmed")
        for place, some in chosen:
            if some:
                place.archive.forget(some, now=app.environment.now(), wait=lock_wait(app))
    if app.out.json:
        rows = [{"session": shown(session), "project": shown(project)} for project, session in sessions]
        told = {"forgotten": rows, "files": len(files), "dry_run": dry_run, "took_ms": app.out.took_ms()}
        app.out.object("session-archive/1", told)
    elif not files:
        app.out.note("no archived session was last written before then")
    elif dry_run:
        app.out.note("nothing changed (dry run)")
    else:
        app.out.line(f"{counted(len(sessions), 'session')} deleted from the archive")
        if any(place.archive.is_live(file) for place, some in chosen for file in some):
            app.out.note("note: some transcripts are still there: the next run archives them again")
    return EXIT_OK if files else EXIT_NOTHING


def _named(app: App, place: _Place, wanted: Sequence[str]) -> list[Archived]:
    """The files of the sessions that ids, or unambiguous beginnings of ids, mean."""
    files = place.files()
    ids = {file.key[1] for file in files}
    chosen = set()
    for word in wanted:
        fitting = {word} & ids or {id for id in ids if word and id.startswith(word)}
        if len(fitting) > 1:
            some = ", ".join(shown(id) for id in sorted(fitting)[:8])
            raise NotFoundError(f"{word} is the beginning of {len(fitting)} sessions", hint=some, code="ambiguous")
        chosen |= fitting
    return [file for file in files if file.key[1] in chosen]


def _all_found(wanted: Sequence[str], files: Sequence[Archived]) -> None:
    for word in wanted:
        if not any(file.key[1].startswith(word) for file in files):
            raise NotFoundError(f"no session called {word} is archived", hint="memdir session ls --all-projects")


_EXAMPLES = (
    "memdir session archive --dry-run",
    "memdir session archive",
    "memdir session archive --all-projects --json",
    "memdir session archive --before 2020-01-01 --dry-run",
    "memdir session archive --verify",
)

COMMANDS = (
    Command(
        "session archive",
        "Keep transcripts that Claude Code will delete.",
        run,
        options=(
            *PLACES,
            Option(("--to",), "Keep them there instead of in the state directory.", metavar="DIR"),
            Option(("--restore",), "Put a session back where it was.", metavar="ID", many=True),
            Option(("--forget",), "Delete a session from the archive.", metavar="ID", many=True),
            Option(("--before",), "Delete what was last written before then.", metavar="DATE"),
            Option(("--verify",), "Read the whole archive and compare.", kind="flag"),
            DRY_RUN,
            YES,
        ),
        examples=_EXAMPLES,
        description="Compressed copies in the state directory, of new and changed transcripts only, each read back and "
        "compared. They are listed, searched and shown like the originals. Claude Code deletes its own after 30 days.",
    ),
)
