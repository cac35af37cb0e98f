"""`memdir session show`: a conversation for a person to read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from memdir.dates import local_text
from memdir.errors import EXIT_NOTHING, EXIT_OK, NotFoundError, UsageError
from memdir.files import shown

from .app import App, Values
from .output import columns, counted, folded
from .pager import paged
from .session_named import PLACES, SESSION, session_named
from .table import Command, Option

if TYPE_CHECKING:
    from memdir.sessions.entry import Turn
    from memdir.sessions.readable import Clean, Piece
    from memdir.sessions.viewed import View

CONTEXT = 3
"""Turns shown before and after the one that `--turn` names."""
_SPEAKER = 8
"""Columns for who speaks."""
_MIN_TEXT = 30
"""Columns that a text at least gets beside time and speaker."""
_WHY_NOT = {"conversation": "given up, or of a side chain", "chain": "compacted, given up, or of a side chain"}
VIEWS = (
    Option(("--chain",), "Only what the session would go on from: the chain from its leaf.", kind="flag"),
    Option(("--linear",), "Everything in the order of the file, branches that were given up too.", kind="flag"),
)


def run(app: App, values: Values) -> int:
    """Print the turns of a session."""
    from memdir.sessions.overview import title_line
    from memdir.sessions.readable import cleaner, conversation
    from memdir.sessions.side_files import sub_agents, with_whole_outputs
    from memdir.sessions.transcript import load
    from memdir.sessions.turn_fields import turn_fields
    from memdir.sessions.viewed import viewed

    view = view_of(values)
    session = session_named(app, values)
    transcript = load(session.path)
    turns: Sequence[Turn] = viewed(session.path, transcript.turns, view)
    all = values.flag("all")
    left_out = len(conversation(transcript.turns, all=all)) - len(conversation(turns, all=all))
    wanted = values.text("turn")
    if wanted is not None:
        context = values.integer("context")
        try:
            turns, mark = _around(turns, wanted, CONTEXT if context is None else max(0, context))
        except NotFoundError:  # in a branch that was given up, perhaps
            turns, mark = _around(transcript.turns, wanted, CONTEXT if context is None else max(0, context))
        left_out = 0
    else:
        mark = ""
    if values.flag("tools"):
        turns = [with_whole_outputs(session.path, turn) for turn in turns]
    clean = cleaner(raw=values.flag("raw"))
    title = title_line(transcript.told.title)
    if app.out.json:
        fields = {
            "session": session.id, "path": shown(session.path), "title": title,
            "view": view, "turns": [turn_fields(turn, clean) for turn in turns],
            "lines": transcript.told.lines, "skipped": transcript.told.skipped, "took_ms": app.out.took_ms(),
        }  # fmt: skip
        app.out.object("session-show/1", fields)
        return EXIT_OK if turns else EXIT_NOTHING
    said = conversation(turns, all=all)
    with paged(app, wanted=not values.flag("no_pager")):
        if title:
            app.out.wrapped("", app.out.styled(title, "bold"))
        app.out.line(app.out.styled(f"{session.id}  {shown(session.path)}", "dim"))
        _Printer(app, clean, tools=values.flag("tools"), thinking=all, mark=mark).print(said)
    if transcript.told.skipped:
        app.out.note(f"note: {counted(transcript.told.skipped, 'line')} of {transcript.told.lines} cannot be read")
    if left_out:
        app.out.note(f"note: {counted(left_out, 'turn')} not shown ({_WHY_NOT[view]}): --linear has all")
    for agent in sub_agents(session.path) if wanted is None else ():
        about = ": ".join(filter(None, (agent.type, agent.description)))
        app.out.note(f"note: sub-agent {shown(agent.id)} ({about or 'no description'}): {shown(agent.path)}")
    if not said:
        app.out.note("nothing was said in this session")
    return EXIT_OK if said else EXIT_NOTHING


def view_of(values: Values) -> View:
    """The view that `--chain` and `--linear` choose. Raises `UsageError` for both."""
    if values.flag("chain") and values.flag("linear"):
        raise UsageError("--chain and --linear exclude each other")
    return "chain" if values.flag("chain") else "linear" if values.flag("linear") else "conversation"


def _around(turns: Sequence[Turn], wanted: str, context: int) -> tuple[tuple[Turn, ...], str]:
    """The turn that has a uuid (or begins a unique one), with its neighbours; and its id."""
    from memdir.sessions.turn_named import turn_named

    at = turn_named(turns, wanted)
    return tuple(turns[max(0, at - context) : at + context + 1]), turns[at].id


class _Printer:
    """Prints turns: time, speaker, text, in columns; a line with the date where a day begins."""

    def __init__(self, app: App, clean: Clean, *, tools: bool, thinking: bool, mark: str) -> None:
        self._app = app
        self._clean = clean
        self._tools = tools
        self._thinking = thinking
        self._mark = mark
        self._day = ""
        self._last = ("", "")

    def print(self, turns: Sequence[Turn]) -> None:
        """Print them all."""
        from memdir.sessions.readable import pieces, speaker

        for turn in turns:
            shown = pieces(turn, self._clean, tools=self._tools, thinking=self._thinking)
            if shown:
                self._turn(turn, speaker(turn), shown)

    def _turn(self, turn: Turn, who: str, shown: Sequence[Piece]) -> None:
        out = self._app.out
        day, _, time = local_text(turn.timestamp).partition(" ") if turn.timestamp else ("", "", "")
        if day and day != self._day:
            self._day, self._last = day, ("", "")
            out.line()
            out.line(out.styled(day, "dim"))
        if who != self._last[0]:
            out.line()
        start_time = time if (who, time) != self._last else ""
        start_who = who if who != self._last[0] else ""
        self._last = who, time
        marked = "> " if self._mark and turn.id == self._mark else "  "
        style = {"you": "green", "claude": "blue", "agent": "blue"}.get(who, "yellow")
        prefix = (
            marked + out.styled(f"{start_time:5}", "dim") + "  " + out.styled(f"{start_who:{_SPEAKER}}", style, "bold")
        )
        blank = " " * (9 + _SPEAKER)
        for at, piece in enumerate(shown):
            self._piece(piece, prefix if at == 0 else blank)

    def _piece(self, piece: Piece, prefix: str) -> None:
        if piece.kind in ("call", "failed"):
            text = f"- {piece.text}" + ("  failed" if piece.kind == "failed" else "")
            style = "red" if piece.kind == "failed" else "cyan"
            self._lines(prefix, [text], style, "  ")
        elif piece.kind in ("input", "result"):
            self._lines(prefix, [f"  {line}" for line in piece.text.split("\n")], "dim", "  ")
        else:
            self._lines(prefix, piece.text.split("\n"), "dim" if piece.kind == "thinking" else "", "")

    def _lines(self, prefix: str, lines: Sequence[str], style: str, indent: str) -> None:
        """Lines behind a prefix, folded to the terminal's width."""
        out = self._app.out
        room = out.width - columns(prefix) if out.width else 0
        for line in lines:
            folded = _folded(line, max(room, _MIN_TEXT), indent) if room and columns(line) > room else [line]
            for part in folded:
                out.line((prefix + (out.styled(part, style) if style else part)).rstrip())
                prefix = " " * columns(prefix)


