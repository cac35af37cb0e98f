"""A session as Markdown: each turn a heading, what was said quoted below it, tool calls a list.

What was said is data. It stands in a block quote, so that no heading, fence or list in it can end its turn; HTML in it
is escaped, and a link to anything but the web or a mail address is none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import Final

from memdir.dates import rfc3339
from memdir.files import shown
from memdir.markdown import code_regions
from memdir.markdown_tree import holds_html
from memdir.quoting import one_line, visible

from .entry import Turn
from .export import Exported
from .readable import Clean, Piece, conversation, pieces, speaker

_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_LINK: Final = re.compile(r"(\][ \t\n]*)([(:])([ \t\n]*<?[ \t\n]*)([^\s)>]*)")
_SAFE: Final = re.compile(r"(?:https?|mailto):|[^:]*\Z|[#/.?]", re.IGNORECASE)
_FENCE: Final = re.compile(r"`{3,}")


def markdown(whole: Exported, clean: Clean, *, tools: bool = False, all: bool = False) -> Iterator[str]:
    """The document, line by line. With `tools` calls are unfolded, with `all` what was injected and thought stands
    there too."""
    about, told = whole.about, whole.about.told
    yield f"# {_inline(about.title or about.session.id)}"
    yield ""
    yield f"- Session: `{_code(about.session.id)}`"
    if told.started:
        yield f"- Time: {_minute(told.started)} to {_minute(told.ended)} UTC"
    if told.cwd:
        yield f"- Directory: `{_code(shown(told.cwd))}`"
    if told.branches:
        yield f"- Branch: {', '.join(f'`{_code(branch)}`' for branch in told.branches)}"
    if about.models:
        yield f"- Model: {', '.join(f'`{_code(model)}`' for model in about.models)}"
    if told.skipped:
        yield f"- Left out: {told.skipped} of {told.lines} lines cannot be read"
    yield from _turns(whole.turns, clean, "##", tools=tools, all=all)
    for part in whole.agents:
        yield ""
        yield f"## Sub-agent: {_inline(clean(part.name))}"
        yield from _turns(part.turns, clean, "###", tools=tools, all=all)


def _turns(turns: Iterable[Turn], clean: Clean, level: str, *, tools: bool, all: bool) -> Iterator[str]:
    last, was_call = "", False
    for turn in conversation(turns, all=all):
        who = speaker(turn)
        if who != last or who == "you":
            last, was_call = who, False
            yield ""
            yield f"{level} {who}" + (f", {_minute(turn.timestamp)}" if turn.timestamp else "")
        for piece in pieces(turn, clean, tools=tools, thinking=all):
            is_call = piece.kind in ("call", "failed")
            if not (is_call and was_call):
                yield ""
            yield from _piece(piece)
            was_call = is_call


def _piece(piece: Piece) -> Iterator[str]:
    if piece.kind in ("call", "failed"):
        yield f"- `{_code(piece.text)}`" + (" (failed)" if piece.kind == "failed" else "")
    elif piece.kind in ("input", "result"):
        text = visible(piece.text)
        fence = "`" * max(3, 1 + max(map(len, _FENCE.findall(text)), default=0))
        yield f"  {fence}text"
        yield from (f"  {line}" for line in text.split("\n"))
        yield f"  {fence}"
    else:
        if piece.kind == "thinking":
            yield "> *thinking*"
            yield ">"
        yield from (f"> {line}".rstrip() for line in harmless(piece.text).split("\n"))


def harmless(text: str) -> str:
    """The text with nothing in it that a renderer of Markdown would run. Where there is HTML, every `<` outside of
    blocks of code is escaped."""
    text = visible(text)
    if "<" not in text and ":" not in text:
        return text
    escape = holds_html(text)
    code = {line for first, last in code_regions(text) for line in range(first, last + 1)}
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if at + 1 not in code:
            lines[at] = _LINK.sub(_link, _TAG.sub("&lt;", line) if escape else line)
    return "\n".join(lines)


def _link(match: re.Match[str]) -> str:
    target = "".join(char for char in html.unescape(match[4]) if char > " ")
    return match[0] if _SAFE.match(target) else f"{match[1]}\\{match[2]}{match[3]}{match[4]}"


def _inline(text: str) -> str:
    """A text on one line, without marks of its own."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", one_line(text))


def _code(text: str) -> str:
    """A text on one line for between backticks."""
    return one_line(text).replace("`", "'")


def _minute(seconds: float) -> str:
    return rfc3339(seconds)[:16].replace("T", " ") if seconds else "?"
