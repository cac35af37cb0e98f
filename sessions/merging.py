"""Memories that say the same become one: the better file keeps its name and takes in what only the other says.

Nothing is lost: the other goes to the archive with `superseded_by`, and every block of its text that the better one
does not say already is added to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from memdir.dates import parse_date, rfc3339
from memdir.errors import BadInputError
from memdir.following import Following
from memdir.frontmatter import field, parse, replace_body
from memdir.journal_records import Change
from memdir.markdown_blocks import lines
from memdir.model import DEFAULT_CONFIDENCE, Memory
from memdir.names import Names
from memdir.scan import Scan
from memdir.store import Store

from .draft import Draft
from .memory_statements import Statement, statements
from .memory_statements import parse as read_statement
from .review_marks import settled

SAID: Final = 0.8
"""Share of a sentence's words that one statement has when it says the same; all of them are in the memory."""


def mergeable(draft: Draft, one: Memory, other: Memory) -> bool:
    """Two memories that may become one: of one folder, valid at the same time, neither replaced by the other."""
    first, second = sorted((one, other), key=lambda m: m.id)
    if one.namespace != other.namespace or settled((first, second), "merge", second.id, draft.inputs.now):
        return False
    if (one.valid_from or "", one.valid_until or "") != (other.valid_from or "", other.valid_until or ""):
        return False
    replaced = {id for m in (one, other) for name in m.supersedes for id in draft.names.resolve(name, m.id)}
    return replaced.isdisjoint((one.id, other.id))


def better(draft: Draft, one: Memory, other: Memory) -> tuple[Memory, Memory]:
    """The file that stays, and the other: pinned, with frontmatter, more sure, more linked, longer, newer."""

    def rank(memory: Memory) -> tuple[bool, bool, float, int, int, str]:
        linked = len(draft.referring(memory))
        confidence = DEFAULT_CONFIDENCE if memory.confidence is None else memory.confidence
        words = len(memory.body.split())
        return memory.pinned, memory.body_line > 1, confidence, linked, words, memory.modified or ""

    first, second = sorted((one, other), key=lambda m: m.id)
    return (first, second) if rank(first) >= rank(second) else (second, first)


def merge(draft: Draft, one: Memory, other: Memory, score: float) -> bool:
    """Add the merge to the plan; False when it is not wanted or cannot be written."""
    kept, gone = better(draft, one, other)
    body, added = _united(kept, gone)
    fields = _united_fields(draft, kept, gone)
    data = draft.data(kept)
    if body != kept.body:
        try:
            data = replace_body(data, body)
        except BadInputError:
            return False
    if fields or added:
        edited = draft.edited(kept, fields, data, rfc3339(draft.inputs.now) if added else None)
        if edited is None and fields and kept.body_line > 1:
            return False
        data = edited if edited is not None else data
    archived = draft.edited(gone, {"status": "superseded", "superseded_by": kept.name}) or draft.data(gone)
    changes = [draft.changed(kept, data, keep_mtime=not added), *draft.archived(gone, archived)]
    changes += _following(draft, kept, gone, {kept.id, gone.id})
    evidence = [f"{m.id}: {m.description or m.body.strip().partition(chr(10))[0]}" for m in (kept, gone)]
    took = f"; {len(added)} added from it" if added else "; it says nothing more"
    reason = f"{gone.id} says the same ({score:.0%}){took}"
    return draft.add("merge", (kept.id, gone.id), reason, evidence, changes)


def _united(kept: Memory, gone: Memory) -> tuple[str, list[str]]:
    """The better text with the blocks of the other that it does not say, and these blocks."""
    known = statements(kept)
    said = [*known.all, known.title]
    blocks = _blocks(gone.body)
    if gone.description and gone.description not in gone.body:
        blocks.insert(0, gone.description)
    added: list[str] = []
    for block in blocks:
        if all(_is_said(sentence, said) for sentence in _sentences_of(block, known.language)):
            continue
        added.append(block)
        said += _sentences_of(block, known.language)
    if not added:
        return kept.body, []
    body = kept.body.rstrip()
    return (body + "\n\n" if body else "\n") + "\n\n".join(added) + "\n", added


