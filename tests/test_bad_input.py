"""Bad input gets one clear line and its exit code (a row in docs/exit-codes.md each); the rest of the work goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sandbox import TOP, Done, Sandbox

import memdir
from memdir.files import check_name, inside


def permissions_count() -> bool:
    """Whether this process is held back by a file's mode: root is not, unless it gave that right away."""
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0)
        return os.name == "posix" and not os.access(file.name, os.R_OK)


needs_permissions = pytest.mark.skipif(not permissions_count(), reason="this user may read and write everything")


def one_line(done: Done, code: int, *words: str) -> None:
    """The run failed with this code, and said so in one line with these words."""
    assert done.code == code, done
    assert "Traceback" not in done.err
    lines = [line for line in done.err.splitlines() if line.strip()]
    assert len(lines) == 1, done.err
    for word in words:
        assert word in lines[0], lines[0]


def quiet(done: Done, code: int = 0) -> None:
    assert done.code == code, done
    assert "Traceback" not in done.err


@pytest.fixture
def memory(plain_project: Sandbox) -> Path:
    """A small memory directory with one good file, named port.md."""
    root = plain_project.project / "memory"
    root.mkdir()
    (root / "port.md").write_text("---\nname: port\ndescription: The port\ntype: project\n---\nThe port is 9000.\n")
    return root


def ask(project: Sandbox, root: Path, *words: str, **env: str) -> Done:
    return project.run("--memory-dir", str(root), *words, **env)


# Directories and files


def test_no_memory_directory(plain_project: Sandbox) -> None:
    one_line(ask(plain_project, plain_project.project / "none", "recall", "port"), 1, "no memory directory yet")
    quiet(ask(plain_project, plain_project.project / "none", "status"))
    assert not (plain_project.project / "none").exists()


def test_memory_dir_is_a_file(plain_project: Sandbox, memory: Path) -> None:
    one_line(ask(plain_project, memory / "port.md", "recall", "port"), 3, "not a directory", "port.md")


def test_directory_option_leads_nowhere(plain_project: Sandbox) -> None:
    one_line(plain_project.run("-C", "nowhere", "status"), 3, "nowhere")


STRANGE = {
    "zero.md": b"",
    "binary.md": bytes(range(256)) * 8,
    "nul.md": b"---\nname: x\n---\n\0\0\0",
    "utf16.md": "---\nname: x\n---\nbody".encode("utf-16"),
    "open.md": b"---\nname: never closed\n",
    "bad.md": b"---\nname: [a, b\ndescription: : :\n\t- x\n---\nbody\n",
    "deep.md": b"---\nx: " + b"[" * 3000 + b"\n---\nbody\n",
    "bomb.md": b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n---\nbody\n",
    "surrogate.md": b"---\nname: \xed\xa0\x80\n---\n\xff\xfe body\n",
    "\u202e\u0007name.md": b"---\nname: \x1b[31mred\n---\nbody \x1b[2J\n",
}


@pytest.mark.parametrize(
    "words",
    [
        ["recall", "port"],
        ["recall", "--scan", "port"],
        ["recall", "body"],
        ["check"],
        ["ls"],
        ["status"],
        ["tidy", "--diff"],
    ],
    ids=" ".join,
)
def test_strange_files_stop_nothing(plain_project: Sandbox, memory: Path, words: list[str]) -> None:
    for name, data in STRANGE.items():
        (memory / name).write_bytes(data)
    done = ask(plain_project, memory, *words)
    assert done.code in (0, 1), done
    assert "Traceback" not in done.err
    if words[-1] == "port":
        assert "port.md" in done.out
    assert {p.name: p.read_bytes() for p in memory.iterdir() if p.name in STRANGE} == STRANGE


def test_a_file_of_100_mb_is_a_finding(plain_project: Sandbox, memory: Path) -> None:
    with (memory / "huge.md").open("wb") as file:
        file.truncate(100_000_000)
    assert "port.md" in ask(plain_project, memory, "recall", "port").out
    done = ask(plain_project, memory, "check", "--json")
    found = {f["path"]: f["code"] for f in json.loads(done.out)["findings"] if f["path"] == "huge.md"}
    assert found == {"huge.md": "too-large"}


