"""Where memdir keeps its own files, apart from the user's memory: the cache (disposable) and the state (not), and the
name a memory directory's folder has in both."""

from __future__ import annotations

import os
import stat

from .digest import blake2b
from .environment import Environment

LAST_BYTES = "last-bytes.sqlite"
"""In a directory's state folder: what `memdir.last_bytes` keeps."""


def cache_dir(environment: Environment) -> str | None:
    """`MEMDIR_CACHE_DIR`, else `$XDG_CACHE_HOME/memdir`, `~/.cache/memdir` (macOS `~/Library/Caches/memdir`, Windows
    `%LOCALAPPDATA%\\memdir\\cache`). Without a home a private directory under the temporary one; None when that is
    not ours alone, and then nothing may be cached."""
    return _place(environment, "cache", os.path.join("Library", "Caches"), ".cache")


def state_dir(environment: Environment) -> str | None:
    """`MEMDIR_STATE_DIR`, else `$XDG_STATE_HOME/memdir`, `~/.local/state/memdir` (macOS
    `~/Library/Application Support/memdir`, Windows `%LOCALAPPDATA%\\memdir\\state`). Without a home as `cache_dir`."""
    library = os.path.join("Library", "Application Support")
    return _place(environment, "state", library, os.path.join(".local", "state"))


def directory_key(root: str) -> str:
    """The name of a memory directory's folder in cache and state: the end of its path to read, a digest to be sure.
    Equal for the same real path (bytes as in the file system), different for any other."""
    real = os.path.realpath(root)
    digest = blake2b(os.fsencode(real), digest_size=10).hexdigest()
    tail = "".join(char if char.isascii() and char.isalnum() else "-" for char in real)[-40:].strip("-")
    return f"{tail}-{digest}" if tail else digest


def _place(environment: Environment, kind: str, mac: str, unix: str) -> str | None:
    chosen = environment.env.get(f"MEMDIR_{kind.upper()}_DIR", "")
    if chosen:
        return os.path.abspath(os.path.join(environment.cwd, chosen))
    xdg = environment.env.get(f"XDG_{kind.upper()}_HOME", "")
    if os.path.isabs(xdg):
        return os.path.join(xdg, "memdir")
    if environment.platform == "win32":
        local = environment.env.get("LOCALAPPDATA", "")
        if os.path.isabs(local):
            return os.path.join(local, "memdir", kind)
    home = environment.home
    if home is not None and os.path.isdir(home):
        return os.path.join(home, mac if environment.platform == "darwin" else unix, "memdir")
    private = _private_temporary(environment)
    return os.path.join(private, kind) if private else None


def _private_temporary(environment: Environment) -> str | None:
    """`<temp>/memdir-<uid>`, made 0700 when it is missing; None unless it is a real directory of ours alone, because
    in a shared directory anybody could have laid it there first."""
    if environment.platform == "win32" or not hasattr(os, "getuid"):
        base = environment.env.get("TEMP") or environment.env.get("TMP")
        return os.path.join(base, "memdir") if base else None
    base = environment.env.get("TMPDIR") or "/tmp"
    path = os.path.join(base, f"memdir-{os.getuid()}")
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    except OSError:
        return None
    try:
        found = os.lstat(path)
    except OSError:
        return None
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return path if ours else None
