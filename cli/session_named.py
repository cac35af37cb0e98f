"""Which transcripts a command of the group `session` is about, and which session its SESSION means."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memdir.errors import BadInputError, UsageError

from .app import App, Values
from .table import Argument, Option

if TYPE_CHECKING:
    from memdir.sessions.catalogue import Catalogue, Session

TRANSCRIPTS = Option(("--transcripts",), "Look here: a folder of transcripts, or a projects/ tree.", metavar="DIR")
ALL_PROJECTS = Option(("--all-projects",), "The sessions of every project.", kind="flag")
SESSION = Argument("SESSION", "Its id, the beginning of its id, or the path of its transcript.")
PLACES = (TRANSCRIPTS, ALL_PROJECTS)
"""The options of every command that looks for sessions."""


def transcript_dirs(app: App, values: Values) -> list[str]:
    """The directories to look below: the one given, every project's, or this project's own, with the archive of them.
    Raises `BadInputError` when the one given is no directory."""
    found = live_dirs(app, values)
    return found if values.text("transcripts") is not None else _with_archives(app, found)


def live_dirs(app: App, values: Values) -> list[str]:
    """Those without the archive."""
    given = values.text("transcripts")
    if given is not None:
        path = os.path.abspath(os.path.join(app.environment.cwd, given))
        if not os.path.isdir(path):
            raise BadInputError("no such directory", path=given)
        return [path]
    located = app.workspace().located
    if values.flag("all_projects") and located.given_transcripts is None:
        if located.projects_dir is None:
            raise UsageError("there is no projects/ directory", hint="give one with --transcripts")
        return [located.projects_dir]
    return located.transcripts_dirs


def _with_archives(app: App, roots: list[str]) -> list[str]:
    from memdir.sessions.transcript_copies import archives_beside

    return [*roots, *archives_beside(roots, app.workspace().state_dir)]


def all_sessions(app: App, values: Values) -> Catalogue:
    """The sessions there, the one written last first."""
    from memdir.sessions.catalogue import catalogue

    return catalogue(transcript_dirs(app, values))


def listed_sessions(app: App, values: Values) -> Catalogue:
    """Those that a list has: of Claude Code's own directory, like its own list, only files called by a UUID. How many
    others there are is a note; naming one, or their folder with `--transcripts`, works all the same."""
    found = all_sessions(app, values)
    if values.text("transcripts") is not None or app.workspace().located.given_transcripts is not None:
        return found
    listed = [session for session in found.sessions if session.has_uuid]
    others = len(found.sessions) - len(listed)
    if others:
        are = "files are" if others > 1 else "file is"
        app.out.note(f"note: {others} {are} not called by a UUID and not listed (--transcripts DIR lists all)")
    return found._replace(sessions=listed)


def session_named(app: App, values: Values) -> Session:
    """The session that SESSION means. An id that is not in this project is looked for in all of them. Raises
    `NotFoundError`, `UsageError`."""
    from memdir.errors import NotFoundError
    from memdir.sessions.catalogue import catalogue, find

    wanted, cwd = values.required("session"), app.environment.cwd
    found = all_sessions(app, values).sessions
    try:
        return find(found, wanted, cwd)
    except NotFoundError:
        projects = app.workspace().located.projects_dir
        if values.text("transcripts") is not None or values.flag("all_projects") or projects is None:
            raise
        return find(catalogue(_with_archives(app, [projects])).sessions, wanted, cwd)