@pytest.mark.parametrize("words", [["recall", "port"], ["recall", "--scan", "port"], ["check"], ["ls"], ["status"]])
def test_a_file_that_vanishes_is_left_out(plain_project: Sandbox, memory: Path, words: list[str]) -> None:
    """It is deleted between the listing and the reading."""
    gone = memory / "gone.md"
    gone.write_text("---\nname: gone\ndescription: the port that went\n---\nport\n")
    program = (
        "import builtins, os, sys; from memdir.cli.main import main\n"
        "def vanishing(call):\n"
        "    def opened(path, *more, **named):\n"
        "        if str(path).endswith('gone.md') and os.path.exists(path): os.unlink(path)\n"
        "        return call(path, *more, **named)\n"
        "    return opened\n"
        "os.open, builtins.open = vanishing(os.open), vanishing(open)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--memory-dir", str(memory), *words],
        capture_output=True, text=True, env=plain_project.env, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert "Traceback" not in done.stderr
    assert not gone.exists()
    assert "gone.md" not in done.stdout


@needs_permissions
def test_an_unreadable_file(plain_project: Sandbox, memory: Path) -> None:
    (memory / "secret.md").write_text("x")
    (memory / "secret.md").chmod(0)
    assert "port.md" in ask(plain_project, memory, "recall", "port").out
    assert "unreadable" in ask(plain_project, memory, "check").out


@needs_permissions
def test_a_directory_that_cannot_be_read_is_not_nothing_relevant(plain_project: Sandbox, memory: Path) -> None:
    quiet(ask(plain_project, memory, "add", "A fact whose last bytes are kept by this command"))
    memory.chmod(0)
    try:
        one_line(ask(plain_project, memory, "recall", "port"), 5, "cannot be read", str(memory))
        assert json.loads(ask(plain_project, memory, "recall", "port", "--json").err)["error"]["path"] == str(memory)
        one_line(ask(plain_project, memory, "add", "Something new"), 5)
        status = ask(plain_project, memory, "status")
        quiet(status)
        assert "deleted by another program" not in status.out
    finally:
        memory.chmod(0o755)
    assert "port.md" in ask(plain_project, memory, "recall", "port").out


@needs_permissions
def test_an_unreadable_claude_md_is_said(plain_project: Sandbox) -> None:
    (plain_project.project / "CLAUDE.md").write_text("x")
    (plain_project.project / "CLAUDE.md").chmod(0)
    done = plain_project.run("instructions")
    quiet(done)
    assert "unreadable" in done.out and "Permission denied" in done.out


@needs_permissions
def test_a_state_directory_that_cannot_be_written(plain_project: Sandbox, memory: Path) -> None:
    blocked = plain_project.project / "blocked"
    blocked.mkdir(mode=0o500)
    done = ask(plain_project, memory, "add", "Something new", MEMDIR_STATE_DIR=str(blocked / "state"))
    one_line(done, 5, "Permission denied")
    assert [path.name for path in memory.iterdir() if path.suffix == ".md"] == ["port.md"]
    assert "port.md" in ask(plain_project, memory, "recall", "port", MEMDIR_STATE_DIR=str(blocked / "state")).out


def test_symlink_loops_and_links_out(plain_project: Sandbox, memory: Path) -> None:
    (memory / "self.md").symlink_to("self.md")
    (memory / "loop").symlink_to(".")
    outside = plain_project.project / "outside.md"
    outside.write_text("quokka")
    (memory / "out.md").symlink_to(outside)
    quiet(ask(plain_project, memory, "recall", "quokka"), 1)
    assert "port.md" in ask(plain_project, memory, "recall", "port").out
    assert "link-outside" in ask(plain_project, memory, "check").out


# Names and values


def test_a_name_with_nul(plain_project: Sandbox, memory: Path) -> None:
    """No argument of a process can hold one; a caller of the library can."""
    for wrong in (
        lambda: check_name("a\0b"),
        lambda: inside(str(memory), "a\0b.md"),
        lambda: memdir.open(memory_dir=f"{memory}\0"),
    ):
        with pytest.raises(memdir.BadInputError):
            wrong()


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "CON", "nul.md", 'a"b', "x:y"])
def test_a_name_that_leads_out_or_is_no_file_name(plain_project: Sandbox, memory: Path, name: str) -> None:
    before = sorted(str(p) for p in plain_project.project.rglob("*"))
    done = ask(plain_project, memory, "mv", "port", name)
    assert done.code in (2, 3), done
    assert "Traceback" not in done.err
    assert sorted(str(p) for p in plain_project.project.rglob("*")) == before


