"""A transcript read in pieces, as it grew, gives what it gives when it is read at once."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import TOP

from memdir.errors import StorageError
from memdir.model import FileStat
from memdir.segment import TextDocument
from memdir.sessions.told import Told, told
from memdir.sessions.transcript_files import TranscriptFiles

SAMPLE = TOP / "fixtures" / "transcripts" / "lantern"


def stat_of(path: str) -> FileStat:
    s = os.stat(path)
    return FileStat(os.path.basename(path), path, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino)


class Indexed:
    """What an index would hold of one file: its documents and the reader's state."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.state: bytes | None = None
        self.documents: dict[str, TextDocument] = {}
        self.fresh = True

    def update(self) -> Indexed:
        reading = TranscriptFiles(os.path.dirname(self.path)).read(stat_of(self.path), self.state)
        found = list(reading)
        self.fresh = reading.fresh
        if self.fresh:
            self.documents = {}
        self.documents |= {document.facts.id: document for document in found}
        self.state = reading.state()
        return self

    @property
    def told(self) -> Told:
        assert self.state is not None
        return told(self.state)


def same(grown: Indexed, data: bytes, folder: str) -> None:
    path = os.path.join(folder, "whole", os.path.basename(grown.path))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(path).write_bytes(data)
    whole = Indexed(path).update()
    assert grown.documents == whole.documents
    assert grown.told == whole.told


def grow(data: bytes, cuts: Iterable[int], *, must_go_on: bool = True) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s.jsonl")
        Path(path).write_bytes(b"")
        indexed = Indexed(path).update()
        at = 0
        for cut in [*sorted(cuts), len(data)]:
            with open(path, "ab") as file:
                file.write(data[at:cut])
            at = max(at, cut)
            indexed.update()
            assert not (must_go_on and indexed.fresh)
            same(indexed, data[:at], folder)


_IDS = st.sampled_from(["a", "b", "c", "d", "é\ud83d"])
_TEXTS = st.sampled_from(
    ["fix it", "no", "", "<system-reminder>x</system-reminder>", "\ud83d half", "<goal>", "日本語"]
)
_BLOCKS = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, _TEXTS),
        st.builds(lambda id: {"type": "tool_use", "id": id, "name": "Edit", "input": {"file_path": "/x"}}, _IDS),
        st.builds(lambda id, text: {"type": "tool_result", "tool_use_id": id, "content": text}, _IDS, _TEXTS),
        st.just({"type": "image", "source": {"data": "AAAA"}}),
    ),
    max_size=3,
)
_MESSAGES = st.fixed_dictionaries(
    {"role": st.just("x"), "content": _TEXTS | _BLOCKS},
    optional={"id": _IDS, "model": _IDS, "usage": st.just({"input_tokens": 3, "output_tokens": 5})},
)
_LINES = st.one_of(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["user", "assistant", "system", "attachment", "odd"]), "message": _MESSAGES},
        optional={
            "uuid": st.uuids(version=4).map(str) | _IDS, "parentUuid": _IDS, "timestamp": st.integers(1, 10**9),
            "isSidechain": st.booleans(), "gitBranch": _IDS, "cwd": _IDS, "sessionId": _IDS, "requestId": _IDS,
            "content": _TEXTS,
        },
    ),
    st.builds(lambda role, text: {"type": "response_item",
                                  "payload": {"type": "message", "role": role, "content": text}},
              st.sampled_from(["user", "assistant"]), _TEXTS),
    st.builds(lambda type, text: {"type": "event_msg", "payload": {"type": type, "message": text}},
              st.sampled_from(["user_message", "agent_message"]), _TEXTS),
    st.builds(lambda cwd: {"type": "turn_context", "payload": {"cwd": cwd, "model": cwd}}, _IDS),
    st.builds(lambda text: {"type": "custom-title", "customTitle": text}, _TEXTS),
    st.builds(lambda text: {"type": "summary", "summary": text, "leafUuid": "a"}, _TEXTS),
)  # fmt: skip
_FILES = st.lists(
    st.one_of(
        _LINES.map(lambda line: json.dumps(line).encode()),
        st.sampled_from([b"", b"{", b"[1]", b"NaN", b'{"a": NaN}', b"\xff\xfe", b"  ", b"\r", b'{"type": "user"}\r']),
    ),
    max_size=14,
)


@given(_FILES, st.lists(st.integers(0, 3000), max_size=6), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=150)
def test_a_file_that_grew_in_steps_gives_what_it_gives_at_once(lines: list[bytes], cuts: list[int], end: bool) -> None:
    data = b"\n".join(lines) + (b"\n" if end else b"")
    # `{...}` then `\r`, then more on the same line: the one case in which a last line was longer than it seemed
    grow(data, [min(cut, len(data)) for cut in cuts], must_go_on=b"\r" not in data)


