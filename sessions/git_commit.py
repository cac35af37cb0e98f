"""A consolidation as a commit of git: of its own files only, and never where somebody is in the middle of something.

By itself only where the memory directory is a repository of its own; inside a project's repository the changes stay in
the work tree unless they are asked for. What is staged is neither committed nor changed: git is given the paths, and a
path of ours that is staged already stops the commit.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from memdir.files import shown
from memdir.git_root import checkout_root

_BUSY: Final = {
    "MERGE_HEAD": "a merge", "rebase-merge": "a rebase", "rebase-apply": "a rebase", "BISECT_LOG": "a bisect",
    "CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert", "sequencer": "a cherry-pick",
}  # fmt: skip
_SECONDS: Final = 60


class Committed(NamedTuple):
    """What came of it: the abbreviated commit, or why there is none (both empty: it was not to be)."""

    commit: str = ""
    refused: str = ""


def is_own_repository(root: str) -> bool:
    """True where the memory directory itself is the top of a repository."""
    real = os.path.realpath(root)
    return checkout_root(real) == real


def commit_changes(
    root: str, paths: Sequence[str], message: str, *, env: Mapping[str, str], asked: bool = False
) -> Committed:
    """Commit these paths (relative to `root`) in the repository around it, when that is its own or it was `asked` for.
    Whatever keeps git from it is told, and leaves the changes in the work tree."""
    top = checkout_root(os.path.realpath(root))
    if top is None:
        return Committed(refused="the directory is in no git repository") if asked else Committed()
    if not asked and not is_own_repository(root):
        return Committed()
    git = _Git(os.path.realpath(root), env)
    try:
        return _commit(git, paths, message)
    except _Failed as failed:
        return Committed(refused=str(failed))


class _Failed(Exception):
    """Git said no."""


class _Git:
    def __init__(self, root: str, env: Mapping[str, str]) -> None:
        self._root = root
        kept = {name: value for name, value in env.items() if not name.startswith("GIT_") or name in _GIT_KEPT}
        self._env = {**kept, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}

    def run(self, *words: str, ok: Sequence[int] = (0,), stdin: bytes = b"") -> bytes:
        try:
            done = subprocess.run(
                ["git", "--literal-pathspecs", *words], cwd=self._root, env=self._env, input=stdin,
                capture_output=True, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise _Failed("git is not installed") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _Failed(f"git failed: {error}") from error
        if done.returncode not in ok:
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
            raise _Failed(f"git {words[0]}: {said[-1] if said else done.returncode}")
        return done.stdout


_GIT_KEPT: Final = frozenset(
    f"GIT_{name}"
    for name in (
        "AUTHOR_NAME", "AUTHOR_EMAIL", "AUTHOR_DATE", "COMMITTER_NAME", "COMMITTER_EMAIL", "COMMITTER_DATE",
        "CONFIG_GLOBAL", "CONFIG_SYSTEM", "CONFIG_NOSYSTEM", "SSH_COMMAND", "EXEC_PATH",
    )
)  # fmt: skip
"""Who commits; not GIT_DIR or GIT_INDEX_FILE, which a hook of another repository may have set."""


def _commit(git: _Git, paths: Sequence[str], message: str) -> Committed:
    directory = os.fsdecode(git.run("rev-parse", "--absolute-git-dir").strip())
    for name, what in _BUSY.items():
        if os.path.lexists(os.path.join(directory, name)):
            return Committed(refused=f"{what} is going on in the repository")
    if not git.run("symbolic-ref", "-q", "HEAD", ok=(0, 1)).strip():
        return Committed(refused="HEAD is detached")
    wanted = _known_to_git(git, paths)
    if not wanted:
        return Committed(refused="git ignores these files")
    staged = git.run("diff", "--cached", "--name-only", "-z", "--", *wanted, ok=(0,))
    if staged.strip(b"\0"):
        return Committed(refused=f"{shown(os.fsdecode(staged.split(bytes(1))[0]))} is staged already")
    git.run("add", "--all", "--", *wanted)
    try:
        git.run("commit", "--quiet", "--only", "-F", "-", "--", *wanted, stdin=message.encode("utf-8", "replace"))
    except _Failed:
        git.run("reset", "--quiet", "--", *wanted, ok=(0, 1, 128))
        raise
    return Committed(git.run("rev-parse", "--short", "HEAD").decode("ascii", "replace").strip())


def _known_to_git(git: _Git, paths: Sequence[str]) -> list[str]:
    """The paths that git tracks, or that are there and not ignored."""
    listed = git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths)
    return sorted({os.fsdecode(path) for path in listed.split(b"\0") if path})
