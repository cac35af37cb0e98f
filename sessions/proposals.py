"""What the words of memories propose: links to memories they mention, topics whose name they bear, and one file for
many small ones on one subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from memdir.dates import rfc3339
from memdir.derive import kebab
from memdir.frontmatter import field, parse, render
from memdir.index_edit import targets
from memdir.journal_records import Change
from memdir.model import TYPES, Memory
from memdir.references import referred
from memdir.text import terms_of

from .draft import Draft
from .review_marks import settled

MAX_LINKS: Final = 5
MAX_TOPICS: Final = 2
LEAST_NAME: Final = 8
"""Letters of a name that counts as a mention; it has a hyphen or an underscore, too."""
LEAST_MEMBERS: Final = 2
"""Memories that have a topic and name it before it is proposed for others."""
MOST_NEW: Final = 10
"""Memories that one topic is proposed for: where more lack it, or most of those that name it, the word means something
else to this directory."""
CLUSTER: Final = 4
"""Small files on one subject that are too many."""
SMALL: Final = 400
"""Characters of a small file's text."""

_WORD = re.compile(r"(?<![\w/.\[-])[\w]+(?:[-_][\w]+)+(?![\w/-])")


def propose_links(draft: Draft) -> None:
    """A memory that mentions another's name is linked to it."""
    by_name: dict[str, str] = {}
    for memory in draft.current():
        for name in {memory.name, memory.stem}:
            if len(name) >= LEAST_NAME and re.search(r"\w[-_]\w", name):
                by_name[name] = memory.id if by_name.get(name, memory.id) == memory.id else ""
    for memory in list(draft.current()):
        _links_of(draft, memory, by_name)


def _links_of(draft: Draft, memory: Memory, by_name: Mapping[str, str]) -> None:
    known = {id for name in referred(memory) for id in draft.names.resolve(name, memory.id)}
    known |= {target.removeprefix("./") for target in targets(memory.body)} if "](" in memory.body else set()
    found: dict[str, str] = {}
    for name in _WORD.findall(memory.body):
        id = by_name.get(name, "")
        linked = id and id in draft.memories and draft.names.resolve(name, memory.id) == (id,)
        if linked and id != memory.id and id not in known and not settled((memory,), "links", id, draft.inputs.now):
            found.setdefault(id, name)
    if not found:
        return
    chosen = list(found.items())[:MAX_LINKS]
    value = field(parse(draft.data(memory)).head, "links")
    old = list(value) if isinstance(value, list) else [] if value is None else [value]
    items = [*old, *({"to": name, "relationship": "mentions"} for _, name in chosen)]
    data = draft.edited(memory, {"links": items})
    if data is not None:
        evidence = [f"its text mentions {name}" for _, name in chosen]
        draft.add("links", (memory.id, *(id for id, _ in chosen)), "it mentions other memories by name", evidence,
                  [draft.changed(memory, data)])  # fmt: skip


def propose_topics(draft: Draft) -> None:
    """A topic is proposed for the few memories that name it, in name or description, and do not have it, where most
    that name it have it."""
    naming, having = _naming(draft)
    strong = {
        topic for topic, ids in naming.items()
        if len(having[topic]) >= LEAST_MEMBERS and len(ids) <= min(len(having[topic]), MOST_NEW)
    }  # fmt: skip
    for memory in list(draft.current()):
        room = MAX_TOPICS - min(len(memory.topics), MAX_TOPICS)
        found = [
            topic
            for topic in sorted(strong)
            if memory.id in naming[topic] and not settled((memory,), "topics", topic, draft.inputs.now)
        ][:room]
        if not found:
            continue
        data = draft.edited(memory, {"topics": [*memory.topics, *found]})
        if data is not None:
            reason = f"its name or description says {', '.join(found)}"
            evidence = [f"{len(having[topic])} other memories name {topic} and have it as a topic" for topic in found]
            draft.add("topics", (memory.id,), reason, evidence, [draft.changed(memory, data)])


def _naming(draft: Draft) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each topic the ids of the memories that name it and do not have it, and of those that do both."""
    topics = {topic for memory in draft.current() for topic in memory.topics}
    by_term: dict[str, list[tuple[str, AbstractSet[str]]]] = {}
    for topic in sorted(topics):
        terms = terms_of(topic)
        if terms:
            by_term.setdefault(min(terms), []).append((topic, set(terms)))
    naming: dict[str, set[str]] = {topic: set() for topic in topics}
    having: dict[str, set[str]] = {topic: set() for topic in topics}
    for memory in draft.current():
        have = {topic.casefold() for topic in memory.topics}
        terms = set(terms_of(f"{memory.name} {memory.description}"))
        for topic, wanted in (pair for term in terms for pair in by_term.get(term, ())):
            if wanted <= terms:
                (having if topic.casefold() in have else naming)[topic].add(memory.id)
    return naming, having


def propose_clusters(draft: Draft) -> None:
    """Small files of one folder, kind and first word of the name, which share a topic: one file with a part for each,
    and the parts kept in the archive. A person is always asked."""
    groups: dict[tuple[str, str | None, str, str], list[Memory]] = {}
    for memory in draft.current():
        subject = _subject(memory)
        if len(memory.body) <= SMALL and subject and not memory.pinned and not memory.valid_until:
            for topic in memory.topics[:1]:
                groups.setdefault((memory.namespace, memory.type, subject, topic), []).append(memory)
    for (folder, kind, subject, topic), parts in sorted(groups.items(), key=lambda item: str(item[0])):
        parts = [draft.memories[m.id] for m in parts if m.id in draft.memories]
        name = f"{subject}-{kebab(topic)}" if subject != kebab(topic) else f"{subject}-overview"
        path = f"{folder}/{name}.md" if folder else f"{name}.md"
        if len(parts) < CLUSTER or path in draft.memories or draft.text_of(path) is not None:
            continue
        if not settled((parts[0],), "cluster", path, draft.inputs.now):
            _cluster(draft, path, name, kind, topic, parts)


def _subject(memory: Memory) -> str:
    """The first word of the name that is no type."""
    words = [word for word in kebab(memory.name).split("-") if word not in TYPES]
    return words[0] if len(words) > 1 and len(words[0]) > 2 and not words[0].isdigit() else ""


def _cluster(draft: Draft, path: str, name: str, kind: str | None, topic: str, parts: list[Memory]) -> None:
    sections = []
    for part in parts:
        said = f"{part.description}\n\n" if part.description and part.description not in part.body else ""
        sections.append(f"## {part.name}\n\n{said}{part.body.strip()}\n")
    topics = list(dict.fromkeys(topic for part in parts for topic in part.topics))
    sources = list(dict.fromkeys([*(s for p in parts for s in p.sources),
                                  *(f"session:{p.session}" for p in parts if p.session)]))  # fmt: skip
    metadata: dict[str, object] = {"node_type": "memory", "type": kind or "project", "topics": topics,
                                   "modified": rfc3339(draft.inputs.now)}  # fmt: skip
    if sources:
        metadata["sources"] = sources
    description = f"{topic}: " + "; ".join(part.description or part.name for part in parts)
    data = render({"name": name, "description": description[:300], "metadata": metadata}, "\n" + "\n".join(sections))
    changes = [Change(path, None, data)]
    for part in parts:
        archived = draft.edited(part, {"status": "superseded", "superseded_by": name}) or draft.data(part)
        changes += draft.archived(part, archived)
    ids = tuple(part.id for part in parts)
    reason = f"{len(parts)} small files on {topic}: one file with a part for each"
    draft.add("cluster", (path, *ids), reason, [f"{p.id}: {p.description}" for p in parts], changes, asks=True)
