"""`memdir doctor` sees what is wrong, and says what helps."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from sandbox import Sandbox


def examined(box: Sandbox, *words: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    done = box.run("doctor", "--json", *words)
    found: dict[str, list[dict[str, str]]] = {}
    for check in json.loads(done.out)["checks"]:
        found.setdefault(check["part"], []).append(check)
    assert json.loads(done.out)["exit_code"] == done.code
    return done.code, found


def settings(box: Sandbox) -> Path:
    return box.home / ".claude" / "settings.json"


def test_all_is_well_after_install_and_sync(sample: Sandbox) -> None:
    sample.run("index", "sync")
    assert sample.run("install", "claude-code", "--yes").code == 0
    code, found = examined(sample)
    assert code == 0, found
    said = [check["said"] for check in found["hooks"]]
    assert "the user hook for SessionStart fires" in said and "the user hook for UserPromptSubmit fires" in said
    hooks = sample.project.parent / "state" / "hooks"
    assert not hooks.exists(), "nothing is noted of a trial"


def test_a_hook_that_does_not_start_or_prints_nonsense(sample: Sandbox) -> None:
    sample.run("index", "sync")
    sample.run("install", "claude-code", "--yes")
    value = json.loads(settings(sample).read_text())
    handler = value["hooks"]["SessionStart"][0]["hooks"][0]
    handler["command"], handler["args"] = "/nowhere/memdir", ["hook", "session-start"]
    other = value["hooks"]["UserPromptSubmit"][0]["hooks"][0]
    other.pop("args")
    other["command"] = "echo nonsense # memdir hook user-prompt-submit"
    tools = sample.project.parent / "bin"
    tools.mkdir()
    (tools / "memdir").write_text("#!/bin/sh\n")
    (tools / "memdir").chmod(0o755)
    sample.env["PATH"] = f"{tools}:{sample.env['PATH']}"
    settings(sample).write_text(json.dumps(value))
    code, found = examined(sample)
    said = " ".join(check["said"] for check in found["hooks"] if check["level"] == "error")
    assert code == 2 and "cannot be started" in said and "prints what is no JSON" in said
    assert examined(sample, "--no-fire")[0] == 0


@pytest.mark.parametrize("text", ["{", '{"hooks": '])
def test_malformed_settings_are_an_error_with_their_line(sample: Sandbox, text: str) -> None:
    settings(sample).parent.mkdir(exist_ok=True)
    settings(sample).write_text(text)
    code, found = examined(sample)
    assert code == 2 and any("settings.json:1:" in check["said"] for check in found["hooks"])


def test_switches_and_pauses_are_named(sample: Sandbox) -> None:
    sample.run("index", "sync")
    sample.run("pause", "--for", "2h")
    code, found = examined(sample)
    assert code == 1 and "paused until" in found["settings"][0]["said"]


def test_fix_syncs_the_index_and_tightens_folders(sample: Sandbox) -> None:
    code, found = examined(sample)
    assert code == 1 and found["index"][0]["mend"] == "sync"
    state = sample.project.parent / "state"
    state.mkdir(exist_ok=True)
    os.chmod(state, 0o755)
    assert "tighten" in {check["mend"] for check in examined(sample)[1]["permissions"]}
    code, found = examined(sample, "--fix")
    assert code == 0, found
    assert state.stat().st_mode & 0o777 == 0o700


def test_an_empty_home_is_no_error(plain_project: Sandbox) -> None:
    code, found = examined(plain_project)
    assert code == 0 and found["hooks"][0]["help"] == "memdir install claude-code"
    assert plain_project.run("doctor").code == 0


@pytest.mark.parametrize("scope", ["project", "local"])
def test_a_command_that_came_with_a_project_is_not_run(sample: Sandbox, scope: str) -> None:
    sample.env["PATH"] = "/usr/bin:/bin"
    sample.run("index", "sync")
    sample.run("install", "claude-code", "--scope", scope, "--yes")
    name = "settings.json" if scope == "project" else "settings.local.json"
    path = sample.project / ".claude" / name
    said = [check["said"] for check in examined(sample)[1]["hooks"]]
    assert scope == "local" or f"the {scope} hook for SessionStart does nothing: memdir is not on the PATH" in said
    assert scope == "project" or f"the {scope} hook for SessionStart fires" in said
    value = json.loads(path.read_text())
    handler = value["hooks"]["SessionStart"][0]["hooks"][0]
    handler.pop("args", None)
    handler["command"] = "touch trap; memdir hook session-start"
    path.write_text(json.dumps(value))
    code, found = examined(sample)
    assert not (sample.project / "trap").exists()
    assert code != 0 and "was not run" in " ".join(check["said"] for check in found["hooks"])
