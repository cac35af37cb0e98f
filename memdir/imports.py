"""`@path` imports: which words of an instruction file are imports, and what file each names (formats §2.3).

Claude Code ignores what does not exist, so prose may be full of `@names`; only those that look like a path are worth a
word to people (`ImportSite.pathlike`).
"""

from __future__ import annotations

import os
import re
from typing import Final, NamedTuple

from .markdown_tree import Tokens, code_lines, text_runs

MAX_HOPS: Final = 4
"""A file loaded by the fourth import in a row is the last: its own imports stay words."""

_BLANK: Final = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What JavaScript's `\\s` matches; Python's takes other control characters for blanks and U+FEFF for none."""
_TOKEN: Final = re.compile(rf"(?:^|[{_BLANK}])@((?:[^{_BLANK}\\]|\\ )+)")
_ACCEPTED: Final = re.compile(r"~/|/.|[A-Za-z0-9._-]", re.DOTALL)
_PATHLIKE: Final = re.compile(r"~/|/|\.\.?/")
_TRAILING: Final = ".,;:!?)]}>'\"*`"
_LEGACY: Final = re.compile(r"[ \t]*@include[ \t]+(\S.*?)[ \t]*")

_EXTENSIONS: Final = (
    "md mdx mdc markdown txt text rst adoc asciidoc org tex log",
    "json jsonc json5 jsonl ndjson yaml yml toml xml csv tsv ini cfg conf config properties env plist lock",
    "html htm xhtml svg css scss sass less styl vue svelte astro js jsx mjs cjs ts tsx mts cts coffee",
    "py pyi pyx ipynb rb erb rake php pl pm lua r jl c h cc cpp cxx hpp hh hxx m mm cs fs fsx vb go rs zig nim d",
    "swift kt kts java scala groovy gradle clj cljs cljc edn hs lhs ml mli elm ex exs erl hrl dart lisp el scm rkt",
    "pas asm s v sv vhd sol sh bash zsh fish ps1 psm1 bat cmd awk sed sql graphql gql proto prisma thrift avsc",
    "tf tfvars hcl nix bzl bazel cmake mk make dockerfile containerfile diff patch",
    "ejs hbs handlebars mustache pug jade liquid j2 jinja jinja2 tmpl tpl template",
)
TEXT_EXTENSIONS: Final = frozenset(extension for line in _EXTENSIONS for extension in line.split())
"""Endings of files that are text; anything else with an ending is not imported. No ending at all is allowed."""


class ImportSite(NamedTuple):
    """One `@path` in a text: the path as it is meant (`\\ ` unescaped, `#fragment` gone), and its line from 1. A site
    in a block of HTML (`in_html`) is one that Claude Code passes over in silence."""

    path: str
    line: int
    in_html: bool = False

    @property
    def pathlike(self) -> bool:
        """Meant as a file, and not a person, package or decorator: `./x`, `~/x`, `/x`, or an ending of a text file."""
        ending = os.path.splitext(self.path.rstrip(_TRAILING))[1]
        return bool(_PATHLIKE.match(self.path)) or ending[1:].lower() in TEXT_EXTENSIONS

    @property
    def without_punctuation(self) -> str | None:
        """The path without the punctuation that was written directly behind it, None where there is none."""
        short = self.path.rstrip(_TRAILING)
        return short if short and short != self.path else None


def import_sites(text: str, tokens: Tokens | None = None) -> list[ImportSite]:
    """The imports in a body (frontmatter taken off), in order, each path once. `tokens` as for `text_runs`."""
    if "@" not in text:
        return []
    sites: dict[str, ImportSite] = {}
    for run in text_runs(text, tokens):
        for match in _TOKEN.finditer(run.text):
            path = accepted_path(match[1])
            if path is None:
                continue
            known = sites.get(path)
            if known is None or (known.in_html and run.kind == "text"):
                line = run.line + run.text.count("\n", 0, match.start(1))
                sites.pop(path, None)
                sites[path] = ImportSite(path, line, run.kind == "html")
    return list(sites.values())


def accepted_path(token: str) -> str | None:
    """The path that the words behind an `@` name, None when they name none: `@@x`, `@#x`, `@/`, `@%x`, `@(y)`."""
    path = token.partition("#")[0].replace("\\ ", " ")
    return path if _ACCEPTED.match(path) and "\0" not in path else None


def legacy_includes(text: str, tokens: Tokens | None = None) -> list[tuple[str, int]]:
    """Lines `@include PATH` of the seed's dialect with their numbers from 1, but in code and comments. For Claude Code
    these import a file named `include`; they are shown with what they would have named, and not expanded."""
    if "@include" not in text:
        return []
    lines = enumerate(re.split(r"\r\n|\r|\n", text), 1)
    found = [(match[1], number) for number, line in lines if (match := _LEGACY.fullmatch(line))]
    quiet = code_lines(text, tokens, html=True) if found else ()
    return [(path, number) for path, number in found if number not in quiet]


def resolve_import(path: str, importing_file: str, home: str | None) -> str | None:
    """The absolute path an import names: `~/` is the home (None without one), the rest is relative to the directory of
    the file that imports."""
    if path.startswith("~/"):
        return os.path.normpath(os.path.join(home, path[2:])) if home else None
    return os.path.normpath(os.path.join(os.path.dirname(importing_file), path))


def is_text_name(path: str) -> bool:
    """May a file of this name be imported? Judged by its ending, in any case; a file without one may."""
    ending = os.path.splitext(path)[1]
    return not ending or ending[1:].lower() in TEXT_EXTENSIONS


def lies_below(path: str, directory: str) -> bool:
    """Is `path` the directory itself or something under it? Both absolute and normalised."""
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)
