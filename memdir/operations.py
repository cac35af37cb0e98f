"""Adding, editing and superseding memories, as plans. Nothing here writes: `memdir.changes.apply` does."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from .changes import Plan, changed_memory, read_memory, refuse_secrets, relative_path
from .dates import parse_date, rfc3339
from .derive import derive_description, derive_name, kebab
from .errors import BadInputError, UsageError
from .files import check_name, inside, same_name
from .frontmatter import edit, field, parse, render, replace_body
from .indexes import Indexes
from .journal import Change
from .merge import merge_lines
from .model import INDEX_NAME, MAX_FILE_BYTES, STATUSES, TYPES, Memory
from .names import loose
from .store import Store
from .tidy import not_current

MAX_TOPIC: Final = 80
"""Characters of a topic."""
ANNOTATIONS: Final = frozenset({"confidence", "status", "valid_from", "valid_until", "topics", "links", "supersedes"})
"""Fields that say something about a memory's words without being them: they change neither its date nor its mtime."""


_MARK = re.compile(r"(?:Superseded by [^:\n]{1,250}|Expired \d{4}[\d-]*)(?:: |$)")


class New(NamedTuple):
    """What `add` is told. `name` and `description` are derived from the text when they are None."""

    text: str
    name: str | None = None
    description: str | None = None
    type: str = "project"
    namespace: str = ""
    topics: tuple[str, ...] = ()
    confidence: float | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    supersedes: tuple[str, ...] = ()
    session: str | None = None


def add(store: Store, new: New, *, now: float) -> Plan:
    """A new memory file, with its line in the index.

    Raises `UsageError` (codes `exists`, `same-text`) when there is one of that name or text, `BadInputError` for an
    empty text, a secret, a bad name, type, date or confidence.
    """
    given = parse(new.text.encode("utf-8", "surrogatepass"))
    body = given.body.strip("\r\n \t")
    if not body:
        raise UsageError("there is no text to remember", hint='memdir add "the text", or memdir add - < file')
    if any(ord(c) < 32 and c not in "\t\n\r" for c in body) or given.damaged:
        raise BadInputError("the text holds control characters or damaged bytes")
    refuse_secrets("\n".join((new.text, new.name or "", new.description or "", *new.topics)))
    fields: dict[str, object] = {"type": new.type}
    fields |= _given_fields(given.head)
    if new.type != "project":
        fields["type"] = new.type
    topics = [clean_topic(topic) for topic in new.topics]
    asked = {"topics": topics or None, "confidence": new.confidence, "valid_from": new.valid_from,
             "valid_until": new.valid_until}  # fmt: skip
    fields |= {key: value for key, value in asked.items() if value is not None}
    check_fields(fields)
    if new.name is not None and (not kebab(new.name) or any(c in new.name for c in "/\\\0")):
        raise BadInputError(f"{new.name!r} is no name", hint="letters and digits; --namespace gives the folder")
    name = kebab(new.name or str(field(given.head, "name") or "")) or derive_name(body)
    relative = file_for(store, name, new.namespace)
    _refuse_existing(store, name, relative, body)
    metadata: dict[str, object | None] = {"node_type": "memory", **fields, "originSessionId": new.session}
    metadata["modified"] = rfc3339(now)
    olds = _each_once(store, new.supersedes)
    if olds:
        metadata["supersedes"] = [old.name for old in olds]
    given_words = field(given.head, "description")
    description = new.description or (given_words if isinstance(given_words, str) else "") or derive_description(body)
    head = {"name": name, "description": " ".join(description.split()), "metadata": _without_none(metadata)}
    data = render(head, "\n" + body + "\n")
    if len(data) > MAX_FILE_BYTES:
        raise BadInputError(f"the text is larger than {MAX_FILE_BYTES} bytes")
    memory = changed_memory(_blank(store.root, relative), data)
    indexes = Indexes(store)
    indexes.add(memory)
    changes = [Change(relative, None, data)]
    for old in olds:
        changes.append(_superseded(store, old, memory, indexes, now))
    also = tuple(old.id for old in olds)
    until = fields.get("valid_until")
    over = until is not None and parse_date(str(until), end=True) <= now
    notes = (f"it is expired already ({until}): only --all shows it",) if over else ()
    return Plan(f"add {memory.id}", (*changes, *indexes.changes()), memory.id, also, (*notes, *indexes.notes()))


