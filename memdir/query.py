"""A query against a collection: its words with what they find, misspelt words, and synonyms."""

from __future__ import annotations

from itertools import pairwise

from .collection import Collection, Weighted, Word
from .ranking import PAIR_WEIGHT, SIMILAR_WEIGHT, SYNONYM_POSTINGS, SYNONYM_WEIGHT
from .stem import ENGLISH
from .synonyms import synonyms
from .text import QueryWord, fold, forms, parse_query

MAX_WORDS = 64
"""Words of a query that are looked up; of a longer text the rarest."""
MAX_JOINED = 6
"""Words of a query up to which two adjacent ones are also looked up as one: who writes a sentence spells names."""


class Query:
    """`words` in the order in which they are scored (the rarest first), `mass` the sum of their weights."""

    def __init__(self, collection: Collection, text: str, language: str = ENGLISH) -> None:
        self._terms: tuple[str, ...] | None = None
        parsed = parse_query(text, language)
        words = [
            collection.word((word.text, word.terms[0][1], language)) or _word(collection, word, language)
            for word in parsed.words[: 8 * MAX_WORDS]
        ]
        if len(words) > MAX_WORDS:
            words.sort(key=lambda w: (not w.direct, w.df, w.text))
            del words[MAX_WORDS:]
        self.mass = sum([word.weight for word in words])
        words += _pairs(collection, parsed.plain[:MAX_WORDS], language)
        self.words = [word for word in words if word.df]
        self.words.sort(key=_order)

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms that are looked for."""
        found = self._terms
        if found is None:
            found = self._terms = tuple(dict.fromkeys(t for w in self.words for _, t, _ in (*w.direct, *w.synonyms)))
        return found


def _order(word: Word) -> tuple[int, str]:
    return (word.df, word.text)


def _word(collection: Collection, word: QueryWord, language: str) -> Word:
    direct: Weighted = []
    weight = 0.0
    for term, share in word.terms:
        entry = collection.entry(term)
        if entry is not None:
            direct.append((share * entry.idf, term, entry))
            weight = weight or share * entry.idf
    if not direct:
        direct = _similar(collection, word, language)
        weight = direct[0][0] if direct else collection.unknown * word.terms[0][1]
    meant = direct[0][1] if direct else word.terms[0][0]
    return collection.make_word(
        (word.text, word.terms[0][1], language), word.text, weight, direct, _synonyms(collection, meant, weight)
    )


def _similar(collection: Collection, word: QueryWord, language: str) -> Weighted:
    found: Weighted = []
    plain = fold(word.text)
    for near, errors in collection.similar(plain):
        main = forms(near, language)[0]
        entry = collection.entry(main) or collection.entry(near)
        if entry is not None and all(entry is not e for _, _, e in found):
            found.append((SIMILAR_WEIGHT * (1 - errors / len(plain)) * entry.idf, main, entry))
    return found


def _synonyms(collection: Collection, term: str, most: float) -> Weighted:
    """The synonyms of a term that the collection has, the rarest first, until they name `SYNONYM_POSTINGS` documents.
    None says more than the word itself: `most` is its weight."""
    others = synonyms(term)
    if not others:
        return []
    share = SYNONYM_WEIGHT / len(others) ** 0.5
    found = [(entry.df, other, entry) for other in others if (entry := collection.entry(other)) is not None]
    found.sort(key=lambda f: f[:2])
    chosen: Weighted = []
    postings = 0
    for df, other, entry in found:
        postings += df
        if postings > SYNONYM_POSTINGS:
            break
        chosen.append((share * min(entry.idf, most), other, entry))
    return chosen


def _pairs(collection: Collection, plain: tuple[str, ...], language: str) -> list[Word]:
    """Two adjacent words written as one: a name (`oneshot` for `one shot`), or a meaning (`turn off` for `disable`)."""
    found: list[Word] = []
    joined = len(plain) <= MAX_JOINED
    for first, second in pairwise(plain):
        direct: Weighted = []
        others: Weighted = []
        if joined and len(first) + len(second) > 4:
            entry = collection.entry(first + second)
            if entry is not None:
                direct.append((PAIR_WEIGHT * entry.idf, first + second, entry))
        if not direct:
            meaning = f"{forms(first, language)[0]}_{forms(second, language)[0]}"
            if synonyms(meaning):
                others = _synonyms(collection, meaning, collection.most)
        if direct or others:
            key = (first, second, language, bool(direct))
            known = collection.word(key)
            found.append(known or collection.make_word(key, f"{first} {second}", 0.0, direct, others))
    return found
