"""Findings as SARIF 2.1.0 (OASIS), the form in which code hosts take them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from .baseline import Key, key
from .check_codes import RULES
from .model import Finding

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}


def sarif(findings: Sequence[Finding], *, version: str, prefixes: dict[str, str]) -> dict[str, object]:
    """One run. `prefixes` gives for each root how the result's paths begin (`.claude/memory/`), so that they count from
    the repository; `version` is memdir's."""
    codes = sorted({finding.code for finding in findings})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": RULES[code].summary},
            "defaultConfiguration": {"level": _LEVELS[RULES[code].severity]},
        }
        for code in codes
    ]
    seen: Counter[Key] = Counter()
    results: list[dict[str, object]] = []
    for finding in findings:
        seen[key(finding)] += 1
        results.append(
            {
                "ruleId": finding.code,
                "ruleIndex": codes.index(finding.code),
                "level": _LEVELS[finding.severity],
                "message": {"text": finding.message},
                "locations": [{"physicalLocation": _place(finding, prefixes.get(finding.root, ""))}],
                "partialFingerprints": {"memdir/v1": _fingerprint(finding, seen[key(finding)])},
            }
        )
    driver = {"name": "memdir", "version": version, "rules": rules}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _place(finding: Finding, prefix: str) -> dict[str, object]:
    uri = quote((prefix + finding.path).encode("utf-8", "replace"), safe="/") or "."
    place: dict[str, object] = {"artifactLocation": {"uri": uri}}
    if finding.line > 0:
        place["region"] = {"startLine": finding.line}
    return place


def _fingerprint(finding: Finding, number: int) -> str:
    text = "\0".join((*key(finding), str(number)))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
