"""The git repository a directory belongs to, found by reading files: no git process is started.

All worktrees of a repository share one memory directory, so the root is that of the main repository. A `.git` file
that came with somebody's archive could name any directory; a linked worktree is therefore believed only when the
repository's own administrative directory points back at it (formats/claude-code.md §1.3).
"""

from __future__ import annotations

import os

_MAX_POINTER_BYTES = 8192
_MAX_WORKTREES = 256


def checkout_root(path: str) -> str | None:
    """The nearest directory from `path` (absolute) upwards that holds a `.git` directory or file, None without."""
    current = path
    while True:
        git = os.path.join(current, ".git")
        if os.path.isdir(git) or os.path.isfile(git):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent


def canonical_root(path: str) -> str | None:
    """The root that all worktrees of the repository around `path` (absolute, real) share; None outside of git.

    A linked worktree gives the main repository's directory, or the bare repository itself. A submodule, a repository
    with a separate git directory and a worktree whose repository does not point back keep their own root."""
    checkout = checkout_root(path)
    if checkout is None:
        return None
    common = _common_of_worktree(checkout)
    if common is None:
        return checkout
    return os.path.dirname(common) if os.path.basename(common) == ".git" else common


def worktrees(root: str) -> list[str]:
    """The linked worktrees that the repository at `root` (as `canonical_root` gives it) has recorded, sorted, those
    that are gone included. Empty when it has none or cannot be read."""
    git = os.path.join(root, ".git")
    common = git if os.path.isdir(git) else _pointed(git, root) if os.path.isfile(git) else root
    if common is None:
        return []
    admin = os.path.join(common, "worktrees")
    try:
        names = sorted(os.listdir(admin))[:_MAX_WORKTREES]
    except OSError:
        return []
    found = []
    for name in names:
        folder = os.path.join(admin, name)
        target = _first_line(os.path.join(folder, "gitdir"))
        if target:
            found.append(os.path.dirname(os.path.normpath(os.path.join(folder, target))))
    return sorted(found)


def branch(path: str) -> str:
    """The branch that is checked out around `path` (absolute): `HEAD` when none is, empty outside of git."""
    checkout = checkout_root(path)
    if checkout is None:
        return ""
    git = os.path.join(checkout, ".git")
    folder = git if os.path.isdir(git) else _pointed(git, checkout)
    head = _first_line(os.path.join(folder, "HEAD")) if folder else None
    if head is None:
        return ""
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else "HEAD"


def remote_url(root: str) -> str | None:
    """The URL of the remote `origin` (else of the first one) in the repository's configuration, without user name and
    password; None when there is none."""
    git = os.path.join(root, ".git")
    common = git if os.path.isdir(git) else _pointed(git, root) if os.path.isfile(git) else root
    if common is None:
        return None
    first = None
    section = ""
    for line in _text(os.path.join(common, "config"), 1 << 20).splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section.startswith("[remote ") and line.partition("=")[0].strip() == "url":
            url = _without_login(line.partition("=")[2].strip())
            if section == '[remote "origin"]':
                return url
            first = first or url
    return first


def _without_login(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    host, slash, path = rest.partition("/")
    return scheme + mark + host.rpartition("@")[2] + slash + path


def _common_of_worktree(checkout: str) -> str | None:
    """The common git directory when `checkout` is a linked worktree that its repository confirms, else None."""
    git = os.path.join(checkout, ".git")
    if not os.path.isfile(git):
        return None
    admin = _pointed(git, checkout)
    if admin is None:
        return None
    common_text = _first_line(os.path.join(admin, "commondir"))
    back = _first_line(os.path.join(admin, "gitdir"))
    if not common_text or not back:
        return None
    admin = os.path.realpath(admin)
    common = os.path.realpath(os.path.join(admin, common_text))
    if os.path.dirname(admin) != os.path.join(common, "worktrees"):
        return None
    if os.path.realpath(os.path.join(admin, back)) != os.path.join(os.path.realpath(checkout), ".git"):
        return None
    return common


def _pointed(git_file: str, base: str) -> str | None:
    line = _first_line(git_file)
    if line is None or not line.startswith("gitdir: "):
        return None
    target = line[len("gitdir: ") :]
    return os.path.normpath(os.path.join(base, target)) if target else None


def _first_line(path: str) -> str | None:
    line = _text(path, _MAX_POINTER_BYTES).partition("\n")[0].rstrip("\r")
    return line if line and "\0" not in line else None


def _text(path: str, limit: int) -> str:
    try:
        if not os.path.isfile(path):
            return ""  # a pipe would be waited for
        with open(path, "rb") as file:
            return os.fsdecode(file.read(limit))
    except (OSError, ValueError):
        return ""