@pytest.mark.parametrize(
    "words",
    [
        ["recall", "--as-of", "someday", "port"],
        ["recall", "--since", "2026-13-40", "port"],
        ["recall", "-n", "0", "port"],
        ["recall", "--min-score", "7", "port"],
        ["recall", "--min-score", "nan", "port"],
        ["context", "--budget", "-1"],
        ["context", "-q", "port", "-n", "-1"],
        ["edit", "port", "--valid-until", "never"],
        ["edit", "port", "--confidence", "1.5"],
        ["graph", "query", "MATCH (m:Memory) DELETE m"],
        ["graph", "query", "MATCH (m:Memory RETURN m"],
        ["graph", "query", "LOAD FROM '/etc/passwd' RETURN *"],
    ],
    ids=lambda words: " ".join(words)[:50],
)
def test_a_bad_value(plain_project: Sandbox, memory: Path, words: list[str]) -> None:
    before = (memory / "port.md").read_bytes()
    one_line(ask(plain_project, memory, *words), 3)
    assert (memory / "port.md").read_bytes() == before


def test_an_error_as_json(plain_project: Sandbox, memory: Path) -> None:
    done = ask(plain_project, memory, "recall", "--as-of", "someday", "port", "--json")
    assert done.code == 3
    assert done.out == ""
    error = json.loads(done.err)["error"]
    assert set(error) == {"code", "message", "path", "line", "hint"}


def test_an_argument_that_is_no_utf8_gives_json_that_every_reader_takes(plain_project: Sandbox, memory: Path) -> None:
    damaged = os.fsdecode(b"port \xff")
    done = ask(plain_project, memory, "recall", damaged, "--json")
    assert "\\ud" not in done.out and json.loads(done.out)["query"] == "port \ufffd"
    done = plain_project.run("-C", damaged, "status", "--json")
    assert "\\ud" not in done.err and json.loads(done.err)["error"]["path"] == "port \ufffd"
    one_line(ask(plain_project, memory, "mv", "port", damaged), 3, "not UTF-8")
    one_line(ask(plain_project, memory, "add", damaged), 3, "damaged bytes")


def test_an_unknown_command_offers_help(plain_project: Sandbox) -> None:
    one_line(plain_project.run("recal", "port"), 2, "did you mean memdir recall?")
    one_line(plain_project.run("-C", ".", "forget", "port"), 2, "did you mean memdir rm?")
    one_line(plain_project.run("xyzzy", "--json"), 2, "help --all")
    one_line(plain_project.run("recall"), 2)


def test_a_value_that_is_no_choice_lists_them(plain_project: Sandbox, memory: Path) -> None:
    for words in (["add", "--type", "bug", "x"], ["add", "-tbug", "x"], ["ls", "--type=bug"]):
        one_line(ask(plain_project, memory, *words), 2, "one of user, feedback, project, reference")


def test_hints_name_only_what_the_command_has(plain_project: Sandbox, memory: Path) -> None:
    moved = ask(plain_project, memory, "mv", "port", "../x")
    assert "--name" not in moved.err
    assert "--body" in plain_project.run("--memory-dir", str(memory), "edit", "port", EDITOR="", VISUAL="").err


def test_nothing_to_list_says_so(plain_project: Sandbox, memory: Path) -> None:
    one_line(ask(plain_project, memory, "ls", "--topic", "nope"), 1, "no memory matches")
    one_line(plain_project.run("ls"), 1, "there is no memory directory yet")


def test_what_is_added_as_expired_is_said_to_be(plain_project: Sandbox, memory: Path) -> None:
    done = ask(plain_project, memory, "add", "--valid-until", "2026-11-20", "The office is closed.")
    assert done.code == 0 and "expired already" in done.err
    done = ask(plain_project, memory, "add", "--valid-until", "2026-11-21", "The kitchen is closed.")
    assert done.code == 0 and "expired" not in done.err


def test_no_memory_of_that_name_offers_the_nearest(plain_project: Sandbox, memory: Path) -> None:
    one_line(ask(plain_project, memory, "show", "prt"), 1, "port")


# Storage


def read_only(path: Path) -> None:
    for folder, _, names in os.walk(path):
        Path(folder).chmod(0o555)
        for name in names:
            (Path(folder) / name).chmod(0o444)


@needs_permissions
def test_a_read_only_directory_is_still_recalled(plain_project: Sandbox, memory: Path) -> None:
    read_only(memory)
    assert "port.md" in ask(plain_project, memory, "recall", "port").out
    one_line(ask(plain_project, memory, "add", "Something new to remember"), 5)
    memory.chmod(0o755)


def test_a_cache_that_cannot_be_written(plain_project: Sandbox, memory: Path) -> None:
    blocked = plain_project.project / "blocked"
    blocked.write_text("a file where the cache should be")
    done = ask(plain_project, memory, "recall", "port", MEMDIR_CACHE_DIR=str(blocked))
    quiet(done)
    assert "port.md" in done.out


