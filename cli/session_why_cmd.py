"""`memdir session why`: the sessions and turns in which a commit, a file or a line came to be."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from memdir.dates import local_text, rfc3339
from memdir.errors import EXIT_NOTHING, EXIT_OK, BadInputError, NotFoundError, StorageError
from memdir.files import read_file, shown
from memdir.git_root import checkout_root, worktrees
from memdir.quoting import one_line
from memdir.secrets import mask

from .app import App, Values
from .output import counted, fitted
from .session_named import PLACES, transcript_dirs
from .table import Argument, Command, Option

if TYPE_CHECKING:
    from memdir.git_read import Commit, Repository
    from memdir.sessions.origin import Origin
    from memdir.sessions.traces import Question, Spoken, Trace, Tracer

SESSIONS = 5
TURNS = 3
"""Turns of each session that are told to people."""
_MAX_FILE = 64 << 20
_LINE = re.compile(r"(.+):([1-9][0-9]*)", re.DOTALL)


class _Target(NamedTuple):
    """What is asked about, each part empty or None where it does not apply. `file` is relative to `top`."""

    top: str
    commit: Commit | None = None
    file: str = ""
    line: int = 0
    text: str = ""


def run(app: App, values: Values) -> int:
    """Print the sessions that speak for it, best first."""
    from memdir.sessions.origin import origins
    from memdir.sessions.traces import Tracer

    target = _target(app, values.required("what"))
    question = _question(app, target)
    tracer = Tracer(question)
    traces, searched = _traces(app, values, tracer)
    found = origins(question, tracer, traces)
    limit = values.integer("limit")
    if limit is None or limit < 1:
        raise BadInputError("a limit is at least 1", hint="-n 5")
    if app.out.json:
        fields = {"sessions": [_fields(origin) for origin in found[:limit]], "searched": searched}
        app.out.object("session-why/1", {**_told(target), **fields, "took_ms": app.out.took_ms()})
        return EXIT_OK if found else EXIT_NOTHING
    _print_target(app, target)
    for origin in found[:limit]:
        app.out.line()
        _print(app, origin)
    if not found:
        app.out.note(f"none of {counted(searched, 'session')} speaks of it (--all-projects looks everywhere)")
    return EXIT_OK if found else EXIT_NOTHING


def _target(app: App, what: str) -> _Target:
    """What a commit, FILE or FILE:LINE means. A file that is there goes first, then a commit, then a file that was."""
    from memdir.git_read import Repository

    cwd = app.environment.cwd
    match = _LINE.fullmatch(what)
    if "\0" in what or not what:
        raise BadInputError("that is neither a commit nor a file")
    if os.path.isfile(os.path.join(cwd, what)):
        return _file(app, what, 0)
    if match is not None and os.path.isfile(os.path.join(cwd, match[1])):
        return _file(app, match[1], int(match[2]))
    top = checkout_root(os.path.realpath(cwd))
    if top is not None:
        repository = Repository(top, app.environment.env)
        id = repository.commit_id(what)
        if id is not None:
            return _Target(top, repository.commit(id))
    if "/" in what or "." in what:
        return _file(app, match[1] if match else what, 0)
    where = "" if top is not None else ", and this is no git repository"
    raise NotFoundError(f"{shown(what)} is neither a commit nor a file{where}", hint="memdir session search WORDS")


def _file(app: App, name: str, line: int) -> _Target:
    path = os.path.normpath(os.path.join(app.environment.cwd, name))
    path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    top = checkout_root(os.path.dirname(path))
    in_git = top is not None
    top = top or app.workspace().located.project_root
    file = os.path.relpath(path, top)
    if file.startswith(os.pardir + os.sep):
        top, file = os.path.dirname(path), os.path.basename(path)
    if not line:
        return _Target(top, None, file)
    lines = read_file(path, _MAX_FILE).decode("utf-8", "replace").split("\n")
    if line > len(lines):
        raise BadInputError(f"the file has {counted(len(lines), 'line')}", path=shown(name))
    text = lines[line - 1].rstrip("\r")
    if not in_git:
        return _Target(top, None, file, line, text)
    from memdir.git_read import Repository

    return _Target(top, _blamed(Repository(top, app.environment.env), file, lines, line), file, line, text)


def _blamed(repository: Repository, file: str, lines: Sequence[str], line: int) -> Commit | None:
    """The commit that wrote a line of the file as it is now; None when it is not committed yet."""
    data = repository.content(file)
    if data is None:
        return None
    before = data.decode("utf-8", "replace").split("\n")
    at: int | None = line
    if before != lines:
        from difflib import SequenceMatcher

        blocks = SequenceMatcher(None, before, lines, autojunk=False).get_matching_blocks()
        at = next((b.a + line - b.b for b in blocks if b.b < line <= b.b + b.size), None)
    id = repository.blame(file, at) if at is not None else None
    return repository.commit(id) if id is not None else None


def _question(app: App, target: _Target) -> Question:
    from memdir.git_read import Repository
    from memdir.sessions.traces import Question

    roots = tuple(dict.fromkeys((target.top, *worktrees(app.workspace().located.shared_root))))
    commit = target.commit
    file = target.file.replace(os.sep, "/")
    if commit is None:
        return Question((file,), roots, line=target.text)
    repository = Repository(target.top, app.environment.env)
    files = tuple(dict.fromkeys((*repository.files(commit), *([file] if file else []))))
    return Question(
        files, roots, commit.id, commit.subject, commit.body, commit.authored,
        frozenset(repository.branches(commit.id)), target.text, (file,) if file else (),
    )  # fmt: skip


def _traces(app: App, values: Values, tracer: Tracer) -> tuple[list[Trace], int]:
    """What the sessions left that may have a part in it, and how many there are; those of the repository's other work
    trees, too. Which were at another time the index knows, where there is one."""
    from memdir.sessions.catalogue import catalogue
    from memdir.sessions.told import Told
    from memdir.slug import find_project_dirs

    from .session_told import Overviews

    roots = transcript_dirs(app, values)
    located = app.workspace().located
    if values.text("transcripts") is None and located.projects_dir is not None:
        for tree in worktrees(located.shared_root):
            roots += [path for path in find_project_dirs(located.projects_dir, tree) if path not in roots]
    found = catalogue(roots)
    traces = []
    for finding in found.findings:
        app.out.note(f"note: {finding.path}: {finding.message}")
    overviews, progress = Overviews(app.workspace(), roots), app.progress
    done, total = 0, sum(session.size for session in found.sessions)
    try:
        for session in found.sessions:
            try:
                told = overviews.known(session) or Told()
                if tracer.may_speak(session, told.started, told.ended):
                    traces.append(tracer.trace(session))
            except StorageError as error:
                if error.code != "vanished":
                    app.out.note(f"note: {error}")
            done += session.size
            if progress is not None:
                progress(done, total)
    finally:
        overviews.close()
        if progress is not None:
            progress.stop()
    return traces, len(found.sessions)


def _told(target: _Target) -> dict[str, object]:
    commit = target.commit
    return {
        "commit": commit.id if commit else None,
        "subject": mask(commit.subject) if commit else None,
        "date": rfc3339(commit.authored) if commit else None,
        "file": shown(target.file) or None,
        "line": target.line or None,
        "text": mask(target.text) if target.line else None,
    }


def _fields(origin: Origin) -> dict[str, object]:
    trace = origin.session
    return {
        "session": trace.session.id,
        "path": shown(trace.session.path),
        "title": origin.title,
        "score": origin.score,
        "parts": origin.parts,
        "why": [shown(reason) for reason in origin.why],
        "started": rfc3339(trace.started) if trace.started else None,
        "ended": rfc3339(trace.ended) if trace.ended else None,
        "turns": list(map(_turn, origin.turns)),
    }


def _turn(turn: Spoken) -> dict[str, object]:
    when = rfc3339(turn.timestamp) if turn.timestamp else None
    return {**turn._asdict(), "path": shown(turn.path), "timestamp": when}


def _print_target(app: App, target: _Target) -> None:
    out, commit = app.out, target.commit
    if target.file:
        place = f"{shown(target.file)}:{target.line}" if target.line else shown(target.file)
        out.wrapped(out.styled(place, "bold") + "  ", one_line(mask(target.text.strip())))
    if commit is not None:
        told = f"{mask(one_line(commit.subject))} ({local_text(commit.authored)[:10]})"
        out.wrapped(out.styled(commit.id[:10], "yellow") + "  ", told)
    elif target.line:
        out.note("the line is not committed (yet)")


def _print(app: App, origin: Origin) -> None:
    out, trace = app.out, origin.session
    day = local_text(trace.started) if trace.started else ""
    out.line(f"{origin.score:.2f}  {out.styled(trace.session.id, 'bold')}  {out.styled(day, 'dim')}".rstrip())
    out.line("      " + (fitted(origin.title, max(24, out.width - 7)) if out.width else origin.title))
    out.wrapped("      ", out.styled(one_line(", ".join(map(shown, origin.why))), "cyan"))
    asked = ""
    for turn in origin.turns[-TURNS:]:
        if turn.prompt and turn.prompt_turn != asked:
            asked = turn.prompt_turn
            out.wrapped("      you: ", _short(turn.prompt))
        time = f"{local_text(turn.timestamp)[11:]}  " if turn.timestamp else ""
        out.wrapped(f"      {time}- ", f"{one_line(turn.text)}  {out.styled(f'--turn {shown(turn.turn)}', 'dim')}")


def _short(text: str, width: int = 160) -> str:
    text = one_line(text)
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


COMMANDS = (
    Command(
        "session why",
        "The sessions in which a commit, file or line came to be.",
        run,
        arguments=(Argument("WHAT", "COMMIT, FILE or FILE:LINE."),),
        options=(
            Option(("-n", "-k", "--limit"), "Sessions at most.", kind="int", default=SESSIONS, metavar="N"),
            *PLACES,
        ),
        examples=("memdir session why packages/api/refunds.py", "memdir session why tools/scanner/mqtt.py --json"),
        description="A line is followed to its commit (git blame); then sessions are weighed by what they wrote, the "
        "words of the commit's message, time and branch. Outside of git, and for a line that is not committed, by what "
        "they wrote. memdir session show SESSION --turn ID shows a turn with its neighbours.",
    ),
)
