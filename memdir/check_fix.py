"""The mechanical repairs of `check --fix`: quotes around what YAML would misread, a missing `---`, a blank name.

A repair is made only when the file then says what was read before, without the problem; everything else of the file
stays as it is, byte for byte.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence

from .changes import Plan
from .check_codes import CHECK_FIX
from .errors import BadInputError
from .files import inside, read_if_there
from .frontmatter import edit
from .frontmatter_read import Parsed, parse
from .frontmatter_split import newline_of, split_head
from .journal import Change
from .model import Finding

_LINE = re.compile(r"([ ]*)([\w.-]+)([ ]*:[ ]*)(\S.*?)([ \t]*\r?)$")
_QUOTED = ("invalid-yaml", "comment-in-text")


def plan_fixes(root: str, findings: Sequence[Finding]) -> Plan:
    """The changes that repair the findings that can be repaired, one for each file; ids are looked up on disk, so a
    file that is gone is passed over."""
    changes = []
    for path in dict.fromkeys(f.path for f in findings if f.fix == CHECK_FIX):
        try:
            before = read_if_there(inside(root, path))
        except BadInputError:
            continue  # a name that is spelled otherwise on disk (not UTF-8, not NFC): left to a person
        if before is None:
            continue
        codes = {f.code for f in findings if f.path == path}
        after = repaired(before, codes, os.path.basename(path))
        if after != before:
            changes.append(Change(path, before, after, keep_mtime=True))
    files = "1 file" if len(changes) == 1 else f"{len(changes)} files"
    return Plan(f"check --fix of {files}", tuple(changes))


def repaired(data: bytes, codes: set[str], file_name: str) -> bytes:
    """The file with the problems of these codes mended where that is safe."""
    if codes & set(_QUOTED):
        data = _quote_lines(data, codes)
    if "unclosed-frontmatter" in codes:
        data = _close(data)
    if "empty-name" in codes:
        try:
            data = edit(data, {"name": file_name.rpartition(".")[0] or file_name})
        except BadInputError:
            return data  # the rest of the head is broken too
    return data


def _quote_lines(data: bytes, codes: set[str]) -> bytes:
    parsed = parse(data)
    for problem in parsed.problems:
        if problem.code in _QUOTED and problem.code in codes:
            lines = data.split(b"\n")
            line = _quoted(lines[problem.line - 1].decode("utf-8", "surrogateescape"), parsed)
            lines[problem.line - 1] = line.encode("utf-8", "surrogateescape")
            candidate = b"\n".join(lines)
            again = parse(candidate)
            gone = problem.line not in {p.line for p in again.problems if p.code in _QUOTED}
            if gone and again.head == parsed.head and again.body == parsed.body:
                data = candidate
    return data


def _quoted(line: str, parsed: Parsed) -> str:
    match = _LINE.match(line)
    if match is None:
        return line
    indent, key, colon, _, end = match.groups()
    metadata = parsed.head.get("metadata")
    fields: Mapping[str, object] = metadata if indent and isinstance(metadata, dict) else parsed.head
    value = fields.get(key)
    if not isinstance(value, str):
        return line
    return f"{indent}{key}{colon}{json.dumps(value, ensure_ascii=False)}{end}"


def _close(data: bytes) -> bytes:
    text = data.decode("utf-8", "surrogateescape")
    split = split_head(text.removeprefix("\ufeff"))
    if split is None or split.closed:
        return data
    newline = newline_of(text)
    at = split.end + (len(text) - len(text.removeprefix("\ufeff")))
    start = "" if text[:at].endswith(("\n", "\r")) else newline
    candidate = f"{text[:at]}{start}---{newline}{text[at:]}".encode("utf-8", "surrogateescape")
    old, new = parse(data), parse(candidate)
    return candidate if new.head == old.head and new.problem("unclosed-frontmatter") is None else data
