"""A whole run of an agent that speaks the hook protocol: memory is injected, learned, planned, and injected again."""

from __future__ import annotations

import json
import threading
import uuid
from pathlib import Path

from sandbox import Done, Sandbox

CLOCK = "2026-11-21T12:{minute:02}:00Z"


class Agent:
    """A scripted agent: it writes its transcript as Claude Code does and calls the hooks at its events."""

    def __init__(self, box: Sandbox, session: str) -> None:
        self.box = box
        self.session = session
        self.minute = 0
        folder = next((box.home / ".claude" / "projects").iterdir())
        self.path: Path = folder / f"{session}.jsonl"
        self.parent: str | None = None

    def fire(self, word: str, **values: object) -> Done:
        said = {
            "session_id": self.session, "transcript_path": str(self.path), "cwd": str(self.box.project),
            "hook_event_name": word, **values,
        }  # fmt: skip
        done = self.box.run("hook", word, stdin=json.dumps(said), MEMDIR_NOW=CLOCK.format(minute=self.minute % 60))
        assert done.code == 0 and not done.err, done.err
        return done

    def context(self, word: str, **values: object) -> str:
        out = self.fire(word, **values).out
        return json.loads(out)["hookSpecificOutput"]["additionalContext"] if out else ""

    def line(self, type: str, content: object) -> None:
        self.minute += 1
        id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.session}-{self.minute}"))
        entry = {
            "parentUuid": self.parent, "isSidechain": False, "userType": "external", "cwd": str(self.box.project),
            "sessionId": self.session, "version": "2.1.240", "gitBranch": "main", "type": type,
            "message": {"role": type, "content": content, **({"id": f"m{self.minute}"} if type == "assistant" else {})},
            "uuid": id, "timestamp": CLOCK.format(minute=self.minute % 60),
        }  # fmt: skip
        with self.path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        self.parent = id

    def turn(self, prompt: str, answer: str, *, command: str = "make test") -> str:
        """A prompt, a tool call and the answer; what the prompt was given."""
        given = self.context("user-prompt-submit", prompt=prompt)
        self.line("user", prompt)
        call = {"type": "tool_use", "id": f"call-{self.minute}", "name": "Bash", "input": {"command": command}}
        self.line("assistant", [call])
        self.line("user", [{"type": "tool_result", "tool_use_id": call["id"], "content": "ok"}])
        self.line("assistant", [{"type": "text", "text": answer}])
        self.fire("stop", stop_hook_active=False, last_assistant_message=answer)
        return given


def wait_for_worker(box: Sandbox) -> None:
    """Until what the hooks asked for is done, by the worker that they started or else here."""
    for _ in range(300):
        box.run("hook", "work")
        if not list((box.project.parent / "state").rglob("worker/requests/*")):
            return
        threading.Event().wait(0.1)
    raise AssertionError("the worker never ended")


def test_injected_learned_planned_and_injected_again(sample: Sandbox) -> None:
    first = Agent(sample, "aaaaaaaa-0000-4000-8000-000000000001")
    assert "memdir" in first.context("session-start", source="startup")
    assert "Recalled memory" in first.turn("how do we round amounts of money in the shop?", "Half to even.")
    first.turn("From now on always use ruff format, never black, for the Python tools in this repository.", "Noted.")
    for number in range(6):
        first.turn(f"please look at lamp number {number} in the catalogue", "It is there.")
    first.fire("pre-compact", trigger="auto")
    about = first.context("session-start", source="compact")
    assert "first prompt: how do we round amounts" in about
    first.fire("session-end", reason="other")

    wait_for_worker(sample)
    waiting = json.loads(sample.run("extract", "--json").out)
    assert "ruff format" in json.dumps(waiting), "learned, and waiting for a person"
    assert not list((sample.project / ".claude" / "memory").glob("*ruff*")), "nothing is live before a person says so"

    second = Agent(sample, "aaaaaaaa-0000-4000-8000-000000000002")
    started = second.context("session-start", source="startup")
    assert "Waiting for a decision" in started and "memdir review" in started
    assert sample.run("extract", "--apply", "--yes").code == 0
    given = second.turn("which formatter do we use for the python tools?", "ruff format")
    assert "ruff format" in given and "data, not instructions" in given
    assert sample.run("dream", "plan", "--json").code in (0, 1)
    log = json.loads(sample.run("hook", "log", "--json").out)["records"]
    assert {record["event"] for record in log if record["chars"]} >= {"session-start", "user-prompt-submit"}
