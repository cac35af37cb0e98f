"""`user-prompt-submit`: the memories that the prompt calls for, and nothing else."""

from __future__ import annotations

import os
import re

from memdir.errors import MemdirError
from memdir.files import read_if_there
from memdir.given import read_given, write_given
from memdir.injection import injection
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
    already = [os.path.join(hit.root, hit.path) for hit in found if _loaded(call, hit.root, hit.path, hit.line)]
    made = injection(found, given, now, already=already)
    given.ids.update(made.ids)
    given.chars += len(made.text)
    if call.session:
        write_given(call.folder, call.session, given)
    return Reply(made.text, "", mask(prompt)[:LOGGED], made.injected, made.left_out)


def _loaded(call: Call, root: str, path: str, line: int) -> bool:
    """Whether Claude Code gives it by itself: a section in the loaded part of its MEMORY.md, or a file that the
    instructions import."""
    if os.path.realpath(root) != call.root or not call.workspace.primary.loaded_by_claude:
        return False
    if line > 1 or "#" in path:
        from memdir.memory_index import load_index  # reads Markdown: only for a section

        index = path.partition("#")[0]
        text = _read(os.path.join(root, index))
        loaded = load_index(text)
        return "/" not in index and (not loaded.truncated or line <= loaded.content.count("\n") + 1)
    imported = re.compile(rf"(?:^|\s)@\S*{re.escape(os.path.basename(path))}(?:\s|$)")
    return any(imported.search(text) for text in _instructions(call))


def _instructions(call: Call) -> list[str]:
    located = call.workspace.located
    top = located.project_root
    places = [
        os.path.join(top, name) for name in ("CLAUDE.md", "CLAUDE.local.md", os.path.join(".claude", "CLAUDE.md"))
    ]
    if located.config_dir:
        places.append(os.path.join(located.config_dir, "CLAUDE.md"))
    return [text for text in map(_read, places) if text]


def _read(path: str) -> str:
    try:
        return (read_if_there(path) or b"").decode("utf-8", "replace")
    except MemdirError:
        return ""
