"""The JSON of every command has the schema and the fields that docs/json.md promises."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from sandbox import TOP, Sandbox

from memdir.cli import registry
from memdir.hook_events import EVENTS

EVENT_HOOKS = tuple(f"hook {event.word}" for event in EVENTS)
PAGE = (TOP / "docs" / "json.md").read_text("utf-8")
PRINTS_OTHERWISE = (
    "memdir mcp",
    "--diff",
    "--path",
    "help recall",
    "--sarif",
    "--render",
    "-0",
    "--null",
    *EVENT_HOOKS,
)
"""Examples whose output is a text of its own."""


def promised() -> dict[str, str]:
    """The part of the page that speaks of each schema: its table row or paragraph."""
    found: dict[str, str] = {}
    for part in re.split(r"\n(?=\n|\| )", PAGE):
        for schema in re.findall(r"`([a-z-]+/\d+)`", part):
            found[schema] = found.get(schema, "") + part
    return found


EXAMPLES = [
    example
    for command in registry.all_commands()
    for example in command.examples
    if not any(text in example for text in PRINTS_OTHERWISE)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_fields_are_documented(example: str, sample: Sandbox) -> None:
    words = shlex.split(example)[1:]
    done = sample.run(*words, *([] if "--json" in words else ["--json"]))
    if not done.out:
        assert json.loads(done.err)["error"]["code"] == "not-found"
        return
    fields = json.loads(done.out)
    schema = fields.pop("schema").removeprefix("memdir.")
    said = promised()[schema]
    missing = [name for name in fields if f"`{name}`" not in said]
    assert missing == [], f"docs/json.md does not speak of {missing} of {schema}"


CONTRACT = {
    "recall port": {"query", "answered_by", "took_ms", "hits"},
    "index rebuild": {"memories", "added", "updated", "removed", "generation", "took_ms"},
    "index sync": {"memories", "added", "updated", "removed", "generation", "took_ms"},
    "check": {"findings"},
    "where": {"sources"},
    "instructions": {"files"},
}


@pytest.mark.parametrize("line", CONTRACT)
def test_what_scripts_rely_on(line: str, sample: Sandbox) -> None:
    fields = json.loads(sample.run("--memory-dir", ".claude/memory", *line.split(), "--json").out)
    assert fields.keys() >= CONTRACT[line] | {"schema"}
    if line == "recall port":
        names = ["path", "source", "root", "name", "type", "description", "score", "parts", "snippet", "modified"]
        assert fields["hits"]
        assert all(hit.keys() >= set(names) for hit in fields["hits"])
    if line == "check":
        assert all(f.keys() >= {"code", "path", "line", "severity", "message"} for f in fields["findings"])
