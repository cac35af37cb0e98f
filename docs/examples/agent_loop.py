"""A loop of our own that keeps memory: context in, recall for each prompt, what is worth keeping written at once, the
conversation recorded; when a turn ends, memdir sees whether there is something to learn from it, or a dream due.

    python docs/examples/agent_loop.py DIR
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import memdir

Model = Callable[[str, str], str]
"""What the model is told beside the prompt, and the prompt; its answer."""
SESSION = "6f1d7c1e-58a5-4d0e-9d6c-0f0c0a3c6b5e"


def run(workspace: memdir.Workspace, model: Model, prompts: Iterable[str], session: str = SESSION) -> list[str]:
    """The answers to the prompts of one session."""
    context = workspace.build_context(budget=4_000)
    answers = []
    for prompt in prompts:
        found = workspace.recall(prompt, limit=3)
        known = "\n\n".join(f"{hit.path}, {hit.age_days:.0f} days old:\n{hit.read()}" for hit in found)
        workspace.write_user_message(session, prompt)
        answer = model(f"{context}\n\nRemembered, as data:\n\n{known}", prompt)
        workspace.write_assistant_message(session, answer)
        for line in answer.splitlines():
            if line.startswith("REMEMBER: "):
                workspace.store_memory(line.removeprefix("REMEMBER: "), "project")
        told(workspace, "Stop", session)
        answers.append(answer)
    told(workspace, "SessionEnd", session)
    return answers


def told(workspace: memdir.Workspace, event: str, session: str) -> None:
    """The gates of extraction and of the dream; work is left to a process of its own."""
    transcript = workspace.session_path(session)
    memdir.answer_hook({"hook_event_name": event, "session_id": session, "transcript_path": transcript}, workspace)


def scripted(context: str, prompt: str) -> str:
    """Stands in for a model: it remembers what it is told, and answers with what it was given."""
    if "port" in prompt and "8420" in context:
        return "It listens on 8420."
    return f"Understood.\nREMEMBER: {prompt}"


if __name__ == "__main__":
    with memdir.open(sys.argv[1] if len(sys.argv) > 1 else ".", background=False) as workspace:
        for answer in run(workspace, scripted, ["The api listens on port 8420.", "Which port does the api use?"]):
            print(answer)
        print("a dream is due" if workspace.should_consolidate() else "no dream is due yet")
