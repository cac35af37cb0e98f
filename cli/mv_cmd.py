"""`memdir mv`: another name or folder for a memory."""

from __future__ import annotations

from memdir.move import move

from .app import App, Values
from .changing import run_plan
from .named import named
from .table import DRY_RUN, YES, Argument, Command


def run(app: App, values: Values) -> int:
    """Move or rename, with everything that refers to it."""
    source, (name,) = named(app, values.required("name"))
    to = values.required("to")
    return run_plan(app, values, source, "mv", lambda store: move(store, name, to), ask=lambda plan: bool(plan.also))


COMMANDS = (
    Command(
        "mv",
        "Rename or move a memory; links follow.",
        run,
        arguments=(
            Argument("NAME", "The memory.", is_memory=True),
            Argument("TO", "new-name, folder/ or folder/new-name."),
        ),
        options=(YES, DRY_RUN),
        examples=("memdir mv search-synonyms search-words --yes",),
        description="[[links]], metadata.links, supersedes and MEMORY.md follow. When other memories change with it, "
        "the plan is shown and asked about.",
    ),
)
