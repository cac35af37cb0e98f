"""`check`: everything that is wrong or doubtful in a directory of memories, as data. Plain files only; nothing is
written, no home and no Claude Code is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from . import check_rules_files, check_rules_index, check_rules_links, check_rules_text
from .check_codes import RULES, wanted
from .check_directory import read_directory
from .errors import UsageError
from .model import Finding


def check(root: str, *, select: Sequence[str] = (), ignore: Sequence[str] = (), now: float) -> list[Finding]:
    """The findings of the directory `root` (absolute), by path, line and code.

    `select` and `ignore` hold codes or their beginnings; `now` is in seconds since the epoch.
    """
    found = [f for f in _findings(root, now) if wanted(f.code, select, ignore)]
    return sorted(dict.fromkeys(found), key=lambda f: (f.path, f.line, f.code, f.message))


def refuse_unknown(codes: Iterable[str]) -> None:
    """Raise `UsageError` for what is the beginning of no code."""
    for code in codes:
        if not code or not any(known.startswith(code) for known in RULES):
            from .fuzzy import closest

            near = closest(code, list(RULES), 3)
            raise UsageError(f"there is no check {code!r}", hint=f"did you mean {', '.join(near)}?" if near else None)


def _findings(root: str, now: float) -> Iterator[Finding]:
    directory, found = read_directory(root, now)
    yield from (f._replace(fix=RULES[f.code].fix or None) for f in found)
    for room in (check_rules_files, check_rules_index, check_rules_links, check_rules_text):
        for rule in room.CHECKS:
            yield from rule(directory)
