"""Sets of questions about conversations: written as transcripts, read as any, and measured."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from memdir.errors import BadInputError
from memdir.sessions.question_sets import write_commits, write_locomo
from memdir.sessions.transcript import load

if TYPE_CHECKING:
    from sandbox import Sandbox

REAL = os.environ.get("MEMDIR_REAL_DATA")

LOCOMO = [
    {
        "conversation": {
            "speaker_a": "Ann",
            "speaker_b": "Bob",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                {"speaker": "Ann", "dia_id": "D1:1", "text": "Which boat did you rent?"},
                {"speaker": "Bob", "dia_id": "D1:2", "text": "A kayak.", "blip_caption": "a red kayak"},
            ],
            "session_2_date_time": "10:00 am on 3 June, 2023",
            "session_2": [{"speaker": "Bob", "dia_id": "D2:1", "text": "The violin lesson was fun."}],
        },
        "qa": [
            {"question": "What boat did Bob rent?", "evidence": ["D1:2"], "category": 4},
            {"question": "What does Bob play in June?", "evidence": ["D2:1; D1:1"], "category": 1},
            {"question": "No evidence", "evidence": [], "category": 5},
        ],
    }
]
SESSIONS = [
    {"session_id": "s1", "created_at": "2026-02-03T06:34:50Z", "files_touched": ["src/cache.py", "b.py"],
     "prompts": "Cache the parsed settings\n\n---\n\nand commit it"},
    {"session_id": "s2", "created_at": "2026-02-04T06:34:50Z", "files_touched": None, "prompts": "Write release notes"},
]  # fmt: skip
COMMITS = [
    {"subject": "fix: cache settings", "relevant": [{"session_id": "2026-02-03-s1"}]},
    {"subject": "docs: release notes", "relevant": [{"session_id": "s2"}]},
    {"subject": "of a session that is not there", "relevant": [{"session_id": "s3"}]},
]


def lines(rows: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_locomo_as_transcripts(tmp_path: Path) -> None:
    asked = write_locomo(LOCOMO, str(tmp_path))
    assert [(a.query, sorted(a.turns), sorted(a.sessions)) for a in asked] == [
        ("What boat did Bob rent?", ["D1:2"], ["session_1"]),
        ("What does Bob play in June?", ["D1:1", "D2:1"], ["session_1", "session_2"]),
    ]
    turns = load(os.path.join(asked[0].folder, "session_1.jsonl")).turns
    assert [(t.id, t.role, t.text) for t in turns] == [
        ("D1:1", "user", "Ann: Which boat did you rent?"),
        ("D1:2", "assistant", "Bob: A kayak. [a red kayak]"),
    ]
    assert turns[0].timestamp == 1_683_554_160.0
    assert turns[1].timestamp > turns[0].timestamp


def test_commits_as_transcripts(tmp_path: Path) -> None:
    asked = write_commits(lines(SESSIONS), lines(COMMITS), str(tmp_path))
    assert [(a.query, sorted(a.sessions)) for a in asked] == [
        ("fix: cache settings", ["s1"]),
        ("docs: release notes", ["s2"]),
    ]
    turns = load(str(tmp_path / "s1.jsonl")).turns
    assert [(t.role, t.text) for t in turns[:2]] == [("user", "Cache the parsed settings"), ("user", "and commit it")]
    assert [t.calls[0].input for t in turns[2:]] == [{"file_path": "src/cache.py"}, {"file_path": "b.py"}]


@pytest.mark.parametrize("wrong", [{}, [1], [{"conversation": {"session_1": []}}], [{"conversation": {}, "qa": [{}]}]])
def test_no_locomo(wrong: object, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="LoCoMo"):
        write_locomo(wrong, str(tmp_path))


@pytest.mark.parametrize("wrong", [b"[]", b"{}", b'{"session_id": "../x", "created_at": 0, "prompts": "p"}'])
def test_no_commits(wrong: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="commits and sessions"):
        write_commits(wrong, b"", str(tmp_path))
    assert os.listdir(tmp_path) == []


def asked(sample: Sandbox, *words: str) -> Any:
    return json.loads(sample.run("eval", *words, "--json").out)


def test_the_command(sample: Sandbox) -> None:
    Path(sample.project, "locomo.json").write_text(json.dumps(LOCOMO))
    Path(sample.project, "sessions.jsonl").write_bytes(lines(SESSIONS))
    Path(sample.project, "commits.jsonl").write_bytes(lines(COMMITS))
    found = asked(sample, "--locomo", "locomo.json")
    assert found["schema"] == "memdir.eval-sessions/1"
    assert found["figures"]["all"] == {
        "questions": 2, "turn_recall5": 1.0, "turn_recall10": 1.0, "session_recall5": 1.0,
    }  # fmt: skip
    found = asked(sample, "--commits", ".")
    assert found["figures"]["all"] == {"questions": 2, "hit1": 1.0, "hit5": 1.0, "hit10": 1.0}
    assert "hit@1" in sample.run("eval", "--commits", ".").out
    assert sample.run("eval").code == 2


@pytest.mark.skipif(not REAL, reason="no real data")
def test_real_questions_are_answered(sample: Sandbox) -> None:
    found = asked(sample, "--locomo", f"{REAL}/locomo-dev/locomo-dev.json")["figures"]["all"]
    assert found["turn_recall10"] > 0.80
    assert found["session_recall5"] > 0.88
    found = asked(sample, "--commits", f"{REAL}/commit-recall-dev")["figures"]["all"]
    assert found["hit10"] > 0.66
