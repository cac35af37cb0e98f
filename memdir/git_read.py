"""Reading a repository through git's plumbing: what a commit says and holds, and which commit a line is of.

A repository can come from anybody, and its configuration can name programs. Only commands that start none are used, on
objects and never on the work tree (so that no filter runs), and what could start one all the same is switched off:
hooks, file system monitors, text conversion, fetching of missing objects. Arguments are a list, no shell sees them;
names of a person stand behind `--end-of-options` or `--`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from .errors import StorageError

_SECONDS: Final = 30.0
_MAX_MESSAGES: Final = 4 << 20
"""Bytes that are read of the messages."""
_OFF: Final = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.attributesFile=/dev/null", "protocol.allow=never",
    "safe.bareRepository=explicit",
)  # fmt: skip
_ID: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AUTHOR: Final = re.compile(rb"^(author|committer) .*> (-?\d+) [+-]\d{4}$", re.MULTILINE)


class Commit(NamedTuple):
    """A commit: its id, the ids of its parents, when it was written and when it was made (seconds since the epoch), the
    first line of its message and the rest."""

    id: str
    parents: tuple[str, ...]
    authored: float
    committed: float
    subject: str
    body: str


class Repository:
    """The repository around `root` (a directory), read with the variables of `env`, those of git itself left out."""

    def __init__(self, root: str, env: Mapping[str, str]) -> None:
        self.root = root
        kept = {name: value for name, value in env.items() if not name.startswith("GIT_") or name in _KEPT}
        self._env = {
            **kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C",
        }  # fmt: skip

    def commit_id(self, name: str) -> str | None:
        """The id of the commit that a name means (a beginning of an id, a branch, a tag, `HEAD~2`), None when it means
        none or several. Raises `StorageError` when git cannot be started."""
        if not name or "\0" in name:
            return None
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        id = found.decode("ascii", "replace").strip() if found else ""
        return id if _ID.fullmatch(id) else None

    def commit(self, id: str) -> Commit | None:
        """What a commit says, None when there is no such commit."""
        data = self._run("cat-file", "commit", id)
        if data is None:
            return None
        head, _, message = data.partition(b"\n\n")
        times = {name: float(seconds) for name, seconds in _AUTHOR.findall(head)}
        parents = tuple(
            line[7:].decode("ascii", "replace") for line in head.split(b"\n") if line.startswith(b"parent ")
        )
        text = message.decode("utf-8", "replace").strip("\n")
        subject, _, body = text.partition("\n")
        authored = times.get(b"author", 0.0)
        return Commit(id, parents, authored, times.get(b"committer", authored), subject.strip(), body.strip("\n"))

    def files(self, commit: Commit) -> list[str]:
        """The paths that a commit changed against its first parent, relative to the top of the work tree."""
        trees = [commit.parents[0], commit.id] if commit.parents else ["--root", commit.id]
        data = self._run("diff-tree", "-r", "-z", "--name-only", "--no-commit-id", "--no-renames", *trees, "--")
        return [os.fsdecode(path) for path in (data or b"").split(b"\0") if path]

    def blame(self, path: str, line: int) -> str | None:
        """The id of the commit that wrote a line (from 1) of a file as `HEAD` has it; None without such a line."""
        data = self._run("blame", "--porcelain", "--no-textconv", "-L", f"{line},{line}", "HEAD", "--", path)
        id = (data or b"").split(b" ", 1)[0].decode("ascii", "replace")
        return id if _ID.fullmatch(id) else None

    def content(self, path: str, commit: str = "HEAD") -> bytes | None:
        """A file as a commit has it, None when it has none. `path` is relative to the top of the work tree."""
        return self._run("cat-file", "blob", f"{commit}:{path}")

    def branches(self, commit: str) -> list[str]:
        """The local branches that hold a commit."""
        data = self._run("for-each-ref", f"--contains={commit}", "--format=%(refname:lstrip=2)", "refs/heads")
        return [line for line in (data or b"").decode("utf-8", "replace").split("\n") if line]

    def messages(self, commits: int) -> str:
        """The messages of the newest commits, a paragraph each; empty where there are none."""
        data = self._run("log", f"--max-count={commits}", "--no-show-signature", "--format=%s%n%b")
        return (data or b"")[:_MAX_MESSAGES].decode("utf-8", "replace")

    def paths(self) -> frozenset[str] | None:
        """The paths of the repository's files as they are in the work tree, tracked or not ignored; None where git
        cannot tell."""
        data = self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        found = (os.fsdecode(path) for path in (data or b"").split(b"\0") if path)
        return frozenset(path for path in found if os.path.lexists(os.path.join(self.root, path))) or None

    def _run(self, *words: str) -> bytes | None:
        """What git prints, None when it refuses."""
        import subprocess  # only who asks git pays for it

        off = [word for setting in _OFF for word in ("-c", setting)]
        try:
            done = subprocess.run(
                ["git", "--no-pager", "--literal-pathspecs", *off, *words], cwd=self.root, env=self._env,
                stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise StorageError("git is not installed") from error
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise StorageError(f"git could not be asked: {error}") from error
        return done.stdout if done.returncode == 0 else None


_KEPT: Final = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"})
"""Not GIT_DIR and the like, which a hook of another repository may have set."""
