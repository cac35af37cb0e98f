"""From what a person typed to statements that outlive the session: preferences, decisions, constraints, facts.

No model: a sentence counts when one of its language's rules finds it and none of its vetoes does (a question, a
supposition, something reported or quoted, about this task only, negated). Precision before recall: what is not sure is
left to a person, or to a model (`extract --agent`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from memdir.relative_dates import absolute_dates

from .prose import LONG_PROMPT, Sentence, plain_line, sentences
from .utterance_rules import Category, Language, Rule, compiled, within
from .utterances_english import ENGLISH
from .utterances_german import GERMAN
from .utterances_spanish import SPANISH

LANGUAGES: Final = (ENGLISH, GERMAN, SPANISH)
MIN_WORDS: Final = 3
MAX_WORDS: Final = 60
MAX_STATEMENTS: Final = 6
"""Of one prompt: whoever says more at once describes a task."""

MANYIDENTIFIERS: Final = 3
"""Names of functions, files with lines: so many in a prompt, and it is a review or a report, not a wish."""

IDENTIFIER: Final = re.compile(
    r"\b[a-z]+[a-z0-9]*(?:[A-Z][a-z0-9]*)+\b|\b(?:[A-Z][a-z0-9]+){3,}\b|\w\(\)|\w\.\w{1,4}:\d|\b[Ll]ines? \d+|"
    r"\b[a-z]+_[a-z_]+\b|\b[\w-]+(?:/[\w.-]+)+\.\w{1,4}\b"
)
"""Names of functions and files: what holds one speaks of code."""
_ASIDE: Final = re.compile(
    r",? (?:btw|by the way|fyi|please|thanks|thank you|ok|okay|übrigens|bitte|danke|por favor|por cierto|gracias)"
    r"(?=[.!]?$)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_REASON_AFTER: Final = re.compile(
    r"(?:because|otherwise|the reason|reason:|that'?s because|this is because|we got burned|weil|sonst|ansonsten|"
    r"der grund|grund:|denn|porque|si no|de lo contrario|el motivo|motivo:|la razón|es que)\b",
    re.IGNORECASE,
)


class Claim(NamedTuple):
    """Something a person said that lasts. `quote` is the sentence as written, `fact` the same without its lead ("no,
    please ..."), relative dates absolute; `reason` a sentence that gives one, empty where the fact holds it or nobody
    gave one. `confidence` lies in its category's range; `rule` names what found it."""

    category: Category
    type: str
    confidence: float
    quote: str
    fact: str
    reason: str = ""
    language: str = "en"
    rule: str = ""


def claims(text: str, when: float | None = None) -> list[Claim]:
    """The statements in a prompt that was typed at `when` (seconds since the epoch), in order, none twice."""
    found: dict[str, Claim] = {}
    prose = sentences(text)
    size = sum(len(sentence.text) for sentence in prose)
    main = language_of(" ".join(sentence.masked for sentence in prose[:20]), ENGLISH)
    long = size > LONG_PROMPT or sum(len(IDENTIFIER.findall(sentence.text)) for sentence in prose) >= MANYIDENTIFIERS
    for sentence in prose:
        said = _statement(sentence, main, long, when)
        if said is not None and len(found) < MAX_STATEMENTS:
            found.setdefault(said.fact.casefold(), said)
    return list(found.values())


def language_of(text: str, default: Language) -> Language:
    """The language of a text by its commonest words and letters; `default` where nothing tells."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    scores = {language.name: sum(1 for word in words if word in language.words) for language in LANGUAGES}
    scores["de"] += 2 * sum(text.count(char) for char in "äöüßÄÖÜ")
    scores["es"] += 2 * sum(text.count(char) for char in "ñ¿¡") + sum(text.count(char) for char in "áéíóú")
    best = max(LANGUAGES, key=lambda language: scores[language.name])
    return best if scores[best.name] > scores[default.name] else default


def _statement(sentence: Sentence, main: Language, long: bool, when: float | None) -> Claim | None:
    if (
        sentence.masked.count("x") * 2 > len(sentence.masked)
        or not MIN_WORDS <= len(sentence.text.split()) <= MAX_WORDS
    ):
        return None
    language = language_of(sentence.masked, main)
    start = _lead(sentence.masked, language)
    core = sentence.masked[start:]
    rule, kept = _match(core, language)
    if rule is None:
        return None
    if long and not rule.strong and rule.type != "user":
        return None
    if rule.category in ("project", "constraint") and rule.type == "project" and IDENTIFIER.search(sentence.masked):
        return None  # it describes code, which says so itself
    fact = sentence.text[start + kept :].strip(" \t-–—*_")
    reason = sentence.following if _REASON_AFTER.match(sentence.following) else ""
    confidence = rule.confidence + (0.05 if reason or compiled(language.reason).search(core) else 0.0)
    return Claim(
        rule.category,
        rule.type,
        within(rule.category, confidence - (0.1 if long else 0.0)),
        sentence.text,
        tidy(fact, when),
        tidy(reason, when) if reason else "",
        language.name,
        rule.name,
    )


def _match(core: str, language: Language) -> tuple[Rule | None, int]:
    """The first rule that finds the sentence, and how many characters of a polite request precede it."""
    polite = compiled(language.polite).match(core)
    kept = polite.end() if polite else 0
    text = core[kept:].rstrip("? ") if polite else core
    clause = main_clause(text, language)
    supposed = len(text)
    for name, pattern in language.vetoes:
        found = compiled(pattern).search(text if name == "question" else clause)
        if found is not None and name != "hypothetical":
            return None, 0
        supposed = found.start() if found is not None else supposed
    for rule in language.rules:
        match = compiled(rule.pattern).search(text)
        if match is None or match.end() > supposed:  # what comes after a statement may suppose
            continue
        if not (rule.unless and compiled(rule.unless).search(clause)):
            return rule, kept
    return None, 0


def main_clause(text: str, language: Language) -> str:
    """The sentence up to its reason: a reason may suppose ("because it could break") what the statement may not."""
    reason = compiled(language.reason).search(text, min(len(text), 12))
    return text[: reason.start()] if reason else text


def _lead(text: str, language: Language) -> int:
    """Where the statement begins, after "ok, also, one more thing:"."""
    pattern = compiled(language.lead)
    start = 0
    while (found := pattern.match(text, start)) is not None and found.end() > start:
        start = found.end()
    return start


def tidy(text: str, when: float | None) -> str:
    """A statement as a memory says it: one line, a capital and a full stop, dates absolute."""
    text = plain_line(text)
    polite = re.match(r"(?:(?:no|nope|nein)[,.:!]\s+)?(?:(?:please|bitte|por favor)\b,?\s+)?", text, re.IGNORECASE)
    if polite and polite.end() < len(text):
        text = text[polite.end() :]
    text = _ASIDE.sub("", text)
    if when is not None:
        text = absolute_dates(text, when)
    first = text.split(" ", 1)[0]
    if first.isalpha() and first.islower():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ")", "`", ":")) or "://" in text.rsplit(" ", 1)[-1] else text + "."