def _each_once(store: Store, names: Sequence[str]) -> list[Memory]:
    return list({memory.id: memory for memory in map(store.get, names)}.values())


def _given_fields(head: Mapping[str, object]) -> dict[str, object]:
    """The fields of a text that comes with frontmatter of its own, but for those that we write ourselves."""
    metadata = head.get("metadata")
    fields = {k: v for k, v in head.items() if k not in ("name", "description", "metadata")}
    fields |= metadata if isinstance(metadata, dict) else {}
    return {k: v for k, v in fields.items() if k not in ("node_type", "modified") and v is not None}


def _without_none(values: Mapping[str, object | None]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def _blank(root: str, relative: str) -> Memory:
    return Memory(id=relative, root=root, path=os.path.join(root, *relative.split("/")), name="")


def file_for(store: Store, name: str, namespace: str = "") -> str:
    """The relative path of a memory's file, every part of it a name that any system can have."""
    folders = [part for part in namespace.replace("\\", "/").split("/") if part]
    for part in folders:
        check_name(part)
        if part in ("..", ".") or part.startswith(".") or part in ("node_modules",):
            raise BadInputError(f"{namespace!r} is no namespace", hint="no part begins with a dot or is node_modules")
    check_name(name)
    if same_name(f"{name}.md", INDEX_NAME):
        raise BadInputError(f"{name}.md is {INDEX_NAME} where case does not count", hint="choose another name")
    relative = "/".join([*folders, check_name(f"{name}.md")])
    inside(store.root, relative)
    return relative


def _refuse_existing(store: Store, name: str, relative: str, body: str) -> None:
    words = " ".join(body.split())
    folder = relative.rpartition("/")[0]
    for memory in store.scan.memories:
        if " ".join(memory.body.split()) == words:
            raise UsageError(
                f"{memory.id} says the same already", path=memory.path, code="same-text",
                hint=f"to change its fields: memdir edit {memory.id}",
            )  # fmt: skip
    for memory in store.scan.memories:
        if memory.namespace == folder and loose(name) in (loose(memory.name), loose(memory.stem)):
            raise _exists(memory.id, memory.path, name)
    taken = inside(store.root, relative)
    if os.path.lexists(taken):
        raise _exists(relative, taken, name)


def _exists(id: str, path: str, name: str) -> UsageError:
    return UsageError(
        f"a memory called {name} exists already: {id}", path=path, code="exists",
        hint=f"to update it: memdir edit {id} --body -; to keep both: --name OTHER",
    )  # fmt: skip


def check_fields(fields: Mapping[str, object | None]) -> None:
    """Raise `BadInputError` for a type, status, confidence, date or interval that cannot be."""
    kind, status, confidence = fields.get("type"), fields.get("status"), fields.get("confidence")
    if kind is not None and kind not in TYPES:
        raise BadInputError(f"{kind!r} is no type of memory", hint=f"one of {', '.join(TYPES)}")
    if status is not None and status not in STATUSES:
        raise BadInputError(f"{status!r} is no status", hint=f"one of {', '.join(STATUSES)}")
    if confidence is not None and not (isinstance(confidence, int | float) and 0 <= confidence <= 1):
        raise BadInputError(f"confidence is a number from 0 to 1, not {confidence!r}")
    start, end = fields.get("valid_from"), fields.get("valid_until")
    times = [parse_date(str(start)) if start else None, parse_date(str(end), end=True) if end else None]
    if times[0] is not None and times[1] is not None and times[0] >= times[1]:
        raise BadInputError(f"valid_until {end} is not after valid_from {start}")


def clean_topic(topic: str) -> str:
    """A topic as it is written. Raises `BadInputError` for one that is empty, too long, or has a comma or a line
    break in it."""
    clean = " ".join(topic.split()).lstrip("#")
    if not clean or len(clean) > MAX_TOPIC or "," in clean or not clean.isprintable():
        raise BadInputError(f"{topic!r} is no topic", hint=f"1 to {MAX_TOPIC} characters, no comma")
    return clean


def edit_fields(
    store: Store, name: str, fields: Mapping[str, object | None], *, body: str | None = None,
    supersedes: Sequence[str] = (), now: float,
) -> Plan:  # fmt: skip
    """Change fields (None removes one) and the body of one memory. `supersedes` names memories that it replaces.

    A file without frontmatter gets one when `name` or `description` is among the fields. Raises `BadInputError`.
    """
    memory = store.get(name)
    if body is not None and not body.strip():
        raise UsageError("the text is empty: nothing changed", hint=f"to remove it: memdir rm {memory.id}")
    if fields.get("name"):
        refuse_taken_name(store, memory.id, str(fields["name"]))
    before = read_memory(memory)
    wanted = {k: " ".join(v.split()) if k == "description" and isinstance(v, str) else v for k, v in fields.items()}
    topics = wanted.get("topics")
    if isinstance(topics, list):
        wanted["topics"] = [clean_topic(str(topic)) for topic in topics]
    check_fields({"valid_from": memory.valid_from, "valid_until": memory.valid_until, **wanted})
    text = "\n".join([body or "", *(str(value) for value in wanted.values() if value is not None)])
    refuse_secrets(text, before.decode("utf-8", "replace"))
    olds = _each_once(store, supersedes)
    if any(old.id == memory.id for old in olds):
        raise UsageError("a memory cannot supersede itself")
    if olds:
        names = dict.fromkeys([*memory.supersedes, *(old.name for old in olds)])
        wanted["supersedes"] = list(names)
    claims: list[tuple[Memory, Change]] = []
    if wanted.get("status") == "active" and memory.status == "superseded":
        wanted |= {"superseded_by": None, "description": wanted.get("description", _unmarked(memory.description))}
        if memory.valid_until and parse_date(memory.valid_until, end=True) <= now:
            wanted.setdefault("valid_until", None)  # superseding ended it
        claims = _withdrawn(store, memory)
        if {other.id for other, _ in claims} & {old.id for old in olds}:
            raise UsageError("the memory that superseded this one is to be superseded by it", hint="edit in two steps")
    if "valid_until" in wanted and memory.status != "superseded" and not_current(memory):
        wanted.setdefault("description", _unmarked(memory.description))
    data = before if body is None else replace_body(before, "\n" + body.strip("\r\n") + "\n")
    annotation = body is None and not set(fields) - ANNOTATIONS
    data = edit_or_adopt(memory, data, wanted, None if annotation else rfc3339(now))
    indexes = Indexes(store)
    new = changed_memory(memory, data)
    indexes.follow(memory, new)
    changes = [Change(relative_path(store.root, memory.path), before, data, keep_mtime=annotation)]
    changes += [_superseded(store, old, new, indexes, now) for old in olds]
    changes += [withdrawn for _, withdrawn in claims]
    also = (*(old.id for old in olds), *(other.id for other, _ in claims))
    return Plan(f"edit {memory.id}", (*changes, *indexes.changes()), memory.id, also)


def _withdrawn(store: Store, memory: Memory) -> list[tuple[Memory, Change]]:
    """The memories that say they supersede this one, and the changes by which they no longer do."""
    found = []
    for other in store.scan.memories:
        kept = [name for name in other.supersedes if store.names.resolve(name, other.id) != (memory.id,)]
        if kept != list(other.supersedes) and not other.is_section:
            before = read_memory(other)
            data = edit_or_adopt(other, before, {"supersedes": kept or None}, None)
            found.append((other, Change(relative_path(store.root, other.path), before, data, keep_mtime=True)))
    return found


def edit_or_adopt(memory: Memory, data: bytes, fields: Mapping[str, object | None], modified: str | None) -> bytes:
    """The bytes with the fields changed. A file without frontmatter is given one if a name or a description is set,
    and refused otherwise; invalid YAML is refused with its line, but a change of the body alone goes through."""
    parsed = parse(data)
    if parsed.shape == "none" and (fields.get("name") or fields.get("description")):
        head = {
            "name": fields.get("name") or kebab(memory.stem),
            "description": fields.get("description") or derive_description(parsed.body or memory.stem),
            "metadata": _without_none(
                {"node_type": "memory", **{k: v for k, v in fields.items() if k not in ("name", "description")}}
            ),
        }
        return render(head, "\n" + parsed.body.lstrip("\r\n"))
    if not fields and (
        parsed.shape == "none" or parsed.problem("invalid-yaml") or parsed.problem("unclosed-frontmatter")
    ):
        return data
    try:
        return edit(data, fields, modified=modified)
    except BadInputError as error:
        error.path = error.path or memory.path
        if error.code == "no-frontmatter":
            error.hint = f"give it frontmatter first: memdir edit {memory.id} --description TEXT"
        raise


def edit_file(store: Store, id: str, opened: bytes, edited: bytes, *, now: float) -> Plan:
    """The whole file as an editor left it. What another program changed meanwhile is merged when the lines do not
    meet; otherwise `UsageError` (code `changed-meanwhile`) and nothing is changed."""
    memory = store.find(id)
    before = read_memory(memory)
    data: bytes | None = edited if before == opened else merge_lines(opened, before, edited)
    if not edited.strip():
        raise UsageError("the text is empty: nothing changed", hint=f"to remove it: memdir rm {id}")
    if data is None:
        raise UsageError(f"{id} was changed while it was being edited", path=memory.path, code="changed-meanwhile")
    refuse_secrets(data.decode("utf-8", "replace"), before.decode("utf-8", "replace"))
    if data != before and parse(data).shape == "G3" and field(parse(data).head, "modified") == memory.modified:
        data = edit_or_adopt(memory, data, {}, rfc3339(now)) if not parse(data).problems else data
    edited_memory = changed_memory(memory, data)
    if loose(edited_memory.name) != loose(memory.name):
        refuse_taken_name(store, memory.id, edited_memory.name)
    indexes = Indexes(store)
    indexes.follow(memory, edited_memory)
    notes = [f"line {p.line}: {p.message} (memdir check)" for p in parse(data).problems if p not in memory.problems]
    change = Change(relative_path(store.root, memory.path), before, data)
    return Plan(f"edit {id}", (change, *indexes.changes()), id, notes=(*notes, *indexes.notes()))


def refuse_taken_name(store: Store, id: str, name: str) -> None:
    """Raise `UsageError` (code `exists`) when another memory than `id` has this name, or its file, however spelt."""
    for other in store.scan.memories:
        if other.id != id and loose(name) in (loose(other.name), loose(other.stem)):
            raise UsageError(f"a memory called {name} exists already: {other.id}", path=other.path, code="exists")


def supersede(store: Store, newer: str, older: str, *, now: float) -> Plan:
    """Say that one memory replaces another, which then is not recalled and leaves the index."""
    return edit_fields(store, newer, {}, supersedes=(older,), now=now)


def _superseded(store: Store, old: Memory, new: Memory, indexes: Indexes, now: float) -> Change:
    """The older memory marked: status, end of validity, and a description that Claude Code sees too (design §3)."""
    before = read_memory(old)
    data = superseded_bytes(old, before, new.name, now)
    indexes.follow(old, changed_memory(old, data))
    return Change(relative_path(store.root, old.path), before, data, keep_mtime=True)


def superseded_bytes(old: Memory, data: bytes, newer: str, now: float) -> bytes:
    """The file of a memory with the mark that the one called `newer` replaces it. Raises `BadInputError`."""
    description = f"Superseded by {newer}: {_unmarked(old.description)}".rstrip(": ")
    fields: dict[str, object | None] = {"status": "superseded", "description": description}
    if not old.valid_until:
        fields["valid_until"] = rfc3339(now)
    return edit_or_adopt(old, data, fields, None)


def _unmarked(description: str) -> str:
    """A description without the mark of a memory that is not current."""
    return _MARK.sub("", description, count=1)
