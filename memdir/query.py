"""A query against a collection: its words with their postings and weights, its misspelt words and its synonyms."""

from __future__ import annotations

from itertools import pairwise

from .collection import Collection, Entry
from .ranking import PAIR_WEIGHT, SIMILAR_WEIGHT, SYNONYM_POSTINGS, SYNONYM_WEIGHT
from .stem import ENGLISH
from .synonyms import synonyms
from .text import ParsedQuery, QueryWord, fold, forms, parse_query

MAX_WORDS = 64
"""Words of a query that are looked up; of a longer text the rarest."""
MAX_JOINED = 6
"""Words of a query up to which two adjacent ones are also looked up as one: who writes a sentence spells names."""


class Group:
    """One word of the query. What it gives to a document is the larger of what its own terms give together and what
    its best synonym gives. `weight` is what a perfect match is worth, `bound` what the group can give at most."""

    __slots__ = ("bound", "df", "direct", "known", "synonyms", "text", "weight")

    def __init__(self, text: str, weight: float, direct: list[tuple[float, str, Entry]]) -> None:
        self.text = text
        self.weight = weight
        self.direct = direct
        self.synonyms: list[tuple[float, str, Entry]] = []
        self.known = bool(direct)
        self.bound = sum(w * e.top for w, _, e in direct)
        self.df = sum(e.df for _, _, e in direct)

    def add_synonym(self, weight: float, term: str, entry: Entry) -> None:
        """One more word that may stand for this one."""
        self.synonyms.append((weight, term, entry))
        self.bound = max(self.bound, weight * entry.top)
        self.df += entry.df


class Query:
    """`groups` in the order in which they are scored (the rarest first), `mass` the sum of their weights."""

    def __init__(self, collection: Collection, text: str, language: str = ENGLISH) -> None:
        self._terms: tuple[str, ...] | None = None
        parsed = parse_query(text, language)
        words = parsed.words
        groups = [_word_group(collection, word, language) for word in words[: 8 * MAX_WORDS]]
        if len(groups) > MAX_WORDS:
            groups.sort(key=lambda g: (not g.known, g.df, g.text))
            del groups[MAX_WORDS:]
        self.mass = sum(g.weight for g in groups)
        groups += _pairs(collection, parsed, language)
        _add_synonyms(collection, groups, language)
        self.groups = sorted((g for g in groups if g.df), key=lambda g: (g.df, g.text))

    @property
    def terms(self) -> tuple[str, ...]:
        """All terms that are looked for."""
        found = self._terms
        if found is None:
            found = self._terms = tuple(dict.fromkeys(t for g in self.groups for _, t, _ in (*g.direct, *g.synonyms)))
        return found


def _word_group(collection: Collection, word: QueryWord, language: str) -> Group:
    direct: list[tuple[float, str, Entry]] = []
    weight = 0.0
    for term, share in word.terms:
        entry = collection.entry(term)
        if entry is not None:
            direct.append((share * entry.idf, term, entry))
            weight = weight or share * entry.idf
    if not direct:
        direct = _similar(collection, word, language)
        weight = direct[0][2].idf if direct else collection.unknown * word.terms[0][1]
    return Group(word.text, weight, direct)


def _similar(collection: Collection, word: QueryWord, language: str) -> list[tuple[float, str, Entry]]:
    found: list[tuple[float, str, Entry]] = []
    plain = fold(word.text)
    for near, errors in collection.similar(plain):
        main = forms(near, language)[0]
        entry = collection.entry(main) or collection.entry(near)
        if entry is not None and all(entry is not e for _, _, e in found):
            found.append((SIMILAR_WEIGHT * (1 - errors / len(plain)) * entry.idf, main, entry))
    return found


def _pairs(collection: Collection, parsed: ParsedQuery, language: str) -> list[Group]:
    """Two adjacent words written as one: a name (`oneshot` for `one shot`), or a meaning (`turn off` for `disable`)."""
    groups: list[Group] = []
    plain = parsed.plain[:MAX_WORDS]
    joined = len(plain) <= MAX_JOINED
    for first, second in pairwise(plain):
        entry = collection.entry(first + second) if joined and len(first) + len(second) > 4 else None
        if entry is not None:
            groups.append(Group(f"{first} {second}", 0.0, [(PAIR_WEIGHT * entry.idf, first + second, entry)]))
        elif synonyms(f"{forms(first, language)[0]}_{forms(second, language)[0]}"):
            groups.append(Group(f"{first} {second}", 0.0, []))
    return groups


def _add_synonyms(collection: Collection, groups: list[Group], language: str) -> None:
    """Give the groups their synonyms, the rarest first, until `SYNONYM_POSTINGS` are reached."""
    found: list[tuple[int, str, int, float, Entry]] = []
    for place, group in enumerate(groups):
        if group.direct:
            others = synonyms(group.direct[0][1])
        else:
            others = synonyms("_".join(forms(word, language)[0] for word in group.text.split(" ")))
        if others:
            share = SYNONYM_WEIGHT / len(others) ** 0.5
            most = group.weight or collection.most
            for term in others:
                entry = collection.entry(term)
                if entry is not None:
                    found.append((entry.df, term, place, share * min(entry.idf, most), entry))
    found.sort(key=lambda f: f[:3])
    postings = 0
    for df, term, place, weight, entry in found:
        postings += df
        if postings > SYNONYM_POSTINGS:
            break
        groups[place].add_synonym(weight, term, entry)
