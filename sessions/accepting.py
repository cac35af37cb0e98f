"""From a candidate to the change that makes it a memory: a plan, which nobody has carried out yet.

A new one becomes a file; one that says otherwise than a memory changes the statement there, or supersedes the memory
where the statement cannot be found in its text or the old value is in its name. The file keeps session and message;
the words as they were said go into it only where the directory is private.
"""

from __future__ import annotations

import re
from typing import Final

from memdir.changes import Plan
from memdir.derive import derive_description, derive_name, kebab
from memdir.errors import UsageError
from memdir.frontmatter import edit, field, parse, render
from memdir.journal import Change
from memdir.operations import New, add, edit_fields
from memdir.store import Store

from .candidates import Candidate

_LEAD: Final = re.compile(
    r"(?:(?:we|i|the team)(?: have|'ve)?(?: now| finally)? (?:decided|agreed|chose)"
    r"(?: (?:on|in) \d{4}[\d-]*)? (?:to |that |on )?|"
    r"(?:hemos decidido|decidimos|acordamos)(?: que)? |decision: ?|(?:in|el) \d{4}[\d-]*,? |"
    r"please |bitte |por favor,? |from now on,? |(?:we|i) (?=always |never |prefer )|i want you to |"
    r"(?:the|our|all|die|der|das|unsere?|el|la|los|las|nuestr[ao]s?) )+",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(
    r"(?:[,;:] |,? (?:because|since|so that|weil|damit|denn|porque|ya que|para que)\b).*", re.IGNORECASE | re.DOTALL
)

_MIN_NAME_WORDS: Final = 3
_ARTICLE: Final = re.compile(r"\b(?:a|an|the) (?=\w)", re.IGNORECASE)
_OPEN_END: Final = re.compile(
    r"(?:-(?:of|to|in|on|at|for|with|from|by|and|or|not|is|are|that|der|die|das|den|dem|ein|eine|einen|in|im|auf|mit|und|"
    r"oder|nicht|el|la|los|las|un|una|de|del|en|con|para|por|y|o|que))+$"
)
"""A name that was cut ends with none of these."""


def accept(candidate: Candidate, store: Store, *, now: float, private: bool) -> Plan:
    """The plan that makes a candidate a memory. `private` says that the directory is in no git work tree and shared
    with nobody. Raises as `memdir.operations.add` (codes `exists`, `same-text`, `secret`)."""
    if candidate.type == "user" and not private:
        raise UsageError("what it says about a person does not belong in a shared directory", code="shared")
    if candidate.relation == "update" and candidate.about in store.by_id:
        return _update(candidate, store, now, private)
    there = next((memory.id for memory in store.scan.memories if candidate.text in memory.body), None)
    if there is not None:
        raise UsageError(f"{there} says the same already", code="same-text")
    return _new(candidate, store, now, private)


def body_of(candidate: Candidate, *, private: bool) -> str:
    """The text of the memory."""
    parts = [candidate.text]
    if candidate.reason:
        parts.append(f"**Why:** {candidate.reason}")
    if private and candidate.quote and _plain(candidate.quote) != _plain(candidate.text):
        parts.append("> " + " ".join(candidate.quote.split()))
    return "\n\n".join(parts)


def sources_of(candidate: Candidate) -> list[str]:
    """`metadata.sources`: each session with the message that said it."""
    return [f"session:{said.session}#{said.turn}" for said in candidate.evidence]


def named(text: str) -> tuple[str, str]:
    """Name and description of a memory with this text; the name begins with what was decided, not with who did, and
    ends where a reason or a second clause begins."""
    lead = _LEAD.match(text)
    core = text[lead.end() :] if lead and lead.end() + 10 < len(text) else text
    short = _CLAUSE.sub("", core)
    name = derive_name(_ARTICLE.sub("", short if len(short.split()) >= _MIN_NAME_WORDS else core))
    return _OPEN_END.sub("", name) or name, derive_description(text)


def _new(candidate: Candidate, store: Store, now: float, private: bool, supersedes: tuple[str, ...] = ()) -> Plan:
    head = {"metadata": {"sources": sources_of(candidate)}}
    text = render(head, "\n" + body_of(candidate, private=private) + "\n").decode()
    new = New(
        text, _free_name(candidate.name or derive_name(candidate.text), store), candidate.description or None,
        candidate.type, confidence=candidate.confidence, supersedes=supersedes, session=candidate.evidence[0].session,
    )  # fmt: skip
    return add(store, new, now=now)


def _free_name(name: str, store: Store) -> str:
    """The name, with a number where a memory has it already: two candidates may begin with the same words."""
    taken = {memory.stem.casefold() for memory in store.scan.memories if not memory.namespace}
    taken |= {memory.name.casefold() for memory in store.scan.memories}
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _update(candidate: Candidate, store: Store, now: float, private: bool) -> Plan:
    memory = store.by_id[candidate.about]
    old = candidate.replaces
    called = kebab(candidate.values[0])
    if memory.is_section or not old or memory.body.count(old) != 1 or (called and called in kebab(memory.name)):
        return _new(candidate, store, now, private, supersedes=() if memory.is_section else (memory.id,))
    said = candidate.text if old.endswith((".", "!")) else candidate.text.rstrip(".")
    body = memory.body.replace(old, said)
    fields: dict[str, object] = {}
    if old.rstrip(".") in memory.description or _plain(memory.description) == _plain(old):
        fields["description"] = memory.description.replace(old.rstrip("."), candidate.text.rstrip("."))
    plan = edit_fields(store, memory.id, fields, body=body, now=now)
    return plan._replace(changes=tuple(_with_source(change, memory.id, candidate) for change in plan.changes))


def _with_source(change: Change, id: str, candidate: Candidate) -> Change:
    """The change of the memory's own file with the sources added to those it has."""
    if change.after is None or change.path != id or parse(change.after).shape == "none":
        return change
    given = field(parse(change.after).head, "sources")
    old = [text for text in given if isinstance(text, str)] if isinstance(given, list) else []
    sources = list(dict.fromkeys([*old, *sources_of(candidate)]))
    return change._replace(after=edit(change.after, {"sources": sources}))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!?*_-\"'")
