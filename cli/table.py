"""The option table: what a command is called, takes and does, as data. The parser, the typer application, the help,
the completion and the generated CLI reference are all made from it."""

from __future__ import annotations

from collections.abc import Callable
from keyword import iskeyword
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from .app import App, Values

Kind = Literal["flag", "text", "int", "float"]


class Option(NamedTuple):
    """`names` short ones first, the last long one gives the key (`--as-of` -> `as_of`). A `flag` takes no value.
    `many` may be given several times. `choices` limits a text."""

    names: tuple[str, ...]
    help: str
    kind: Kind = "text"
    default: str | int | float | None = None
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    many: bool = False
    hidden: bool = False

    @property
    def key(self) -> str:
        """The name under which the value is found in `Values`; `for_` for `--for`, since it names a parameter."""
        name = [n for n in self.names if n.startswith("--")][-1][2:].replace("-", "_")
        return f"{name}_" if iskeyword(name) else name


class Argument(NamedTuple):
    """A positional argument. `many` takes all remaining words (as one list); at most the last argument has it. A shell
    completes names of memories where it `is_memory`."""

    name: str
    help: str
    required: bool = True
    many: bool = False
    is_memory: bool = False

    @property
    def key(self) -> str:
        """The name under which the value is found in `Values`."""
        return self.name.lower().replace("-", "_")


class Command(NamedTuple):
    """One command. `name` holds a space for a group's command (`graph stats`). `examples` are run by a test in a copy
    of the sample project: each is a whole command line. `registry.EVERYDAY` says which stand in the short help."""

    name: str
    summary: str
    run: Callable[[App, Values], int]
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...] = ()
    description: str = ""
    aliases: tuple[str, ...] = ()


GLOBAL_OPTIONS: tuple[Option, ...] = (
    Option(("-C", "--directory"), "Work as if started in DIR.", metavar="DIR"),
    Option(("--memory-dir",), "Use this memory directory.", metavar="DIR"),
    Option(("--transcripts-dir",), "Use this transcripts directory.", metavar="DIR"),
    Option(("--config-dir",), "Use this instead of ~/.claude.", metavar="DIR"),
    Option(("--json",), "Print one JSON object.", kind="flag"),
    Option(("--plain",), "No colour, no decoration.", kind="flag"),
)

VALID_FROM = Option(("--valid-from",), "True from this date.", metavar="DATE")
VALID_UNTIL = Option(("--valid-until",), "True until this date.", metavar="DATE")
SUPERSEDES = Option(("--supersedes",), "A memory that this one replaces.", metavar="NAME", many=True)
YES = Option(("-y", "--yes"), "Apply without asking.", kind="flag")
DRY_RUN = Option(("--dry-run",), "Show what would change, change nothing.", kind="flag")
