"""A baseline: findings that are accepted as they are today. A finding is known again by its code, path and message
(numbers aside), never by its line, so that it survives edits above it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

from .errors import BadInputError
from .files import read_if_there, shown, write_atomic
from .model import Finding

SCHEMA = "memdir.baseline/1"
_MAX_BYTES = 16 << 20
_NUMBER = re.compile(r"\d+")

Key = tuple[str, str, str]


def key(finding: Finding) -> Key:
    """What a finding is known by: code, path, and its message without numbers."""
    return finding.code, finding.path, _NUMBER.sub("0", finding.message)


def new_findings(findings: Iterable[Finding], accepted: Counter[Key]) -> list[Finding]:
    """The findings that are not accepted; of several with one key as many as are too many, the last ones."""
    left = Counter(accepted)
    found = []
    for finding in findings:
        if left[key(finding)] > 0:
            left[key(finding)] -= 1
        else:
            found.append(finding)
    return found


def read_baseline(path: str) -> Counter[Key] | None:
    """The accepted findings, None where there is no such file. Raises `BadInputError` for a file that is none."""
    data = read_if_there(path, _MAX_BYTES)
    if data is None:
        return None
    try:
        whole = json.loads(data)
        if whole["schema"] != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        return Counter({(e["code"], e["path"], e["message"]): int(e["count"]) for e in whole["findings"]})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInputError(
            f"not a baseline: {error}", path=shown(path), hint="write it anew with --update-baseline"
        ) from error


def write_baseline(path: str, findings: Iterable[Finding]) -> int:
    """Accept these findings; returns how many. One finding a line, sorted, so that it reads well in a diff."""
    counted = sorted(Counter(key(finding) for finding in findings).items())
    lines = [
        json.dumps({"code": code, "path": where, "message": message, "count": count}, ensure_ascii=False)
        for (code, where, message), count in counted
    ]
    body = ",\n".join("  " + line for line in lines)
    text = f'{{"schema": "{SCHEMA}", "findings": [\n{body}\n]}}\n'
    write_atomic(path, text.encode("utf-8", "replace"))
    return sum(count for _, count in counted)
