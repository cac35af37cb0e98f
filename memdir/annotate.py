"""Tagging and linking memories, as plans: what is said about a memory does not change the age of its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .changes import Plan, read_memory, refuse_secrets, relative_path
from .errors import BadInputError, NotFoundError
from .frontmatter import field, parse
from .journal import Change
from .model import Link, Memory
from .operations import MAX_TOPIC, check_fields, clean_topic, edit_or_adopt
from .store import Store


def tag(store: Store, name: str, topics: Sequence[str]) -> Plan:
    """Add topics to a memory; one it has already, in whatever case, is passed over."""
    memory = store.get(name)
    wanted = list(memory.topics)
    for topic in map(clean_topic, topics):
        if topic.casefold() not in {known.casefold() for known in wanted}:
            wanted.append(topic)
    refuse_secrets("\n".join(wanted))
    return _with_topics(store, memory, wanted, f"tag {memory.id} {', '.join(topics)}")


def untag(store: Store, name: str, topics: Sequence[str]) -> Plan:
    """Take topics from a memory. Raises `NotFoundError` for one it does not have."""
    memory = store.get(name)
    gone = {clean_topic(topic).casefold() for topic in topics}
    missing = gone - {topic.casefold() for topic in memory.topics}
    if missing:
        has = f"its topics: {', '.join(memory.topics)}" if memory.topics else "it has no topics"
        raise NotFoundError(f"{memory.id} has no topic {', '.join(sorted(missing))}", path=memory.path, hint=has)
    left = [topic for topic in memory.topics if topic.casefold() not in gone]
    return _with_topics(store, memory, left, f"untag {memory.id} {', '.join(topics)}")


def _with_topics(store: Store, memory: Memory, topics: list[str], summary: str) -> Plan:
    before = read_memory(memory)
    fields: dict[str, object | None] = {} if topics == list(memory.topics) else {"topics": topics or None}
    data = edit_or_adopt(memory, before, fields, None) if fields else before
    return _annotation(store, memory, before, data, summary)


def _annotation(store: Store, memory: Memory, before: bytes, data: bytes, summary: str) -> Plan:
    change = Change(relative_path(store.root, memory.path), before, data, keep_mtime=True)
    return Plan(summary, (change,), memory.id)


def link(store: Store, name: str, link: Link) -> Plan:
    """Link a memory to another; a link with the same target and relationship gets the new weight and validity."""
    memory, target = store.get(name), store.get(link.to)
    if target.id == memory.id:
        raise BadInputError(f"{memory.id} cannot be linked to itself", path=memory.path)
    if not 0 <= link.weight <= 1:
        raise BadInputError(f"a weight is a number from 0 to 1, not {link.weight}")
    check_fields({"valid_from": link.valid_from, "valid_until": link.valid_until})
    relationship = " ".join(link.relationship.split())
    if not relationship or len(relationship) > MAX_TOPIC:
        raise BadInputError(f"{link.relationship!r} is no relationship")
    refuse_secrets(relationship)
    item: dict[str, object] = {"to": reference(store, target, memory.id), "relationship": relationship}
    if link.weight != 1.0:
        item["weight"] = link.weight
    item |= {k: v for k, v in (("valid_from", link.valid_from), ("valid_until", link.valid_until)) if v}
    before = read_memory(memory)
    items = _items(before)
    place = next((n for n, old in enumerate(items) if _means(store, old, target.id, memory.id, relationship)), None)
    if place is None:
        items.append(item)
    else:
        old = items[place]
        kept = dict(old) if isinstance(old, Mapping) else {}
        items[place] = {**{k: v for k, v in kept.items() if k not in ("weight", "valid_from", "valid_until")}, **item}
    data = edit_or_adopt(memory, before, {"links": items}, None)
    return _annotation(store, memory, before, data, f"link {memory.id} to {target.id}")


def unlink(store: Store, name: str, to: str, relationship: str | None = None) -> Plan:
    """Take the links to another memory (or to a name that is no memory) away; with `relationship` only those.
    Raises `NotFoundError` when there is none."""
    memory = store.get(name)
    before = read_memory(memory)
    items = _items(before)
    found = store.names.resolve(to, memory.id)
    if not found and all(to != _target(item) for item in items):
        found = (store.get(to).id,)  # as people name it, by a prefix too
    gone = [
        item
        for item in items
        if (to == _target(item) or any(_means(store, item, id, memory.id, None) for id in found))
        and (relationship is None or relationship == _relationship(item))
    ]
    if not gone:
        has = ", ".join(filter(None, map(_target, items)))
        raise NotFoundError(
            f"{memory.id} has no such link to {to}", path=memory.path, hint=f"its links: {has}" if has else None
        )
    left = [item for item in items if item not in gone]
    data = edit_or_adopt(memory, before, {"links": left or None}, None)
    return _annotation(store, memory, before, data, f"unlink {memory.id} from {to}")


def reference(store: Store, target: Memory, from_id: str) -> str:
    """How a file refers to a memory: by its name where that is enough, else by its path without the ending."""
    for text in (target.name, target.stem):
        if store.names.resolve(text, from_id) == (target.id,):
            return text
    return target.id.removesuffix(".md")


def _items(data: bytes) -> list[object]:
    value = field(parse(data).head, "links")
    if isinstance(value, list):
        return list(value)
    return [] if value is None else [value]


def _target(item: object) -> str:
    return str(item.get("to", "")) if isinstance(item, Mapping) else str(item)


def _relationship(item: object) -> str:
    return str(item.get("relationship", "related")) if isinstance(item, Mapping) else "related"


def _means(store: Store, item: object, id: str, from_id: str, relationship: str | None) -> bool:
    same = relationship is None or _relationship(item) == relationship
    return same and store.names.resolve(_target(item), from_id) == (id,)
