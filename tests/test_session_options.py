"""Every option of the group `session` changes what can be seen: a table that must have them all."""

from __future__ import annotations

import io
import json
import re
import shutil

import pytest
from sandbox import NOW, TOP, Sandbox, record_sessions, sandbox_at

from memdir.cli import (
    session_export_cmd,
    session_ls_cmd,
    session_search_cmd,
    session_show_cmd,
    session_stats_cmd,
    session_why_cmd,
)
from memdir.cli.app import App, Values
from memdir.cli.output import Output
from memdir.cli.parse import parse
from memdir.cli.table import Command
from memdir.dates import parse_date
from memdir.environment import Environment
from memdir.errors import UsageError

COMMANDS: tuple[Command, ...] = (
    *session_ls_cmd.COMMANDS, *session_show_cmd.COMMANDS, *session_stats_cmd.COMMANDS, *session_search_cmd.COMMANDS,
    *session_export_cmd.COMMANDS, *session_why_cmd.COMMANDS,
)  # fmt: skip
BASE = {
    "session": (),
    "session ls": (),
    "session show": ("c2a7",),
    "session stats": (),
    "session search": ("tax",),
    "session export": ("c2a7",),
    "session why": ("packages/api/refunds.py",),
}
"""Words with which the command answers without the option."""
OPTIONS = {
    "session": {"--transcripts": ("OTHER",), "--all-projects": ()},
    "session ls": {
        "--transcripts": ("OTHER",), "--all-projects": (), "--since": ("2026-11-10",), "--until": ("2026-10-31",),
        "--branch": ("main",), "--model": ("opus",), "--min-size": ("20000",), "--expiring": (), "--sort": ("branch",),
        "--limit": ("1",), "--files": (),
    },
    "session show": {
        "--turn": ("8",), "--context": ("0", "--turn", "8"), "--chain": (), "--linear": (), "--tools": (), "--all": (),
        "--raw": (), "--no-pager": None, "--transcripts": ("OTHER",), "--all-projects": None,
    },
    "session stats": {"--transcripts": ("OTHER",), "--all-projects": (), "--limit": ("1",)},
    "session search": {
        "--transcripts": ("OTHER",), "--limit": ("1",), "--sessions": (), "--role": ("user",), "--tool": ("Edit",),
        "--file": ("refunds.py",), "--branch": ("main",), "--project": ("/nowhere",), "--since": ("2026-11-19",),
        "--until": ("2026-10-31",), "--typed-only": (), "--all-projects": (), "--explain": (),
        "--scan": ("--json",),
    },
    "session export": {
        "--format": ("html",), "--output": ("OUT",), "--tools": (), "--all": (), "--chain": (), "--linear": (),
        "--raw": (), "--yes": None, "--transcripts": ("OTHER",), "--all-projects": None,
    },
    "session why": {"--limit": ("1",), "--transcripts": ("OTHER",), "--all-projects": ()},
}  # fmt: skip
"""The words behind each option. None: told by a test of its own (a terminal, a file that is there, another project)."""
CASES = [(name, option) for name, options in OPTIONS.items() for option, words in options.items() if words is not None]


_SEEN: dict[tuple[str, ...], tuple[int, str]] = {}


def entry(number: int, text: str, role: str = "user", **more: object) -> str:
    whole = {
        "type": role, "uuid": f"more{number}", "parentUuid": f"more{number - 1}" if number else None,
        "timestamp": f"2026-11-19T10:{number:02d}:00.000Z", "sessionId": "x",
        "message": {"role": role, "content": text}, **more,
    }  # fmt: skip
    return json.dumps(whole) + "\n"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """The sample with another project, a folder elsewhere, and what each option can leave out."""
    around = tmp_path_factory.mktemp("options")
    shutil.copytree(TOP / "fixtures" / "sample", around / "lantern", symlinks=True)
    made = sandbox_at(around / "lantern", around)
    record_sessions(made)
    projects = made.home / ".claude" / "projects"
    (mine,) = (folder for folder in projects.iterdir() if list(folder.glob("c2a7*")))
    changed = {"file_path": str(made.project / "packages/api/refunds.py"), "old_string": "a", "new_string": "tax"}
    edit = {"type": "tool_use", "id": "t", "name": "Edit", "input": changed}
    lines = entry(0, "The tax again, in another project") + entry(1, [edit], "assistant")  # type: ignore[arg-type]
    for folder in (projects / "-elsewhere", around / "other"):
        folder.mkdir()
        shutil.copy(next(mine.glob("c2a7*.jsonl")), folder / "c2a7-other.jsonl")
        (folder / "33333333-3333-4333-8333-333333333333.jsonl").write_text(lines)
    (mine / "44444444-4444-4444-8444-444444444444.jsonl").write_text(
        lines.replace("more", "mine") + entry(2, "<system-reminder>tax</system-reminder>", isMeta=True)
    )
    secret = "ghp_" + "a1B2c3D4e5" * 4
    with next(mine.glob("c2a7*.jsonl")).open("a") as file:
        file.write(entry(30, f"token {secret}", parentUuid=None))
    return made


def answer(box: Sandbox, *words: str) -> tuple[int, str]:
    """What is seen, without what every run has of its own; in this process, once for the same words."""
    if words in _SEEN:
        return _SEEN[words]
    parsed = parse(list(words))
    assert parsed is not None
    command, values = parsed[0], Values(parsed[1])
    around = Environment(str(box.project), str(box.home), box.env, "linux", lambda: parse_date(NOW))
    out = io.StringIO()
    app = App(around, Output(out, io.StringIO(), json=values.flag("json")), values)
    code = command.run(app, values)
    app.workspace().close()
    _SEEN[words] = code, re.sub(r'"took_ms": [0-9.]+', "", out.getvalue())
    return _SEEN[words]


@pytest.mark.parametrize(("name", "option"), CASES, ids=lambda value: value)
def test_every_option_changes_what_is_seen(name: str, option: str, box: Sandbox) -> None:
    words = OPTIONS[name][option]
    assert words is not None
    words = tuple(str(box.home.parent / "other") if word == "OTHER" else word for word in words)
    words = tuple(str(box.home.parent / "out.md") if word == "OUT" else word for word in words)
    first, others = words[:1], words[1:]
    if option == "--scan":
        first, others = (), words
    base = ("5b1f",) if option == "--linear" else BASE[name]  # there a prompt was given up
    plain = answer(box, *name.split(), *base, *others)
    assert plain[0] == 0
    given = answer(box, *name.split(), *base, option, *first, *others)
    assert given[0] in (0, 1)
    assert given != plain


def test_the_table_has_every_option() -> None:
    for command in COMMANDS:
        there = {next(n for n in reversed(option.names) if n.startswith("--")) for option in command.options}
        assert OPTIONS[command.name].keys() == there, command.name


def test_a_session_of_another_project_is_found_by_its_id_and_with_all_projects_alone(box: Sandbox) -> None:
    assert answer(box, "session", "show", "c2a7-o")[0] == 0
    assert answer(box, "session", "show", "c2a7")[0] == 0
    with pytest.raises(UsageError, match="c2a7-other"):
        answer(box, "session", "show", "c2a7", "--all-projects")
