"""The folder name that Claude Code gives a project below `projects/`, and how to find the folder of a path.

The rule (Claude Agent SDK `_sanitize_path`, documentation page "sessions"; formats/claude-code.md §1.2): the real
path in NFC, every UTF-16 code unit that is no ASCII letter or digit becomes `-`. Past 200 units the name is cut and a
hash follows whose algorithm differs between builds, so the folder of a long path is looked up, not computed.
A slug cannot be turned back into a path: the path is read from the transcripts' `cwd`.
"""

from __future__ import annotations

import os
import re

MAX_UNITS = 200
"""UTF-16 units kept of a slug before the hash."""
HEAD_BYTES = 64 << 10
"""How much of a transcript is read to find its `cwd`."""
_FIRST_BYTES = 8 << 10
"""Nearly always enough."""
_TRANSCRIPTS_LOOKED_AT = 8

_OTHER = re.compile(r"[^a-zA-Z0-9]")
_CWD = re.compile(rb'"cwd"\s*:\s*"((?:[^"\\]|\\.)*)"')


def slug(path: str) -> str:
    """The folder name of an absolute real path. For more than 200 units this is one build's spelling (the Node
    variant of the hash); `find_project_dirs` finds the folder whichever build made it."""
    plain = _sanitized(path)
    if len(plain) <= MAX_UNITS:
        return plain
    return f"{plain[:MAX_UNITS]}-{hash32(_normal(path))}"


def long_prefix(path: str) -> str | None:
    """What the folder's name begins with when the path is too long for an exact name, None when it is not."""
    plain = _sanitized(path)
    return plain[:MAX_UNITS] + "-" if len(plain) > MAX_UNITS else None


def hash32(text: str) -> str:
    """The 31-multiplier string hash over UTF-16 units in 32-bit signed arithmetic, its absolute value in base 36."""
    value = 0
    data = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(data), 2):
        value = (value * 31 + data[at] + (data[at + 1] << 8)) & 0xFFFFFFFF
    value = abs(value - (1 << 32) if value >= 1 << 31 else value)
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def find_project_dirs(projects_dir: str, path: str) -> list[str]:
    """The existing folders of `path` (absolute, real) below `projects_dir`: at most one for an ordinary path. For a
    long path those with its prefix in which a transcript was recorded in `path`; a folder without any readable
    transcript counts only when it has the computed name."""
    prefix = long_prefix(path)
    if prefix is None:
        folder = os.path.join(projects_dir, slug(path))
        return [folder] if os.path.isdir(folder) else []
    exact = slug(path)
    found = []
    for name in _names(projects_dir):
        if not name.startswith(prefix):
            continue
        folder = os.path.join(projects_dir, name)
        if not os.path.isdir(folder):
            continue
        recorded = recorded_cwds(folder)
        if _normal(path) in recorded or (not recorded and name == exact):
            found.append(folder)
    return found


def recorded_cwds(project_dir: str, limit: int = _TRANSCRIPTS_LOOKED_AT) -> list[str]:
    """The working directories recorded in the newest `limit` transcripts of a project's folder, NFC, each once,
    newest first. Reads at most `HEAD_BYTES` of each; what cannot be read is passed over."""
    found: dict[str, None] = {}
    for transcript in _newest_transcripts(project_dir, limit):
        cwd = recorded_cwd(transcript)
        if cwd:
            found.setdefault(_normal(cwd))
    return list(found)


def recorded_cwd(transcript: str) -> str | None:
    """The first `cwd` in a transcript's first `HEAD_BYTES`, None where there is none or the file cannot be read."""
    try:
        with open(transcript, "rb") as file:
            for size in (_FIRST_BYTES, HEAD_BYTES):
                file.seek(0)
                cwd = _first_cwd(file.read(size))
                if cwd:
                    return cwd
    except OSError:
        return None
    return None


def _first_cwd(head: bytes) -> str | None:
    start = 0
    while (at := head.find(b'"cwd"', start)) >= 0:
        begin, end = head.rfind(b"\n", 0, at) + 1, head.find(b"\n", at)
        cwd = _cwd_of(head[begin:] if end < 0 else head[begin:end], whole=end >= 0)
        if cwd or end < 0:
            return cwd
        start = end
    return None


def _cwd_of(line: bytes, *, whole: bool) -> str | None:
    import json  # only on this path: recall does not pay for it

    value: object = None
    try:
        if whole:
            record = json.loads(line)
            value = record.get("cwd") if isinstance(record, dict) else None
        else:
            # Cut by HEAD_BYTES, or torn: the first field of that name is good enough to name a directory.
            match = _CWD.search(line)
            value = json.loads(b'"' + match[1] + b'"') if match else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, str) and value and "\0" not in value else None


def _newest_transcripts(project_dir: str, limit: int) -> list[str]:
    aged: list[tuple[int, str]] = []
    try:
        with os.scandir(project_dir) as entries:
            for entry in entries:
                if entry.name.endswith(".jsonl") and entry.is_file():
                    aged.append((-entry.stat().st_mtime_ns, entry.path))
    except OSError:
        return []
    return [path for _, path in sorted(aged)[:limit]]


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def _normal(path: str) -> str:
    if path.isascii():
        return path
    import unicodedata  # only for paths that need it

    return unicodedata.normalize("NFC", path)


def _sanitized(path: str) -> str:
    # A character beyond the BMP is two UTF-16 units and becomes two dashes.
    return _OTHER.sub(lambda found: "--" if found[0] > "\uffff" else "-", _normal(path))
