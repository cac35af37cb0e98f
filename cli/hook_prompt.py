"""`user-prompt-submit`: the memories that the prompt calls for, and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from memdir.errors import MemdirError
from memdir.files import read_if_there
from memdir.given import read_given, write_given
from memdir.hit import Hit
from memdir.injection import injection
from memdir.model import INDEX_NAME
from memdir.secrets import mask

from .hook_call import Call, Reply

MAX_PROMPT = 4_000
"""Characters of a prompt that are asked with."""
FOUND = 10
"""Memories that are looked at."""
LOGGED = 200
"""Characters of a prompt that the log keeps."""


def reply(call: Call) -> Reply:
    """What the prompt recalls. A slash command or a single word recalls nothing."""
    prompt = call.text("prompt")[:MAX_PROMPT].strip()
    if prompt.startswith("/") or len(prompt.split(None, 1)) < 2:
        return Reply()
    workspace = call.workspace
    found = workspace.ask(prompt, workspace.options(FOUND)).hits
    if not found:
        return Reply()
    roots = {path for source in workspace.sources for path in (source.root, os.path.realpath(source.root))}
    given = read_given(call.folder, call.session, call.root, sorted(roots - {call.root}))
    if call.transcript:
        given.look(call.transcript)
    now = call.environment.now()
    already = _loaded(call, found)
    made = injection(found, given, now, already=already)
    given.ids.update(made.ids)
    given.chars += len(made.text)
    if call.session:
        write_given(call.folder, call.session, given)
    return Reply(made.text, "", mask(prompt)[:LOGGED], made.injected, made.left_out)


def _loaded(call: Call, hits: Sequence[Hit]) -> list[str]:
    """The paths of those that Claude Code gives by itself: sections in the loaded part of its MEMORY.md, and files that
    the instructions import."""
    if not call.workspace.primary.loaded_by_claude:
        return []
    own = [hit for hit in hits if os.path.realpath(hit.root) == call.root]
    index = os.path.join(call.root, INDEX_NAME)
    sections = [hit for hit in own if hit.path.startswith(f"{INDEX_NAME}#")]
    found = []
    if sections:
        from memdir.memory_index import load_index  # reads Markdown: only for a section

        loaded = load_index(_read(index))
        end = loaded.content.count("\n") + 1
        found = [hit for hit in sections if not loaded.truncated or hit.line <= end]
    said = [text for text in map(_read, _instructions(call)) if "@" in text]
    for hit in own if said else ():
        imported = re.compile(rf"(?:^|\s)@\S*{re.escape(os.path.basename(hit.path))}(?:\s|$)")
        if any(imported.search(text) for text in said):
            found.append(hit)
    return [os.path.join(hit.root, hit.path) for hit in found]


def _instructions(call: Call) -> list[str]:
    """The files of instructions that a project and a user mostly have."""
    located = call.workspace.located
    names = ("CLAUDE.md", "CLAUDE.local.md", os.path.join(".claude", "CLAUDE.md"))
    users = [os.path.join(located.config_dir, "CLAUDE.md")] if located.config_dir else []
    return [os.path.join(located.project_root, name) for name in names] + users


def _read(path: str) -> str:
    try:
        return (read_if_there(path) or b"").decode("utf-8", "replace")
    except MemdirError:
        return ""
