"""The daemon as a service of a user: a systemd unit and a launchd plist, as text."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping, Sequence
from typing import Final

LABEL: Final = "dev.memdir.watch"


def systemd_unit(line: Sequence[str], variables: Mapping[str, str]) -> str:
    """A user unit that runs a command line. Rules of quoting: systemd.service(5), systemd.unit(5)."""
    lines = [
        "[Unit]",
        "Description=memdir: keep the memory of coding agents indexed",
        "",
        "[Service]",
        f"ExecStart={' '.join(map(_of_command, line))}",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in sorted(variables.items())),
        "Restart=on-failure",
        "RestartSec=10",
        "Nice=10",
        "",
        "[Install]",
        "WantedBy=default.target",
    ]
    return "\n".join(lines) + "\n"


def _of_command(word: str) -> str:
    return _quoted(word).replace("$", "$$")


def _quoted(word: str) -> str:
    """A word as systemd reads it back: `%` begins a specifier, a backslash an escape."""
    escaped = word.replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"' if not word or any(char in word for char in " \t\n\"'\\;") else escaped


def launchd_plist(line: Sequence[str], variables: Mapping[str, str]) -> str:
    """A launch agent that runs a command line, and starts it again when it fails (launchd.plist(5))."""
    value = {
        "Label": LABEL,
        "ProgramArguments": list(line),
        "EnvironmentVariables": dict(sorted(variables.items())),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "LowPriorityIO": True,
        "ProcessType": "Background",
    }
    return plistlib.dumps(value, sort_keys=False).decode("utf-8")
