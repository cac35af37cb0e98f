"""In which sessions a commit, a file or a line came to be.

What was done counts most: a session that made the commit, under this subject, or wrote this very line. Else three
parts of 0 to 1 are added up: the words of subject and body in what was said (BM25 over the sessions), the commit's
files among those that the session wrote (rare files weigh more, sessions that wrote many files less), and the nearness
of the commit to the time of the session. `docs/transcripts.md` has what each is worth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from .overview import title_line
from .traces import EARLIER, LATER, Question, Spoken, Trace, Tracer

MADE: Final = 3.0
SUBJECT: Final = 2.0
LINE: Final = 3.0
NAMED: Final = 0.5
BRANCH: Final = 0.3
BODY: Final = 0.5
"""What a word of the body weighs beside one of the subject."""
HALF_LIFE: Final = 12 * 3600.0
"""Seconds between a commit and a session at which the time counts half."""
ENOUGH: Final = 3
"""Different words that what was said must share with the message to count fully."""
SLIGHT: Final = 0.1
LEAST: Final = 0.8
"""The least sum of parts with a deed, and without one."""
_K1: Final = 1.2
_B: Final = 0.75


class Origin(NamedTuple):
    """A session in which something came to be: `score` is 0 to 1, `parts` what it is made of, `why` the reasons for
    people, `turns` those that speak for it, the nearest to the end last."""

    session: Trace
    score: float
    parts: dict[str, float]
    why: tuple[str, ...]
    turns: tuple[Spoken, ...]

    @property
    def title(self) -> str:
        """The session's title on one line."""
        return title_line(self.session.title)


def origins(question: Question, tracer: Tracer, traces: Sequence[Trace]) -> list[Origin]:
    """The sessions that speak for it, best first, ties by the later one."""
    traces = [trace for trace in traces if _at_that_time(question, trace)]
    texts = _texts(tracer, traces)
    files = _files(question, traces)
    found = []
    for trace, text, wrote in zip(traces, texts, files, strict=True):
        parts = _parts(question, trace, text, wrote)
        total = sum(parts.values())
        did = any(parts[name] for name in ("made", "subject", "line", "files", "read"))
        if total >= (SLIGHT if did else LEAST):
            kept = {name: round(value, 3) for name, value in parts.items() if value}
            found.append(
                Origin(trace, round(total / (total + 1), 3), kept, _why(question, tracer, trace, kept), _turns(trace))
            )
    return sorted(found, key=lambda origin: (-origin.score, -origin.session.ended, origin.session.session.path))


def _at_that_time(question: Question, trace: Trace) -> bool:
    """False for a session that began long after the commit, or ended long before it and neither wrote its files nor
    named it."""
    if not question.time:
        return True
    recent = not 0 < trace.ended < question.time - EARLIER
    return trace.started <= question.time + LATER and bool(
        recent or trace.edited or trace.made_commit or trace.names_commit
    )


def _parts(question: Question, trace: Trace, text: float, wrote: float) -> dict[str, float]:
    near = nearness(question.time, trace.started, trace.ended) if question.time else 0.0
    if not question.commit and not question.line:  # a file alone: who wrote it oftener and later
        edits = sum(turn.what == "edited" for turn in trace.spoken)
        wrote = math.log1p(edits) if edits else 0.0
    looked = 0.1 if trace.looked and not wrote else 0.0
    same_branch = question.branches & set(trace.branches)
    return {
        "made": MADE if trace.made_commit else 0.0,
        "subject": SUBJECT if trace.same_subject and not trace.made_commit else 0.0,
        "line": LINE if trace.wrote_line else 0.0,
        "named": NAMED if trace.names_commit and not trace.made_commit else 0.0,
        "words": text,
        "files": wrote,
        "read": looked,
        "time": near,
        "branch": BRANCH / len(question.branches) if same_branch else 0.0,
    }


def nearness(time: float, started: float, ended: float) -> float:
    """1 when the session went on at the time, half of it `HALF_LIFE` away; 0 without times."""
    if not started:
        return 0.0
    away = max(started - time, time - ended, 0.0)
    return 1 / (1 + away / HALF_LIFE)


def _texts(tracer: Tracer, traces: Sequence[Trace]) -> list[float]:
    """BM25 of the words of subject and body over what was said in each session; the best is 1."""
    count = len(traces)
    bearers = Counter(word for trace in traces for word in trace.words)
    average = sum(trace.length for trace in traces) / count if count else 0.0
    weights = {
        word: (1.0 if word in tracer.subject_words else BODY)
        * math.log(1 + (count - bearers[word] + 0.5) / (bearers[word] + 0.5))
        for word in bearers
    }
    found = []
    for trace in traces:
        norm = _K1 * (1 - _B + _B * trace.length / average) if average else _K1
        found.append(sum(weights[w] * n * (_K1 + 1) / (n + norm) for w, n in trace.words.items()))
    best = max(found, default=0.0)
    shares = (min(1.0, len(trace.words) / ENOUGH) for trace in traces)
    return [value / best * share if best else 0.0 for value, share in zip(found, shares, strict=True)]


def _files(question: Question, traces: Sequence[Trace]) -> list[float]:
    """The share of the commit's files that a session wrote, by rareness, over the root of how many files it wrote."""
    count = len(traces)
    bearers = Counter(file for trace in traces for file in trace.edited)
    weights = {file: math.log(1 + count / (bearers[file] + 0.5)) for file in question.files}
    whole = sum(weights.values())
    return [
        sum(weights[file] for file in trace.edited) / whole / math.sqrt(max(1, len(trace.written))) if whole else 0.0
        for trace in traces
    ]


def _turns(trace: Trace) -> tuple[Spoken, ...]:
    """The strongest deeds: commits and the line itself, else edits."""
    strong = [turn for turn in trace.spoken if turn.what in ("committed", "wrote")]
    edits = [turn for turn in trace.spoken if turn.what == "edited"]
    wrote = [turn for turn in strong if turn.what == "wrote"]
    return tuple(wrote or (*edits, *strong))


def _why(question: Question, tracer: Tracer, trace: Trace, parts: dict[str, float]) -> tuple[str, ...]:
    why = []
    if "made" in parts:
        why.append("made the commit")
    if "subject" in parts:
        why.append("committed under this subject")
    if "line" in parts:
        why.append("wrote this line")
    if "named" in parts:
        why.append("names the commit")
    if trace.edited and question.files:
        names = sorted(trace.edited)
        more = f" and {len(names) - 2} more of its files" if len(names) > 2 else ""
        why.append(f"wrote {', '.join(names[:2])}{more}")
    elif "read" in parts:
        why.append(f"read {min(trace.looked)}")
    hits = len(tracer.subject_words & set(trace.words))
    if hits and tracer.subject_words:
        why.append(f"{hits} of {len(tracer.subject_words)} words of the subject")
    if "time" in parts and trace.started:
        away = max(trace.started - question.time, question.time - trace.ended, 0.0)
        why.append("went on at that time" if away < 60 else f"{_distance(away)} {_side(question.time, trace)}")
    if "branch" in parts:
        why.append(f"on the branch {min(question.branches & set(trace.branches))}")
    return tuple(why)


def _side(time: float, trace: Trace) -> str:
    return "before it" if trace.ended < time else "after it"


def _distance(seconds: float) -> str:
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 2 * 86400 else f"{round(seconds / 86400)} days"
