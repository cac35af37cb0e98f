"""The CLAUDE.md hierarchy as Claude Code loads it: which files, in which order, with which imports, and why not others.

The order (formats/claude-code.md §2.1): managed and its rules, the user's and its rules, then every directory from the
root of the file system down to the working directory with CLAUDE.md, .claude/CLAUDE.md, its rules and CLAUDE.local.md.
An import comes after the file that names it, each real path once. What a repository brought is never followed out of
the working directory unless that was approved. Files are read, nothing is written.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .claude_settings import managed_directory, read_object
from .environment import Environment
from .files import shown
from .git_root import canonical_root, checkout_root
from .globs import Glob, TooManyPatterns, compile_glob, expand_braces
from .imports import lies_below
from .instruction_files import InstructionFile, Instructions, Status
from .instruction_places import MAX_DIRECTORIES, nested_directories, rule_files, unread_files
from .instruction_reader import Place, Reader, file_size
from .rules import RulePaths

if TYPE_CHECKING:
    from .locate import Located

_MAX_STATE_BYTES: Final = 64 << 20
_ADDITIONAL: Final = "CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD"


def load_instructions(
    environment: Environment,
    *,
    cwd: str | None = None,
    config_dir: str | None = None,
    managed_root: str = "/",
    managed_text: tuple[str, str] | None = None,
    excludes: Sequence[str] = (),
    for_path: str | None = None,
    external_approved: bool = False,
    additional: Sequence[str] = (),
    nested: bool = True,
) -> Instructions:
    """The hierarchy seen from `cwd` (default the environment's). Nothing needs to exist, nothing is raised for what the
    files hold.

    `config_dir` is `~/.claude` or its replacement, None without one; `managed_root` where the administrator's directory
    hangs; `managed_text` the settings file and text of a managed `claudeMd`; `excludes` the `claudeMdExcludes`. With
    `for_path` (relative to `cwd`, or absolute) also what Claude Code adds when it reads that file.
    `external_approved`: may project files import from outside of `cwd`. `additional`: the directories of `--add-dir`,
    which count when `CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD` is set. `nested` looks for what subdirectories hold.
    """
    cwd = os.path.abspath(cwd or environment.cwd)
    exclude = _exclude_globs(excludes)
    hierarchy = _Hierarchy(cwd, Reader(cwd, environment.home, exclude, external_approved))
    for glob in exclude:
        if glob.problem:
            message = f"`claudeMdExcludes` {shown(glob.text)} matches nothing: {glob.problem}"
            hierarchy.reader.find("exclude-pattern", "warning", cwd, 0, message)
    if environment.flag("CLAUDE_CODE_DISABLE_CLAUDE_MDS"):
        message = "CLAUDE_CODE_DISABLE_CLAUDE_MDS is set: Claude Code loads none of these files"
        hierarchy.reader.find("instructions-disabled", "warning", cwd, 0, message)
    hierarchy.start(managed_directory(environment.platform, managed_root), managed_text, config_dir)
    for directory in additional:
        hierarchy.add(directory, environment.flag(_ADDITIONAL))
    if for_path is not None:
        hierarchy.read(os.path.normpath(os.path.join(cwd, for_path)))
    subdirectories = hierarchy.subdirectories() if nested else []
    hierarchy.waiting(subdirectories)
    if nested:
        hierarchy.unread(subdirectories)
    files = hierarchy.reader.files
    if environment.flag("CLAUDE_CODE_DISABLE_CLAUDE_MDS"):
        why = "CLAUDE_CODE_DISABLE_CLAUDE_MDS is set"
        files = [
            file._replace(status="excluded", why=why, tokens=0, content="") if file.loaded else file for file in files
        ]
    return Instructions(tuple(files), tuple(hierarchy.reader.findings))


def project_instructions(
    located: Located,
    *,
    for_path: str | None = None,
    additional: Sequence[str] = (),
    nested: bool = True,
    managed_root: str = "/",
) -> Instructions:
    """`load_instructions` with what Claude Code's settings say. `.claude.json`, which can be many MiB, is only asked
    when an import hangs on the answer."""
    settings = located.claude
    managed = [(layer.path, layer.values.get("claudeMd")) for layer in settings.layers if layer.scope == "managed"]
    texts = [(path, text) for path, text in managed if isinstance(text, str)]

    def load(approved: bool) -> Instructions:
        return load_instructions(
            located.environment, cwd=located.cwd, config_dir=located.config_dir, managed_root=managed_root,
            managed_text=texts[0] if texts else None, excludes=settings.claude_md_excludes, for_path=for_path,
            external_approved=approved, additional=additional, nested=nested,
        )  # fmt: skip

    instructions = load(False)
    if not any(file.status == "blocked" for file in instructions.files):
        return instructions
    projects = (located.cwd, located.project_root, located.shared_root)
    return load(True) if external_imports_approved(located.environment, located.config_dir, projects) else instructions


def external_imports_approved(environment: Environment, config_dir: str | None, projects: Sequence[str]) -> bool:
    """Whether the user let one of these projects (absolute paths) import from outside, as `.claude.json` remembers it,
    in a configuration directory of its own or in the home directory."""
    for base in dict.fromkeys((config_dir, environment.home)):
        values, _ = read_object(os.path.join(base, ".claude.json"), _MAX_STATE_BYTES) if base else (None, None)
        known = values.get("projects") if values else None
        if not isinstance(known, dict):
            continue
        for path in projects:
            entry = known.get(path) or known.get(path.replace("\\", "/"))
            if isinstance(entry, dict) and entry.get("hasClaudeMdExternalIncludesApproved") is True:
                return True
    return False


class _Hierarchy:
    """The places in the order in which they are visited: at the start, when a file is read, what waits, the rest."""

    def __init__(self, cwd: str, reader: Reader) -> None:
        self.cwd = cwd
        self.reader = reader
        real = os.path.realpath(cwd)
        self._checkout, self._shared = checkout_root(real), canonical_root(real)

    def start(self, managed: str, managed_text: tuple[str, str] | None, config_dir: str | None) -> None:
        """What is loaded when a session starts."""
        place = Place("managed", "managed", self.cwd, "loaded", "set by the administrator")
        self.reader.take(os.path.join(managed, "CLAUDE.md"), place)
        if managed_text is not None and managed_text[1].strip():
            path, text = managed_text
            self.reader.take_text(path, text.strip(), place._replace(why="`claudeMd` in the managed settings"))
        self._rules(os.path.join(managed, ".claude", "rules"), place)
        if config_dir is not None:
            place = Place("user", "user", self.cwd, "loaded", "the user's own, for all projects")
            self.reader.take(os.path.join(config_dir, "CLAUDE.md"), place)
            self._rules(os.path.join(config_dir, "rules"), place)
        for directory in _ancestors(self.cwd):
            why = "the working directory" if directory == self.cwd else "a parent directory"
            self._directory(directory, "loaded", why)

    def add(self, directory: str, allowed: bool) -> None:
        """A directory of `--add-dir`: its own files, not those of its parents."""
        path = os.path.normpath(os.path.join(self.cwd, directory))
        if allowed:
            self._directory(path, "loaded", "an additional directory")
        else:
            self.reader.find("additional-directory", "info", path, 0, f"not looked at: {_ADDITIONAL} is not set")

    def subdirectories(self) -> list[str]:
        """The subdirectories of the working directory, as far as one looks."""
        found, complete = nested_directories(self.cwd, self._shared)
        if not complete:
            message = f"only the first {MAX_DIRECTORIES:,} subdirectories were searched"
            self.reader.find("walk-limit", "info", self.cwd, 0, message)
        return found

    def read(self, target: str) -> None:
        """What reading `target` adds: the user's rules that match it, the directories on the way down to it with
        theirs, and the rules of the directories that were there from the start."""
        waiting, self.reader.conditional = self.reader.conditional, []
        self._match(target, [rule for rule in waiting if rule[1].free])
        for directory in _ancestors(os.path.dirname(target)):
            if directory == self.cwd or not lies_below(directory, self.cwd):
                continue
            kept, self.reader.conditional = self.reader.conditional, []
            self._directory(directory, "loaded", f"{shown(os.path.relpath(target, self.cwd))} lies below it")
            inner, self.reader.conditional = self.reader.conditional, kept
            self._match(target, inner)
        self._match(target, [rule for rule in waiting if not rule[1].free])

    def _match(self, target: str, rules: Sequence[tuple[str, Place, RulePaths]]) -> None:
        for path, place, rule in rules:
            relative = os.path.relpath(target, place.base).replace(os.sep, "/")
            if not relative.startswith("../") and rule.matches(relative):
                why = f"`paths` match {shown(os.path.relpath(target, self.cwd))}"
                self.reader.take(path, place._replace(status="loaded", why=why), matched=True)
            else:
                self.reader.conditional.append((path, place, rule))

    def waiting(self, subdirectories: Sequence[str]) -> None:
        """What subdirectories hold, and the rules that no file read has called for."""
        for directory in subdirectories:
            self._directory(directory, "lazy", "loads when a file below it is read")
        why = "loads when a file that its `paths` match is read"
        for path, place, _ in self.reader.conditional:
            self.reader.take(path, place._replace(status="conditional", why=why), matched=True)

    def unread(self, subdirectories: Sequence[str]) -> None:
        """Files of this project made for agents, to which nothing in the hierarchy leads."""
        top = self._checkout or os.path.realpath(self.cwd)
        own = [directory for directory in _ancestors(self.cwd) if lies_below(os.path.realpath(directory), top)]
        for path, why in unread_files([*own, *subdirectories]):
            real = os.path.realpath(path)
            if real in self.reader.seen:
                continue
            self.reader.files.append(
                InstructionFile(path, real, "other", "project", "unread", why, size=file_size(path))
            )
            if os.path.basename(path) == "AGENTS.md":
                message = "nobody loads this file: write `@AGENTS.md` into a CLAUDE.md beside it"
                self.reader.find("agents-md-unread", "info", path, 0, message)

    def _directory(self, directory: str, status: Status, why: str) -> None:
        place = Place("project", "project", directory, status, why)
        if self._main_of_worktree(directory):
            place = place._replace(status="duplicate", why="the worktree below has its own copy")
        self.reader.take(os.path.join(directory, "CLAUDE.md"), place)
        self.reader.take(os.path.join(directory, ".claude", "CLAUDE.md"), place)
        self._rules(os.path.join(directory, ".claude", "rules"), place)
        local = Place("local", "local", directory, status, why)
        self.reader.take(os.path.join(directory, "CLAUDE.local.md"), local)

    def _main_of_worktree(self, directory: str) -> bool:
        """Is this part of the main checkout, and the working directory in a worktree inside of it? Then what is checked
        in would load twice; CLAUDE.local.md, which is not checked in, still loads (formats §2.1)."""
        if not self._checkout or not self._shared or self._checkout == self._shared:
            return False
        real = os.path.realpath(directory)
        return (
            lies_below(self._checkout, self._shared)
            and lies_below(real, self._shared)
            and not lies_below(real, self._checkout)
        )

    def _rules(self, directory: str, place: Place) -> None:
        for path in rule_files(directory):
            self.reader.take(path, place._replace(kind="rule"))


def _ancestors(directory: str) -> list[str]:
    """The directories from the root of the file system down to `directory`."""
    found = [directory]
    while (parent := os.path.dirname(found[-1])) != found[-1]:
        found.append(parent)
    return found[::-1]


def _exclude_globs(patterns: Sequence[str]) -> list[Glob]:
    """`claudeMdExcludes` are compared with absolute paths, so a relative pattern without `**` matches nothing."""
    globs: list[Glob] = []
    for pattern in patterns:
        try:
            expanded = expand_braces(pattern.replace("\\", "/") if os.sep == "\\" else pattern)
        except TooManyPatterns as error:
            globs.append(Glob(pattern, None, problem=str(error)))
            continue
        for one in expanded:
            anchored = one.startswith(("/", "**")) or one[1:3] == ":/"
            globs.append(compile_glob(one) if anchored else Glob(one, None, problem="neither absolute nor with `**/`"))
    return globs
