"""What a command's `run` is given: the values of its options, the output, the environment and the workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from memdir.environment import Environment

from .output import Output

if TYPE_CHECKING:
    from .progress import Progress
    from .workspace import Workspace


class Values:
    """The parsed values of one command line, by key. A typed look-up each, so that a wrong key fails in tests."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = dict(values)

    def flag(self, key: str) -> bool:
        """True when the flag was given."""
        return bool(self._values[key])

    def text(self, key: str) -> str | None:
        """The text of an option or argument, None when it was not given and has no default."""
        value = self._values[key]
        return None if value is None else str(value)

    def required(self, key: str) -> str:
        """The text of a required argument."""
        return str(self._values[key])

    def integer(self, key: str) -> int | None:
        """The whole number, None when not given and without default."""
        value = self._values[key]
        return value if isinstance(value, int) else None

    def number(self, key: str) -> float | None:
        """The number, None when not given and without default."""
        value = self._values[key]
        return float(value) if isinstance(value, int | float) else None

    def many(self, key: str) -> list[str]:
        """All values of an option or argument that may be given several times."""
        value = self._values[key]
        return [str(v) for v in value] if isinstance(value, list | tuple) else []


class App:
    """One run of the command line."""

    def __init__(self, environment: Environment, output: Output, values: Values) -> None:
        self.environment = environment
        self.out = output
        self.values = values
        self._workspace: Workspace | None = None
        self._progress: Progress | None = None

    def workspace(self, *, transcripts_dir: str | None = None) -> Workspace:
        """The workspace of the global options, opened once and closed by `main`. `transcripts_dir` is the directory
        that a command's own option names."""
        if self._workspace is None:
            from .workspace import open_workspace

            if self.out.stderr.isatty() and not self.out.json and not self.out.plain:
                from .progress import Progress

                self._progress = Progress("reading")
            self._workspace = open_workspace(
                environment=self.environment,
                memory_dir=self.values.text("memory_dir"),
                transcripts_dir=transcripts_dir or self.values.text("transcripts_dir"),
                config_dir=self.values.text("config_dir"),
                progress=self._progress,
            )
        return self._workspace

    @property
    def progress(self) -> Progress | None:
        """The bar for what takes long; None where nobody sees it."""
        self.workspace()
        return self._progress

    def after_output(self) -> None:
        """What may be done once the answer is out: publish what the answer had to scan."""
        if self._workspace is not None:
            self._workspace.after_answer()

    def close(self) -> None:
        """Close what was opened."""
        if self._progress is not None:
            self._progress.stop()
        if self._workspace is not None:
            self._workspace.close()
