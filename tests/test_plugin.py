"""The plugin has the documented shape, and the hooks of `memdir install`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from sandbox import TOP

from memdir.hook_events import EVENTS
from memdir.hook_settings import installed, with_hooks

PLUGIN = TOP / "docs" / "plugin"
EVENT_NAMES = {"SessionStart", "UserPromptSubmit", "PostToolUse", "Stop", "SubagentStop", "PreCompact", "SessionEnd"}


def read(name: str) -> dict[str, object]:
    value = json.loads((PLUGIN / name).read_text())
    assert isinstance(value, dict)
    return value


def test_the_manifest_lies_where_it_must_with_the_documented_fields() -> None:
    manifest = read(".claude-plugin/plugin.json")
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", str(manifest["name"]))
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(manifest["version"]))
    assert isinstance(manifest["author"], dict) and set(manifest["author"]) <= {"name", "email", "url"}
    assert set(manifest) <= {"name", "version", "description", "author", "license", "keywords"}
    assert [path.name for path in (PLUGIN / ".claude-plugin").iterdir()] == ["plugin.json"]


def test_the_hooks_are_those_of_install_in_a_shared_project() -> None:
    hooks = read("hooks/hooks.json")
    assert set(hooks) == {"description", "hooks"} and isinstance(hooks["hooks"], dict)
    assert set(hooks["hooks"]) == EVENT_NAMES == {event.name for event in EVENTS}
    assert {"hooks": hooks["hooks"]} == json.loads(with_hooks("{}", None))
    assert len(installed(hooks)) == len(EVENTS)


def test_the_server_and_the_skill() -> None:
    servers = read(".mcp.json")["mcpServers"]
    assert servers == {"memdir": {"command": "memdir", "args": ["mcp"]}}
    text = (PLUGIN / "skills" / "memory" / "SKILL.md").read_text()
    head = yaml.safe_load(text.split("---\n")[1])
    assert set(head) == {"name", "description"} and head["name"] == "memory" and len(head["description"]) <= 1024


def test_nothing_names_this_machine() -> None:
    for path in PLUGIN.rglob("*"):
        if path.is_file():
            assert str(Path.home()) not in path.read_text() and str(TOP) not in path.read_text()
