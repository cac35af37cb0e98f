"""Remembered text as data that cannot leave its block: what an agent is given of memories goes through here.

Every line stands behind `> `, so that no fence, heading or label in a memory can pass for one of ours; whatever breaks
lines or steers a terminal becomes a visible escape; a closing tag, or an opening one that pretends to be the system's,
is broken by a backslash, so that no wrapper around the context can be closed from inside.
"""

from __future__ import annotations

import re
from typing import Final

PREFIX: Final = "> "

_BREAKS: Final = re.compile(r"\r\n|\r")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_TAG: Final = re.compile(r"<(?=[\s\u200c\u200d]*(?:/|system))", re.IGNORECASE)


def quote(text: str) -> str:
    """The text as quoted lines. Ends of lines become `\\n`; nothing else that can be read is changed but tags."""
    return "\n".join(PREFIX + line if line else ">" for line in visible(_TAG.sub(r"<\\", text)).split("\n"))


def visible(text: str) -> str:
    """Control characters, separators of lines other than `\\n`, direction marks and what is not seen (but for joiners,
    which scripts and emoji need) as escapes; half surrogates as U+FFFD."""
    return _UNSEEN.sub(_escape, _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """A name or path on one line."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char.encode("unicode_escape").decode("ascii")


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of one line, cut at a word where there is one, with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:.-—") + "…"
