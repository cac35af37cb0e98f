"""`memdir session export`: a session as Markdown, JSON or one HTML page."""

from __future__ import annotations

import json
import os

from memdir.errors import EXIT_OK, UsageError
from memdir.files import PRIVATE, shown, write_atomic

from .app import App, Values
from .session_named import PLACES, SESSION, session_named
from .session_show_cmd import VIEWS, view_of
from .table import YES, Command, Option


def run(app: App, values: Values) -> int:
    """Write a session out, to stdout or a file."""
    from memdir.sessions.export import exported, json_fields
    from memdir.sessions.readable import cleaner

    target, view = values.text("output"), view_of(values)
    session = session_named(app, values)
    form = "json" if app.out.json and target is None else values.required("format")
    if target is not None:
        target = os.path.join(app.environment.cwd, target)
        _check(app, target, session.path, yes=values.flag("yes"))
    whole, clean, all = exported(session, view), cleaner(raw=values.flag("raw")), values.flag("all")
    if form == "json":
        fields = json_fields(whole, clean)
        if target is None:
            app.out.object("session-export/1", {**fields, "took_ms": app.out.took_ms()})
            return EXIT_OK
        text = json.dumps({"schema": "memdir.session-export/1", **fields}, ensure_ascii=True, indent=1) + "\n"
    elif form == "html":
        from memdir.sessions.html_export import page

        text = "".join(page(whole, clean, all=all))
    else:
        from memdir.sessions.markdown_export import markdown

        text = "\n".join(markdown(whole, clean, tools=values.flag("tools"), all=all)) + "\n"
    if target is None:
        app.out.line(text.removesuffix("\n"))
        return EXIT_OK
    write_atomic(target, text.encode("utf-8", "replace"), mode=PRIVATE)
    if app.out.json:
        fields = {"session": session.id, "path": shown(target), "format": form, "bytes": os.path.getsize(target)}
        app.out.object("session-export-file/1", {**fields, "took_ms": app.out.took_ms()})
    else:
        app.out.line(shown(target))
    return EXIT_OK


def _check(app: App, target: str, transcript: str, *, yes: bool) -> None:
    """A file that is there is replaced only when that is wanted; the transcript itself never is."""
    if not os.path.lexists(target):
        return
    if os.path.isdir(target):
        raise UsageError(f"{shown(target)} is a directory", hint="give a file")
    if os.path.realpath(target) == os.path.realpath(transcript):
        raise UsageError("that is the transcript itself")
    if not app.out.confirm(f"Replace {shown(target)}?", yes=yes):
        raise UsageError(f"{shown(target)} is there: nothing changed, add --yes", code="not-confirmed")


COMMANDS = (
    Command(
        "session export",
        "Write a session out: Markdown, JSON or a page.",
        run,
        arguments=(SESSION,),
        options=(
            Option(("--format",), "The format.", default="md", choices=("md", "json", "html")),
            Option(("-o", "--output"), "Write to FILE instead of stdout.", metavar="FILE"),
            Option(("--tools",), "Markdown: unfold tool calls (the others hold them anyway).", kind="flag"),
            Option(("-a", "--all"), "What was injected and thought, too (JSON holds it anyway).", kind="flag"),
            *VIEWS,
            Option(("--raw",), "Do not mask secrets.", kind="flag"),
            YES,
            *PLACES,
        ),
        examples=("memdir session export 5b1f8a52", "memdir session export c2a7740e --format html"),
        description="The page loads nothing and runs nothing. A new file is readable by its owner alone.",
    ),
)
