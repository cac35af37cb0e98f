"""Setting memdir up in an agent's files, and taking it out: the files are the user's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import Sandbox

from memdir.hook_events import EVENTS
from memdir.hook_settings import Program, installed, with_hooks, without_hooks
from memdir.toml_table import remove_table, set_table

PROGRAM = Program("/opt/memdir/bin/memdir")
SETTINGS = """{
    "model": "opus",   "env": {"A": "1"},

    "hooks": {
        "Stop": [ {"hooks": [{"type": "command", "command": "say done"}]} ],
        "PreToolUse": []
    },
    "permissions": {"allow": ["Bash(ls:*)"]}
}
"""


def user_settings(box: Sandbox) -> Path:
    path = box.home / ".claude" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    return path


def test_hooks_are_put_in_once_and_taken_out_without_a_trace() -> None:
    done = with_hooks(SETTINGS, PROGRAM)
    assert with_hooks(done, PROGRAM) == done
    value = json.loads(done)
    assert value["hooks"]["Stop"][0] == json.loads(SETTINGS)["hooks"]["Stop"][0], "others' hooks stay"
    assert {found.event for found in installed(value)} == {event.name for event in EVENTS}
    for event in EVENTS:
        ours = [g for g in value["hooks"][event.name] if "memdir" in json.dumps(g)]
        handler = ours[0]["hooks"][0]
        assert handler["command"] == PROGRAM.command and handler["args"] == ["hook", event.word]
        assert (ours[0].get("matcher"), handler["timeout"]) == (event.matcher, event.timeout)
    assert without_hooks(done) == SETTINGS


def test_an_older_handler_is_replaced_not_doubled() -> None:
    old = with_hooks(with_hooks("{}", Program("/old/memdir")), None)
    done = with_hooks(old, PROGRAM)
    assert len(installed(json.loads(done))) == len(EVENTS) and "/old/" not in done
    module = with_hooks("{}", Program("/usr/bin/python3", ("-m", "memdir")))
    assert len(installed(json.loads(module))) == len(EVENTS)
    assert json.loads(without_hooks(module)) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.text(max_size=6), JSON, max_size=4), st.sampled_from([None, 1, 2, "\t"]))
def test_any_settings_keep_what_is_theirs(value: dict[str, object], indent: int | str | None) -> None:
    value.pop("hooks", None)
    text = json.dumps(value, indent=indent)
    done = with_hooks(text, PROGRAM)
    assert {k: v for k, v in json.loads(done).items() if k != "hooks"} == value
    assert without_hooks(done) == text


@pytest.mark.parametrize("hooks", ["[]", "3", '{"Stop": 3}', '{"Stop": [3, {"hooks": 4}, {}]}', "null"])
def test_hooks_of_another_shape_are_refused_or_kept(hooks: str) -> None:
    text = '{"hooks": %s}' % hooks  # noqa: UP031 - braces
    try:
        done = with_hooks(text, PROGRAM)
    except ValueError:
        return
    assert json.loads(without_hooks(done))["hooks"] == json.loads(hooks)


def test_install_shows_asks_backs_up_and_uninstall_restores_the_bytes(plain_project: Sandbox) -> None:
    path = user_settings(plain_project)
    path.write_text(SETTINGS)
    path.chmod(0o600)
    asked = plain_project.run("install", "claude-code")
    assert asked.code == 2 and "+" in asked.err and path.read_text() == SETTINGS
    assert plain_project.run("install", "claude-code", "--dry-run").code == 0
    assert path.read_text() == SETTINGS
    done = plain_project.run("install", "claude-code", "--yes")
    assert done.code == 0 and len(installed(json.loads(path.read_text()))) == len(EVENTS)
    assert path.stat().st_mode & 0o777 == 0o600
    backup = next(line.split(": ", 1)[1] for line in done.err.splitlines() if line.startswith("the file before"))
    assert Path(backup).read_text() == SETTINGS
    again = plain_project.run("install", "claude-code", "--yes")
    assert again.code == 0 and "in place already" in again.out and "backup" not in again.err
    assert plain_project.run("uninstall", "claude-code", "--yes").code == 0
    assert path.read_text() == SETTINGS
    assert plain_project.run("uninstall", "claude-code", "--yes").code == 1


def test_hooks_in_a_second_place_are_named(plain_project: Sandbox) -> None:
    user_settings(plain_project).parent.mkdir(parents=True, exist_ok=True)
    assert "also in" not in plain_project.run("install", "claude-code", "--yes").err
    done = plain_project.run("install", "claude-code", "--scope", "project", "--dry-run")
    assert "memdir uninstall claude-code --scope user" in done.err
    assert "also in" not in plain_project.run("install", "claude-code", "--yes").err


def test_what_the_user_changed_since_stays(plain_project: Sandbox) -> None:
    path = user_settings(plain_project)
    path.write_text(SETTINGS)
    plain_project.run("install", "claude-code", "--yes")
    path.write_text(path.read_text().replace('"opus"', '"haiku"'))
    plain_project.run("uninstall", "claude-code", "--yes")
    assert path.read_text() == SETTINGS.replace('"opus"', '"haiku"')


def test_files_that_memdir_made_go_again(plain_project: Sandbox) -> None:
    for agent in ("claude-code", "codex", "gemini", "cursor"):
        assert plain_project.run("install", agent, "--mcp", "--yes").code == 0, agent
    made = [p for p in plain_project.home.rglob("*") if p.is_file()]
    assert {p.name for p in made} == {
        "settings.json",
        ".claude.json",
        "config.toml",
        "AGENTS.md",
        "GEMINI.md",
        "mcp.json",
    }
    listed = json.loads(plain_project.run("install", "--json").out)["agents"]
    assert all(row["installed"] for row in listed)
    for agent in ("claude-code", "codex", "gemini", "cursor"):
        assert plain_project.run("uninstall", agent, "--yes").code == 0, agent
    assert [p for p in plain_project.home.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(
    ("agent", "file", "text", "line"),
    [
        ("claude-code", ".claude/settings.json", '{\n  "a": 1,\n}', ":3:"),
        ("codex", ".codex/config.toml", "a = 1\nb = \n", "line 2"),
        ("claude-code", ".claude/settings.json", "[1]", ""),
        ("gemini", ".gemini/settings.json", "// a comment\n{}", ":1:"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(
    plain_project: Sandbox, agent: str, file: str, text: str, line: str
) -> None:
    path = plain_project.home / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    done = plain_project.run("install", agent, "--yes")
    assert done.code == 3 and file in done.err and line in done.err
    assert path.read_text() == text


def test_toml_keeps_its_comments_and_order() -> None:
    text = '# mine\nmodel = "x"  # why\n\n[mcp_servers.other]\ncommand = "o"\n'
    done = set_table(text, ("mcp_servers", "memdir"), {"command": "m", "args": ["mcp"]})
    assert done.startswith(text) and tomllib.loads(done)["mcp_servers"]["memdir"] == {"command": "m", "args": ["mcp"]}
    assert set_table(done, ("mcp_servers", "memdir"), {"command": "m", "args": ["mcp"]}) == done
    moved = set_table(done, ("mcp_servers", "memdir"), {"command": "n", "args": ["mcp"]})
    assert tomllib.loads(moved)["mcp_servers"]["memdir"]["command"] == "n"
    assert remove_table(done, ("mcp_servers", "memdir")) == text
    with pytest.raises(ValueError):
        set_table("mcp_servers = 3\n", ("mcp_servers", "memdir"), {"command": "m"})


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ('[mcp_servers.memdir]\ncommand = "o"\n\n# on the other\n[other]\nx = 1\n', "# on the other\n[other]\nx = 1\n"),
        ("a = 1\n\n[mcp_servers.memdir]\n# ours\nx = 1\n\n[z]\n", "a = 1\n\n[z]\n"),
        ("a = 1\n\n[mcp_servers.memdir]\nx = 1\n# the end\n", "a = 1\n# the end\n"),
        ('[a]\n\n[mcp_servers.memdir]\nx = 1\n[mcp_servers.memdir.env]\nB = "1"\n# t\n[z]\n', "[a]\n# t\n[z]\n"),
        ("# a\u2028[mcp_servers.memdir]\r\nx = 1\r\n", "# a\u2028[mcp_servers.memdir]\r\nx = 1\r\n"),
        ('s = """\n[mcp_servers.memdir]\n"""\n', 's = """\n[mcp_servers.memdir]\n"""\n'),
    ],
)
def test_comments_beside_our_table_stay(text: str, without: str) -> None:
    assert remove_table(text, ("mcp_servers", "memdir")) == without


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = { other = { command = "x" } }\n',
        'mcp_servers.memdir.command = "x"\n',
        '[[mcp_servers]]\nname = "x"\n',
    ],
)
def test_toml_that_lines_cannot_edit_is_refused_not_called_invalid(plain_project: Sandbox, text: str) -> None:
    path = plain_project.home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    done = plain_project.run("install", "codex", "--yes")
    assert done.code == 3 and "cannot be edited" in done.err and "edit it by hand" in done.err
    assert path.read_text() == text


def test_instructions_are_a_block_between_marks(plain_project: Sandbox) -> None:
    path = plain_project.project / "GEMINI.md"
    path.write_text("# Rules\n\nUse tabs.")
    assert plain_project.run("install", "gemini", "--scope", "project", "--yes").code == 0
    assert path.read_text().startswith("# Rules\n\nUse tabs.\n\n<!-- memdir:begin -->")
    assert plain_project.run("uninstall", "gemini", "--yes").code == 0
    assert path.read_text() == "# Rules\n\nUse tabs."


def test_project_hooks_do_nothing_for_a_teammate_without_memdir(plain_project: Sandbox) -> None:
    assert plain_project.run("install", "claude-code", "--scope", "project", "--mcp", "--yes").code == 0
    text = (plain_project.project / ".claude" / "settings.json").read_text()
    assert sys.executable not in text and str(plain_project.home) not in text
    assert json.loads((plain_project.project / ".mcp.json").read_text())["mcpServers"]["memdir"]["command"] == "memdir"
    empty = plain_project.project.parent / "bin"
    empty.mkdir()
    shell = shutil.which("sh")
    assert shell is not None
    for found in installed(json.loads(text)):
        line = str(found.handler["command"])
        done = subprocess.run(
            [shell, "-c", line], input=b"{}", env={"PATH": str(empty)}, capture_output=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_local_settings_are_not_for_git(plain_project: Sandbox) -> None:
    assert "git should not" not in plain_project.run("install", "claude-code", "--scope", "local", "--dry-run").err
    (plain_project.project / ".git").mkdir()
    assert "git should not" in plain_project.run("install", "claude-code", "--scope", "local", "--yes").err


def test_installed_hooks_fire(sample: Sandbox) -> None:
    sample.run("install", "claude-code", "--yes")
    value = json.loads(user_settings(sample).read_text())
    fired = 0
    for found in installed(value):
        handler = found.handler
        said = {"session_id": "s", "cwd": str(sample.project), "prompt": "how do we round amounts of money?"}
        args = handler["args"]
        assert isinstance(args, list)
        done = subprocess.run(
            [str(handler["command"]), *args], input=json.dumps(said).encode(), env=sample.env, capture_output=True,
            cwd=sample.project, check=False,
        )  # fmt: skip
        assert done.returncode == 0 and not done.stderr
        fired += bool(done.stdout)
    assert fired >= 2


def test_a_link_to_the_settings_stays_a_link(plain_project: Sandbox) -> None:
    real = plain_project.home / "dotfiles.json"
    real.write_text("{}")
    link = user_settings(plain_project)
    link.symlink_to(real)
    assert plain_project.run("install", "claude-code", "--yes").code == 0
    assert link.is_symlink() and installed(json.loads(real.read_text()))


def test_another_agent_is_named(plain_project: Sandbox) -> None:
    done = plain_project.run("install", "copilot", "--yes")
    assert done.code == 3 and "claude-code" in done.err
    done = plain_project.run("install", "codex", "--scope", "project", "--yes")
    assert done.code == 2
    assert os.listdir(plain_project.project) == []


def test_any_other_client_gets_a_snippet_or_its_file(plain_project: Sandbox) -> None:
    entry = json.loads(plain_project.run("install", "mcp").out)
    assert entry["mcpServers"]["memdir"]["args"][-1] == "mcp"
    path = plain_project.project / "client.json"
    path.write_text('{"theme": "dark"}\n')
    assert plain_project.run("install", "mcp", "--file", "client.json", "--yes").code == 0
    assert json.loads(path.read_text()) == {"theme": "dark", **entry}
    assert plain_project.run("uninstall", "mcp", "--file", "client.json", "--yes").code == 0
    assert path.read_text() == '{"theme": "dark"}\n'
