"""What protects `memdir mcp --http`: loopback alone, a token on each request, and no foreign names in its headers.

Any web page can send requests to a port of this machine, and by DNS rebinding even read the answers; so a request must
carry the token that only this user's files hold, and name this server as its host.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from memdir.errors import BadInputError, MemdirError, StorageError
from memdir.files import PRIVATE, make_private_dir, read_if_there, remove_file, write_atomic

DEFAULT_PORT: Final = 8737
PATH: Final = "/mcp"
MAX_BODY: Final = 1 << 20
"""Bytes of a request."""
_TOKEN_FILE: Final = "mcp-token"
_LEAST: Final = 32
"""Characters that a token at least has."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
Web = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """A web application behind a token (`Authorization: Bearer TOKEN`)."""

    def __init__(self, web: Web, token: str) -> None:
        self._web = web
        self._wanted = f"Bearer {token}".encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and not self._may(scope):
            headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
            await send({"type": "http.response.start", "status": 401, "headers": headers})
            await send({"type": "http.response.body", "body": b"the token is missing or wrong\n"})
            return
        await self._web(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._wanted)


def own_names(address: str, port: int) -> tuple[list[str], list[str]]:
    """The values of Host and of Origin that mean the server at this loopback address."""
    names = ("127.0.0.1", "localhost", "[::1]", f"[{address}]" if ":" in address else address)
    hosts = [f"{name}:{port}" for name in dict.fromkeys(names)]
    return hosts, [f"http://{host}" for host in hosts]


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on a loopback address. Raises `BadInputError` for another one, `StorageError` when the
    port is taken."""
    address = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise BadInputError(
            f"{host} is no loopback address: memory is served to this machine alone", code="not-loopback",
            hint="127.0.0.1 or ::1; from elsewhere use ssh -L",
        )  # fmt: skip
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(64)
    except (OSError, OverflowError) as error:
        listening.close()
        said = getattr(error, "strerror", None) or str(error)
        raise StorageError(
            f"port {port} cannot be used: {said}", hint="--port gives another, 0 any free one"
        ) from error
    return listening


def token_of(folder: str) -> tuple[str, str]:
    """The token in a state folder and the path of its file, made on first use and kept, so that what clients were told
    goes on working. A file that others may read is replaced. Raises `StorageError`."""
    path = os.path.join(folder, _TOKEN_FILE)
    try:
        text = (read_if_there(path, 4_096) or b"").decode("ascii", "replace").strip()
        private = bool(text) and os.stat(path).st_mode & 0o077 == 0
    except (MemdirError, OSError):
        text, private = "", False
    if not private or len(text) < _LEAST or not text.isprintable() or not text.isascii():
        text = secrets.token_urlsafe(32)
        make_private_dir(folder)
        remove_file(path)  # what replaces a file takes its mode
        write_atomic(path, f"{text}\n".encode(), mode=PRIVATE)
    return text, path
