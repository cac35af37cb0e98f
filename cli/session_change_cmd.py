"""`memdir session rm`, `restore`, `tag` and `title`: what may be changed of a session."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memdir.dates import local_text, rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK, BadInputError, NotFoundError, StorageError, UsageError
from memdir.files import shown

from .app import App, Values
from .session_named import PLACES, SESSION, session_named
from .table import DRY_RUN, YES, Argument, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.catalogue import Session

MAX_LABEL = 200
"""Characters of a tag or title."""


def run_rm(app: App, values: Values) -> int:
    """Move a session out of the way, or with `--forever` delete it."""
    from memdir.sessions.overview import overview
    from memdir.sessions.removed import belongings, delete, remove

    session = session_named(app, values)
    if session.is_archived:
        hint = f"memdir session archive --forget {session.id}"
        raise UsageError("only the archive has this session: nothing changed", hint=hint)
    _check_idle(app, session)
    paths, forever = belongings(session), values.flag("forever")
    for path in paths if not app.out.json and (forever or values.flag("dry_run")) else ():
        app.out.note(f"  {'delete for good' if forever else 'move away'} {shown(path)}")
    if values.flag("dry_run"):
        return _removed(app, session, paths, folder=None, forever=forever, dry_run=True)
    if forever:
        if not app.out.confirm(f"Delete {session.id} for good?", yes=values.flag("yes")):
            raise UsageError("nothing changed, add --yes", code="not-confirmed")
        delete(paths)
        return _removed(app, session, paths, folder=None, forever=True)
    gone = remove(session, _state_dir(app), title=overview(session).title, now=app.environment.now())
    return _removed(app, session, paths, folder=gone.folder)


def _removed(
    app: App, session: Session, paths: list[str], *, folder: str | None, forever: bool = False, dry_run: bool = False
) -> int:
    archived = _archive_holds(app, session)
    if app.out.json:
        fields = {
            "session": session.id, "removed": [shown(path) for path in paths], "forever": forever, "dry_run": dry_run,
            "kept_in": shown(folder) if folder else None, "archived_copy": archived, "took_ms": app.out.took_ms(),
        }  # fmt: skip
        app.out.object("session-rm/1", fields)
        return EXIT_OK
    for path in () if dry_run else paths:
        app.out.line(shown(path))
    if folder is not None:
        app.out.note(f"memdir session restore {session.id} brings it back")
    if archived:
        app.out.note(f"the archive holds a copy, too: memdir session archive --forget {session.id}")
    if dry_run:
        app.out.note("nothing changed (dry run)")
    return EXIT_OK


def _archive_holds(app: App, session: Session) -> bool:
    from memdir.sessions.catalogue import catalogue
    from memdir.sessions.transcript_copies import archives_beside

    archives = archives_beside([os.path.dirname(session.path)], app.workspace().state_dir)
    return any(other.id == session.id for other in catalogue(archives).sessions)


def run_restore(app: App, values: Values) -> int:
    """Put a removed session back; without SESSION list what there is."""
    from memdir.fuzzy import closest
    from memdir.sessions.removed import put_back, removed

    there = removed(_state_dir(app))
    wanted = values.text("session")
    if wanted is None:
        rows = [
            {"session": i.session, "title": i.title, "removed": rfc3339(i.when), "path": shown(i.path)} for i in there
        ]
        if app.out.json:
            app.out.object("session-restore/1", {"restorable": rows, "took_ms": app.out.took_ms()})
        for item in there if not app.out.json else ():
            app.out.line(f"{item.session}  {local_text(item.when)}  {item.title}")
        if not there:
            app.out.note("no session was removed")
        return EXIT_OK if there else EXIT_NOTHING
    found = [i for i in there if i.session == wanted] or [i for i in there if wanted and i.session.startswith(wanted)]
    if not found:
        near = closest(wanted, [item.session for item in there])
        said = f"nearest: {', '.join(near)}" if near else "memdir session restore lists what there is"
        raise NotFoundError(f"no removed session is called {shown(wanted)}", hint=said)
    if len({item.session for item in found}) > 1:
        raise UsageError(f"{shown(wanted)} is ambiguous: {', '.join(i.session for i in found)}", code="ambiguous")
    paths = put_back(found[0])
    if app.out.json:
        fields = {"session": found[0].session, "restored": [shown(path) for path in paths]}
        app.out.object("session-restore/1", {**fields, "took_ms": app.out.took_ms()})
    for path in paths if not app.out.json else ():
        app.out.line(shown(path))
    return EXIT_OK


def run_tag(app: App, values: Values) -> int:
    """Append a tag."""
    tag = _label(values, "tag")
    return _append(app, session_named(app, values), "tag", tag)


def run_title(app: App, values: Values) -> int:
    """Append a title."""
    title = _label(values, "title")
    if not title:
        raise UsageError("a title needs words")
    return _append(app, session_named(app, values), "title", title)


def _label(values: Values, name: str) -> str:
    words = values.many(name) if name == "title" else [values.required(name)]
    text = " ".join(" ".join(words).split())
    if len(text) > MAX_LABEL:
        raise BadInputError(f"a {name} has at most {MAX_LABEL} characters")
    if not text.isprintable():
        raise BadInputError(f"a {name} cannot hold control characters")
    return text


def _append(app: App, session: Session, kind: str, text: str) -> int:
    """Add a line in Claude Code's own form to the session's file. Nothing before it is touched."""
    from memdir.sessions.writer import SessionWriter

    if session.is_archived or not session.path.endswith(".jsonl"):
        raise BadInputError("only a session in Claude Code's own form can be labelled", path=shown(session.path))
    writer = SessionWriter(os.path.dirname(session.path), now=app.environment.now)
    write = writer.write_title if kind == "title" else writer.write_tag
    write(os.path.basename(session.path).removesuffix(".jsonl"), text)
    if app.out.json:
        fields = {"session": session.id, "path": shown(session.path), kind: text, "took_ms": app.out.took_ms()}
        app.out.object(f"session-{kind}/1", fields)
    else:
        app.out.line(shown(session.path))
    return EXIT_OK


def _check_idle(app: App, session: Session) -> None:
    """Raises `UsageError` when a running Claude Code has the session open: it would write the file anew."""
    from memdir.sessions.running import running_sessions

    process = running_sessions(app.workspace().located.config_dir).get(session.id)
    if process is not None:
        raise UsageError(f"session {session.id} is open in Claude Code (process {process})", hint="end it first")


def _state_dir(app: App) -> str:
    state = app.workspace().state_dir
    if state is None:
        raise StorageError("there is no place to keep a removed session", hint="set MEMDIR_STATE_DIR")
    return state


COMMANDS = (
    Command(
        "session rm",
        "Remove a session.",
        run_rm,
        arguments=(SESSION,),
        options=(Option(("--forever",), "Delete it: no way back.", kind="flag"), YES, DRY_RUN, *PLACES),
        examples=("memdir session rm 0f9d3b7c --dry-run",),
        description="Its transcript, its sub-agents' and its long tool results move to memdir's state directory; "
        "memdir session restore brings them back. A session that is open is refused.",
    ),
    Command(
        "session restore",
        "Bring a removed session back.",
        run_restore,
        arguments=(Argument("SESSION", "Its id, or the beginning of it; without it the list.", required=False),),
        examples=("memdir session restore",),
    ),
    Command(
        "session tag",
        "Tag a session.",
        run_tag,
        arguments=(SESSION, Argument("TAG", 'The tag; "" takes it away.')),
        options=PLACES,
        examples=("memdir session tag c2a7740e refunds",),
        description="Appends a line in Claude Code's own form, which its list of sessions reads, too.",
    ),
    Command(
        "session title",
        "Give a session a title.",
        run_title,
        arguments=(SESSION, Argument("TITLE", "The title; all remaining words.", many=True)),
        options=PLACES,
        examples=("memdir session title 0f9d3b7c Scanner retries over MQTT",),
        description="Appends a line in Claude Code's own form, which its list of sessions reads, too.",
    ),
)
