"""What is known of a transcript without reading it again: the facts that a pass over it collects and keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from .entry import Context, Entry, Said, Usage
from .json_lines import parse
from .turn_documents import plain

MAX_PROMPT: Final = 1_000
"""Characters that are kept of a prompt. Secrets are masked."""
MAX_TITLE: Final = 200
"""Characters of a title, which is one line."""
MAX_LISTED: Final = 50
"""Branches, models, ... that are kept of one file."""
MAX_SUMMARIES: Final = 20
"""The last summaries that are kept until it is known whose they are."""
_LISTS: Final = ("cwds", "branches", "models", "versions", "prs")
_CONTEXT: Final = "context."


class Told(NamedTuple):
    """One transcript file in short, as of the last pass over it. `session` is the id of its session, which for a
    sub-agent's transcript (`agent` is its id) is its parent's. Times are in seconds since the epoch, 0 where no line
    has one. `skipped` are lines that hold no JSON object (a torn last line too), `repeated` those whose uuid an earlier
    line has, `hidden` those that a tombstone names. `prompts` were typed by a person. `title` is the best there is
    (formats §3.2): given by a person, by the model, the last prompt, a summary, the first prompt, or else the first
    command or answer. Lists are in the order in which things came. `damaged` says that the state could not be read."""

    session: str = ""
    agent: str = ""
    title: str = ""
    turns: int = 0
    lines: int = 0
    skipped: int = 0
    repeated: int = 0
    hidden: int = 0
    size: int = 0
    started: float = 0.0
    ended: float = 0.0
    prompts: int = 0
    calls: int = 0
    usage: Usage = Usage()
    first_prompt: str = ""
    cwds: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    prs: tuple[str, ...] = ()
    said: Said = MappingProxyType({})
    damaged: bool = False

    @property
    def cwd(self) -> str:
        """The directory in which it began."""
        return self.cwds[0] if self.cwds else ""


def together(parts: Sequence[Told]) -> Told:
    """What the files tell in which one session went on, in their order."""
    if len(parts) == 1:
        return parts[0]
    counts = ("turns", "lines", "skipped", "repeated", "hidden", "size", "prompts", "calls")
    return parts[0]._replace(
        title=next((part.title for part in parts if part.title), ""),
        started=min((part.started for part in parts if part.started), default=0.0),
        ended=max(part.ended for part in parts),
        usage=Usage(*map(sum, zip(*(part.usage for part in parts), strict=True))),
        first_prompt=next((part.first_prompt for part in parts if part.first_prompt), ""),
        said={name: text for part in parts for name, text in part.said.items()},
        damaged=any(part.damaged for part in parts),
        **{name: sum(getattr(part, name) for part in parts) for name in counts},
        **{  # type: ignore[arg-type]
            name: tuple(dict.fromkeys(each for part in parts for each in getattr(part, name))) for name in _LISTS
        },
    )


class Facts:
    """The facts while they are collected: a pass adds to those of the passes before it."""

    def __init__(self) -> None:
        self.session = self.agent = self.first_prompt = self.first_other = ""
        self.turns = self.lines = self.skipped = self.repeated = self.hidden = self.prompts = self.calls = 0
        self.size = 0
        self.started = self.ended = 0.0
        self.usage = Usage()
        self.lists: dict[str, dict[str, None]] = {name: {} for name in _LISTS}
        self.said: dict[str, str] = {}
        self.summaries: list[list[str]] = []
        self.context = Context()

    def tell(self, said: Said) -> None:
        """Take what a line says of its whole session."""
        for name, value in said.items():
            if name.startswith(_CONTEXT):
                name = name.removeprefix(_CONTEXT)
                self.context = self.context._replace(**{name: value})
                if name + "s" in self.lists:
                    self._list(name + "s", value)
            elif name == "pr":
                self._list("prs", value)
            elif name == "summary":
                self.summaries.append([said.get("leaf", ""), plain(value, MAX_PROMPT)])
                del self.summaries[:-MAX_SUMMARIES]
            elif name not in ("hidden", "leaf"):
                self.said[name] = plain(value, MAX_PROMPT)

    def add(self, entry: Entry, *, new_turn: bool) -> None:
        """Take an entry, `new_turn` when a turn begins with it."""
        if entry.timestamp:
            self.started = min(self.started or entry.timestamp, entry.timestamp)
            self.ended = max(self.ended, entry.timestamp)
        self.session = self.session or entry.session
        self.agent = self.agent or entry.agent
        self.calls += len(entry.calls)
        for name, value in (("cwds", entry.cwd), ("branches", entry.branch), ("models", entry.model),
                            ("versions", entry.version)):  # fmt: skip
            if value and value not in self.lists[name]:
                self._list(name, value)
        if not new_turn:
            return
        self.turns += 1
        if entry.kind == "prompt" and not entry.sidechain:
            self.prompts += 1
            self.first_prompt = self.first_prompt or plain(entry.text, MAX_PROMPT)
        elif entry.kind in ("prompt", "command", "message"):
            self.first_other = self.first_other or plain(entry.text, MAX_PROMPT)

    def use(self, usage: Usage, before: Usage) -> None:
        """Count what a message used, of which `before` was counted already."""
        more = (new - old for new, old in zip(usage, before, strict=True))
        self.usage = Usage(*(total + extra for total, extra in zip(self.usage, more, strict=True)))

    def _list(self, name: str, value: str) -> None:
        listed = self.lists[name]
        if len(listed) < MAX_LISTED:
            listed[value] = None

    def told(self, is_here: Callable[[str], bool], *, torn: bool = False, tail: bool = False) -> Told:
        """The facts. A summary counts when the line that it names `is_here`; `tail` when a last line is there that was
        not taken, `torn` when it holds something."""
        mine = [{"summary": text} for leaf, text in self.summaries if not leaf or is_here(leaf)]
        said = {**self.said, **(mine[-1] if mine else {})}
        given = (said.get(name) for name in ("custom_title", "ai_title", "last_prompt", "summary"))
        title = next(filter(None, (*given, self.first_prompt, self.first_other)), "")
        return Told(
            session=self.context.session or self.session,
            agent=self.agent,
            title=" ".join(title.split())[:MAX_TITLE],
            turns=self.turns,
            lines=self.lines + tail,
            skipped=self.skipped + torn,
            repeated=self.repeated,
            hidden=self.hidden,
            size=self.size,
            started=self.started,
            ended=self.ended,
            prompts=self.prompts,
            calls=self.calls,
            usage=self.usage,
            first_prompt=self.first_prompt,
            said=said,
            **{name: tuple(self.lists[name]) for name in _LISTS},  # type: ignore[arg-type]
        )

    def values(self) -> dict[str, object]:
        """The facts as JSON, for `facts_of`."""
        lists = {name: list(listed) for name, listed in self.lists.items()}
        return {**vars(self), "lists": lists, "usage": [*self.usage], "context": [*self.context]}


def facts_of(values: Mapping[str, object]) -> Facts:
    """The facts out of their JSON. Raises `ValueError` or `TypeError` for what `Facts.values` did not make."""
    facts = Facts()
    for name, old in vars(facts).items():
        value = values[name]
        if name == "lists":
            value = {key: dict.fromkeys(value[key]) for key in _LISTS}  # type: ignore[index]
        elif name in ("usage", "context"):
            value = type(old)(*value)  # type: ignore[misc]
        setattr(facts, name, value)
    return facts


def told(state: bytes) -> Told:
    """What a state (`memdir.growing`) tells people of its file. Only the beginning of the state is looked at."""
    try:
        values = parse(state.partition(b"\n")[0])
        if values is None:
            return Told(damaged=True)
        values["usage"] = Usage(*values["usage"])  # type: ignore[misc]
        for name in _LISTS:
            values[name] = tuple(values[name])  # type: ignore[arg-type]
        return Told(**values)  # type: ignore[arg-type]
    except (TypeError, KeyError, ValueError):
        return Told(damaged=True)
