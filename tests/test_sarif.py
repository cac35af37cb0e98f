"""SARIF 2.1.0: the parts that readers of it require, for every finding there can be."""

from __future__ import annotations

import json
from urllib.parse import unquote

from memdir.check_codes import RULES
from memdir.model import Finding
from memdir.sarif import sarif

EVERY = [
    Finding(c, r.severity, f"ö b/{c}.md", n % 3, f"message of {c}", root="/r") for n, (c, r) in enumerate(RULES.items())
]


def test_every_code_is_a_rule_and_a_result() -> None:
    whole = json.loads(json.dumps(sarif(EVERY, version="1.2.3", prefixes={"/r": ".claude/memory/"})))
    assert whole["version"] == "2.1.0" and whole["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = whole["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("memdir", "1.2.3")
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == sorted(RULES)
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    for finding, result in zip(EVERY, run["results"], strict=True):
        assert ids[result["ruleIndex"]] == result["ruleId"] == finding.code
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"] == finding.message
        place = result["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert unquote(uri) == ".claude/memory/" + finding.path and " " not in uri and uri.isascii()
        assert place.get("region") == ({"startLine": finding.line} if finding.line else None)


def test_a_fingerprint_survives_the_line_and_tells_twins_apart() -> None:
    one = Finding("link-dead", "warning", "a.md", 3, "m")
    moved = Finding("link-dead", "warning", "a.md", 30, "m")
    prints = [r["partialFingerprints"]["memdir/v1"] for r in _results([one, one])]
    assert len(set(prints)) == 2
    assert prints[0] == _results([moved])[0]["partialFingerprints"]["memdir/v1"]


def test_nothing_found_is_an_empty_run_and_a_directory_has_a_place() -> None:
    assert _results([]) == []
    (result,) = _results([Finding("too-many", "warning", "", 0, "m")])
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."


def _results(findings: list[Finding]) -> list[dict]:  # type: ignore[type-arg]
    return json.loads(json.dumps(sarif(findings, version="0", prefixes={})))["runs"][0]["results"]