@given(st.lists(_LINES, max_size=10), st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "b", "c"]))),
       st.lists(st.integers(0, 3000), max_size=4))  # fmt: skip
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_tombstone_hides_what_was_read_before(
    lines: list[dict[str, object]], stones: list[tuple[int, str]], cuts: list[int]
) -> None:
    for at, id in stones:
        lines.insert(at, {"type": "tombstone", "deleted_uuid": id})
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    grow(data, [min(cut, len(data)) for cut in cuts], must_go_on=False)


@pytest.mark.parametrize("path", sorted(SAMPLE.rglob("*.jsonl")), ids=lambda path: path.name[:12])
def test_the_sample_sessions_grow(path: Path) -> None:
    data = path.read_bytes()
    grow(data, range(0, len(data), len(data) // 9))


def test_the_window_of_open_turns_is_the_same_in_pieces(tmp_path: Path) -> None:
    lines = []
    for number in range(700):
        call = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": "x" * (number % 7)}}
        lines.append(
            {"type": "assistant", "uuid": f"u{number}", "message": {"id": f"m{number % 300}", "content": [call]}}
        )
        back = {"type": "tool_result", "tool_use_id": f"t{max(0, number - number % 400)}", "content": "y" * 20_000}
        lines.append({"type": "user", "uuid": f"r{number}", "message": {"content": [back]}})
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    grow(data, [len(data) // 3, len(data) // 3 * 2])


def test_real_growth_series(real_data: Path, tmp_path: Path) -> None:
    series: dict[str, list[Path]] = {}
    for path in sorted((real_data / "transcripts" / "claude-code-growth").rglob("*.jsonl")):
        series.setdefault(path.name.split(".")[0], []).append(path)
    assert len(series) >= 2
    for name, paths in series.items():
        indexed = Indexed(str(tmp_path / f"{name}.jsonl"))
        for path in paths:
            Path(indexed.path).write_bytes(path.read_bytes())
            indexed.update()
            assert indexed.fresh == (path == paths[0])
            same(indexed, path.read_bytes(), str(tmp_path))


def test_nothing_new_gives_nothing(tmp_path: Path) -> None:
    indexed = Indexed(str(tmp_path / "s.jsonl"))
    Path(indexed.path).write_bytes(b'{"type":"user","uuid":"a","message":{"content":"hi"}}\n')
    indexed.update()
    before = indexed.state
    assert list(TranscriptFiles(str(tmp_path)).read(stat_of(indexed.path), before)) == []
    assert indexed.update().state == before and not indexed.fresh


LINE = b'{"type":"user","uuid":"%d","message":{"content":"prompt %d of the day"}}\n'


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data[:-60], id="shrunk"),
        pytest.param(lambda data: data.replace(b"prompt 0", b"prompt X"), id="begins differently"),
        pytest.param(lambda data: data.replace(b"prompt 99", b"prompt XX"), id="ends differently"),
        pytest.param(lambda data: b"", id="emptied"),
        pytest.param(lambda data: LINE % (7, 7), id="another file"),
        pytest.param(lambda data: data[:-1] + b" and more", id="the last line went on"),
    ],
)
def test_what_is_no_continuation_is_read_anew(change: object, tmp_path: Path) -> None:
    data = b"".join(LINE % (number, number) for number in range(100))
    if change is not None and callable(change) and change(data).endswith(b" and more"):
        data = data[:-1]
    indexed = Indexed(str(tmp_path / "s.jsonl"))
    Path(indexed.path).write_bytes(data)
    indexed.update()
    changed = change(data) if not data.endswith(b"}") else data + b" and more"  # type: ignore[operator]
    Path(indexed.path).write_bytes(changed)
    indexed.update()
    assert indexed.fresh
    same(indexed, changed, str(tmp_path))


@given(st.binary(max_size=200), st.integers(0, 4000))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_state_that_is_not_ours_is_a_fresh_reading(noise: bytes, cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        indexed = Indexed(os.path.join(folder, "s.jsonl"))
        Path(indexed.path).write_bytes(LINE % (1, 1))
        indexed.update()
        assert indexed.state is not None
        for state in (noise, indexed.state[:cut], indexed.state.replace(b"[", b"{", 3)):
            reading = TranscriptFiles(folder).read(stat_of(indexed.path), state)
            assert len(list(reading)) in (0, 1)
            told(state)


def test_a_file_that_vanishes_says_so(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(LINE % (1, 1))
    stat = stat_of(str(path))
    path.unlink()
    with pytest.raises(StorageError) as error:
        list(TranscriptFiles(str(tmp_path)).read(stat, None))
    assert error.value.code == "vanished"


def test_a_file_that_shrinks_while_it_is_read_is_read_anew_next_time(tmp_path: Path) -> None:
    indexed = Indexed(str(tmp_path / "s.jsonl"))
    data = b"".join(LINE % (number, number) for number in range(5000))
    Path(indexed.path).write_bytes(data)
    reading = TranscriptFiles(str(tmp_path)).read(stat_of(indexed.path), None)
    documents = iter(reading)
    next(documents)
    os.truncate(indexed.path, 1000)
    list(documents)
    indexed.state = reading.state()
    Path(indexed.path).write_bytes(data[:2000])
    indexed.update()
    same(indexed, data[:2000], str(tmp_path))