def _blocks(body: str) -> list[str]:
    """Paragraphs, list items with what belongs to them, tables and code, as written."""
    found: list[list[str]] = []
    fresh = True
    for line, raw in zip(lines(body), body.split("\n"), strict=False):
        if line.kind not in ("fence", "code") and not raw.strip():
            fresh = True
            continue
        item = line.item and line.kind == "text" and not raw.startswith((" ", "\t"))
        reason = bool(re.match(r"\*\*\w[^*]*\*\*", raw))
        if fresh and line.kind in ("fence", "code") and found and found[-1][-1].startswith(("```", "~~~", "    ")):
            fresh = False
        if fresh or item or reason:
            found.append([])
        found[-1].append(raw)
        fresh = False
    return ["\n".join(block).strip("\n") for block in found]


def _sentences_of(block: str, language: str) -> list[Statement]:
    if block.lstrip().startswith(("```", "~~~")):
        return [read_statement(block, language)]
    memory = Memory(id="block.md", root="", path="", name="", body=block)
    return [s for s in statements(memory).all if s.words or s.values]


def _is_said(sentence: Statement, said: Sequence[Statement]) -> bool:
    """One statement has most of its words that matter, all of these are somewhere, and its values stand where they
    should."""
    words = set(sentence.heavy)
    everything = set().union(*(s.words for s in said)) if said else set()
    values = {v for s in said for v in s.values}
    denied = {v for s in said for v in s.denied_values}
    focus = set().union(*(s.focus for s in said)) if said else set()
    if not (words <= everything and sentence.values <= values and sentence.denied_values <= denied):
        return False
    if not sentence.focus <= focus or not sentence.said & focus <= set().union(*(s.said for s in said)):
        return False
    return not words or any(len(words & s.words) >= SAID * len(words) for s in said)


def _united_fields(draft: Draft, kept: Memory, gone: Memory) -> dict[str, object | None]:
    """The fields of the better file that change: topics, links, sources, what it supersedes, dates, confidence."""
    head = parse(draft.data(kept)).head
    wanted: dict[str, object | None] = {}
    known = {topic.casefold() for topic in kept.topics}
    topics = [*kept.topics, *(t for t in gone.topics if t.casefold() not in known)]
    if len(topics) > len(kept.topics):
        wanted["topics"] = topics
    own = (kept.id, gone.id)
    links = [item for item in _list(head, "links") if draft.names.resolve(_to(item), kept.id) != (gone.id,)]
    present = {_to(item) for item in links}
    for item in _list(parse(draft.data(gone)).head, "links"):
        target = draft.names.resolve(_to(item), gone.id)
        if _to(item) not in present and (len(target) != 1 or target[0] not in own):
            links.append(item)
    if links != _list(head, "links"):
        wanted["links"] = links or None
    session = f"session:{gone.session}" if gone.session and gone.session != kept.session else None
    sources = dict.fromkeys([*kept.sources, *gone.sources, *([session] if session else [])])
    if list(sources) != list(kept.sources):
        wanted["sources"] = list(sources)
    supersedes = dict.fromkeys([*kept.supersedes, *gone.supersedes])
    if list(supersedes) != list(kept.supersedes):
        wanted["supersedes"] = list(supersedes)
    created = [m.created for m in (gone, kept) if m.created]
    if created and min(created, key=_seconds) != kept.created and (kept.created or gone.created):
        wanted["created"] = min(created, key=_seconds)
    if gone.pinned and not kept.pinned:
        wanted["pinned"] = True
    if gone.confidence is not None and gone.confidence > (kept.confidence or 0.0) and kept.confidence is not None:
        wanted["confidence"] = gone.confidence
    return wanted


def _seconds(text: str) -> float:
    try:
        return parse_date(text)
    except BadInputError:
        return float("inf")


def _list(head: Mapping[str, object], key: str) -> list[object]:
    value = field(head, key)
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _to(item: object) -> str:
    return str(item.get("to", "")) if isinstance(item, Mapping) else str(item)


def _following(draft: Draft, kept: Memory, gone: Memory, besides: set[str]) -> list[Change]:
    """The other files' references to what leaves, which lead to what stays."""
    referring = [memory for memory in draft.referring(gone) if memory.id not in besides]
    if not referring:
        return []
    after = Names((m.id, m.name) for m in draft.memories.values() if m.id != gone.id)
    following = Following(planned_store(draft), after, gone, kept)
    changes = []
    for memory in referring:
        data = draft.data(memory)
        new = following.file(memory, data)
        if new != data:
            changes.append(draft.changed(memory, new))
    return changes


def planned_store(draft: Draft) -> Store:
    """A store that knows the memories as they will be and looks at no file."""
    store = Store(draft.inputs.root)
    store.__dict__["scan"] = Scan(list(draft.memories.values()), [], [], [])
    return store
