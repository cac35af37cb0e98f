"""An agent framework keeps its sessions in a directory, and memdir finds what was said in them.

    python docs/examples/session_store.py DIR

With the Claude Agent SDK the store is an option, and the rest happens by itself:

    options = ClaudeAgentOptions(session_store=DirectorySessionStore("sessions"))

Here a framework of our own does the same by hand.
"""

from __future__ import annotations

import asyncio
import sys
import uuid

import memdir
from memdir.sessions.session_store import DirectorySessionStore, SessionKey

NAMESPACE = uuid.UUID("6f1d7c1e-58a5-4d0e-9d6c-0f0c0a3c6b5e")


def entry(session: str, number: int, role: str, text: str) -> dict[str, object]:
    """A line of a transcript. Its uuid says which one it is: sent twice, it is kept once."""
    return {
        "type": role,
        "uuid": str(uuid.uuid5(NAMESPACE, f"{session} {number}")),
        "parentUuid": str(uuid.uuid5(NAMESPACE, f"{session} {number - 1}")) if number else None,
        "sessionId": session,
        "timestamp": f"2026-09-01T10:{number:02}:00.000Z",
        "isSidechain": False,
        "message": {"role": role, "content": text},
    }


async def main(folder: str) -> None:
    """Keep a session, send a part of it again, and search it."""
    store = DirectorySessionStore(folder)
    session = str(uuid.uuid5(NAMESPACE, "ports"))
    key: SessionKey = {"project_key": "site", "session_id": session}
    asked = entry(session, 0, "user", "Which port does the api listen on?")
    answered = entry(session, 1, "assistant", "On 8420; 9000 is the old one.")
    await store.append(key, [asked])
    await store.append(key, [asked, answered])  # a batch that is sent again is no harm

    print(f"{len(await store.list_sessions('site'))} session, {len(await store.load(key) or [])} entries")
    with memdir.open(transcripts_dir=folder, background=False) as workspace:
        for hit in workspace.search_sessions("the old one, 9000", limit=1):
            print(f"found: {hit.text}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "sessions"))
