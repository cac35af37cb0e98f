"""`memdir review`: what needs a person, and the decisions."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from memdir.changes import Plan, apply
from memdir.dates import DAY, parse_date
from memdir.errors import EXIT_NOTHING, EXIT_OK, MemdirError, NotFoundError, UsageError
from memdir.files import PRIVATE, read_if_there, shown, write_atomic
from memdir.operations import edit_file
from memdir.secrets import mask
from memdir.sessions.operation import diff
from memdir.store import Store

from .app import App, Values
from .changing import edit_text, lock_wait, say
from .dream_output import show_diff
from .dreaming import inputs_of
from .output import counted
from .table import Argument, Command, Option

if TYPE_CHECKING:
    from memdir.sessions.inputs import Inputs
    from memdir.sessions.review import Item

_TITLES = {
    "conflict": "contradictions",
    "candidate": "candidates",
    "stale": "out of date?",
    "dead-reference": "naming what is gone",
    "annotate": "against the instructions",
    "supersede": "replaced?",
    "merge": "say the same?",
    "cluster": "one file?",
    "promote": "new memories?",
}
_COUNTED = {
    "conflict": ("contradiction", "contradictions"),
    "stale": ("out of date", "out of date"),
    "dead-reference": ("naming what is gone", "naming what is gone"),
    "annotate": ("against the instructions", "against the instructions"),
    "supersede": ("replacement", "replacements"),
    "promote": ("new memory", "new memories"),
}
"""What one thing of a kind is called, and several, where it is not the kind."""
_SNOOZE_DAYS = 30.0
_SHOWN = "review-shown.json"


def run(app: App, values: Values) -> int:
    """The queue; 1 when it is empty."""
    items = _queue(app)
    _remember(app, items)
    if app.out.json:
        rows = [_fields(number, item) for number, item in enumerate(items, 1)]
        app.out.object("review/1", {"root": shown(_root(app)), "items": rows, "took_ms": app.out.took_ms()})
        return EXIT_OK if items else EXIT_NOTHING
    if not items:
        app.out.note("nothing needs you")
        return EXIT_NOTHING
    counts = Counter(item.kind for item in items)
    told = ", ".join(
        f"{number} {_COUNTED.get(kind, (kind, f'{kind}s'))[number > 1]}" for kind, number in counts.items()
    )
    app.out.line(f"{counted(len(items), 'thing')} to decide: {told}")
    last = ""
    for number, item in enumerate(items, 1):
        if item.kind != last:
            app.out.line()
            app.out.line(app.out.styled(_TITLES[item.kind], "bold"))
            last = item.kind
        _show(app, number, item)
    return EXIT_OK


def _show(app: App, number: int, item: Item) -> None:
    named = shown(" | ".join(item.paths)) if item.paths else ""
    app.out.wrapped(f"{number:3}  ", named or mask(shown(item.reason)))
    if named:
        app.out.wrapped("     ", mask(shown(item.reason)))
    for place, line in enumerate(line for line in item.evidence if line not in item.reason):
        side = "ab"[place] if item.kind == "conflict" and place < 2 else " "
        app.out.wrapped(f"       {side} ", mask(shown(line)))
    if item.operation is not None and item.kind in ("merge", "cluster", "supersede"):
        show_diff(app, item.operation)
    app.out.line("     " + app.out.styled(f"-> {_hint(number, item)}", "yellow"))


def _hint(number: int, item: Item) -> str:
    if item.kind == "conflict":
        return f"memdir review supersede {number} --with a (a holds) or b; reject {number} (both hold)"
    if item.candidate is not None:
        return f"memdir review confirm {number} (keep it), reject or snooze {number}"
    says = {"merge": "merge", "cluster": "one file", "supersede": "replace", "promote": "keep"}
    return f"memdir review confirm {number} ({says.get(item.kind, 'to the archive')}), reject, snooze or edit {number}"


def run_confirm(app: App, values: Values) -> int:
    """It is so."""
    from memdir.sessions.review import confirm

    item = _chosen(app, values)
    if item.candidate is not None:
        from .extracting import make_memory

        done = make_memory(app.workspace(), item.candidate, "review confirm")
        return _report(app, "review-confirm", item, os.path.join(_root(app), done.plan.id), True)
    return _decide(app, "review-confirm", item, lambda inputs: confirm(inputs, item))


def run_reject(app: App, values: Values) -> int:
    """It is not so."""
    from memdir.sessions.review import reject

    item = _chosen(app, values)
    if item.candidate is not None:
        from memdir.sessions.candidates import reject as reject_candidate

        reject_candidate(app.workspace().state_of(_root(app)), item.candidate.id, now=app.environment.now())
        return _report(app, "review-reject", item, item.candidate.id, True)
    return _decide(app, "review-reject", item, lambda inputs: reject(inputs, item))


def run_snooze(app: App, values: Values) -> int:
    """Not now."""
    from memdir.sessions.review import snooze

    item = _chosen(app, values)
    until = values.text("until")
    now = app.environment.now()
    end = parse_date(until, end=True) if until is not None else now + _SNOOZE_DAYS * DAY
    if end <= now:
        raise UsageError(f"{until} is over", hint="give a day to come")
    if item.candidate is not None:
        from memdir.sessions.candidates import snooze as snooze_candidate

        snooze_candidate(app.workspace().state_of(_root(app)), item.candidate.id, end, now=now)
        return _report(app, "review-snooze", item, item.candidate.id, True)
    return _decide(app, "review-snooze", item, lambda inputs: snooze(inputs, item, end))


def run_supersede(app: App, values: Values) -> int:
    """One of two holds."""
    from memdir.sessions.review import supersede

    item = _chosen(app, values)
    if item.candidate is not None or not item.paths:
        raise UsageError("a candidate replaces nothing", hint="confirm or reject it")
    given = values.text("with_")
    if given is None:
        raise UsageError("which memory holds?", hint="--with a, --with b, or a memory's name")
    side = {"a": 0, "b": 1}.get(given.lower()) if item.kind == "conflict" else None
    winner = item.paths[side] if side is not None else Store(_root(app)).get(given).id
    return _decide(app, "review-supersede", item, lambda inputs: supersede(inputs, item, winner))


def run_edit(app: App, values: Values) -> int:
    """Change the memory by hand."""
    item = _chosen(app, values)
    if not item.paths:
        raise UsageError("a candidate is no file yet", hint="confirm it first, then: memdir edit NAME")
    store = Store(_root(app))
    side = {"a": 0, "b": 1}.get((values.text("side") or "a").lower(), 0)
    memory = store.find(item.paths[min(side, len(item.paths) - 1)])
    from memdir.changes import read_memory

    opened = read_memory(memory)
    now = app.environment.now()

    def use(edited: bytes) -> None:
        _apply(app, lambda fresh: edit_file(fresh, memory.id, opened, edited, now=now), "review edit")

    edit_text(app, memory.id.rpartition("/")[2], opened, use, instead=f"memdir edit {memory.id} --body TEXT")
    return _report(app, "review-edit", item, memory.path, True)


# --- what all decisions share -------------------------------------------------------------------------------------


def _root(app: App) -> str:
    return app.workspace().primary.root


def _inputs(app: App) -> Inputs:
    return inputs_of(app.workspace(), None, 0)


def _queue(app: App) -> list[Item]:
    from memdir.sessions.candidates import open_candidates
    from memdir.sessions.plan import make_plan
    from memdir.sessions.review import queue

    inputs = _inputs(app)
    return queue(inputs, make_plan(inputs), open_candidates(app.workspace().state_of(_root(app))))


def _chosen(app: App, values: Values) -> Item:
    """The item that a number means: as it was shown last, so that a number never means another item than was read."""
    text = values.required("number")
    if not text.isascii() or not text.isdigit():
        raise UsageError(f"{shown(text)} is no number of an item", hint="memdir review shows them")
    number = int(text)
    items = _queue(app)
    keys = _shown(app) or [list(item.key) for item in items]
    if not 1 <= number <= len(keys):
        raise NotFoundError(f"there is no item {number}", hint="memdir review shows them")
    key = keys[number - 1]
    found = next((item for item in items if list(item.key) == key), None)
    if found is None:
        raise NotFoundError(f"item {number} is decided, or its files changed", hint="memdir review shows what is left")
    return found


def _path(app: App) -> str:
    return os.path.join(app.workspace().state_of(_root(app)), _SHOWN)


def _remember(app: App, items: list[Item]) -> None:
    try:
        os.makedirs(os.path.dirname(_path(app)), mode=0o700, exist_ok=True)
        write_atomic(_path(app), json.dumps([item.key for item in items]).encode(), mode=PRIVATE)
    except (MemdirError, OSError):
        app.out.note("note: the numbers cannot be kept: show the queue again before you decide")


def _shown(app: App) -> list[list[str]]:
    try:
        found = json.loads(read_if_there(_path(app), 1 << 24) or b"[]")
    except (MemdirError, ValueError):
        return []
    return found if isinstance(found, list) else []


def _decide(app: App, schema: str, item: Item, decide: Callable[[Inputs], Plan]) -> int:
    changed = _apply(app, lambda store: decide(_inputs(app)), schema.replace("-", " "))
    return _report(app, schema, item, os.path.join(_root(app), item.paths[0]), changed)


def _apply(app: App, plan: Callable[[Store], Plan], command: str) -> bool:
    root = _root(app)
    done = apply(root, app.workspace().state_of(root), plan, command=f"memdir {command}", now=app.environment.now(),
                 wait=lock_wait(app))  # fmt: skip
    say(app, (*done.recovered, *done.plan.notes))
    return done.changed


def _report(app: App, schema: str, item: Item, path: str, changed: bool) -> int:
    if app.out.json:
        app.out.object(f"{schema}/1", {"kind": item.kind, "paths": [shown(p) for p in item.paths], "path": shown(path),
                                       "changed": changed, "took_ms": app.out.took_ms()})  # fmt: skip
        return EXIT_OK
    app.out.line(shown(path))
    done = f"{schema.partition('-')[2]}ed: {item.kind}".replace("eed:", "ed:")
    in_journal = item.candidate is None or schema == "review-confirm"
    app.out.note(f"{done}; to take it back: memdir undo" if in_journal else done)
    return EXIT_OK


def _fields(number: int, item: Item) -> dict[str, object]:
    return {
        "number": number, "kind": item.kind, "paths": [shown(path) for path in item.paths],
        "reason": mask(shown(item.reason)), "evidence": [mask(shown(line)) for line in item.evidence],
        "candidate": item.candidate.id if item.candidate is not None else None,
        "diff": mask(diff(item.operation)) if item.operation is not None else "",
    }  # fmt: skip


_NUMBER = Argument("NUMBER", "The item, as memdir review numbers it.")

COMMANDS = (
    Command("review", "Show what needs your decision.", run, examples=("memdir review",)),
    Command(
        "review confirm", "It is so: do it.", run_confirm, arguments=(_NUMBER,),
        examples=("memdir review confirm 1",),
        description="A candidate becomes a memory; what is out of date goes to the archive.",
    ),
    Command(
        "review reject", "It is not so.", run_reject, arguments=(_NUMBER,),
        examples=("memdir review reject 1",),
        description="It does not come back until the file's words change.",
    ),
    Command(
        "review supersede", "One memory holds, the other is replaced.", run_supersede, arguments=(_NUMBER,),
        examples=("memdir review supersede 1 --with b",),
        options=(Option(("--with",), "What holds: a, b, or a memory.", metavar="MEMORY"),),
    ),
    Command(
        "review snooze", "Ask again later.", run_snooze, arguments=(_NUMBER,),
        examples=("memdir review snooze 1 --until 2027-01-15",),
        options=(Option(("--until",), "The day (in 30 days).", metavar="DATE"),),
    ),
    Command(
        "review edit", "Change the memory in $EDITOR.", run_edit, arguments=(_NUMBER,),
        examples=("memdir review edit 1 --side b",),
        options=(Option(("--side",), "Which of two: a or b.", metavar="SIDE"),),
    ),
)  # fmt: skip
