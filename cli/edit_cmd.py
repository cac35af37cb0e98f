"""`memdir edit`: change the fields or the text of a memory."""

from __future__ import annotations

from memdir.changes import Plan, read_memory
from memdir.derive import kebab
from memdir.errors import UsageError
from memdir.frontmatter import parse
from memdir.model import STATUSES, TYPES, Source
from memdir.move import rename
from memdir.operations import edit_fields, edit_file
from memdir.store import Store

from .app import App, Values
from .changing import Planner, edit_text, read_stdin, run_plan
from .named import named
from .table import DRY_RUN, SUPERSEDES, YES, Argument, Command, Option

_TEXTS = ("description", "type", "status", "valid_from", "valid_until")


def run(app: App, values: Values) -> int:
    """Change what the options say; without options open `$EDITOR`."""
    fields: dict[str, object | None] = {key: values.text(key) or None for key in _TEXTS if values.text(key) is not None}
    if values.number("confidence") is not None:
        fields["confidence"] = values.number("confidence")
    body = values.text("body")
    source, (name, *supersedes) = named(app, values.required("name_or_path"), *values.many("supersedes"))
    if values.text("name") is not None:
        if fields or body is not None or supersedes:
            raise UsageError("--name stands alone: other memories change with it", hint="edit in two steps")
        _rename(app, values, source, name)
    elif fields or body is not None or supersedes:
        text = read_stdin() if body == "-" else body
        now = app.environment.now()

        def plan(store: Store) -> Plan:
            return edit_fields(store, name, fields, body=text, supersedes=supersedes, now=now)

        _apply(app, values, source, plan, named=len(supersedes))
    else:
        _in_editor(app, values, source, name)
    return 0


def _rename(app: App, values: Values, source: Source, name: str) -> None:
    new_name = values.required("name")
    memory = Store(source.root).get(name)
    if parse(read_memory(memory)).shape == "none":
        now = app.environment.now()
        given = {"name": kebab(new_name)}
        _apply(app, values, source, lambda store: edit_fields(store, name, given, now=now))
    else:
        _apply(app, values, source, lambda store: rename(store, name, new_name))


def _in_editor(app: App, values: Values, source: Source, name: str) -> None:
    memory = Store(source.root).get(name)
    opened = read_memory(memory)
    now = app.environment.now()

    def use(edited: bytes) -> None:
        _apply(app, values, source, lambda store: edit_file(store, memory.id, opened, edited, now=now))

    edit_text(
        app,
        memory.id.rpartition("/")[2],
        opened,
        use,
        instead="give the text with --body, the fields with their options",
    )


def _apply(app: App, values: Values, source: Source, plan: Planner, named: int = 0) -> None:
    run_plan(app, values, source, "edit", plan, ask=lambda made: len(made.also) > named)


COMMANDS = (
    Command(
        "edit",
        "Change a memory's fields or text.",
        run,
        arguments=(Argument("NAME_OR_PATH", "The memory.", is_memory=True),),
        options=(
            Option(("--name",), "Another name; links to it follow."),
            Option(("--description",), "Another description."),
            Option(("-t", "--type"), "Another type.", choices=TYPES),
            Option(("--confidence",), "0 to 1.", kind="float"),
            Option(("--status",), "Another status.", choices=STATUSES),
            Option(("--valid-from",), "True from this date; empty removes it.", metavar="DATE"),
            Option(("--valid-until",), "True until this date; empty removes it.", metavar="DATE"),
            SUPERSEDES,
            Option(("--body",), "Another text; - reads stdin.", metavar="TEXT"),
            YES,
            DRY_RUN,
        ),
        examples=(
            "memdir edit dev-server-port --confidence 0.9",
            'memdir edit user_languages --description "Reads Python and TypeScript"',
        ),
        description="Without options opens $EDITOR on the file. Only the lines of the fields named change.",
    ),
)