def _folded(line: str, room: int, indent: str) -> list[str]:
    before = line[: len(line) - len(line.lstrip())]
    if columns(line) != len(line):  # wide characters, which textwrap counts as one column each
        parts = folded(line.split(" "), max(room - len(before + indent), 2))
        return [before + parts[0], *(before + indent + part for part in parts[1:])]
    return textwrap.wrap(
        line, room, subsequent_indent=before + indent, replace_whitespace=False, drop_whitespace=True
    ) or [""]


COMMANDS = (
    Command(
        "session show",
        "Print a conversation.",
        run,
        arguments=(SESSION,),
        options=(
            Option(("--turn",), "Only this turn (any of its uuids, or its line) and those around it.", metavar="ID"),
            Option(("--context",), "Turns before and after it.", kind="int", default=CONTEXT, metavar="N"),
            *VIEWS,
            Option(("--tools",), "Unfold tool calls into input and result.", kind="flag"),
            Option(("-a", "--all"), "What was injected and thought, too.", kind="flag"),
            Option(("--raw",), "Do not mask secrets.", kind="flag"),
            Option(("--no-pager",), "Print at once.", kind="flag"),
            *PLACES,
        ),
        examples=("memdir session show 5b1f8a52", "memdir session show c2a7740e --linear --tools"),
        description="What was said, from before a compaction too, without branches that were given up.",
    ),
)
