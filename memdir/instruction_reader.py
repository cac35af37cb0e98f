"""One instruction file at a time: read it, take off what an agent does not get, follow its imports, and say of every
file met why it is loaded or not. The order in which places are visited is `memdir.instructions`' business."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

from .errors import BadInputError, StorageError
from .files import read_file, shown
from .globs import Glob
from .imports import MAX_HOPS, ImportSite, import_sites, is_text_name, legacy_includes, lies_below, resolve_import
from .instruction_files import LABELS, InstructionFile, Kind, Scope, Status
from .markdown_tree import Tokens, parse, strip_comments
from .model import Finding, Severity
from .rules import RulePaths, read_paths, split_head
from .tokens import estimate_tokens

MAX_BYTES: Final = 4 << 20
"""A larger file is not loaded (formats §2.1); no other limit is set on a CLAUDE.md."""


class Place(NamedTuple):
    """Where a file stands: its scope and kind, the directory that its rules' patterns are relative to, and whether what
    stands there is loaded or waits, and why."""

    scope: Scope
    kind: Kind
    base: str
    status: Status
    why: str

    @property
    def free(self) -> bool:
        """The administrator's and the user's files import from anywhere, and their rules hold in any project."""
        return self.scope in ("managed", "user")


class _Visit(NamedTuple):
    """A file that was come to: at a fixed place, or by the import on `line` of `parent`. `chain` holds the real paths
    of the files that lead here, the top one first."""

    path: str
    real: str
    place: Place
    parent: str | None = None
    line: int = 0
    chain: tuple[str, ...] = ()

    def file(
        self, status: Status, why: str | None = None, *, size: int | None = None, text: str = "",
        patterns: tuple[str, ...] = (), damaged: bool = False,
    ) -> InstructionFile:  # fmt: skip
        """The entry for this file. Only what is loaded keeps its text."""
        return InstructionFile(
            path=self.path, real=self.real, kind=self.place.kind, scope=self.place.scope, status=status,
            why=self.place.why if why is None else why, label=LABELS[self.place.scope],
            size=file_size(self.path) if size is None else size, tokens=estimate_tokens(text),
            parent=self.parent, line=self.line, hops=len(self.chain), patterns=patterns,
            content=text if status == "loaded" else "", damaged=damaged,
        )  # fmt: skip


class Reader:
    """Collects `files` and `findings`. `seen` maps each real path that was taken to the path it was taken under;
    `conditional` holds the rules that wait for a file they match."""

    def __init__(self, cwd: str, home: str | None, excludes: Sequence[Glob], external_approved: bool) -> None:
        self.files: list[InstructionFile] = []
        self.findings: list[Finding] = []
        self.seen: dict[str, str] = {}
        self.conditional: list[tuple[str, Place, RulePaths]] = []
        self._cwd = cwd
        self._real_cwd = os.path.realpath(cwd)
        self._home = home
        self._excludes = excludes
        self._approved = external_approved
        self._listed: set[str] = set()

    def take(self, path: str, place: Place, *, matched: bool = False) -> None:
        """A file at a fixed place; what does not exist there, or was met under the same path, is not worth a word.
        `matched` says that a rule's `paths` have been looked at."""
        if path in self._listed or not os.path.lexists(path):
            return
        visit = _Visit(path, os.path.realpath(path), place)
        if place.status == "duplicate":
            self._add(visit.file("duplicate"))
        elif visit.real in self.seen:
            if self.seen[visit.real] != path:
                self._add(visit.file("duplicate", f"the same file as {self._near(self.seen[visit.real])}"))
        elif self._excluded(visit):
            self._add(visit.file("excluded", "`claudeMdExcludes`"))
        else:
            self._load(visit, matched)

    def take_text(self, path: str, text: str, place: Place) -> None:
        """Instructions that are no file of their own."""
        self._add(_Visit(path, path, place).file(place.status, size=len(text.encode("utf-8", "replace")), text=text))

    def _near(self, path: str) -> str:
        """A path to show: from the working directory when it lies there."""
        return shown(os.path.relpath(path, self._cwd) if lies_below(path, self._cwd) else path)

    def find(self, code: str, severity: Severity, path: str, line: int, message: str) -> None:
        """Note a finding; its path is relative to the working directory when it lies there."""
        inside = lies_below(path, self._cwd) and path != self._cwd
        root = self._cwd if inside else ""
        where = os.path.relpath(path, root) if inside else path
        self.findings.append(Finding(code, severity, where, line, message, root=root))

    def _load(self, visit: _Visit, matched: bool = False) -> None:
        path, place = visit.path, visit.place
        try:
            data = read_file(path, MAX_BYTES)
        except (BadInputError, StorageError) as error:
            self._unreadable(visit, error)
            return
        text = data.decode("utf-8", "replace")
        head, body, offset = split_head(text)
        rule = read_paths(head if place.kind == "rule" else "")
        if rule.conditional and not matched:
            self.conditional.append((path, place, rule))
            return
        self.seen[visit.real] = path
        for problem in rule.problems:
            self.find("rule-pattern", "warning", path, 0, f"a pattern that matches nothing: {problem}")
        tokens = parse(body) if "@" in body or "<!--" in body else ()
        content = strip_comments(body, tokens).strip()
        if not content:
            why = "nothing but blanks, comments and frontmatter"
            self._add(visit.file("empty", why, size=len(data), patterns=rule.patterns))
            return
        damaged = "\ufffd" in text and b"\xef\xbf\xbd" not in data
        self._add(visit.file(place.status, size=len(data), text=content, patterns=rule.patterns, damaged=damaged))
        self._look_at(visit, content, body, tokens, offset)
        for site in import_sites(body, tokens):
            self._import(site._replace(line=site.line + offset), visit)

    def _unreadable(self, visit: _Visit, error: BadInputError | StorageError) -> None:
        too_large = error.code == "too-large"
        why = f"larger than {MAX_BYTES >> 20} MiB" if too_large else error.message
        status: Status = "too-large" if too_large else "unreadable"
        self.seen[visit.real] = visit.path
        self._add(visit.file(status, why))
        self.find(f"instructions-{status}", "warning", visit.path, 0, f"not loaded: {why}")

    def _import(self, site: ImportSite, parent: _Visit) -> None:
        target = resolve_import(site.path, parent.real, self._home)
        if target is None or not os.path.exists(target):
            self._missing(site, target, parent)
            return
        visit = self._imported(target, os.path.realpath(target), site, parent)
        status, why = self._verdict(visit, in_html=site.in_html)
        if status == "loaded":
            self._load(visit)
            return
        self._add(visit.file(status, why))
        if status not in ("duplicate", "excluded"):
            severity: Severity = "info" if status == "not-text" else "warning"
            message = f"`@{shown(site.path)}` is not loaded: {why}"
            self.find(f"import-{status}", severity, parent.path, site.line, message)

    def _imported(self, path: str, real: str, site: ImportSite, parent: _Visit) -> _Visit:
        why = f"imported by {shown(os.path.basename(parent.path))}:{site.line}"
        place = parent.place._replace(kind="import", why=why)
        return _Visit(path, real, place, parent.path, site.line, (*parent.chain, parent.real))

    def _verdict(self, visit: _Visit, *, in_html: bool) -> tuple[Status, str]:
        """Whether an import of an existing file is loaded, and else why not."""
        if in_html and visit.real not in self.seen:
            return "in-html", "it stands in a block of HTML; a blank line after the tag takes it out"
        if os.path.isdir(visit.path):
            return "not-text", "a directory"
        if visit.real in visit.chain:
            over = visit.chain[visit.chain.index(visit.real) + 1 :]
            names = ", ".join(shown(os.path.basename(path)) for path in over)
            return "cycle", f"a circular import by way of {names}" if over else "a circular import of itself"
        if self._excluded(visit):
            return "excluded", "`claudeMdExcludes`"
        if not is_text_name(visit.path):
            return "not-text", "its ending is not that of a text file"
        if len(visit.chain) > MAX_HOPS:
            return "too-deep", f"more than {MAX_HOPS} imports in a row"
        if not visit.place.free and not self._approved and not lies_below(visit.real, self._real_cwd):
            return "blocked", "it lies outside the working directory; Claude Code asks once before it loads this"
        if visit.real in self.seen:
            return "duplicate", f"the same file as {self._near(self.seen[visit.real])}"
        return "loaded", ""

    def _missing(self, site: ImportSite, target: str | None, parent: _Visit) -> None:
        if site.in_html:
            return
        if not site.pathlike:
            message = f"`@{shown(site.path)}` names no file: taken as words"
            self.find("import-missing", "info", parent.path, site.line, message)
            return
        why = "there is no such file" if target is not None else "there is no home directory"
        short = site.without_punctuation
        nearby = short and resolve_import(short, parent.real, self._home)
        if short and nearby and os.path.isfile(nearby):
            why = f"the `{shown(site.path[len(short) :])}` behind it belongs to the path; put a space between"
        path = target or site.path
        self._add(self._imported(path, path, site, parent).file("missing", why))
        self.find("import-missing", "warning", parent.path, site.line, f"`@{shown(site.path)}` is not loaded: {why}")

    def _look_at(self, visit: _Visit, content: str, body: str, tokens: Tokens, offset: int) -> None:
        """What people get wrong: a symbolic link checked out as text, and the seed's `@include`."""
        if len(content) < 200 and "\n" not in content and content[0] not in "@~" and content.lower().endswith(".md"):
            named = resolve_import(content, visit.real, None)
            if named and os.path.isfile(named):
                message = f"a symbolic link stored as text: an agent reads these words only; write `@{content}`"
                self.find("link-as-text", "warning", visit.path, 1 + offset, message)
        for name, line in legacy_includes(body, tokens):
            site = ImportSite(name, line + offset)
            target = resolve_import(name, visit.real, self._home) or name
            why = "`@include` is not Claude Code's; write `@path` alone"
            self._add(self._imported(target, target, site, visit).file("legacy", why))
            message = f"`@include {shown(name)}` loads nothing: write `@{shown(name)}`"
            self.find("legacy-include", "warning", visit.path, site.line, message)

    def _excluded(self, visit: _Visit) -> bool:
        if visit.place.scope == "managed":
            return False
        names = {path.replace(os.sep, "/") for path in (visit.path, visit.real)}
        return any(glob.matches(name, below=False) for glob in self._excludes for name in names)

    def _add(self, file: InstructionFile) -> None:
        if file.parent is None:
            self._listed.add(file.path)
        self.files.append(file)


def file_size(path: str) -> int:
    """Bytes, 0 where there is no such file."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0
