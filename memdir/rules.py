"""The head of an instruction file: where its frontmatter ends, and the `paths` that make a rule conditional.

`paths` is read by lines, not as YAML: `paths: {src,lib}/**/*.ts, tests/**` and `- *.md` are in real use and no YAML
(formats §2.2). A list, a flow list and one comma-separated string give the same patterns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .globs import (
    MAX_EXPANDED,
    MAX_PATTERNS,
    Glob,
    TooManyPatterns,
    any_match,
    compile_glob,
    expand_braces,
    split_commas,
)

_FENCE = re.compile(r"---[ \t]*(?:\r\n|\r|\n|$)")
_CLOSE = re.compile(r"^---[ \t]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"(['\"]?)paths\1[ \t]*:(.*)", re.DOTALL)
_ANYTHING = frozenset({"**", "**/*"})


class RulePaths(NamedTuple):
    """The patterns of one rule. `globs` empty means no condition; `problems` names patterns that match nothing."""

    patterns: tuple[str, ...]
    globs: tuple[Glob, ...]
    problems: tuple[str, ...]

    @property
    def conditional(self) -> bool:
        """True when the rule waits for a matching file to be read."""
        return bool(self.globs)

    def matches(self, relative: str) -> bool:
        """Does a path relative to the rule's base (`/`, no `..`) fall under the rule?"""
        return any_match(self.globs, relative)


def split_head(text: str) -> tuple[str, str, int]:
    """Leading frontmatter, the body, and how many lines the body lies below the file's start. A head that is never
    closed is no head. A byte order mark is dropped."""
    text = text.removeprefix("\ufeff")
    opening = _FENCE.match(text)
    if opening is None:
        return "", text, 0
    closing = _CLOSE.search(text, opening.end())
    if closing is None:
        return "", text, 0
    head = text[opening.end() : closing.start()]
    return head, text[closing.end() :], len(re.findall(r"\r\n|\r|\n", text[: closing.end()]))


def read_paths(head: str) -> RulePaths:
    """The `paths` of a frontmatter, braces expanded. Only `**`, or nothing, is no condition at all (formats §2.2)."""
    patterns = _patterns(re.split(r"\r\n|\r|\n", head))
    if all(pattern in _ANYTHING for pattern in patterns):
        return RulePaths(tuple(patterns), (), ())
    globs: list[Glob] = []
    count, size = MAX_PATTERNS, MAX_EXPANDED
    for pattern in patterns:
        try:
            expanded = expand_braces(pattern, count, size)
        except TooManyPatterns as error:
            globs.append(Glob(pattern, None, problem=str(error)))
            continue
        count -= len(expanded)
        size -= sum(map(len, expanded))
        globs.extend(compile_glob(one) for one in expanded)
    problems = tuple(f"{glob.text[:80]}: {glob.problem}" for glob in globs if glob.problem)
    return RulePaths(tuple(patterns), tuple(globs), problems)


def _patterns(lines: Sequence[str]) -> list[str]:
    for number, line in enumerate(lines):
        match = _KEY.fullmatch(line.rstrip())
        if match is None:
            continue
        value = _bare(match[2])
        below = _below(lines[number + 1 :])
        if value in ("", "|", ">", "|-", ">-"):
            return [pattern for text in below for pattern in _values(text)]
        if value.startswith("[") and not value.endswith("]"):
            return _values(" ".join([value, *(_bare(text) for text in below)]))
        return _values(value)
    return []


def _below(lines: Sequence[str]) -> list[str]:
    """The lines that belong to the key above: indented ones, list items, and a flow list's closing bracket."""
    mine: list[str] = []
    for line in lines:
        if line.strip() and not line.startswith((" ", "\t", "-", "]")):
            break
        item = line.strip()
        mine.append(item[1:] if item.startswith("- ") or item == "-" else item)
    return mine


def _values(text: str) -> list[str]:
    """The patterns in one value: quotes taken off, commas outside of braces split, a flow list's brackets dropped."""
    text = _bare(text)
    if _is_flow_list(text):
        text = text[1:-1]
    elif _unquoted(text) != text:
        return split_commas(_unquoted(text))
    return [part for value in split_commas(text) if (part := _unquoted(value))]


def _is_flow_list(text: str) -> bool:
    """`[a, b]` and not `[ab]/[cd]`: the first bracket is closed by the last character."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return at > 0 and at == len(text) - 1
    return False


def _bare(text: str) -> str:
    """Without surrounding blanks and a YAML comment (` #` outside of quotes)."""
    text = text.strip()
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        if end > 0 and text[end + 1 :].lstrip().startswith("#"):
            return text[: end + 1]
        return text
    if text.startswith("#"):
        return ""
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] in "'\"" and text[-1] == text[0] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text