def test_no_home(plain_project: Sandbox, memory: Path) -> None:
    env = {k: v for k, v in plain_project.env.items() if not k.startswith(("HOME", "MEMDIR_CACHE", "MEMDIR_STATE"))}
    temporary = plain_project.home / "tmp"
    temporary.mkdir()
    alone = Sandbox(plain_project.project, plain_project.home, {**env, "TMPDIR": str(temporary)})
    assert "port.md" in ask(alone, memory, "recall", "port").out
    quiet(ask(alone, memory, "status"))
    quiet(ask(alone, memory, "where"))


def test_the_disk_is_full(plain_project: Sandbox, memory: Path) -> None:
    """A limit on the size of files written stands in for a full disk."""
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "sys.dont_write_bytecode = True; "  # Python 3.11 would leave cut-off .pyc files in the checkout
        "resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)); "
        "from memdir.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    before = {p.name: p.read_bytes() for p in memory.iterdir()}

    def run(*words: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-c", program, "--memory-dir", str(memory), *words],
            capture_output=True, text=True, env=plain_project.env, cwd=plain_project.project, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    assert "port.md" in run("recall", "port").out
    one_line(run("add", "A text that is a good deal longer than sixty-four bytes, so that it cannot be written."), 5)
    assert {p.name: p.read_bytes() for p in memory.iterdir()} == before
    one_line(run("index", "rebuild"), 5)
    quiet(ask(plain_project, memory, "add", "A text that is written now that there is room for it."))


def test_a_locked_directory_names_the_holder(plain_project: Sandbox, memory: Path) -> None:
    program = (
        "import sys, time; from memdir.lock import hold\n"
        "with hold(sys.argv[1], command='another command'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(memory)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=plain_project.env, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        one_line(ask(plain_project, memory, "add", "Something new"), 4, "another command", str(holder.pid))
        assert "port.md" in ask(plain_project, memory, "recall", "port").out
        holder.communicate()


# Streams


def test_standard_input_is_closed(plain_project: Sandbox, memory: Path) -> None:
    command = [sys.executable, "-m", "memdir", "--memory-dir", str(memory)]
    for words in (["recall", "port"], ["add", "-"], ["add"]):
        done = subprocess.run(
            ["sh", "-c", 'exec "$@" <&-', "sh", *command, *words],
            capture_output=True, text=True, env=plain_project.env, cwd=plain_project.project, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        assert done.returncode == (0 if words[0] == "recall" else 2), done
    assert (memory / "port.md").exists()


def test_the_output_pipe_is_closed(plain_project: Sandbox, memory: Path) -> None:
    for number in range(300):
        (memory / f"file-{number}.md").write_text(f"---\nname: file-{number}\ndescription: port {number}\n---\nx\n")
    command = [sys.executable, "-m", "memdir", "--memory-dir", str(memory), "ls"]
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -n 1; exit 0', "sh", *command],
        capture_output=True, text=True, env=plain_project.env, cwd=plain_project.project, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_the_null_device(plain_project: Sandbox, memory: Path, closed: str) -> None:
    """Not an error, and no file that is opened later may get its number and be written into."""
    for words in (["ls"], ["recall", "port", "--json"], ["add", f"A new fact while this is closed: {len(closed)}"]):
        done = shell(plain_project, memory, words, closed)
        assert done.returncode == 0, done
        assert "Traceback" not in done.stderr
    assert [p.name for p in memory.iterdir() if b"memdir:" in p.read_bytes()] == []


def test_a_full_device_behind_the_output(plain_project: Sandbox, memory: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    for words in (["ls"], ["status"], ["recall", "port", "--json"]):
        done = shell(plain_project, memory, words, ">/dev/full")
        assert done.returncode == 5, done
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr


def shell(project: Sandbox, memory: Path, words: list[str], redirections: str) -> subprocess.CompletedProcess[str]:
    """`memdir WORDS` with the shell's redirections."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "memdir", "--memory-dir", str(memory),
         *words],
        capture_output=True, text=True, env=project.env, cwd=project.project, check=False,
    )  # fmt: skip


def test_a_mistake_of_ours_is_one_line(plain_project: Sandbox, memory: Path) -> None:
    program = (
        "import sys; from memdir.cli import main\n"
        "def broken(*_): raise KeyError('oops')\n"
        "main._run = broken\n"
        "sys.exit(main.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, "status"]
    done = subprocess.run(command, capture_output=True, text=True, env=plain_project.env, check=False)
    one_line(Done(done.returncode, done.stdout, done.stderr), 3, "KeyError", "oops", "MEMDIR_DEBUG")
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, env=plain_project.env, check=False)
    assert json.loads(done.stderr)["error"]["code"] == "internal"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_console_that_cannot_print_it(plain_project: Sandbox, memory: Path, encoding: str) -> None:
    (memory / "naive.md").write_text(
        "---\nname: naïve-日本\ndescription: ein Ärgernis 日本語\n---\nÄrgernis 日本\n", "utf-8"
    )
    for words in (["recall", "Ärgernis"], ["ls"], ["recall", "Ärgernis", "--json"], ["show", "naive"]):
        done = ask(plain_project, memory, *words, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        quiet(done)
        if "--json" in words:
            assert json.loads(done.out)["hits"][0]["path"] == "naive.md"


def test_a_locale_in_which_no_umlaut_can_be_a_file_name(plain_project: Sandbox, memory: Path) -> None:
    (memory / "ärger.md").write_text("---\nname: ärger\ndescription: Kummer\n---\nKummer\n", "utf-8")
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (
        ["recall", "Kummer"],
        ["ls"],
        ["check"],
        ["status"],
        ["add", "Noch ein Ärger dazu"],
        ["show", "ärger"],
    ):
        quiet(ask(plain_project, memory, *words, **locale), 0)
    hits = json.loads(ask(plain_project, memory, "recall", "Kummer", "--json", **locale).out)["hits"]
    assert hits[0]["path"] == "ärger.md"


def test_ctrl_c(plain_project: Sandbox, memory: Path) -> None:
    fifo = plain_project.project / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [sys.executable, "-m", "memdir", "--memory-dir", str(memory), "add", "-"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=plain_project.env, cwd=plain_project.project, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        deadline = time.monotonic() + 20
        while not _reads_input(process.pid) and time.monotonic() < deadline:
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in err


def _reads_input(pid: int) -> bool:
    """Whether the process sleeps in a read of a pipe (Linux), so that it has come as far as waiting for a text."""
    try:
        channel = Path(f"/proc/{pid}/wchan").read_text()
        return "pipe" in channel or Path(f"/proc/{pid}/syscall").read_text().split()[:2] == ["0", "0x0"]
    except OSError:
        return False


def test_a_file_cannot_drive_the_terminal(plain_project: Sandbox, memory: Path) -> None:
    (memory / "red.md").write_text("---\nname: red\ndescription: port \x1b]0;owned\x07 \x1b[2J\n---\nport \x1b[2J\n")
    for words in ("recall port", "ls", "check", "status", "show red", "tidy --diff"):
        shown = on_a_terminal(plain_project, f"--memory-dir {memory} {words}")
        assert "\x1b[2J" not in shown, words
        assert "\x07" not in shown, words
    assert "\x1b[1m" in on_a_terminal(plain_project, f"--memory-dir {memory} status")
    assert "\x1b[" not in on_a_terminal(plain_project, f"--memory-dir {memory} --plain status")


def on_a_terminal(project: Sandbox, words: str) -> str:
    """What `memdir WORDS` prints on a pseudo-terminal."""
    program = "import pty, sys; pty.spawn(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", program, sys.executable, "-m", "memdir", *words.split()],
        capture_output=True, stdin=subprocess.DEVNULL, env={**project.env, "TERM": "xterm"}, cwd=project.project,
        check=False,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


# Texts that a pattern would search for minutes (each test ends at once, or not within anybody's patience)


@pytest.mark.parametrize("text", ["<div>\n" + "<!--" * 100_000, "<!-- -->" + "<!-- " * 80_000])
def test_comments_that_never_end_do_not_hang_the_instructions(plain_project: Sandbox, text: str) -> None:
    (plain_project.project / "CLAUDE.md").write_text(text + "\n\n@z.md\n")
    quiet(plain_project.run("instructions"))
    quiet(plain_project.run("context"))


@pytest.mark.parametrize("text", ["[" * 300_000, "- [a](b" * 40_000, "[a](port.md) " * 60_000])
def test_brackets_without_end_do_not_hang_the_index(plain_project: Sandbox, memory: Path, text: str) -> None:
    (memory / "MEMORY.md").write_text(f"# x\n{text}\n- [port](port.md) - where the quokka listens\n")
    assert "port.md" in ask(plain_project, memory, "recall", "port").out
    quiet(ask(plain_project, memory, "status"))


# Documentation


def test_every_case_has_a_row_and_every_row_its_test() -> None:
    page = (TOP / "docs" / "exit-codes.md").read_text("utf-8")
    for code in ("0", "1", "2", "3", "4", "5", "6", "130"):
        assert f"| {code} |" in page
    here = {name for name in globals() if name.startswith("test_")}
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named == here - {"test_every_case_has_a_row_and_every_row_its_test", "test_an_error_as_json"}
