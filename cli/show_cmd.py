"""`memdir show` and `memdir ls`: one memory as it is, and the list of all."""

from __future__ import annotations

from memdir.changes import relative_path
from memdir.dates import parse_date, rfc3339
from memdir.errors import BadInputError
from memdir.files import read_file, shown
from memdir.model import INDEX_NAME, STATUSES, TYPES, Memory, Source
from memdir.scan import as_claude, scan
from memdir.store import Store, read_body

from .app import App, Values
from .named import named
from .output import columns, fitted
from .table import Argument, Command, Option


def run_show(app: App, values: Values) -> int:
    """Print a memory's file, or with `--body` the text after its frontmatter."""
    source, (name,) = named(app, values.required("name"))
    memory = Store(source.root).get(name)
    if app.out.json:
        app.out.object(
            "show/1", {**memory_fields(memory, source), "body": _clean(memory.body), "took_ms": app.out.took_ms()}
        )
    elif values.flag("body") or memory.is_section:
        app.out.line(_clean(read_body(source.root, memory.id)).removesuffix("\n"))
    else:
        app.out.line(read_file(memory.path).decode("utf-8", "replace").removesuffix("\n"))
    return 0


def memory_fields(memory: Memory, source: Source) -> dict[str, object]:
    """What JSON says of a memory, in every command."""
    return {
        "id": memory.id,
        "path": shown(relative_path(memory.root, memory.path)),
        "source": source.label,
        "root": shown(source.root),
        "name": _clean(memory.name),
        "description": _clean(memory.description),
        "type": memory.type,
        "topics": list(memory.topics),
        "status": memory.status,
        "confidence": memory.confidence,
        "valid_from": memory.valid_from,
        "valid_until": memory.valid_until,
        "created": memory.created,
        "modified": memory.modified or rfc3339(memory.mtime),
        "pinned": memory.pinned,
        "supersedes": list(memory.supersedes),
        "links": [
            {"to": link.to, "relationship": link.relationship, "weight": link.weight,
             "valid_from": link.valid_from, "valid_until": link.valid_until}
            for link in memory.links
        ],
        "line": memory.line,
        "size": memory.size,
        "damaged": memory.damaged,
    }  # fmt: skip


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def run_ls(app: App, values: Values) -> int:
    """List the memories; 1 when there is none."""
    listed: list[tuple[Memory, Source]] = []
    hidden = 0
    now = app.environment.now()
    for source in app.workspace().sources:
        found = scan(source.root).memories
        if values.flag("as_claude"):
            found = as_claude(found)
        for memory in found:
            if not _wanted(memory, values):
                continue
            if values.flag("all") or values.flag("as_claude") or values.text("status") or is_current(memory, now):
                listed.append((memory, source))
            else:
                hidden += 1
    if app.out.json:
        fields = [memory_fields(memory, source) for memory, source in listed]
        app.out.object("ls/1", {"memories": fields, "hidden": hidden, "took_ms": app.out.took_ms()})
    elif values.flag("null"):
        app.out.stdout.write("".join(shown(memory.path) + "\0" for memory, _ in listed))
    elif values.flag("files"):
        for memory, _ in listed:
            app.out.line(shown(memory.path))
    else:
        _print(app, listed)
    if not (listed or hidden or app.out.json):
        app.out.note(f"memdir: {_nothing(app, values)}")
    if hidden and not app.out.json:
        app.out.note(f"{hidden} superseded, expired or stale not shown: --all")
    return 0 if listed else 1


def _nothing(app: App, values: Values) -> str:
    if not any(source.exists for source in app.workspace().sources):
        return "there is no memory directory yet (memdir where; memdir add TEXT makes it)"
    narrowed = values.many("type") or values.many("topic") or values.text("namespace") or values.text("status")
    return "no memory matches" if narrowed else "there are no memories yet (memdir add TEXT)"


def _wanted(memory: Memory, values: Values) -> bool:
    types, topics, namespace = values.many("type"), values.many("topic"), values.text("namespace")
    status = values.text("status")
    return (
        (not types or memory.type in types)
        and all(topic.casefold() in {t.casefold() for t in memory.topics} for topic in topics)
        and (namespace is None or f"{memory.namespace}/".startswith(namespace.strip("/") + "/"))
        and (status is None or memory.status == status)
    )


def is_current(memory: Memory, now: float) -> bool:
    """Active and valid at `now` (seconds since the epoch)."""
    if memory.status != "active":
        return False
    try:
        starts = parse_date(memory.valid_from) if memory.valid_from else now
        ends = parse_date(memory.valid_until, end=True) if memory.valid_until else now + 1
    except BadInputError:
        return True  # a date that cannot be read is a finding, not the end of the memory
    return starts <= now < ends


def _print(app: App, listed: list[tuple[Memory, Source]]) -> None:
    several = len({source.root for _, source in listed}) > 1
    wide = app.out.width
    ids = [shown(f"{source.label}:{memory.id}" if several else memory.id) for memory, source in listed]
    longest = max(map(columns, ids), default=0)
    type_width = max((len(memory.type or "-") for memory, _ in listed), default=0)
    id_width = min(longest, max(wide // 2 - type_width, 16)) if wide else longest
    column = type_width + id_width + 4
    for (memory, _), id in zip(listed, ids, strict=True):
        start = f"{memory.type or '-':{type_width}}  {id}" + " " * (id_width - columns(id) + 2)
        mark = "" if memory.status == "active" else f"({memory.status}) "
        text = " ".join(f"{mark}{_clean(memory.description)}".split())
        text = fitted(text, max(20, wide - column - 1)) if wide else text
        if wide and columns(id) > id_width and text:  # a name that is too long has a line of its own
            app.out.line(app.out.styled(start, "bold"))
            start = " " * column
        app.out.line((app.out.styled(start, "bold") + text).rstrip())


_FILTERS = (
    Option(("-t", "--type"), "Only this type.", choices=TYPES, many=True),
    Option(("--topic",), "Only with this topic.", many=True),
    Option(("--namespace",), "Only below this folder.", metavar="PATH"),
    Option(("--status",), "Only with this status.", choices=STATUSES),
    Option(("--as-claude",), "What Claude Code's own scan keeps: the newest 200.", kind="flag"),
    Option(("-a", "--all"), "Superseded, expired and stale ones too.", kind="flag"),
    Option(("-l", "--files"), "Paths only.", kind="flag"),
    Option(("-0", "--null"), "Paths, each ended by NUL.", kind="flag"),
)

COMMANDS = (
    Command(
        "show",
        "Print a memory.",
        run_show,
        arguments=(Argument("NAME", f"The memory, or a section of {INDEX_NAME} by its path.", is_memory=True),),
        options=(Option(("--body",), "Without the frontmatter.", kind="flag"),),
        examples=("memdir show dev-server-port-8420", "memdir show reference_tracker --body"),
        description="Prints the file as it is: the only command that does not mask secrets.",
    ),
    Command(
        "ls",
        "List memories.",
        run_ls,
        options=_FILTERS,
        examples=("memdir ls", "memdir ls --namespace projects/alpha", "memdir ls --as-claude --files"),
    ),
)
