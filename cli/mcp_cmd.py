"""`memdir mcp`: the memory for agents that speak the Model Context Protocol."""

from __future__ import annotations

import os
from importlib.util import find_spec
from types import ModuleType

from memdir.errors import EXIT_OK, BadInputError, UsageError
from memdir.files import shown

from .app import App, Values
from .quick_import import quickly
from .table import Command, Option

PROJECT_VARIABLE = "CLAUDE_PROJECT_DIR"
"""Where Claude Code says which project a server of it is for (formats §4.5)."""


def run(app: App, values: Values) -> int:
    """Serve until the client is gone."""
    parent = os.getppid()
    if (values.text("host") or values.integer("port") is not None) and not values.flag("http"):
        raise UsageError("--host and --port are about --http", hint="memdir mcp --http")
    project = app.environment.env.get(PROJECT_VARIABLE)
    if project and values.text("directory") is None and os.path.isabs(project) and os.path.isdir(project):
        app.environment = app.environment._replace(cwd=project)
    server = _server()
    from .mcp_table import ALL, DEFAULT

    tools = ALL if values.text("tools") == "all" else DEFAULT
    workspace = app.workspace()
    if not values.flag("http"):
        server.serve_stdio(app, tools, parent)
        return EXIT_OK
    from .mcp_http import DEFAULT_PORT, PATH, listen, token_of

    port = values.integer("port")
    host = values.text("host") or "127.0.0.1"
    with listen(host, DEFAULT_PORT if port is None else port) as listening:
        token, path = token_of(workspace.state_of(workspace.primary.root))
        name = f"[{host.strip('[]')}]" if ":" in host else host
        app.out.note(f"memdir: listening on http://{name}:{listening.getsockname()[1]}{PATH}")
        app.out.note(f"memdir: the token is in {shown(path)}")
        app.out.stderr.flush()
        server.serve_http(app, tools, listening, token)
    return EXIT_OK


def _server() -> ModuleType:
    def load() -> ModuleType:
        from . import mcp_server

        return mcp_server

    try:
        return quickly(load, ("mcp", "mcp.server"), (f"{__package__}.mcp_server",))
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "memdir":
            raise
        said = f"is not one we know: {error}" if find_spec("mcp") else "is not installed"
        raise BadInputError(f"the package mcp {said}", code="missing-extra", hint="pip install 'memdir[mcp]'") from None


COMMANDS = (
    Command(
        "mcp",
        "Serve the memory to agents by the Model Context Protocol.",
        run,
        options=(
            Option(("--tools",), "Which tools.", choices=("default", "all"), default="default"),
            Option(("--http",), "Over HTTP on loopback, with a token, instead of stdin and stdout.", kind="flag"),
            Option(("--host",), "The loopback address (127.0.0.1).", metavar="ADDRESS"),
            Option(("--port",), "The port (8737); 0 takes any free one.", kind="int", metavar="PORT"),
        ),
        examples=("memdir mcp", "memdir mcp --tools all"),
        description="Needs the extra: pip install 'memdir[mcp]'. Ends when stdin is closed or the agent is gone. "
        "docs/mcp.md has the tools, and how each agent is told of it.",
    ),
)
