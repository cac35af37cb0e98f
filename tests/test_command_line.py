"""The command line: one table, two readers of it, help that fits, and every command documented with an example."""

from __future__ import annotations

import pytest
from sandbox import Sandbox

from memdir.cli import registry, typer_app
from memdir.cli.parse import Value, parse
from memdir.cli.table import Command


def through_typer(words: list[str]) -> tuple[str, dict[str, Value]]:
    seen: list[tuple[str, dict[str, Value]]] = []

    def keep(command: Command, values: dict[str, Value]) -> int:
        seen.append((command.name, values))
        return 0

    assert typer_app.main(words, keep) == 0
    return seen[0]


def sample_lines() -> list[list[str]]:
    """A well-formed command line for every option of every command, before and after the arguments."""
    lines = []
    for command in registry.all_commands():
        words = [a.name.lower() for a in command.arguments if a.required]
        start = command.name.split()
        lines.append([*start, *words])
        lines.append(["--json", "-C", "somewhere", *start, *words, "--plain"])
        for option in command.options:
            value = {"flag": [], "int": ["3"], "float": ["0.5"]}.get(
                option.kind, [option.choices[0] if option.choices else "x"]
            )
            for name in option.names:
                lines.append([*start, *words, name, *value])
            if value:
                lines.append([*start, f"{option.names[-1]}={value[0]}", *words])
            if option.many:
                lines.append([*start, *words, option.names[-1], *value, option.names[-1], *value])
    return lines


@pytest.mark.parametrize("words", sample_lines(), ids=" ".join)
def test_the_small_parser_reads_what_typer_reads(words: list[str]) -> None:
    plain = parse(words)
    assert plain is not None
    command, values = plain
    name, typed = through_typer(words)
    assert name in (command.name, *command.aliases)
    assert values == typed


@pytest.mark.parametrize(
    "words", [["recal"], ["recall"], ["ls", "--nope"], ["recall", "-n", "x", "q"], ["graph", "nope"]]
)
def test_a_wrong_line_is_left_to_typer_which_explains_it(words: list[str]) -> None:
    assert parse(words) is None
    with pytest.raises(typer_app.UsageMistake):
        typer_app.main(words, lambda command, values: 0)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("memdir show dev-", {"dev-server-port", "dev-server-port-8420"}),
        ("memdir rm dev-server-port team/", {"team/on-call", "team/refund-policy"}),
        ("memdir graph path on-", {"on-call"}),
        ("memdir --memory-dir nowhere show dev-", set()),
        ("memdir --memory-dir .claude/memory/team edit on", {"on-call"}),
        ("memdir -C /nowhere/at/all show dev-", set()),
        ("memdir sta", {"status"}),
    ],
)
def test_the_shell_completes(line: str, offered: set[str], sample: Sandbox) -> None:
    words = len(line.split()) - 1
    done = sample.run(_MEMDIR_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(words))
    assert "Traceback" not in done.err
    assert set(done.out.split()) == offered


def test_the_registry_lists_exactly_the_commands_there_are() -> None:
    words = {c.name.split()[0] for c in registry.all_commands()}
    aliases = {a for c in registry.all_commands() for a in c.aliases}
    assert set(registry.MODULES) == words | aliases
    for word in registry.MODULES:
        assert word in {n.split()[0] for c in registry.commands_of(word) for n in (c.name, *c.aliases)}


def test_everyday_commands_exist_and_are_a_dozen() -> None:
    everyday = [name for names in registry.EVERYDAY.values() for name in names]
    assert len(everyday) == 12
    assert set(everyday) <= {c.name for c in registry.all_commands()}


@pytest.mark.parametrize("command", registry.all_commands(), ids=lambda c: c.name)
def test_every_command_has_help_and_an_example(command: Command) -> None:
    assert command.summary.endswith(".")
    assert command.examples
    assert all(example.startswith("memdir ") for example in command.examples)
    assert all(o.help for o in command.options)
    assert len({n for o in command.options for n in o.names}) == sum(len(o.names) for o in command.options)


@pytest.mark.parametrize("command", registry.all_commands(), ids=lambda c: c.name)
def test_help_of_every_command(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert typer_app.main([*command.name.split(), "--help"], lambda command, values: 0) == 0
    shown = capsys.readouterr().out
    for option in command.options:
        assert option.hidden or option.names[-1] in shown
