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
MIN_JOINED = 5
"""Letters that two words written as one must have."""
MAX_JOINED = 6
"""Words of a query up to which two adjacent ones are also looked up as one: who writes a sentence spells names."""


class Query:
    """`words` in the order in which they are scored (the rarest first), without those that find nothing; `mass` is the
    sum of the weights of all words, `count` their number without phrases (which may make up for a missing word)."""

    def __init__(self, collection: Collection, text: str, language: str = ENGLISH) -> None:
        self._terms: tuple[str, ...] | None = None
        parsed = parse_query(text, language)
        plain = parsed.plain[:MAX_WORDS]
        meant = _meanings(plain, language)
        halved = {word for pair in meant for word in pair}
        words = [
            collection.word((word.text, word.terms[0][1], word.text in halved, language))
            or _word(collection, word, language, half=word.text in halved)
            for word in parsed.words[: 8 * MAX_WORDS]
        ]
        if len(words) > MAX_WORDS:
            words.sort(key=lambda w: (not w.direct, w.df, w.text))
            del words[MAX_WORDS:]
        words += _phrases(collection, meant, words, language)
        if len(plain) <= MAX_JOINED:
            words += _joined(collection, plain, {word.text for word in words})
        self.mass = sum([word.weight for word in words])
        self.count = min(len(parsed.words), MAX_WORDS)
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


def _word(collection: Collection, word: QueryWord, language: str, *, half: bool) -> Word:
    """A word of the query. `half`: it is a part of a phrase with a meaning of its own, which has the other half."""
    direct: Weighted = []
    weight = 0.0
    part = 0.5 if half else 1.0
    for term, share in word.terms:
        entry = collection.entry(term)
        if entry is not None:
            direct.append((part * share * entry.idf, term, entry))
            weight = weight or part * share * entry.idf
    main = word.terms[0][0]
    others = synonyms(main)
    if not direct and not others:  # a word of the table is no typing error
        direct = _similar(collection, word, language)
        main = direct[0][1] if direct else main
        weight = direct[0][0] if direct else 0.0
        others = synonyms(main)
    weight = weight or collection.unknown * part * word.terms[0][1]
    found = [] if half else _synonyms(collection, others, weight)
    key = (word.text, word.terms[0][1], half, language)
    return collection.make_word(key, word.text, weight, direct, found)


def _similar(collection: Collection, word: QueryWord, language: str) -> Weighted:
    found: Weighted = []
    plain = fold(word.text)
    for near, errors in collection.similar(plain):
        main = forms(near, language)[0]
        entry = collection.entry(main) or collection.entry(near)
        if entry is not None and all(entry is not e for _, _, e in found):
            found.append((SIMILAR_WEIGHT * (1 - errors / len(plain)) * entry.idf, main, entry))
    return found


def _synonyms(collection: Collection, others: tuple[str, ...], most: float) -> Weighted:
    """The synonyms that the collection has, the rarest first, until they name `SYNONYM_POSTINGS` documents. None says
    more than the word itself: `most` is its weight."""
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


def _meanings(plain: tuple[str, ...], language: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """The pairs of adjacent words that mean something else than their words (`turn off`), with the words for it."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for first, second in pairwise(plain):
        others = synonyms(f"{forms(first, language)[0]}_{forms(second, language)[0]}")
        if others:
            found[first, second] = others
    return found


def _phrases(
    collection: Collection, meant: dict[tuple[str, str], tuple[str, ...]], words: list[Word], language: str
) -> list[Word]:
    """The phrases as words. A phrase weighs what its words have lost to it."""
    found: list[Word] = []
    for (first, second), others in meant.items():
        weight = sum([word.weight for word in words if word.text in (first, second)])
        key = (first, second, round(weight, 9), language)
        known = collection.word(key)
        if known is None:
            direct: Weighted = []
            chosen = _synonyms(collection, others, collection.most)
            known = collection.make_word(key, f"{first} {second}", weight, direct, chosen)
        found.append(known)
    return found


def _joined(collection: Collection, plain: tuple[str, ...], known_words: set[str]) -> list[Word]:
    """Two adjacent words that the collection has written as one: `oneshot` for `one shot`."""
    found: list[Word] = []
    for first, second in pairwise(plain):
        if len(first) + len(second) < MIN_JOINED or first + second in known_words:
            continue
        entry = collection.entry(first + second)
        if entry is not None:
            direct: Weighted = [(PAIR_WEIGHT * entry.idf, first + second, entry)]
            key = (first, second)
            known = collection.word(key)
            found.append(known or collection.make_word(key, f"{first} {second}", 0.0, direct, []))
    return found
