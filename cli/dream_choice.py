"""Which operations of a plan are done: what was named, what needs a person's word, and what the person says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from memdir.errors import NotFoundError, UsageError
from memdir.files import shown
from memdir.sessions.consolidation import Choose
from memdir.sessions.guards import Guarded
from memdir.sessions.operation import KINDS

from .app import App, Values
from .dream_output import LEFT_OUT, NOT_CONFIRMED

Show = Callable[[App, int, Guarded], None]


def selected(guarded: Sequence[Guarded], only: Sequence[str], without: Sequence[str]) -> set[int]:
    """The numbers (from 1) of the operations that are meant. Raises `NotFoundError` for a word that means none."""
    numbers = set(range(1, len(guarded) + 1))
    if only:
        numbers = {n for word in only for n in _meant(guarded, word)}
    return numbers - {n for word in without for n in _meant(guarded, word)}


def _meant(guarded: Sequence[Guarded], word: str) -> set[int]:
    if word.isascii() and word.isdigit():
        found = {int(word)} & set(range(1, len(guarded) + 1))
    else:
        names = {word, word.removesuffix(".md") + ".md"}
        found = {
            n for n, g in enumerate(guarded, 1) if word == g.operation.kind or names & set(g.operation.paths)
        }  # fmt: skip
    if not found and word not in KINDS:
        raise NotFoundError(
            f"no operation of the plan is {shown(word)}", hint=f"a number, a memory, or {', '.join(KINDS)}"
        )
    return found


def chooser(app: App, values: Values, show: Show) -> Choose:
    """Asks by the one rule for changes (design §9): `--yes` applies the plan, a terminal is asked, elsewhere nothing is
    changed. What asks by itself is asked about one by one, and left out where nobody answers, but for `--guarded`."""
    each, yes, every = values.flag("interactive"), values.flag("yes"), values.flag("guarded")

    def choose(guarded: Sequence[Guarded]) -> list[str]:
        if each and not app.out.interactive:
            raise UsageError("--interactive needs a terminal", hint="leave operations out with --only and --except")
        numbers = selected(guarded, values.many("only"), values.many("except_"))
        reasons = ["" if number in numbers else LEFT_OUT for number in range(1, len(guarded) + 1)]
        reasons = [reason or ("" if one.operation.changes else "a person decides")
                   for reason, one in zip(reasons, guarded, strict=True)]  # fmt: skip
        plain = [n for n, one in enumerate(guarded) if not reasons[n] and not each and (every or not one.asks)]
        asked = [n for n in range(len(guarded)) if not reasons[n] and n not in plain]
        if not yes and (plain or asked) and not app.out.interactive:
            raise UsageError("nothing changed, add --yes", code="not-confirmed", hint="memdir dream plan shows it")
        for number in asked:
            if yes:
                reasons[number] = guarded[number].asks
                continue
            show(app, number + 1, guarded[number])
            if not app.out.confirm("Do this?", yes=False):
                reasons[number] = NOT_CONFIRMED
        if plain and not yes:
            for number in plain:
                show(app, number + 1, guarded[number])
            if not app.out.confirm(f"Apply {len(plain)}?", yes=False):
                raise UsageError("nothing changed", code="not-confirmed")
        return reasons

    return choose
