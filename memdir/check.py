"""`check`: everything that is wrong or doubtful in a directory of memories, as data. Plain files only; nothing is
written, no home and no Claude Code is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from . import check_rules_files, check_rules_index, check_rules_links, check_rules_text
from .check_codes import RULES, wanted
from .check_directory import Directory, read_directory
from .errors import UsageError
from .model import Finding
from .names import Names


def check(root: str, *, select: Sequence[str] = (), ignore: Sequence[str] = (), now: float) -> list[Finding]:
    """The findings of the directory `root` (absolute), by path, line and code.

    `select` and `ignore` hold codes or their beginnings; `now` is in seconds since the epoch.
    """
    return _sorted(_findings(*read_directory(root, now)), select, ignore)


def check_file(
    root: str, id: str, known: Mapping[str, str], *, select: Sequence[str] = (), ignore: Sequence[str] = (), now: float
) -> list[Finding]:
    """The findings about one file, the way `check` gives them, without reading the others: `known` has the name of
    every memory by id. What only the other files' texts show is left to `check`: that an entry of an index is not
    current any more, that a path differs from another only in case."""
    read = read_directory(root, now, only={id})
    for page in read[0].pages:
        same = {other for other, name in known.items() if name == page.memory.name}
        if same - {id}:
            read = read_directory(root, now, only=same | {id})
    directory, _ = read
    directory.names = Names({**known, **{page.memory.id: page.memory.name for page in directory.pages}}.items())
    return [finding for finding in _sorted(_findings(*read), select, ignore) if finding.path == id]


def _sorted(findings: Iterable[Finding], select: Sequence[str], ignore: Sequence[str]) -> list[Finding]:
    found = dict.fromkeys(f for f in findings if wanted(f.code, select, ignore))
    return sorted(found, key=lambda f: (f.path, f.line, f.code, f.message))


def refuse_unknown(codes: Iterable[str]) -> None:
    """Raise `UsageError` for what is the beginning of no code."""
    for code in codes:
        if not code or not any(known.startswith(code) for known in RULES):
            from .fuzzy import closest

            near = closest(code, list(RULES), 3)
            raise UsageError(f"there is no check {code!r}", hint=f"did you mean {', '.join(near)}?" if near else None)


def _findings(directory: Directory, found: list[Finding]) -> Iterator[Finding]:
    yield from (f._replace(fix=RULES[f.code].fix or None) for f in found)
    for room in (check_rules_files, check_rules_index, check_rules_links, check_rules_text):
        for rule in room.CHECKS:
            yield from rule(directory)
