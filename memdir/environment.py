"""What surrounds a run: working directory, home, environment variables, platform and clock, passed in as one value.

Only `cli/` makes one from the real process; everything below takes it as an argument, so that a test can set
every part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Environment(NamedTuple):
    """`cwd` and `home` are absolute paths (`home` is None where there is none), `env` the environment variables,
    `platform` as in `sys.platform`, `now` a clock in seconds since the epoch."""

    cwd: str
    home: str | None
    env: Mapping[str, str]
    platform: str
    now: Callable[[], float]

    def flag(self, name: str) -> bool:
        """True when the variable is set to 1, true, yes or on, as Claude Code reads its switches."""
        return self.env.get(name, "").strip().lower() in {"1", "true", "yes", "on"}
