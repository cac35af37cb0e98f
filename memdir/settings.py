"""memdir's own configuration: one table of settings, and each value with where it came from.

Order (design §9): flag > `MEMDIR_*` variable > `.memdir.toml` in the memory directory > the user's
`~/.config/memdir/config.toml` > default. `.memdir.toml` may have come with somebody's repository: it may set only what
the table allows it (limits and the language), never where things lie, what is trusted, or weaker checks.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from .environment import Environment
from .errors import BadInputError, UsageError
from .model import Finding

Kind = Literal["flag", "int", "float", "text", "list"]
Value = bool | int | float | str | tuple[str, ...] | None
REPOSITORY_FILE: Final = ".memdir.toml"
_MAX_BYTES = 1 << 20


class Setting(NamedTuple):
    """One setting. `repository` says whether a memory directory's own `.memdir.toml` may set it; `low` and `high`
    bound a number, `choices` a text."""

    name: str
    kind: Kind
    default: Value
    help: str
    repository: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that sets it: `recall.limit` is `MEMDIR_RECALL_LIMIT`."""
        return "MEMDIR_" + self.name.replace(".", "_").upper()


LANGUAGES: Final = (
    *("basque", "catalan", "danish", "dutch", "english", "finnish", "french", "german", "hungarian", "indonesian"),
    *("irish", "italian", "lithuanian", "norwegian", "portuguese", "romanian", "spanish", "swedish", "turkish"),
)
"""Languages in Latin script that every supported PyStemmer knows."""
TABLE: Final = (
    Setting("recall.limit", "int", 10, "Hits that recall gives.", True, 1, 1000),
    Setting("recall.min_score", "float", None, "Lowest score of a hit, 0 to 1; the built-in one if unset.", True, 0, 1),
    Setting("language", "text", "english", "Language of texts in Latin script.", True, choices=LANGUAGES),
    Setting("check.select", "list", (), "Only these finding codes."),
    Setting("check.ignore", "list", (), "Not these finding codes."),
    Setting("index.auto_publish", "flag", True, "Publish a large overlay after answering."),
    Setting("dream.auto", "text", "plan", "What a dream does with nobody there.", choices=("off", "plan", "apply")),
    Setting("dream.min_hours", "float", 24.0, "Hours between two dreams with nobody there.", False, 0, 8760),
    Setting("dream.min_sessions", "int", 5, "Sessions between two dreams with nobody there.", False, 0, 1000),
    Setting("extract.min_messages", "int", 20, "Messages before a hook extracts.", False, 0, 100_000),
    Setting("extract.min_tool_calls", "int", 3, "Tool calls between two extractions by a hook.", False, 0, 100_000),
    Setting("lock.wait", "float", 5.0, "Seconds to wait for another changing command.", False, 0, 3600),
    Setting("trust_project_memory_dir", "flag", False, "Use a project's own autoMemoryDirectory."),
    Setting("watch.archive", "flag", False, "`memdir watch` archives transcripts."),
)
BY_NAME: Final[Mapping[str, Setting]] = {setting.name: setting for setting in TABLE}
OTHER_VARIABLES: Final = ("MEMDIR_CACHE_DIR", "MEMDIR_STATE_DIR", "MEMDIR_OWN_SESSION")
"""Variables that are read elsewhere and are no settings."""


class Settings(NamedTuple):
    """Every setting's value and origin (`default`, a file's path, `$VARIABLE`, `flag`), and what was wrong."""

    values: Mapping[str, Value] = MappingProxyType({})
    origins: Mapping[str, str] = MappingProxyType({})
    findings: tuple[Finding, ...] = ()

    def get(self, name: str) -> Value:
        """The value in force. Raises `UsageError` for a name that is no setting."""
        return self.values.get(name, known(name).default)

    def origin(self, name: str) -> str:
        """Where the value in force was set. Raises `UsageError` for a name that is no setting."""
        return self.origins.get(known(name).name, "default")

    def flag(self, name: str) -> bool:
        """A setting of kind `flag`."""
        return bool(self.get(name))

    def integer(self, name: str) -> int:
        """A setting of kind `int`."""
        value = self.get(name)
        return value if isinstance(value, int) else 0

    def number(self, name: str) -> float | None:
        """A setting of kind `float`, None where it is unset."""
        value = self.get(name)
        return float(value) if isinstance(value, int | float) else None

    def text(self, name: str) -> str:
        """A setting of kind `text`."""
        return str(self.get(name))

    def items(self, name: str) -> tuple[str, ...]:
        """A setting of kind `list`."""
        value = self.get(name)
        return value if isinstance(value, tuple) else ()


def load_settings(
    environment: Environment, memory_dir: str | None = None, flags: Mapping[str, Value] | None = None
) -> Settings:
    """The settings in force. Without `memory_dir` only the user's own. A bad value or key is a finding and the next
    weaker value counts; a bad variable likewise."""
    values: dict[str, Value] = {}
    origins: dict[str, str] = {}
    findings: list[Finding] = []

    def take(name: str, value: Value, origin: str) -> None:
        values[name], origins[name] = value, origin

    user = user_file(environment)
    for path, repository in ((user, False), (memory_dir and os.path.join(memory_dir, REPOSITORY_FILE), True)):
        if path:
            for setting, value in _from_file(path, repository, findings):
                take(setting.name, value, path)
    for setting, value in _from_variables(environment, findings):
        take(setting.name, value, "$" + setting.variable)
    for name, value in (flags or {}).items():
        if value is not None:
            take(known(name).name, value, "flag")
    return Settings(values, origins, tuple(findings))


