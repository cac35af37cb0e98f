"""Near misses: the only owner of rapidfuzz, which is loaded on the first call (who finds a word never needs it)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def closest(word: str, candidates: Iterable[str], limit: int = 3, cutoff: float = 55.0) -> list[str]:
    """The candidates most like the word, best first, ties in alphabetical order. `cutoff` is the least similarity, 0 to
    100 (rapidfuzz `WRatio`, which also sees a part or another order of the words)."""
    from rapidfuzz import fuzz, process, utils

    words = sorted(set(candidates))
    found = process.extract(
        word, words, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=cutoff
    )
    return [candidate for candidate, _, _ in found]


def distances(word: str, candidates: Sequence[str], limit: int) -> list[tuple[str, int]]:
    """The candidates within `limit` typing errors (insert, delete, replace, swap of neighbours: optimal string
    alignment), each with its number of errors, fewest first, ties in alphabetical order."""
    from rapidfuzz.distance import OSA

    scored = [(OSA.distance(word, candidate, score_cutoff=limit), candidate) for candidate in candidates]
    return [(candidate, errors) for errors, candidate in sorted(scored) if errors <= limit]
