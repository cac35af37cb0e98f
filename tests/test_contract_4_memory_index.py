"""formats/claude-code §7 item 4: the limits of MEMORY.md, what is not counted, and the three notices."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.memory_index import (
    MAX_LINES,
    MAX_UNITS,
    entries,
    entry_line,
    load_index,
    parse_entry,
    usage,
    utf16_length,
)

ADVICE = "Only part of it was loaded. Keep index entries to one line under ~200 chars; move detail into topic files."


def lines(count: int) -> str:
    return "".join(f"- line {n}\n" for n in range(count))


def test_200_lines_are_loaded_whole() -> None:
    loaded = load_index(lines(200))
    assert (loaded.truncated, loaded.total_lines, loaded.notice) == (False, 200, "")
    assert loaded.content == lines(200).strip()
    assert loaded.prompt == loaded.content


def test_201_lines_are_cut_with_the_notice_of_lines() -> None:
    loaded = load_index(lines(201))
    assert loaded.truncated
    assert loaded.content == lines(200).strip()
    assert loaded.notice == f"> WARNING: MEMORY.md is 201 lines (limit: 200). {ADVICE}"
    assert loaded.prompt == f"{loaded.content}\n\n{loaded.notice}"


def test_25000_units_are_loaded_whole() -> None:
    assert not load_index("x" * 25_000).truncated


def test_25001_units_without_a_line_end_are_cut_hard() -> None:
    loaded = load_index("x" * 25_001)
    assert loaded.content == "x" * 25_000
    assert loaded.notice == (f"> WARNING: MEMORY.md is 24.4KB (limit: 24.4KB) — index entries are too long. {ADVICE}")


def test_the_size_is_cut_back_to_the_last_line_end() -> None:
    text = ("y" * 999 + "\n") * 26
    loaded = load_index(text)
    assert loaded.content == "\n".join(["y" * 999] * 25)
    assert loaded.total_lines == 26
    assert "too long" in loaded.notice


def test_a_line_end_exactly_at_the_limit_keeps_the_line_before_it() -> None:
    loaded = load_index("a" * 25_000 + "\nb")
    assert loaded.content == "a" * 25_000


def test_both_limits_have_a_notice_of_their_own() -> None:
    loaded = load_index(("z" * 100 + "\n") * 300)
    assert loaded.notice == f"> WARNING: MEMORY.md is 300 lines and 29.6KB. {ADVICE}"
    assert loaded.content.count("\n") == 199


def test_units_are_those_of_utf_16() -> None:
    assert utf16_length("a💡é") == 4
    assert not load_index("💡" * 12_500).truncated
    loaded = load_index("💡" * 12_501)
    assert loaded.truncated
    assert loaded.content == "💡" * 12_500


def test_a_hard_cut_never_splits_a_character() -> None:
    loaded = load_index("a" + "💡" * 12_500)
    assert utf16_length(loaded.content) <= MAX_UNITS
    assert loaded.content == "a" + "💡" * 12_499


def test_blanks_at_the_ends_do_not_count() -> None:
    assert not load_index(lines(200) + "\n \n\t\n" * 50).truncated
    assert not load_index("\n" * 50 + lines(200)).truncated
    assert load_index(lines(200) + "\n\nx").total_lines == 203


def test_frontmatter_and_block_comments_do_not_count() -> None:
    text = "---\nname: x\n---\n<!-- one -->\n<!-- two\nthree\n-->\n" + lines(200)
    loaded = load_index(text)
    assert (loaded.truncated, loaded.total_lines) == (False, 200)
    assert "two" not in loaded.content
    assert usage(text).lines == 200


def test_comments_inside_a_line_or_a_fence_and_unclosed_ones_stay() -> None:
    for text in ("- a <!-- b -->", "```\n<!-- b -->\n```", "- a\n\n<!-- b\nnever closed"):
        assert load_index(text).content == text


def test_what_follows_a_comment_on_its_line_stays() -> None:
    assert load_index("<!-- a --> - [T](t.md)").content == "- [T](t.md)"


def test_what_is_cut_off_is_named() -> None:
    text = "".join(f"- [Memory {n}](m{n}.md) — hook\n" for n in range(205))
    loaded = load_index("---\na: b\n---\n" + text)
    assert [entry.target for entry in loaded.cut_off] == [f"m{n}.md" for n in range(200, 205)]
    assert len(loaded.entries) == 205
    assert load_index(text[:1000]).cut_off == ()


def test_crlf_counts_as_one_line_end() -> None:
    loaded = load_index("- a\r\n- b\r\n")
    assert (loaded.total_lines, loaded.content) == (2, "- a\n- b")


def test_an_empty_index() -> None:
    loaded = load_index("")
    assert (loaded.content, loaded.truncated, loaded.total_lines) == ("", False, 0)


@pytest.mark.parametrize(
    ("line", "title", "target", "hook"),
    [
        ("- [Title](file.md) — one-line hook", "Title", "file.md", "one-line hook"),
        ("* [file.md](file.md): text", "file.md", "file.md", "text"),
        ("- **[Bold](sub/a.md)** — hook", "Bold", "sub/a.md", "hook"),
        ("- [Spaces](<a b.md>)", "Spaces", "a b.md", ""),
        ("- [Encoded](a%20b.md#part) - hook", "Encoded", "a b.md", "hook"),
        ("1. [Numbered](./n.md) -- hook", "Numbered", "n.md", "hook"),
    ],
)
def test_entries_of_every_shape(line: str, title: str, target: str, hook: str) -> None:
    entry = parse_entry(line)
    assert entry is not None
    assert (entry.title, entry.target, entry.hook) == (title, target, hook)


@pytest.mark.parametrize(
    "line", ["- see [a](b.md)", "- [web](https://x.org/a.md)", "[a](b.md)", "- [abs](/etc/a.md)", "- [img](a.png)"]
)
def test_what_is_no_entry(line: str) -> None:
    assert parse_entry(line) is None


def test_entries_know_their_heading_and_line() -> None:
    text = (
        "\ufeff# Index\n\n## One\n- [A](a.md)\n```\n- [No](no.md)\n```\n## Two\n  - [B](b.md)\n<!-- - [C](c.md) -->\n"
    )
    assert [(e.line, e.heading, e.target) for e in entries(text)] == [(4, "One", "a.md"), (9, "Two", "b.md")]


def test_a_written_entry_reads_back() -> None:
    entry = parse_entry(entry_line("A [title]\nin two", "dir (x)/a b.md", "hook\nlines"))
    assert entry is not None
    assert (entry.title, entry.target, entry.hook) == ("A (title) in two", "dir (x)/a b.md", "hook lines")


TEXT = st.text(st.sampled_from("ab \t\n\r-#<!>`[](.md💡é") | st.characters(codec="utf-8"), max_size=300)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(TEXT, st.integers(0, 60))
def test_what_is_loaded_is_within_the_limits_and_the_beginning(text: str, times: int) -> None:
    loaded = load_index(text * (1 + times * times))
    assert loaded.content.count("\n") < MAX_LINES
    assert utf16_length(loaded.content) <= MAX_UNITS
    assert loaded.truncated == bool(loaded.notice)
    assert loaded.truncated == (loaded.total_lines > MAX_LINES or loaded.units > MAX_UNITS)
    if not loaded.truncated:
        assert not loaded.cut_off
