"""The files of one session: the seed went on in `ID_part2.jsonl`, `ID_part3.jsonl` ... when a file grew large
(cersei.md §1.3)."""

from __future__ import annotations

import os
import re
from typing import Final

_PART: Final = re.compile(
    r"(?P<stem>.+?)(?:_part(?P<number>[2-9]|[1-9][0-9]+))?(?P<ending>\.jsonl(?:\.zst)?)", re.DOTALL
)


def stem_of(name: str) -> str:
    """The name that all parts of a session have in common, empty for other names."""
    match = _PART.fullmatch(name)
    return match["stem"] if match else ""


def parts_of(path: str) -> list[str]:
    """The files of the session to which a file belongs, in their order; the file alone when it has no other parts. A
    file called so is looked at, or one that a second part lies beside."""
    folder, name = os.path.split(path)
    match = _PART.fullmatch(name)
    if match is None:
        return [path]
    stem, ending = match["stem"], match["ending"]
    if not match["number"] and not os.path.exists(os.path.join(folder, f"{stem}_part2{ending}")):
        return [path]
    found = {1 if not match["number"] else int(match["number"]): path}
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return [path]
    for other in names:
        match = _PART.fullmatch(other)
        if match is not None and (match["stem"], match["ending"]) == (stem, ending):
            found[int(match["number"] or 1)] = os.path.join(folder, other)
    return [found[number] for number in sorted(found)]


def from_first_part(path: str) -> list[str]:
    """The files to be read for a session that is named by its file: all parts for the first of them; else the file."""
    parts = parts_of(path)
    return parts if parts[0] == path else [path]
