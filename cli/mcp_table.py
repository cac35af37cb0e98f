"""The tools of `memdir mcp` as data: what each is called, takes and answers. The schemas that clients see, the checking
of arguments and the documentation are made from it. Each character here is paid for in every session of an agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from memdir.model import TYPES

from . import mcp_calls, mcp_more_calls
from .app import App, Values

Kind = Literal["text", "integer", "flag", "texts"]
_JSON: Final[Mapping[Kind, Mapping[str, object]]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "flag": {"type": "boolean"},
    "texts": {"type": "array", "items": {"type": "string"}},
}


class Param(NamedTuple):
    """One argument. Numbers lie between `lowest` and `highest`; a text has at most `highest` characters, of `texts`
    each one. `lists_choices` puts them into the schema; else only the error about another one says them."""

    name: str
    help: str = ""
    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    lists_choices: bool = True
    default: int | None = None
    lowest: int = 0
    highest: int = 1_000


class Tool(NamedTuple):
    """One tool. `answers` are the fields that its result always has, with their JSON types."""

    name: str
    title: str
    description: str
    run: Callable[[App, Values], Mapping[str, object]]
    params: tuple[Param, ...] = ()
    answers: Mapping[str, str] = {}
    reads: bool = True
    destroys: bool = False
    idempotent: bool = True


def input_schema(tool: Tool) -> dict[str, object]:
    """What the tool takes, as JSON Schema."""
    properties = {p.name: _property(p) for p in tool.params}
    required = [p.name for p in tool.params if p.required]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def output_schema(tool: Tool) -> dict[str, object]:
    """What the tool answers, as JSON Schema."""
    properties = {name: {"type": kind} for name, kind in tool.answers.items()}
    return {"type": "object", "properties": properties, "required": list(tool.answers)}


def hints(tool: Tool) -> dict[str, object]:
    """What a client may tell a person about the tool before it runs."""
    return {
        "title": tool.title, "readOnlyHint": tool.reads, "destructiveHint": tool.destroys,
        "idempotentHint": tool.idempotent, "openWorldHint": False,
    }  # fmt: skip


def _property(param: Param) -> dict[str, object]:
    schema: dict[str, object] = dict(_JSON[param.kind])
    if param.choices and param.lists_choices:
        schema["enum"] = list(param.choices)
    if param.help:
        schema["description"] = param.help
    return schema


MAX_TEXT: Final = 100_000
"""Characters of a memory's text that a call may give."""
_OFFSET = Param("offset", kind="integer", default=0, highest=10_000_000)


def _limit(default: int, most: int) -> Param:
    return Param("limit", kind="integer", default=default, lowest=1, highest=most)


_NAME = Param("name", "Name or path", required=True)
_TYPE = Param("type", choices=TYPES)
_ONLY_TYPE = Param("type", choices=TYPES, lists_choices=False)
_TOPICS = Param("topics", kind="texts", highest=80)
_SUPERSEDES = Param("supersedes", "Memories it replaces", "texts")
_SINCE = Param("since")
_UNTIL = Param("until")
_CHANGED: Final = {"name": "string", "changed": "boolean"}

DEFAULT: Final = (
    Tool(
        "recall", "Recall memories", "Find what is remembered about a question.",
        mcp_calls.recall,
        (
            Param("query", required=True, highest=4_000), _limit(5, 20), _OFFSET, _ONLY_TYPE,
            Param("outdated", "Also superseded or expired", "flag"),
        ),
        {"memories": "array"},
    ),
    Tool(
        "get", "Read a memory", "Read one memory whole, or any memdir:// resource.",
        mcp_calls.get, (Param("name", "Name, path or URI", required=True), _OFFSET),
        {"name": "string", "text": "string"},
    ),
    Tool(
        "remember", "Remember",
        "Save a lasting fact, decision or preference. Recall first; update what exists. No secrets.",
        mcp_calls.remember,
        (
            Param("text", "Markdown, with the reason", required=True, highest=MAX_TEXT),
            Param("name"), Param("description", "One line"),
            _TYPE, _TOPICS, _SUPERSEDES,
        ),
        {**_CHANGED, "similar": "array"}, reads=False, idempotent=False,
    ),
    Tool(
        "update", "Update a memory", "Change fields or text of a memory. Undoable.",
        mcp_calls.update,
        (
            _NAME, Param("text", "New text, or what replaces `old`", highest=MAX_TEXT),
            Param("old", "Passage to replace", highest=MAX_TEXT),
            Param("description"), _TOPICS, Param("valid_until"),
        ),
        _CHANGED, reads=False, destroys=True,
    ),
    Tool(
        "forget", "Forget a memory", "Move a memory to the archive. Undoable.",
        mcp_calls.forget, (_NAME,), _CHANGED, reads=False, destroys=True,
    ),
    Tool(
        "session_search", "Search past sessions", "Find what was said or done in past sessions.",
        mcp_calls.session_search,
        (
            Param("query", required=True, highest=4_000), _limit(5, 20), _OFFSET,
            Param("role", choices=("user", "assistant", "tool")), Param("file"), _SINCE, _UNTIL,
        ),
        {"turns": "array"},
    ),
)  # fmt: skip

ALL: Final = (
    *DEFAULT,
    Tool(
        "list", "List memories", "Memories with their descriptions.",
        mcp_more_calls.list_memories,
        (_ONLY_TYPE, Param("topic"), Param("folder"), Param("outdated", kind="flag"),
         _limit(50, 200), _OFFSET),
        {"memories": "array"},
    ),
    Tool(
        "link", "Link memories", "Link or unlink two memories.",
        mcp_more_calls.link,
        (_NAME, Param("to", "The other memory", required=True), Param("relationship", highest=80),
         Param("remove", kind="flag")),
        _CHANGED, reads=False,
    ),
    Tool(
        "related", "Related memories", "What lies near a memory by its links.",
        mcp_more_calls.related,
        (_NAME, Param("depth", kind="integer", default=1, lowest=1, highest=4), _OFFSET),
        {"memories": "array"},
    ),
    Tool(
        "timeline", "Timeline", "Memories and sessions by time, newest first.",
        mcp_more_calls.timeline, (_SINCE, _UNTIL, _limit(20, 100), _OFFSET), {"events": "array"},
    ),
    Tool(
        "context", "Project context", "Instructions, memory index, recalled memories.",
        mcp_more_calls.context,
        (Param("query", highest=4_000), Param("budget", kind="integer", lowest=1, highest=1_000_000), _OFFSET),
        {"text": "string"},
    ),
    Tool(
        "check", "Check memories", "What is wrong or doubtful in the memory files.",
        mcp_more_calls.check_memories, (Param("name"), Param("code"), _OFFSET),
        {"findings": "array"},
    ),
    Tool(
        "dream_plan", "Consolidation plan", "What consolidating memories would do.",
        mcp_more_calls.dream_plan, (_OFFSET,), {"operations": "array"},
    ),
    Tool(
        "review", "Review queue", "What needs a person's decision: ask the user.",
        mcp_more_calls.review, (_OFFSET,), {"items": "array"},
    ),
)  # fmt: skip
