"""The seed's cases of extraction, E1 to E5 (formats/cersei.md §2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from memdir.sessions.candidates import Evidence, open_candidates
from memdir.sessions.extraction import Background, Cursor, Found, Gate, Read, due, judge, record
from memdir.sessions.extraction_answer import parse_answer
from memdir.sessions.standing import Known, Said


@pytest.mark.parametrize(
    ("messages", "extractions", "tool_calls", "is_due"), [(10, 0, 0, False), (25, 0, 0, True), (25, 1, 1, False)]
)
def test_e1_to_e3_the_gate(messages: int, extractions: int, tool_calls: int, is_due: bool) -> None:
    cursor = Cursor("u", 1, messages, extractions)
    read = Read("s", "", (), messages, messages, tool_calls, pending=False, own=False, cursor=cursor)
    assert (due(Gate(), read) == "") is is_due


ANSWER = """Here is what I found:
MEMORY: preference | 8 | User prefers Rust over Python
MEMORY: project | 9 | The SDK is called Cersei SDK
some noise
MEMORY: pattern | 6 | Errors are wrapped once at the boundary
MEMORY: gossip | 9 | Nobody needs to know this
"""


def test_e4_the_answer() -> None:
    found = parse_answer(ANSWER)
    assert len(found) == 3
    assert found[0].fact == "User prefers Rust over Python"
    assert found[0].confidence == 0.8


def test_e5_what_is_kept(tmp_path: Path) -> None:
    answers = (
        "MEMORY: preference | 9 | User likes dark mode\nMEMORY: project | 9 | The project is the Cersei SDK",
        "MEMORY: project | 8 | The runtime is tokio everywhere",
    )
    background = Background(lambda: Known([]), lambda: Said([]), private=True)
    for answer in answers:
        found = [Found(claim, Evidence("s", "u")) for claim in parse_answer(answer)]
        record(str(tmp_path), judge(found, {}, background), now=0.0)
    kept = {one.text: one for one in open_candidates(str(tmp_path))}
    assert set(kept) == {"User likes dark mode", "The project is the Cersei SDK", "The runtime is tokio everywhere"}
    assert kept["User likes dark mode"].category == "preference"
    assert f"{kept['User likes dark mode'].confidence:.0%}" == "90%"
