"""`memdir hook`: what an agent calls at its events, what its worker does, and the log of both."""

from __future__ import annotations

import os
from collections.abc import Callable

from memdir.dates import local_text, rfc3339
from memdir.errors import StorageError
from memdir.files import shown
from memdir.hook_events import EVENTS, HookEvent
from memdir.hook_log import Record, records

from .app import App, Values
from .output import counted
from .table import Command, Option

DEFAULT_RECORDS = 20


def run_last(app: App, values: Values) -> int:
    """Print the end of the log."""
    return _print_log(app, None, 5)


def _answers(event: HookEvent) -> Callable[[App, Values], int]:
    def run(app: App, values: Values) -> int:
        from .hook_run import run_hook

        return run_hook(event.word, app.environment)

    return run


def run_log(app: App, values: Values) -> int:
    """Print what hooks did, the newest last; 1 when nothing is there."""
    return _print_log(app, values.text("session"), values.integer("limit") or DEFAULT_RECORDS)


def run_work(app: App, values: Values) -> int:
    """Do what hooks left to be done."""
    from .hook_work import do
    from .worker import limit_process, work

    workspace = app.workspace()
    root = os.path.realpath(workspace.primary.root)
    limit_process()
    said = work(workspace, os.path.join(workspace.state_of(root), "hooks"), do)
    if app.out.json:
        app.out.object("hook-work/1", {"done": said, "took_ms": app.out.took_ms()})
    else:
        for line in said:
            app.out.line(line)
        if not said:
            app.out.note("memdir: nothing to do")
    return 0


def _print_log(app: App, session: str | None, limit: int) -> int:
    from .hook_state import log_folder

    state = app.workspace().state_dir
    if state is None:
        raise StorageError("there is no place for a log of hooks", hint="set MEMDIR_STATE_DIR")
    found = [r for r in records(log_folder(state)) if session is None or r.session.startswith(session)][-limit:]
    if app.out.json:
        app.out.object("hook-log/1", {"records": [_fields(r) for r in found], "took_ms": app.out.took_ms()})
    else:
        for record in found:
            _print(app, record)
        if not found:
            where = f" in a session {shown(session)}" if session else ""
            hint = "memdir hook log lists all" if session else "memdir install claude-code"
            app.out.note(f"memdir: no hook has injected anything or failed yet{where} ({hint})")
    return 0 if found else 1


def _fields(record: Record) -> dict[str, object]:
    return {
        **record._asdict(), "at": rfc3339(record.at), "root": shown(record.root),
        "injected": [found._asdict() for found in record.injected],
        "left_out": [found._asdict() for found in record.left_out],
        "told": list(record.told),
    }  # fmt: skip


def _print(app: App, record: Record) -> None:
    out = app.out
    head = f"{local_text(record.at)}  {record.event}"
    about = [record.session[:8], counted(record.chars, "character") if record.chars else "", f"{record.took_ms:g} ms"]
    out.line(f"{out.styled(head, 'bold')}  {out.styled('  '.join(text for text in about if text), 'dim')}")
    if record.error:
        out.wrapped("    ", out.styled(shown(record.error), "red"))
    if record.prompt:
        out.wrapped("    for: ", shown(" ".join(record.prompt.split())))
    for given in record.injected:
        out.wrapped(f"    given {given.score:.2f}  ", f"{shown(given.path)} ({counted(given.chars, 'character')})")
    for left in record.left_out:
        out.wrapped(f"    not   {left.score:.2f}  ", f"{shown(left.path)}: {left.why}")
    if record.told:
        out.wrapped("    ", "told of failures: " + ", ".join(record.told))


_DOES = {
    "session-start": "Say what the agent does not load itself: pinned, changed, cut off, waiting for a decision.",
    "user-prompt-submit": "Recall memories for a prompt.",
    "post-tool-use": "Check a memory file that was just written.",
    "stop": "See whether there is something to learn, or a dream due.",
    "subagent-stop": "Note that a sub-agent ended.",
    "pre-compact": "Learn before the conversation is compacted.",
    "session-end": "Learn when a session ends.",
}

COMMANDS = (
    Command(
        "hook",
        "The end of the log of hooks.",
        run_last,
        examples=("memdir hook",),
        description="Exit code 1 when no hook has injected anything or failed yet.",
    ),
    *(
        Command(
            f"hook {event.word}",
            _DOES[event.word],
            _answers(event),
            examples=(f"memdir hook {event.word}",),
            description=f"For the agent's event {event.name}: reads its JSON on stdin, prints the answer's or nothing. "
            "The exit code is always 0: an agent is never stopped by its memory.",
        )
        for event in EVENTS
    ),
    Command(
        "hook log",
        "What hooks injected, when, for which prompt and why.",
        run_log,
        options=(
            Option(("--session",), "Only this session (the beginning of its id is enough).", metavar="ID"),
            Option(("-n", "--limit"), "At most this many, the newest.", kind="int", metavar="N"),
        ),
        examples=("memdir hook log",),
        description="Also what was left out and why, and what failed. Exit code 1 when there is nothing.",
    ),
    Command(
        "hook work",
        "Do what hooks left to be done.",
        run_work,
        examples=("memdir hook work",),
        description="Learns from the sessions that asked, brings the index up to date, dreams when it is time. Hooks "
        "start it by themselves; one works at a time.",
    ),
)
