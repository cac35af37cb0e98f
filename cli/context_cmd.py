"""`memdir context`: what an agent should get, inside a budget: instructions, the memory index, recalled memories."""

from __future__ import annotations

from memdir.context import Block, Context, LeftOut
from memdir.errors import BadInputError
from memdir.files import shown
from memdir.project_context import project_context

from .app import App, Values
from .table import Command, Option

_DEFAULT_LIMIT = 5


def run(app: App, values: Values) -> int:
    """Print the context. 1 when there is nothing to give."""
    query, budget, limit = values.text("query"), values.integer("budget"), values.integer("limit")
    if budget is not None and budget < 0:
        raise BadInputError("a budget is not negative", hint="--budget 4000")
    if limit is not None and limit < 0:
        raise BadInputError("a limit is not negative", hint="-n 5")
    workspace = app.workspace()
    hits = workspace.recall(query, limit=_DEFAULT_LIMIT if limit is None else limit) if query else []
    context, notes = project_context(
        workspace.located, hits, now=app.environment.now(), budget=budget, for_path=values.text("for_")
    )
    for note in notes:
        app.out.note(note)
    if app.out.json:
        app.out.object("context/1", _fields(context, query, budget))
    elif context.text:
        app.out.line(context.text)
    elif not context.left_out:
        app.out.note("nothing to give: no instructions, no memory index" + (", no memory recalled" if query else ""))
    for item in context.left_out:
        app.out.note(f"left out: {shown(item.path)}, about {item.tokens} tokens")
    return 0 if context.blocks or context.left_out else 1


def _fields(context: Context, query: str | None, budget: int | None) -> dict[str, object]:
    return {
        "query": query,
        "budget": budget,
        "tokens": context.tokens,
        "text": context.text,
        "blocks": [{**_item(block), "cut": block.cut} for block in context.blocks],
        "left_out": [_item(item) for item in context.left_out],
    }


def _item(item: Block | LeftOut) -> dict[str, object]:
    return {"kind": item.kind, "path": shown(item.path), "label": item.label, "tokens": item.tokens}


COMMANDS = (
    Command(
        "context",
        "What an agent should get: instructions, index, recalled memories.",
        run,
        options=(
            Option(("-q", "--query"), "Add the memories recalled for these words.", metavar="TEXT"),
            Option(("-b", "--budget"), "At most so many tokens (estimated).", kind="int", metavar="TOKENS"),
            Option(
                ("-n", "-k", "--limit"), "At most so many memories.", kind="int", default=_DEFAULT_LIMIT, metavar="N"
            ),
            Option(("--for",), "Also the instructions that load when this file is read.", metavar="FILE"),
        ),
        examples=("memdir context", 'memdir context --query "how do we release" --budget 2000'),
    ),
)
