"""The command line: reads the process once (arguments, environment, cwd, clock), runs one command and
turns every error into one line and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TextIO

from memdir import __version__
from memdir.errors import EXIT_INTERRUPTED, EXIT_IO, EXIT_OK, BadInputError, MemdirError, StorageError, UsageError

from .app import App, Values
from .output import Output
from .parse import Value, parse, refuse_unknown_command
from .process import open_closed_streams, real_environment
from .table import Command


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (`docs/exit-codes.md`)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    code = _guarded(arguments)
    if _answers_an_agent(arguments):
        if code != EXIT_OK:
            from .hook_run import log_refusal

            log_refusal(arguments)
        return EXIT_OK
    return code


def _answers_an_agent(arguments: Sequence[str]) -> bool:
    """An agent's hook ends with 0 whatever happens: another code may stop the agent, and 2 throws its prompt away."""
    return arguments[:1] == ["hook"] and arguments[1:2] not in ([], ["log"], ["work"], ["--help"], ["-h"])


def _guarded(arguments: list[str]) -> int:
    """Run the command line; every error becomes one line and an exit code."""
    wants_json = "--json" in arguments
    err = Output(sys.stdout, sys.stderr, json=wants_json)
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader (head, less) has what it wants: nothing more can be written, not even by the interpreter's exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        _report(err, MemdirError("stopped", code="interrupted"))
        return EXIT_INTERRUPTED
    except MemdirError as error:
        _report(err, error)
        return error.exit_code
    except OSError as error:
        _report(err, StorageError(error.strerror or str(error), path=_named(error), code="io"))
        return EXIT_IO
    except RecursionError:
        _report(err, BadInputError("the input is nested too deeply"))
        return BadInputError.exit_code
    except MemoryError:
        _report(err, StorageError("there is not enough memory"))
        return EXIT_IO
    except Exception as error:  # a mistake of ours: people get one line of it, not the stack
        if os.environ.get("MEMDIR_DEBUG"):
            raise
        said = f"a mistake in memdir itself, {type(error).__name__}: {error}"
        _report(err, MemdirError(said, hint="MEMDIR_DEBUG=1 shows where; please report it", code="internal"))
        return MemdirError.exit_code


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):
        sys.stdout.write(f"memdir {__version__}\n")
        return 0
    if arguments[:1] in (["--help"], ["-h"]):
        arguments = ["help"]
    if not any(name.startswith("_MEMDIR_COMPLETE") for name in os.environ):
        parsed = parse(arguments)
        if parsed is not None:
            return _run(*parsed)
        refuse_unknown_command(arguments)
    from . import typer_app

    try:
        return typer_app.main(arguments, _run)
    except typer_app.UsageMistake as mistake:
        raise UsageError(str(mistake), hint="see memdir help") from None


def _run(command: Command, values: dict[str, Value]) -> int:
    given = Values(values)
    environment = real_environment(given.text("directory"))
    stdout: TextIO = sys.stdout
    on_terminal = stdout.isatty()
    plain = given.flag("plain")
    output = Output(
        stdout,
        sys.stderr,
        json=given.flag("json"),
        plain=plain,
        colour=on_terminal and not environment.env.get("NO_COLOR") and environment.env.get("TERM") != "dumb",
        interactive=on_terminal and sys.stdin is not None and sys.stdin.isatty() and not given.flag("json"),
        ask=_asker(sys.stderr),
    )
    app = App(environment, output, given)
    try:
        code = command.run(app, given)
        stdout.flush()
        app.after_output()
        return code
    finally:
        app.close()


def _asker(stream: TextIO) -> Callable[[str], str]:
    def ask(question: str) -> str:
        stream.write(question)
        stream.flush()
        return sys.stdin.readline()

    return ask


def _named(error: OSError) -> str | None:
    return error.filename if isinstance(error.filename, str) else None


def _report(output: Output, error: MemdirError) -> None:
    try:
        output.error(error)
    except (OSError, ValueError):
        return  # stderr is closed: the exit code says it alone
