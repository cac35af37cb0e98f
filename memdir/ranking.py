"""The arithmetic of ranking: pure functions and every number they use.

BM25 as in Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), over one weighted count per term and
document. How the parameters were chosen, and what each is worth, stands in docs/recall.md.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

from .model import DEFAULT_CONFIDENCE
from .segment import Facts

K1 = 1.2
"""Saturation of a term's count."""
B = 0.75
"""How much a document's length counts."""
MIN_DOCUMENTS = 30
"""A directory of three files says nothing about how common a word is: it is treated as if it had this many."""

SYNONYM_WEIGHT = 1.0
"""Weight of a word's synonyms together; each of n has this by the root of n, as a word of many meanings says less."""
SYNONYM_POSTINGS = 100
"""Documents that the synonyms of one word may name together; the rarest are used first."""
SIMILAR_WEIGHT = 0.8
"""Weight of the words taken for a misspelt one, times their similarity."""
PAIR_WEIGHT = 0.7
"""Weight of two adjacent query words written as one."""

CANDIDATES = 12
"""Documents that are looked at closely, if no more are asked for."""
CANDIDATE_FLOOR = 0.3
"""Share of the best document's word score below which none is a candidate."""

ACTIVE = 3
"""The best documents that activate their neighbours."""
MIN_EDGE = 0.5
"""The weight from which on an edge brings a document that has none of the words; a weaker one lifts those that have."""
ACTIVATION = 0.1
"""Share of its word score that a document gives to a neighbour of weight 1."""

MAX_PRIOR = 0.15
"""No prior changes a score by more than this share (design §6)."""
REPEATED = 0.9
"""What is left of the score of a document that has the name and description of a better one."""
_YEAR = 365 * 86_400.0

COVERAGE_BASE = 0.3
"""What counts of a match beside what it covers of the query."""
SYNONYM_COVERAGE = 0.6
"""How much of a word a synonym covers."""
WHOLE_QUERY = 0.7
"""Evidence of a document that has every word of the query, however often: enough to be shown."""
FOLLOWING = 0.25
"""The evidence of a hit after the first falls with this power of its share of the first one's score."""
SCORE_HALF = 0.875
"""The evidence that scores 0.5."""
MIN_SCORE = 0.5
"""The default threshold."""


def idf(documents: int, df: float) -> float:
    """Inverse document frequency, never negative."""
    whole = max(documents, MIN_DOCUMENTS)
    return log(1 + (whole - df + 0.5) / (df + 0.5))


def prior(facts: Facts, now: float, moment: float) -> float:
    """What a document's state is worth, a factor within 1 ± `MAX_PRIOR`: confidence, age, validity at `moment`,
    status, and whether it lies among activity logs."""
    change = 0.0
    if facts.confidence != DEFAULT_CONFIDENCE:
        change = 0.1 * (min(max(facts.confidence, 0.0), 1.0) - DEFAULT_CONFIDENCE)
    if facts.pinned:
        change += 0.02
    age = now - facts.modified
    if age > 0:
        change -= 0.02 * age / (age + _YEAR)
    if facts.status != "active":
        change -= 0.1
    if not facts.valid_from <= moment < facts.valid_until:
        change -= 0.05
    if facts.namespace and is_log(facts.namespace):
        change -= 0.08
    return 1.0 + min(max(change, -MAX_PRIOR), MAX_PRIOR)


@lru_cache(maxsize=1 << 12)
def is_log(namespace: str) -> bool:
    """True below a `logs` or `sessions` folder."""
    return any(part in ("logs", "sessions") for part in namespace.split("/"))


def evidence(score: float, most: float, coverage: float, about: float) -> float:
    """How sure it is that a document answers a query: its word score, in units of what the rarest word can give
    (`most`), by what it covers of the query: the share of the words that are anywhere in it (`coverage`), and the share
    of their weight that is in its name and description (`about`), which say what it is about. Both are 0 to 1."""
    whole = WHOLE_QUERY if coverage > 0.999 else 0.0
    return score / most * (COVERAGE_BASE + coverage + about) + whole


def calibrate(evidence: float, share: float) -> float:
    """A score of 0 to 1, comparable between queries, from the evidence of the first hit and the share (0 to 1) that a
    hit has of the first one's score."""
    own: float = evidence * share**FOLLOWING
    return own / (own + SCORE_HALF)
