"""memdir as a plugin of Claude Code: manifest, hooks and MCP server, from the same tables as `memdir install` (formats
§4.4). The skill beside them is written by hand.

The hooks look for memdir on the PATH and do nothing without it; the MCP server needs it there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from . import __version__
from .agent_setup import SERVER, server
from .hook_events import EVENTS
from .hook_settings import Program, group


def files() -> Mapping[str, str]:
    """The plugin's files that are made: path to text."""
    manifest = {
        "name": "memdir",
        "version": __version__,
        "description": "Search, check and keep the memory that coding agents write, as plain Markdown files.",
        "author": {"name": "The memdir authors"},
        "license": "MIT",
        "keywords": ["memory", "recall", "markdown", "context"],
    }
    hooks = {
        "description": "Memories that a prompt calls for; what a session taught. They do nothing without memdir.",
        "hooks": {event.name: [group(event, None)] for event in EVENTS},
    }
    servers = {"mcpServers": {SERVER: server(Program("memdir"), "project")}}
    return {
        ".claude-plugin/plugin.json": _json(manifest),
        ".mcp.json": _json(servers),
        "hooks/hooks.json": _json(hooks),
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
