"""The examples for builders of agents run, with a scripted model in the place of a real one."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sandbox import TOP, Sandbox

import memdir
from memdir.files import LOCK_NAME

EXAMPLES = sorted((TOP / "docs" / "examples").glob("*.py"))
MAX_LINES = 60
SESSION = "11111111-2222-4333-8444-555555555555"


def module(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(name, TOP / "docs" / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def box(plain_project: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A project of its own, for this process, too."""
    for name, value in plain_project.env.items():
        if name != "MEMDIR_NOW":
            monkeypatch.setenv(name, value)
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    plain_project.env.pop("MEMDIR_NOW")
    return plain_project


def run(box: Sandbox, name: str, **env: str) -> str:
    program = [sys.executable, str(TOP / "docs" / "examples" / f"{name}.py"), str(box.project)]
    done = subprocess.run(program, capture_output=True, text=True, env={**box.env, **env}, cwd=box.home, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def wait_for_worker(box: Sandbox) -> None:
    deadline = time.monotonic() + 30
    places = list(Path(box.env["MEMDIR_STATE_DIR"]).glob("*/hooks/worker"))
    assert places, "a worker was asked"
    while any((place / LOCK_NAME).exists() or list((place / "requests").iterdir()) for place in places):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_the_library_page_names_it(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) < MAX_LINES
    assert f"examples/{path.name}" in (TOP / "docs" / "library.md").read_text("utf-8")


def test_a_loop_that_keeps_memory(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(box, "agent_loop")
    assert said.splitlines()[-2:] == ["It listens on 8420.", "no dream is due yet"]
    wait_for_worker(box)
    with memdir.open(box.project, background=False) as workspace:
        assert [memory.body.strip() for memory in workspace.scan()] == ["The api listens on port 8420."]
        turns = workspace.search_sessions("port of the api", roles=("user",))
        assert {turn.text for turn in turns} == {"The api listens on port 8420.", "Which port does the api use?"}
        told: list[str] = []
        monkeypatch.setenv("MEMDIR_EXTRACT_MIN_MESSAGES", "1")
        monkeypatch.setenv("MEMDIR_EXTRACT_MIN_TOOL_CALLS", "0")
        prompt = "From now on, always use pnpm instead of npm in this project."

        def model(context: str, prompt: str) -> str:
            told.append(context)
            return "Noted."

        with memdir.open(box.project, background=False) as learning:
            assert module("agent_loop").run(learning, model, [prompt], SESSION) == ["Noted."]
        assert "MEMORY.md" in told[0]
    wait_for_worker(box)
    candidates = json.loads(box.run("review", "--json").out)
    assert "pnpm" in json.dumps(candidates)


def test_function_calls(box: Sandbox) -> None:
    (found,) = json.loads(run(box, "function_calling"))
    assert found["text"].strip() == "The admin page is on port 9001."
    example = module("function_calling")
    assert [tool["name"] for tool in example.TOOLS] == ["recall", "remember", "search_sessions"]
    with memdir.open(box.project, background=False) as workspace:
        assert example.call(workspace, "nonsense", {}) == "there is no tool nonsense"
        assert example.call(workspace, "recall", {}) == "error: 'query'"
        secret = "ghp_" + "a1B2" * 9
        assert example.call(workspace, "remember", {"text": f"The token is {secret}"}).startswith("error: ")
        assert json.loads(example.call(workspace, "search_sessions", {"query": "anything"})) == []


def test_an_agent_of_the_sdk(box: Sandbox) -> None:
    sdk = pytest.importorskip("claude_agent_sdk", reason="make test installs it; see tests/requirements.txt")
    folder = str(box.project)

    class Scripted(sdk.Transport):  # type: ignore[misc,name-defined]
        """The other side of the SDK's protocol: it fires the hooks, and answers with what it was given."""

        def __init__(self) -> None:
            self._lines: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
            self.hooks: dict[str, Any] = {}
            self.given: dict[str, Any] = {}

        async def connect(self) -> None: ...

        def is_ready(self) -> bool:
            return True

        async def end_input(self) -> None: ...

        async def close(self) -> None:
            await self._lines.put(None)

        async def write(self, data: str) -> None:
            line = json.loads(data)
            if line["type"] == "control_request":
                self.hooks = line["request"].get("hooks") or {}
                answer = {"subtype": "success", "request_id": line["request_id"], "response": {}}
                await self._lines.put({"type": "control_response", "response": answer})
            elif line["type"] == "user":
                await self._fire("UserPromptSubmit", prompt=line["message"]["content"])
            elif line["type"] == "control_response":
                event = line["response"]["request_id"]
                self.given[event] = line["response"]["response"]
                if event == "UserPromptSubmit":
                    await self._fire("Stop")
                else:
                    await self._answer()

        async def _fire(self, event: str, **fields: str) -> None:
            asked = {"hook_event_name": event, "session_id": SESSION, "cwd": folder, "transcript_path": "", **fields}
            call = {
                "subtype": "hook_callback",
                "callback_id": self.hooks[event][0]["hookCallbackIds"][0],
                "input": asked,
            }
            await self._lines.put({"type": "control_request", "request_id": event, "request": call})

        async def _answer(self) -> None:
            projects = os.path.join(os.path.expanduser("~"), ".claude", "projects", "-p")
            line = {"type": "user", "uuid": SESSION, "sessionId": SESSION, "timestamp": "2026-11-01T10:00:00Z",
                    "message": {"role": "user", "content": "which port, asked in the store"}}  # fmt: skip
            await self._lines.put(
                {"type": "transcript_mirror", "filePath": os.path.join(projects, f"{SESSION}.jsonl"), "entries": [line]}
            )
            result = {"type": "result", "subtype": "success", "duration_ms": 1, "duration_api_ms": 1, "num_turns": 1}
            await self._lines.put({**result, "is_error": False, "session_id": SESSION, "result": "9000"})
            await self._lines.put(None)

        async def read_messages(self) -> AsyncIterator[dict[str, Any]]:
            while (line := await self._lines.get()) is not None:
                yield line

    with memdir.open(folder, background=False) as workspace:
        workspace.store_memory("The api of the shop listens on port 9000.", name="api-port", description="The api port")
    example = module("claude_agent")
    transport = Scripted()

    async def ask() -> list[Any]:
        return [m async for m in example.run(folder, "Which port does the api of the shop listen on?", transport)]

    assert asyncio.run(ask())[-1].result == "9000"
    assert set(transport.hooks) == {"UserPromptSubmit", "PostToolUse", "PreCompact", "Stop"}
    injected = transport.given["UserPromptSubmit"]["hookSpecificOutput"]
    assert injected["hookEventName"] == "UserPromptSubmit" and "port 9000" in injected["additionalContext"]
    assert transport.given["Stop"] == {}
    with memdir.open(folder, transcripts_dir=box.project / ".sessions", background=False) as workspace:
        assert [turn.text for turn in workspace.search_sessions("asked in the store")] == [
            "which port, asked in the store"
        ]


def test_events_without_a_hook_and_broken_ones_are_answered_with_nothing(box: Sandbox) -> None:
    with memdir.open(box.project, background=False) as workspace:
        for given in ({}, {"hook_event_name": "PreToolUse"}, {"hook_event_name": "UserPromptSubmit", "prompt": 3}):
            assert memdir.answer_hook(given, workspace) == {}
    assert memdir.answer_hook({"hook_event_name": "Stop", "cwd": "/nowhere"}) == {}
