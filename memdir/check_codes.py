"""The codes of `check`: the table behind docs/check.md, SARIF and `--select`. A code once published stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from .model import Severity


class Rule(NamedTuple):
    """One kind of finding: what it says, how bad it is, and (`fix`) which command repairs it, empty where a person
    must decide."""

    code: str
    severity: Severity
    summary: str
    fix: str = ""


CHECK_FIX: Final = "memdir check --fix"
TIDY: Final = "memdir tidy"

RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        Rule("no-directory", "error", "The directory does not exist."),
        Rule("unreadable", "error", "A file or folder cannot be read."),
        Rule("not-a-file", "warning", "Something named `.md` is no regular file (a pipe, a device)."),
        Rule("too-large", "warning", "A file is over 1 MiB and is no memory."),
        Rule("link-outside", "warning", "A symbolic link leads out of the directory; it is not followed."),
        Rule("broken-link", "warning", "A symbolic link leads nowhere, or to itself."),
        Rule("same-id", "error", "Two file names differ only in their Unicode form."),
        Rule("name-case", "error", "Two paths differ only in case: macOS and Windows keep one of them."),
        Rule("name-windows", "warning", "A file name that Windows cannot have."),
        Rule("name-duplicate", "warning", "Several memories have the same name, so that a link to it is ambiguous."),
        Rule("encoding", "error", "The bytes are not UTF-8."),
        Rule("nul", "error", "The file holds NUL bytes."),
        Rule("invalid-yaml", "error", "The frontmatter is not valid YAML; what could be read is used.", CHECK_FIX),
        Rule("unclosed-frontmatter", "error", "The frontmatter has no closing `---`.", CHECK_FIX),
        Rule("late-frontmatter", "warning", "Something stands before the frontmatter."),
        Rule("duplicate-key", "warning", "A key is given twice; the last one counts."),
        Rule("comment-in-text", "error", "An unquoted ` #` cuts the text short.", CHECK_FIX),
        Rule("empty-name", "error", "The name is blank: links to it are broken.", CHECK_FIX),
        Rule("missing-description", "warning", "There is no description, which is what an agent chooses memories by."),
        Rule("no-frontmatter", "info", "A memory without frontmatter: no description, no type."),
        Rule("unknown-type", "warning", "The type is none of user, feedback, project, reference."),
        Rule("bad-confidence", "error", "The confidence is no number between 0 and 1."),
        Rule("bad-status", "error", "The status is none of active, superseded, stale, review."),
        Rule("bad-date", "error", "A date field holds no date."),
        Rule("bad-link", "error", "An entry of `links` has no `to`, or a weight outside 0 to 1."),
        Rule("validity-order", "error", "`valid_until` is not after `valid_from`."),
        Rule("expired-unmarked", "warning", "Its time is over, but Claude Code sees it only in the description.", TIDY),
        Rule("superseded-unmarked", "warning", "Superseded, but Claude Code sees it only in the description."),
        Rule("index-dead-link", "error", "MEMORY.md links to a file that is not there.", TIDY),
        Rule("index-missing", "warning", "An orphan: no MEMORY.md above it names this memory.", TIDY),
        Rule("index-duplicate", "warning", "MEMORY.md lists the same file twice."),
        Rule("index-not-current", "warning", "MEMORY.md lists a memory that is superseded or expired.", TIDY),
        Rule("index-too-large", "error", "MEMORY.md is over a limit: what lies beyond is not loaded.", TIDY),
        Rule("index-near-limit", "warning", "MEMORY.md uses 70 % of a limit."),
        Rule("index-long-entry", "warning", "An entry of MEMORY.md is over 200 characters."),
        Rule("index-inline", "info", "MEMORY.md holds text of its own, which is loaded into every session."),
        Rule("too-many", "warning", "Over 200 memories: Claude Code's own scan sees the newest 200."),
        Rule("link-dead", "warning", "A `[[link]]`, `links.to` or `supersedes` names no memory."),
        Rule("link-ambiguous", "warning", "A link's name is that of several memories."),
        Rule("secret", "error", "The text holds a secret value."),
        Rule("relative-date", "warning", 'A date such as "yesterday", which means another day tomorrow.'),
        Rule("hidden-text", "warning", "Invisible characters: text that an agent reads and a person does not see."),
        Rule("steering-text", "warning", "Text that reads like an attempt to steer an agent."),
    )
}


def wanted(code: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    """True when a code is selected (or nothing is) and not ignored; both match a code or its beginning. Of a select
    and an ignore that both match, the longer one decides."""
    chosen = max((len(start) for start in select if code.startswith(start)), default=-1 if select else 0)
    refused = max((len(start) for start in ignore if code.startswith(start)), default=-1)
    return chosen > refused
