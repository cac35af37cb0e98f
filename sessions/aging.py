"""What time does to memories: relative dates that mean nothing later, validity that is over, states long past."""

from __future__ import annotations

import re
from bisect import bisect
from typing import Final

from memdir.dates import DAY, rfc3339
from memdir.errors import BadInputError
from memdir.frontmatter import replace_body
from memdir.model import Memory
from memdir.relative_dates import absolute_dates, relative_dates
from memdir.tidy import not_current
from memdir.tidying import expired_bytes, is_expired

from .draft import UNWRITTEN, Draft
from .review_marks import open_mark, settled, with_mark
from .written_when import may_be_relative, seconds, written

CHECKOUT: Final = 30.0
"""Seconds within which a checkout or a copy writes its files,"""
CHECKOUT_FILES: Final = 2
"""and as many files that a person or an agent may well write in that time."""
ARCHIVE_DAYS: Final = 90.0
"""Days after its end from which on an expired memory that nothing refers to is proposed for the archive."""
STALE_DAYS: Final = 180.0
"""Days after which a state (`currently`, `in progress`) is no longer believed."""

_STATE = re.compile(
    r"\b(?:currently|at the moment|right now|for now|in progress|work in progress|wip|not yet|still (?:open|pending)"
    r"|derzeit|momentan|zurzeit|aktuell|in arbeit|noch nicht|actualmente|por ahora|en curso|todavía no|aún no"
    r"|atualmente|por enquanto|em andamento|ainda não)\b",
    re.I,
)


def make_dates_absolute(draft: Draft) -> None:
    """Relative dates become absolute, from the time that the file says of its words: in its fields or its name. Where
    it says none it is the time of the file on disk and a person is asked; nothing is done where many files have that
    time, for then it is the time of a checkout."""
    times = sorted(memory.mtime for memory in draft.inputs.memories)
    for id in sorted(draft.memories):
        memory = draft.memories[id]
        text = f"{memory.description}\n{memory.body}"
        if draft.editable(memory) and may_be_relative(text) and relative_dates(text, memory.mtime):
            near = bisect(times, memory.mtime + CHECKOUT) - bisect(times, memory.mtime - CHECKOUT)
            _absolute(draft, memory, trusted=near <= CHECKOUT_FILES)


def _absolute(draft: Draft, memory: Memory, *, trusted: bool) -> None:
    when, said = written(memory)
    if when is None or not (said or trusted):
        return
    found = relative_dates(memory.body, when) or relative_dates(memory.description, when)
    body, description = absolute_dates(memory.body, when), absolute_dates(memory.description, when)
    fields: dict[str, object | None] = {} if description == memory.description else {"description": description}
    data = draft.data(memory)
    try:
        data = draft.edited(memory, fields, replace_body(data, body) if body != memory.body else data) or data
    except BadInputError:
        return
    if data == draft.data(memory) or not found:
        return
    text = memory.body if relative_dates(memory.body, when) else memory.description
    evidence = [f"{text[one.start : one.end]} -> {one.absolute}" for one in found]
    words = "its own date" if said else "the time of the file, for the text has none"
    reason = f"relative dates, written {rfc3339(when)[:10]} by {words}"
    draft.add("date", (memory.id,), reason, evidence, [draft.changed(memory, data)], asks=not said)


def mark_expired(draft: Draft) -> None:
    """A memory whose validity is over says so, and goes to the archive long after."""
    for id in sorted(draft.memories):
        memory = draft.memories[id]
        if not memory.valid_until or not draft.editable(memory):
            continue
        over = seconds(memory.valid_until)
        if over is None:
            continue
        old = draft.inputs.now - over > ARCHIVE_DAYS * DAY
        expired = is_expired(memory, draft.inputs.now)
        if not expired and not (old and not_current(memory)):
            continue
        try:
            data = expired_bytes(memory, draft.data(memory)) if expired else draft.data(memory)
        except BadInputError:
            continue
        since = f"valid until {memory.valid_until}"
        if old and not draft.referring(memory) and not settled((memory,), "stale", "", draft.inputs.now):
            reason = f"{since}, over {ARCHIVE_DAYS:.0f} days ago, and nothing refers to it: to the archive"
            draft.add("stale", (id,), reason, (), draft.archived(memory, data), asks=True)
        elif expired:
            draft.add("stale", (id,), f"{since}: the description says so", (), [draft.changed(memory, data)])


def mark_stale(draft: Draft) -> None:
    """A state that was current long ago waits for a person's word."""
    for memory in list(draft.current()):
        dates = [date for text in (memory.modified, memory.created) if text and (date := seconds(text)) is not None]
        if memory.type not in ("project", None) or not dates or memory.valid_until:
            continue
        days = (draft.inputs.now - max(dates)) / DAY
        said = _STATE.search(f"{memory.description}\n{memory.body}")
        if days < STALE_DAYS or said is None or memory.id.partition("/")[0] in UNWRITTEN:
            continue
        if settled((memory,), "stale", "", draft.inputs.now):
            continue
        mark = open_mark("stale", "", (memory,), draft.inputs.now, said[0])
        data = draft.edited(memory, with_mark(memory, mark))
        if data is not None:
            reason = f'it says "{said[0]}" and was last changed {days:.0f} days ago'
            draft.add("stale", (memory.id,), reason, (), [draft.changed(memory, data)])
