"""`memdir config`: memdir's own settings, where each comes from, and setting one in the user's file."""

from __future__ import annotations

from memdir.errors import UsageError
from memdir.files import shown
from memdir.settings import TABLE, Value, from_text, known, load_settings, user_file
from memdir.settings_edit import set_in_file, toml

from .app import App, Values
from .table import Argument, Command, Option


def run_list(app: App, values: Values) -> int:
    """All settings. 1 when a file or variable holds something wrong."""
    settings = app.workspace().settings
    if app.out.json:
        rows = [
            {
                "name": s.name,
                "value": settings.get(s.name),
                "origin": shown(settings.origin(s.name)),
                "default": s.default,
                "kind": s.kind,
                "variable": s.variable,
                "repository": s.repository,
                "help": s.help,
            }
            for s in TABLE
        ]
        app.out.object("config-list/1", {"settings": rows, "findings": _findings(app)})
    else:
        for s in TABLE:
            origin = f"  ({shown(settings.origin(s.name))})" if values.flag("show_origin") else ""
            app.out.line(f"{s.name} = {app.out.styled(_text(settings.get(s.name)))}{origin}")
            if app.out.interactive:
                app.out.line(app.out.styled(f"  {s.help}", "dim"))
        for finding in settings.findings:
            app.out.note(f"{shown(finding.path)}: {finding.message}")
    return 1 if settings.findings else 0


def run_get(app: App, values: Values) -> int:
    """One value, list items a line each."""
    name = known(values.required("name")).name
    settings = app.workspace().settings
    value = settings.get(name)
    if app.out.json:
        app.out.object("config-get/1", {"name": name, "value": value, "origin": shown(settings.origin(name))})
    elif isinstance(value, tuple):
        for item in value:
            app.out.line(item)
    elif value is not None:
        app.out.line(value if isinstance(value, str) else _text(value))
    return 0


def run_set(app: App, values: Values) -> int:
    """Set one in the user's file, and say so when something stronger still wins."""
    setting = known(values.required("name"))
    path = _user_file(app)
    value = from_text(setting, values.required("value"))
    set_in_file(path, setting, value)
    settings = load_settings(app.environment, app.workspace().primary.root)
    if app.out.json:
        fields = {"name": setting.name, "value": value, "path": shown(path), "in_force": settings.get(setting.name)}
        app.out.object("config-set/1", fields)
    else:
        app.out.line(f"{setting.name} = {_text(value)}  ({shown(path)})")
    if settings.origin(setting.name) != path:
        stays = _text(settings.get(setting.name))
        app.out.note(f"{shown(settings.origin(setting.name))} is stronger: {setting.name} stays {stays}")
    return 0


def run_path(app: App, values: Values) -> int:
    """The user's file, whether or not it exists."""
    path = shown(_user_file(app))
    if app.out.json:
        app.out.object("config-path/1", {"path": path})
    else:
        app.out.line(path)
    return 0


def _user_file(app: App) -> str:
    path = user_file(app.environment)
    if path is None:
        raise UsageError("there is no home directory for a settings file", hint="set XDG_CONFIG_HOME")
    return path


def _text(value: Value) -> str:
    return "unset" if value is None else toml(value)


def _findings(app: App) -> list[dict[str, object]]:
    return [
        {"code": f.code, "path": shown(f.path), "severity": f.severity, "message": f.message}
        for f in app.workspace().settings.findings
    ]


_ORIGIN = Option(("--show-origin",), "Say where each value was set.", kind="flag")
_NAME = Argument("NAME", "A setting, as config list prints it.")

COMMANDS = (
    Command(
        "config",
        "Settings and where they come from.",
        run_list,
        options=(_ORIGIN,),
        examples=("memdir config",),
        description="A flag beats MEMDIR_*, that .memdir.toml in the memory directory, that your own file.",
    ),
    Command(
        "config list", "All settings.", run_list, options=(_ORIGIN,), examples=("memdir config list --show-origin",)
    ),
    Command(
        "config get", "One setting's value.", run_get, arguments=(_NAME,), examples=("memdir config get recall.limit",)
    ),
    Command(
        "config set",
        "Set one in your own file; list items stand between commas.",
        run_set,
        arguments=(_NAME, Argument("VALUE", "The new value.")),
        examples=("memdir config set recall.limit 5",),
    ),
    Command("config path", "Where your settings file lies.", run_path, examples=("memdir config path",)),
)
