"""A baseline knows a finding again after its line moved, and never hides a new one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.baseline import new_findings, read_baseline, write_baseline
from memdir.errors import BadInputError
from memdir.model import Finding


def finding(message: str = "m", line: int = 1, code: str = "link-dead", path: str = "a.md") -> Finding:
    return Finding(code, "warning", path, line, message)


FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(["[[a]] names no memory", "82% of a limit", "日本語 \udc80"]),
        st.integers(0, 9),
        st.sampled_from(["link-dead", "index-near-limit"]),
        st.sampled_from(["a.md", "x/é.md"]),
    ),
    max_size=8,
)


@settings(derandomize=True, deadline=None)
@given(FINDINGS.filter(lambda all: not any("\udc80" in f.message for f in all)))
def test_what_was_accepted_is_silent(tmp_path_factory: pytest.TempPathFactory, findings: list[Finding]) -> None:
    path = str(tmp_path_factory.mktemp("b") / "baseline.json")
    assert write_baseline(path, findings) == len(findings)
    accepted = read_baseline(path)
    assert accepted is not None
    assert new_findings(findings, accepted) == []
    again = write_baseline(path, findings)
    assert again == len(findings)


def test_lines_and_numbers_may_change_but_not_how_many(tmp_path: Path) -> None:
    path = str(tmp_path / "b.json")
    write_baseline(path, [finding("MEMORY.md has 164 lines", 3)])
    accepted = read_baseline(path)
    assert accepted is not None
    moved = finding("MEMORY.md has 170 lines", 9)
    assert new_findings([moved], accepted) == []
    assert new_findings([moved, moved], accepted) == [moved]
    assert new_findings([finding("another")], accepted) == [finding("another")]
    assert accepted == Counter({("link-dead", "a.md", "MEMORY.md has 0 lines"): 1})


def test_it_is_one_finding_a_line_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    write_baseline(str(path), [finding("b"), finding("a")])
    first = path.read_bytes()
    write_baseline(str(path), [finding("a", 7), finding("b", 2)])
    assert path.read_bytes() == first
    assert len(first.decode().splitlines()) == 4


def test_no_file_is_none_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    assert read_baseline(str(path)) is None
    for text in ("", "[]", '{"schema": "other"}', '{"schema": "memdir.baseline/1", "findings": [1]}', "[" * 100_000):
        path.write_text(text)
        with pytest.raises(BadInputError, match="not a baseline"):
            read_baseline(str(path))