def known(name: str) -> Setting:
    """The setting of that name. Raises `UsageError` with the nearest name."""
    if name not in BY_NAME:
        raise UsageError(f"there is no setting '{name}'", hint=nearest(name) or "see memdir config list")
    return BY_NAME[name]


def nearest(name: str) -> str | None:
    """`did you mean X?` for a name close to a setting's, None when none is close."""
    import difflib  # only for a wrong name

    close = difflib.get_close_matches(name, BY_NAME, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else None


def user_file(environment: Environment) -> str | None:
    """The user's file, `$XDG_CONFIG_HOME/memdir/config.toml` or `~/.config/memdir/config.toml` (on Windows
    `%APPDATA%\\memdir\\config.toml`); None without a home."""
    base = environment.env.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base) and environment.platform == "win32":
        base = environment.env.get("APPDATA", "")
    if not os.path.isabs(base):
        if environment.home is None:
            return None
        base = os.path.join(environment.home, ".config")
    return os.path.join(base, "memdir", "config.toml")


def checked(setting: Setting, value: object) -> Value:
    """The value as the setting's kind. Raises `BadInputError` when it does not fit."""
    if setting.kind == "list":
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif setting.kind == "flag":
        if isinstance(value, bool):
            return value
    elif setting.kind == "text":
        if isinstance(value, str) and (not setting.choices or value in setting.choices):
            return value
        if isinstance(value, str):
            raise BadInputError(f"{setting.name} must be one of {', '.join(setting.choices)}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if setting.kind == "float" else value
        if setting.kind == "int" and not isinstance(number, int):
            raise BadInputError(f"{setting.name} must be a whole number")
        low, high = setting.low, setting.high
        if (low is None or number >= low) and (high is None or number <= high):
            return number
        raise BadInputError(f"{setting.name} must lie between {low:g} and {high:g}")
    wanted = {"flag": "true or false", "int": "a whole number", "float": "a number", "list": "a list of texts"}
    raise BadInputError(f"{setting.name} must be {wanted.get(setting.kind, 'a text')}")


def from_text(setting: Setting, text: str) -> Value:
    """The value that a person typed (command line, variable); list items stand between commas. Raises
    `BadInputError` when it does not fit."""
    value: object = text
    if setting.kind == "flag":
        word = text.strip().lower()
        value = word in _TRUE if word in _TRUE | _FALSE else None
    elif setting.kind == "list":
        value = [item.strip() for item in text.split(",") if item.strip()]
    elif setting.kind in ("int", "float"):
        try:
            value = int(text) if setting.kind == "int" else float(text)
        except ValueError:
            value = None
    return checked(setting, value)


def flattened(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """The dotted names and values of a TOML table."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def read_toml(path: str) -> tuple[dict[str, object], str | None]:
    """A TOML file's table and what is wrong with the file; ({}, None) when there is none."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return {}, "is not a regular file"  # a pipe would be waited for
        with open(path, "rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}, None
    except (OSError, ValueError) as error:
        return {}, f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if len(data) > _MAX_BYTES:
        return {}, "is larger than 1 MiB and was not read"
    import tomllib  # only when there is a file

    try:
        return tomllib.loads(data.decode("utf-8-sig")), None
    except (ValueError, RecursionError) as error:
        return {}, f"is not valid TOML: {error}"


_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


def _from_file(path: str, repository: bool, findings: list[Finding]) -> Iterator[tuple[Setting, Value]]:
    if repository and os.path.islink(path):
        return  # what came with a repository is not followed out of it
    table, problem = read_toml(path)

    def finding(code: str, message: str) -> None:
        findings.append(Finding(code, "warning", path, 0, message))

    if problem:
        finding("settings-file", problem)
    for name, value in flattened(table):
        setting = BY_NAME.get(name)
        if setting is None:
            hint = nearest(name)
            finding("settings-unknown", f"there is no setting '{name}'" + (f", {hint}" if hint else ""))
        elif repository and not setting.repository:
            finding("settings-not-allowed", f"'{name}' counts only in your own configuration")
        else:
            try:
                yield setting, checked(setting, value)
            except BadInputError as error:
                finding("settings-value", error.message)


def _from_variables(environment: Environment, findings: list[Finding]) -> Iterator[tuple[Setting, Value]]:
    mine = [name for name in environment.env if name.startswith("MEMDIR_")]
    if not mine:
        return
    variables = {setting.variable: setting for setting in TABLE}
    for name in sorted(mine):
        setting = variables.get(name)
        if setting is not None:
            try:
                yield setting, from_text(setting, environment.env[name])
            except BadInputError as error:
                findings.append(Finding("settings-value", "warning", "$" + name, 0, error.message))
        elif name not in OTHER_VARIABLES:
            import difflib

            close = difflib.get_close_matches(name, [*variables, *OTHER_VARIABLES], n=1, cutoff=0.8)
            if close:
                message = f"the variable {name} means nothing, did you mean {close[0]}?"
                findings.append(Finding("settings-unknown", "warning", "$" + name, 0, message))
