"""`memdir add`: a new memory from a text."""

from __future__ import annotations

from memdir.errors import UsageError
from memdir.model import TYPES
from memdir.operations import New, add

from .app import App, Values
from .changing import edit_text, read_stdin, run_plan
from .named import named
from .table import DRY_RUN, SUPERSEDES, VALID_FROM, VALID_UNTIL, Argument, Command, Option


def run(app: App, values: Values) -> int:
    """Add the text of the arguments, of stdin (`-`), or of `$EDITOR`."""
    words = values.many("text")
    if words == ["-"]:
        _add(app, values, read_stdin())
    elif words:
        _add(app, values, " ".join(words))
    else:
        edit_text(
            app,
            "new-memory.md",
            b"",
            lambda data: _add(app, values, _decoded(data)),
            instead="give the text as an argument or with -",
        )
    return 0


def _decoded(data: bytes) -> str:
    text = data.decode("utf-8", "surrogateescape")
    if not text.strip():
        raise UsageError("the text is empty: nothing changed")
    return text


def _add(app: App, values: Values, text: str) -> None:
    source = app.workspace().primary
    new = New(
        text,
        name=values.text("name"),
        description=values.text("description"),
        type=values.text("type") or "project",
        namespace=values.text("namespace") or "",
        topics=tuple(values.many("topic")),
        confidence=values.number("confidence"),
        valid_from=values.text("valid_from"),
        valid_until=values.text("valid_until"),
        supersedes=tuple(named(app, *values.many("supersedes"), within=source)[1]),
    )
    now = app.environment.now()
    run_plan(app, values, source, "add", lambda store: add(store, new, now=now))


COMMANDS = (
    Command(
        "add",
        "Add a memory; its text is enough.",
        run,
        arguments=(Argument("TEXT", "The text; - reads stdin, none opens $EDITOR.", required=False, many=True),),
        options=(
            Option(("-t", "--type"), "The type.", choices=TYPES, default="project"),
            Option(("--name",), "The name (derived from the text)."),
            Option(("--description",), "One line (derived from the text)."),
            Option(("--namespace",), "The folder, projects/alpha.", metavar="PATH"),
            Option(("--topic",), "A topic.", many=True),
            Option(("--confidence",), "0 to 1.", kind="float"),
            VALID_FROM,
            VALID_UNTIL,
            SUPERSEDES,
            DRY_RUN,
        ),
        examples=(
            'memdir add "Releases are cut on the first Tuesday of the month."',
            'memdir add --type feedback --topic review "Keep pull requests under 300 lines."',
        ),
        description="Writes a new file and its line in MEMORY.md and prints the path. A text that is there already, or "
        "a name that is taken, is refused with the command that updates it; so is a text with a secret in it.",
    ),
)
