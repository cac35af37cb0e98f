"""What a terminal of some width gets, and that nothing else gets it."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.cli.app import App, Values
from memdir.cli.output import Output, columns, fitted
from memdir.cli.parse import parse
from memdir.environment import Environment


def on_terminal(wide: int, write: Callable[[Output], object], **options: bool) -> list[str]:
    """The lines that `write` gives to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, wide, 0, 0))
    with open(theirs, "w", encoding="utf-8") as stream:
        write(Output(stream, io.StringIO(), **options))
    data = b""
    try:
        while chunk := os.read(ours, 1 << 16):
            data += chunk
    except OSError:
        pass  # how Linux says that the other end is closed
    os.close(ours)
    return data.decode().replace("\r\n", "\n").splitlines()


pty = pytest.importorskip("pty")  # not on Windows
fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")

TEXT = "a colon inside text that is not quoted, which YAML takes for a mapping"


def test_a_long_text_goes_on_below_itself() -> None:
    lines = on_terminal(50, lambda out: out.wrapped("index.md:3: ", TEXT))
    assert lines == [
        "index.md:3: a colon inside text that is not",
        "            quoted, which YAML takes for a mapping",
    ]


def test_a_prefix_that_leaves_no_room_has_its_own_line() -> None:
    lines = on_terminal(50, lambda out: out.wrapped("  reference/index.md:3: error  ", TEXT))
    assert lines[0] == "  reference/index.md:3: error"
    assert lines[1].startswith("      a colon")


def test_a_command_to_copy_is_not_broken() -> None:
    command = "-> memdir adopt '/a path with/several words in it'"
    lines = on_terminal(60, lambda out: out.wrapped("orphan  ", "3 memories of a sub-directory", command))
    assert lines[-1].strip() == command


def test_marks_of_style_take_no_columns() -> None:
    def write(out: Output) -> None:
        out.wrapped("    ", out.styled("one", "yellow", "bold") + " two " + out.styled("three", "dim"))

    assert len(on_terminal(17, write, colour=True)) == 1
    assert columns("\ufdd02\ufdd1日本\ufdd00\ufdd1") == 4


@pytest.mark.parametrize("options", [{"json": True}, {"plain": True}])
def test_what_is_not_for_eyes_is_one_line(options: dict[str, bool]) -> None:
    assert on_terminal(20, lambda out: out.wrapped("p: ", TEXT), **options) == [f"p: {TEXT}"]
    pipe = io.StringIO()
    Output(pipe, pipe).wrapped("p: ", TEXT)
    assert pipe.getvalue() == f"p: {TEXT}\n"


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.text("ab日\u0301 ", max_size=80), st.text("ab ", max_size=30), st.integers(0, 60))
def test_wrapping_keeps_every_word(text: str, prefix: str, wide: int) -> None:
    lines = on_terminal(wide, lambda out: (out.wrapped(prefix, text), out.line("end")))
    assert "".join(" ".join(lines[:-1]).split()) == "".join((prefix + text).split())


def test_ls_keeps_its_columns_and_its_names(tmp_path: Path) -> None:
    (tmp_path / "m" / "deep").mkdir(parents=True)
    long = "deep/a-name-that-is-longer-than-half-of-the-terminal-is-wide.md"
    for name in ("short.md", long):
        (tmp_path / "m" / name).write_text(f"---\nname: n\ndescription: says {name[:5]}\ntype: user\n---\nx\n")
    around = Environment(str(tmp_path), str(tmp_path), {}, "linux", lambda: 0.0)

    def ls(out: Output) -> None:
        parsed = parse(["ls", "--memory-dir", str(tmp_path / "m")])
        assert parsed is not None
        command, given = parsed
        command.run(App(around, out, Values(given)), Values(given))

    lines = on_terminal(80, ls)
    assert f"user  {long}" in lines
    assert len({line.index("says") for line in lines if "says" in line}) == 1


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text("ab日本 \u0301\u200d", max_size=80), st.integers(2, 40))
def test_what_is_cut_to_a_width_has_it(text: str, room: int) -> None:
    cut = fitted(text, room)
    assert columns(cut) <= room or len(cut) == 1
    assert cut.endswith("…") or cut == " ".join(text.split())


def test_a_script_without_spaces_is_broken_at_the_width() -> None:
    lines = on_terminal(40, lambda out: out.wrapped("  ", "日本語" * 30 + " end"))
    assert max(map(columns, lines)) <= 40
    assert "".join("".join(lines).split()) == "日本語" * 30 + "end"


def test_joiners_of_scripts_and_emoji_are_no_control_characters() -> None:
    text = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f469\u200d\U0001f4bb"
    assert on_terminal(80, lambda out: out.line(text)) == [text]
    assert columns("a\u200db") == 2
