"""A block of our own in a text file of the user's, between two marks, so that it can be renewed and taken out."""

from __future__ import annotations

import re
from typing import Final

BEGIN: Final = "<!-- memdir:begin -->"
END: Final = "<!-- memdir:end -->"
_BLOCK: Final = re.compile(rf"(?:^|(?<=\n)){re.escape(BEGIN)}.*?{re.escape(END)}(?:\r?\n|$)", re.DOTALL)


def set_block(text: str, body: str) -> str:
    """The text with the block at its end, or in the place of the one that is there."""
    newline = "\r\n" if "\r\n" in text else "\n"
    block = newline.join([BEGIN, *body.strip("\n").split("\n"), END]) + newline
    if _BLOCK.search(text):
        return _BLOCK.sub(lambda _: block, text, count=1)
    gap = "" if not text else newline if text.endswith("\n") else newline * 2
    return text + gap + block


def remove_block(text: str) -> str:
    """The text without the block and the blank line that was put before it."""
    found = _BLOCK.search(text)
    if found is None:
        return text
    before, after = text[: found.start()], text[found.end() :]
    if not after:
        for newline in ("\r\n", "\n"):
            if before.endswith(newline * 2):
                return before.removesuffix(newline)
    return before + after
