"""The MCP SDK's own client, connected to `memdir mcp` in a sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import CallToolResult
from sandbox import Sandbox


@asynccontextmanager
async def over_stdio(box: Sandbox, *words: str, **env: str) -> AsyncIterator[Client]:
    """A client of a server of its own."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "memdir", "mcp", *words], env={**box.env, **env}, cwd=str(box.project)
    )
    with anyio.fail_after(60), open(os.devnull, "w") as quiet:
        async with Client(stdio_client(server, errlog=quiet)) as client:
            yield client


class Http(NamedTuple):
    """A server over HTTP: its address and its token."""

    url: str
    token: str


@contextmanager
def http_server(box: Sandbox, *words: str) -> Iterator[Http]:
    """`memdir mcp --http` on a free port, stopped at the end."""
    command = [sys.executable, "-m", "memdir", "mcp", "--http", "--port", "0", *words]
    with subprocess.Popen(command, env=box.env, cwd=box.project, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().rpartition(" ")[2].strip()
            path = Path(process.stderr.readline().rpartition(" ")[2].strip())
            yield Http(url, path.read_text().strip())
        finally:
            process.terminate()
            process.wait(20)


@asynccontextmanager
async def over_http(server: Http, **headers: str) -> AsyncIterator[Client]:
    """A client of a server over HTTP."""
    async with (
        create_mcp_http_client(headers={"Authorization": f"Bearer {server.token}", **headers}) as http,
        Client(streamable_http_client(server.url, http_client=http)) as client,
    ):
        yield client


async def answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, which must not be an error."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    found: dict[str, Any] = result.structured_content
    return found


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool says it cannot do."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    return text_of(result)


def text_of(result: CallToolResult) -> str:
    """The text of a result."""
    return "".join(part.text for part in result.content if part.type == "text")
