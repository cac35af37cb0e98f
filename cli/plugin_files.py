"""Writes the plugin's files: `python -m memdir.cli.plugin_files [--check] FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from memdir.plugin import files


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` say which differ; the exit code."""
    check = arguments[:1] == ["--check"]
    folder = Path(arguments[-1])
    wrong = 0
    for name, text in files().items():
        path = folder / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        if check:
            sys.stderr.write(f"{path} is not as it should be: make docs\n")
            wrong = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
