"""Contract 1 (formats §7): the folder name of a path, and finding the folder of a long one."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.slug import MAX_UNITS, find_project_dirs, hash32, long_prefix, recorded_cwd, recorded_cwds, slug


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "-"),
        ("/home/user/work/my-repo", "-home-user-work-my-repo"),
        ("/Users/me/proj/.worktrees/2573", "-Users-me-proj--worktrees-2573"),
        ("/home/u/My Project (v2)_final", "-home-u-My-Project--v2--final"),
        ("/home/ü/naïve", "-home---na-ve"),
        ("/tmp/😀/x", "-tmp----x"),
        ("C:\\Users\\khair", "C--Users-khair"),
        ("/" + "a" * 250, "-" + "a" * 199 + "-feo44x"),
        ("/" + "a" * 199, "-" + "a" * 199),
    ],
)
def test_vectors(path: str, expected: str) -> None:
    assert slug(path) == expected


def test_a_path_of_201_units_is_cut() -> None:
    exact, over = "/" + "a" * 199, "/" + "a" * 200
    assert long_prefix(exact) is None
    assert long_prefix(over) == "-" + "a" * 199 + "-"
    assert slug(over).startswith("-" + "a" * 199 + "-") and len(slug(over)) > MAX_UNITS + 1


def test_the_limit_counts_utf16_units() -> None:
    assert long_prefix("/" + "😀" * 99) is None
    assert long_prefix("/" + "😀" * 100) == "-" * 200 + "-"


def test_decomposed_and_composed_are_one() -> None:
    composed = "/home/é/" + "ü" * 300
    assert slug(unicodedata.normalize("NFD", composed)) == slug(composed)


@pytest.mark.parametrize(("text", "expected"), [("", "0"), ("a", "2p"), ("/" + "a" * 250, "feo44x")])
def test_hash32(text: str, expected: str) -> None:
    assert hash32(text) == expected


@given(st.text(alphabet=st.characters(exclude_characters="\0")))
@settings(derandomize=True, deadline=None)
def test_only_letters_digits_and_dashes_one_per_unit(path: str) -> None:
    name = slug(path)
    assert all(char.isascii() and (char.isalnum() or char == "-") for char in name)
    units = len(unicodedata.normalize("NFC", path).encode("utf-16-le", "surrogatepass")) // 2
    assert len(name) == units if units <= MAX_UNITS else name[MAX_UNITS] == "-"


def record(folder: Path, cwd: str, name: str = "0.jsonl", before: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"type": "user", "cwd": cwd, "message": {"role": "user", "content": "x"}})
    (folder / name).write_text(before + line + "\n")


def test_an_ordinary_path_has_at_most_one_folder(tmp_path: Path) -> None:
    assert find_project_dirs(str(tmp_path), "/a/b") == []
    (tmp_path / "-a-b").mkdir()
    assert find_project_dirs(str(tmp_path), "/a/b") == [str(tmp_path / "-a-b")]


def test_a_long_path_is_found_by_prefix_and_recorded_directory(tmp_path: Path) -> None:
    path, sibling = "/" + "d" * 210 + "/one", "/" + "d" * 210 + "/two"
    prefix = long_prefix(path)
    assert prefix is not None and prefix == long_prefix(sibling)
    record(tmp_path / (prefix + "bunhash1"), path)
    record(tmp_path / (prefix + "bunhash2"), sibling)
    assert find_project_dirs(str(tmp_path), path) == [str(tmp_path / (prefix + "bunhash1"))]
    assert find_project_dirs(str(tmp_path), sibling) == [str(tmp_path / (prefix + "bunhash2"))]


def test_a_long_folder_without_transcripts_needs_the_computed_name(tmp_path: Path) -> None:
    path = "/" + "d" * 250
    (tmp_path / slug(path)).mkdir()
    (tmp_path / ("-" + "d" * 199 + "-other")).mkdir()
    assert find_project_dirs(str(tmp_path), path) == [str(tmp_path / slug(path))]


def test_the_computed_name_with_somebody_elses_transcripts_is_not_ours(tmp_path: Path) -> None:
    path = "/" + "d" * 250
    record(tmp_path / slug(path), "/" + "d" * 251)
    assert find_project_dirs(str(tmp_path), path) == []


def test_a_missing_projects_folder_has_none(tmp_path: Path) -> None:
    assert find_project_dirs(str(tmp_path / "none"), "/" + "d" * 250) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", None),
        (b"not json\n{}\n", None),
        (b'{"cwd": 5}\n{"cwd": ""}\n{"cwd": "/x"}\n', "/x"),
        (b'{"type":"summary"}\n{"cwd":"/a \\u00e9"}', "/a é"),
        (b'["cwd"]\n{"cwd":"/y"}\n', "/y"),
        (b'\xff\xfe"cwd"\n{"cwd":"/z"}\n', "/z"),
        (b'{"cwd":"/torn","message":"no end', "/torn"),
        (b'{"cwd":"/nul\\u0000x"}\n', None),
        (b"\n" * 70_000 + b'{"cwd":"/late"}\n', None),
    ],
)
def test_recorded_cwd_reads_leniently_and_only_the_head(tmp_path: Path, data: bytes, expected: str | None) -> None:
    transcript = tmp_path / "t.jsonl"
    transcript.write_bytes(data)
    assert recorded_cwd(str(transcript)) == expected


def test_a_first_line_longer_than_the_head_still_names_its_directory(tmp_path: Path) -> None:
    transcript = tmp_path / "t.jsonl"
    transcript.write_text(json.dumps({"cwd": "/long line", "content": "x" * 200_000}))
    assert recorded_cwd(str(transcript)) == "/long line"


def test_recorded_cwds_newest_first_each_once(tmp_path: Path) -> None:
    for number, cwd in enumerate(["/old", "/new", "/old"]):
        record(tmp_path, cwd, f"{number}.jsonl")
        os.utime(tmp_path / f"{number}.jsonl", (number, number))
    assert recorded_cwds(str(tmp_path)) == ["/old", "/new"]
    assert recorded_cwds(str(tmp_path), 1) == ["/old"]
    assert recorded_cwds(str(tmp_path / "absent")) == []


def test_every_real_transcript_folder_matches_its_recorded_directory(real_data: Path) -> None:
    folders = [path for path in (real_data / "transcripts" / "claude-code").glob("*/projects/*") if path.is_dir()]
    named = [(path.name, recorded_cwds(str(path), 50)) for path in folders]
    known = [(name, cwds) for name, cwds in named if cwds]
    matching = [name for name, cwds in known if name in {slug(cwd) for cwd in cwds}]
    assert len(known) > 5
    assert len(matching) >= 0.9 * len(known), sorted({name for name, _ in known} - set(matching))
