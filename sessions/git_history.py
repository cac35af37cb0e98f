"""What the history of git says already: the messages of the newest commits."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Final

COMMITS: Final = 500
_SECONDS: Final = 10.0
_MAX: Final = 4 << 20


def recent_messages(repository: str, env: Mapping[str, str], commits: int = COMMITS) -> str:
    """The messages of the newest commits of a repository, a paragraph each; empty where git cannot tell."""
    kept = {name: value for name, value in env.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "log", f"--max-count={commits}", "--no-show-signature", "--format=%s%n%b"],
            cwd=repository, env={**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout[:_MAX].decode("utf-8", "replace") if done.returncode == 0 else ""
