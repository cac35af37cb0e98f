"""`memdir mcp`: the memory for agents that speak the Model Context Protocol."""

from __future__ import annotations

import os

from memdir.errors import EXIT_OK, BadInputError, UsageError
from memdir.files import shown

from .app import App, Values
from .quick_import import defer_packages, deferred_models
from .table import Command, Option

PROJECT_VARIABLE = "CLAUDE_PROJECT_DIR"
"""Where Claude Code says which project a server of it is for (formats §4.5)."""


def run(app: App, values: Values) -> int:
    """Serve until the client is gone."""
    if (values.text("host") or values.integer("port") is not None) and not values.flag("http"):
        raise UsageError("--host and --port are about --http", hint="memdir mcp --http")
    project = app.environment.env.get(PROJECT_VARIABLE)
    if project and values.text("directory") is None and os.path.isabs(project) and os.path.isdir(project):
        app.environment = app.environment._replace(cwd=project)
    try:
        defer_packages("mcp", "mcp.server")
        with deferred_models():
            from .mcp_server import serve_http, serve_stdio
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "memdir":
            raise
        raise BadInputError(
            "the package mcp is not installed", code="missing-extra", hint="pip install 'memdir[mcp]'"
        ) from None
    from .mcp_table import ALL, DEFAULT

    tools = ALL if values.text("tools") == "all" else DEFAULT
    workspace = app.workspace()
    if not values.flag("http"):
        serve_stdio(app, tools)
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
        serve_http(app, tools, listening, token)
    return EXIT_OK


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
