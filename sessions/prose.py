"""What a person said in a prompt, as sentences: without what only passed through it.

Code, quoted lines, logs, diffs, tables, pasted documents and everything that Claude Code, a hook or memdir put in are
taken out (formats/claude-code.md §3.2, "Not real user prompts"); quoted words inside a sentence are masked, so that no
rule is found in them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from memdir.quoting import visible

MAX_PROMPT: Final = 200_000
"""Characters of a prompt that are looked at."""
MAX_SENTENCE: Final = 400
"""Characters; what is longer was not typed as a statement."""
LONG_PROMPT: Final = 1200
"""Characters of prose; a longer prompt describes a task."""

_INJECTED: Final = re.compile(
    r"\s*(?:This session is being continued from a previous conversation|Caveat: The messages below|"
    r"\[Request interrupted|memdir extraction:|Base directory for this skill:|Contents of \S+ \(|# memdir\b|"
    r"Called the \w+ tool|"
    r"Result of calling the|Note: \S+ was (?:modified|read) |PreToolUse|PostToolUse|UserPromptSubmit|SessionStart|"
    r"Stop hook|Your task is to create a detailed summary|<session-start-hook>|<tick>|<goal>|"
    r"Unknown (?:slash )?command|"
    r"You are (?:an? |the )|API Error|Implement the following plan:)"
)
"""Beginnings of a prompt that no person typed, or after which a document follows."""
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][\w.:-]{0,60})(?:\s[^<>]{0,2000})?/?>")
_INJECTING: Final = re.compile(
    r"system-reminder|command-[a-z]+|local-command-[a-z]+|bash-[a-z]+|task-notification|teammate-message|hook|pasted_content|"
    r"ide_[a-z]+|user-prompt-submit-hook|session-start-hook|memdir[\w-]*"
)
"""Tags that take everything behind them when they are never closed."""
_FENCE: Final = re.compile(
    r"^[ \t]{0,8}(`{3,9}|~{3,9})[^\n]*\n.*?(?:^[ \t]{0,8}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_PASTED: Final = re.compile(r"\[(?:Pasted text|Image|File)[^\]\n]*\]")
_QUOTES: Final = (
    ('"', '"'), ("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("‚", "‘"), ("‘", "’"),
)  # fmt: skip
_QUOTED: Final = re.compile(
    "|".join(f"{a}[^{a}{b}\n]{{1,600}}{b}" for a, b in _QUOTES)
    + r"|(?<!\w)'(?=\S)[^'\n]{1,600}?(?<=\S)'(?!\w)|`[^`\n]{1,600}`"
)
_LOG_LINE: Final = re.compile(
    r"^\s*(?:[$%#>]\s|>>>|\.\.\.\s|\d{4}-\d\d-\d\d[T ]\d\d:|\[?\d\d:\d\d:\d\d|"
    r"(?:npm|yarn|pnpm|cargo|error|warning|warn|info|debug|trace|fatal|panic|note|fehler|error\[\w+\])"
    r"(?:\s(?:WARN|ERR|err|warn)|\[|:\s*(?:\S+:\d|[A-Z]\w+Error|cannot|could not|failed|unexpected|expected|use of)|"
    r":.*\([\w/@-]+\)\s*$)|"
    r"(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|FAIL|PASS|Traceback|Exception|Caused by|thread '|panicked|"
    r"at \S+\(|File \"|diff --git|index [0-9a-f]{6,}|@@ |\+\+\+ |--- |running \d+ tests?|test \S+ \.\.\.|"
    r"[A-Za-z_.]*(?:Error|Exception|Warning): |commit [0-9a-f]{7,}|Author:|Date:)|\||[+\-]#|[+\-]\S)"
)
_CODE_LINE: Final = re.compile(
    r"[;{}]\s*$|^\s*(?:(?:async )?(?:def|func|fn|function)\s+\w+\s*[(<]|class\s+\w+\s*[:({]|"
    r"(?:import|use|package)\s+[\w.:{}*]+;?\s*$|"
    r"from\s+\S+\s+import\s|(?:const|let|var)\s+\w+\s*[:=]|(?:public|private|protected|static)\s+\w+\s+\w+|return\s.*[;)]\s*$|"
    r"(?:if|for|while)\s*\(|#include|@\w+\s*(?:\(|$)|//|/\*|\*/|</?\w+|#!)|=>|\w+\(\w*\)\s*[{:]|"
    r"^\s*[\w.-]+\s*[:=]\s*(?:true|false|null|none|\d+|[\"'\[{])[^ ]*\s*$|::\w+|^\s*-\s+\w+:\s+\S+$"
)
_DEEP: Final = "      "
"""So far to the right stands what a program printed."""
_HEADING: Final = re.compile(r"^\s{0,3}#{1,6}\s+\S", re.MULTILINE)
_TITLE: Final = re.compile(r"\s*(?:#{1,6}\s+\S[^\n]*|\*\*[^*\n]+\*\*:?)\s*\n")
_BULLET: Final = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)]|[a-z]\))\s+(?:\[[ xX]\]\s+)?")
_SENTENCE: Final = re.compile(r"[.!?…][\"'”“»)]*\s+(?=[\w¿¡\"'„“«(`@#/~-])")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|z\. ?B|d\. ?h|p\. ?ej|bzw|Nr|ca|Dr|Mr|Ms|usw|z|B|d|approx|v|no)\.)\s*$"
)


_ESCAPE_SEQUENCE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")


class Sentence(NamedTuple):
    """A sentence as it was written, the same with quoted words masked by `x` (equal length), and what followed it in
    its paragraph."""

    text: str
    masked: str
    following: str = ""


def is_injected(text: str) -> bool:
    """True for a prompt that no person typed: a summary, a hook's or a command's output, recalled memories."""
    return _INJECTED.match(text) is not None


def plain_line(text: str) -> str:
    """The text on one line, without a terminal's escape sequences, direction marks and what is not seen."""
    line = " ".join(_ESCAPE_SEQUENCE.sub("", text).split())
    return line if visible(line) == line else "".join(char for char in line if visible(char) == char)


