"""Documentation is code: every command in README, docs and the option table runs; shown output is real output."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox import TOP, Sandbox

from memdir.cli import reference, registry

PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_VARIES = re.compile(r"\d+(\.\d+)? ?(ms|us|KB|MB|bytes)\b|\d+ seconds? ago")


def blocks() -> list[tuple[str, str]]:
    """(page, console block) of every page but the generated reference, whose examples come from the table."""
    found = []
    for page in PAGES:
        if page.name != "cli-reference.md":
            found += [(page.name, match.group(1)) for match in _BLOCK.finditer(page.read_text("utf-8"))]
    return found


def commands_in(block: str) -> list[tuple[str, list[str]]]:
    """(command line, output lines) of a console block."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


@pytest.mark.parametrize(("page", "block"), blocks(), ids=lambda v: v.split("\n")[0][:60])
def test_console_blocks_run_and_show_what_they_print(page: str, block: str, sample: Sandbox) -> None:
    for line, expected in commands_in(block):
        words = shlex.split(line, comments=True)
        if not words or words[0] != "memdir":
            continue
        done = sample.run(*words[1:])
        assert done.code in (0, 1), f"{page}: {line}: exit {done.code}: {done.err}"
        assert "Traceback" not in done.err
        shown = [_VARIES.sub("~", x) for x in expected if x.strip() and x != "..."]
        printed = [_VARIES.sub("~", x.rstrip()) for x in done.out.splitlines() if x.strip()]
        if shown:
            assert printed[: len(shown)] == shown if expected[-1] == "..." else printed == shown


def test_the_first_screen_of_the_readme_is_a_screen() -> None:
    first = (TOP / "README.md").read_text("utf-8").split("\n## ")[0]
    assert len(first.splitlines()) <= 40


def test_the_demo_shows_the_main_jobs(tmp_path: Path) -> None:
    program = tmp_path / "memdir"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{TOP}" exec "{sys.executable}" -m memdir "$@"\n', "utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        ["sh", str(TOP / ".ci" / "demo"), str(program)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for said in (
        "committed: dev-server-port.md",  # recall
        "  > No, use port 9000 in .env.local.",  # session search
        "Never stop the simulator",  # extract
        "+Since 2026-11-20 the staging database",  # dream plan
        '"hookEventName": "UserPromptSubmit"',  # the hook
        "given 0.",  # its log
    ):
        assert said in done.stdout
    assert str(tmp_path) not in done.stdout.replace(str(program), "")


@pytest.mark.parametrize("example", [e for c in registry.all_commands() for e in c.examples])
def test_examples_of_the_reference_run(example: str, sample: Sandbox) -> None:
    done = sample.run(*shlex.split(example)[1:])
    assert done.code in (0, 1), f"{example}: exit {done.code}: {done.err}"
    assert "Traceback" not in done.err


def test_the_reference_is_up_to_date() -> None:
    assert (TOP / "docs" / "cli-reference.md").read_text("utf-8") == reference.reference()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_options_named_in_docs_exist() -> None:
    known = {n for c in registry.all_commands() for o in c.options for n in o.names}
    known |= {n for o in reference.GLOBAL_OPTIONS for n in o.names} | {"--help", "-h", "--version", "--all"}
    known.add("--install-completion")  # typer's
    for page in PAGES:
        for line in re.findall(r"`memdir ([^`]*)`", page.read_text("utf-8")):
            for option in re.findall(r"(?<!\S)(--[a-z][a-z-]*)", line):
                assert option in known, f"{page.name}: memdir {line}"