def typed_text(text: str) -> str:
    """The prompt without tagged blocks, fences and placeholders of pasted things; line structure stays."""
    text = text[:MAX_PROMPT].replace("\r\n", "\n").replace("\r", "\n")
    if "<" in text:
        text = _untagged(text)
    if "```" in text or "~~~" in text:
        text = _FENCE.sub("\n", text)
    return _PASTED.sub(" ", text)


def _untagged(text: str) -> str:
    """The text without what stands between a tag and its end."""
    tags = list(_TAG.finditer(text))
    ends: dict[str, list[int]] = {}
    for tag in tags:
        if tag[1]:
            ends.setdefault(tag[2], []).append(tag.end())
    parts: list[str] = []
    place = 0
    for tag in tags:
        if tag[1] or tag.start() < place:
            continue
        closed = ends.get(tag[2], [])
        at = bisect_right(closed, tag.end())
        if at < len(closed) or _INJECTING.fullmatch(tag[2]):
            parts.append(text[place : tag.start()])
            place = closed[at] if at < len(closed) else len(text)
    return "\n".join((*parts, text[place:]))


def sentences(text: str) -> list[Sentence]:
    """The sentences that a person typed in a prompt, in order. Empty for an injected one."""
    if is_injected(text):
        return []
    text = typed_text(text)
    if is_injected(text):
        return []
    headings = list(_HEADING.finditer(text))
    if len(headings) >= 2:  # a document was pasted: only what stands before it was said
        text = text[: headings[0].start()]
    if _TITLE.match(text):  # a document from its first line on: the text of a command or a skill
        return []
    found: list[Sentence] = []
    for paragraph in _paragraphs(text):
        pieces = [piece.strip() for piece in _split(paragraph)]
        pieces = [piece for piece in pieces if piece]
        for number, piece in enumerate(pieces):
            following = pieces[number + 1] if number + 1 < len(pieces) else ""
            if len(piece) <= MAX_SENTENCE:
                found.append(Sentence(piece, masked(piece), following))
    return found


def masked(text: str) -> str:
    """The text with what stands in quotation marks or back-ticks replaced by as many `x`, single words apart."""
    return _QUOTED.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    inner = match.group()[1:-1]
    return match.group() if " " not in inner.strip() and match.group()[0] != "`" else "x" * len(match.group())


def _split(paragraph: str) -> Iterator[str]:
    """Sentences; a full stop inside quotation marks ends none."""
    hidden = _QUOTED.sub(lambda match: "x" * len(match.group()), paragraph)
    start = 0
    for match in _SENTENCE.finditer(hidden):
        if hidden[match.start()] == "." and _ABBREVIATION.search(hidden[max(0, match.start() - 8) : match.end()]):
            continue
        yield paragraph[start : match.end()].rstrip()
        start = match.end()
    yield paragraph[start:]


def _paragraphs(text: str) -> Iterator[str]:
    """Lines of prose joined to paragraphs, a list's points apart; quoted lines, code and logs are left out."""
    lines = text.split("\n")
    logged = sum(1 for line in lines if _LOG_LINE.match(line)) if len(lines) > 3 else 0
    if logged * 3 > len(lines):
        return  # a log with a line of prose in it
    paragraph = ""
    indented = False
    for line in lines:
        bullet = _BULLET.match(line)
        blank = not line.strip()
        indented = not blank and line.startswith(("    ", "\t")) and bullet is None and (indented or not paragraph)
        if (
            blank
            or indented
            or (bullet is None and line.startswith(_DEEP))
            or line.lstrip().startswith(">")
            or not _is_prose(line, bullet)
        ):
            if paragraph:
                yield paragraph
            paragraph = ""
            continue
        if bullet is not None:
            if paragraph:
                yield paragraph
            paragraph = line[bullet.end() :].strip()
        elif paragraph and not paragraph.endswith((".", "!", "?", ":", ";")) and not line.lstrip()[0].isupper():
            paragraph += " " + line.strip()
        else:
            if paragraph:
                yield paragraph
            paragraph = line.strip()
    if paragraph:
        yield paragraph


def _is_prose(line: str, bullet: re.Match[str] | None) -> bool:
    said = line[bullet.end() :] if bullet else line
    if bullet is not None and bullet.group().rstrip().endswith("]"):  # a task's checklist
        return False
    if _HEADING.match(line) or (bullet is None and _LOG_LINE.match(line)) or _CODE_LINE.search(line):
        return False
    letters = sum(1 for char in said if char.isalpha() or char.isspace())
    return letters * 10 >= len(said) * 7 or "http" in said
