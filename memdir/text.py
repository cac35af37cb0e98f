"""One analysis for documents and queries: text to terms.

NFKC, casefold, Unicode words. A word gives its *main term* (the stem of its accent-free form) and, where they differ,
its exact forms, which count at a discount in a query. An identifier or path is taken apart (`getUserName`,
`snake_case`, `path/to/file.py`) and kept whole without its punctuation (`getusername`), so that the spellings of one
name meet. Scripts written without spaces, and Hangul, give single characters and bigrams.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from .stem import ENGLISH, stem

ANALYSIS_VERSION = 1
"""Part of an index's manifest: terms of another version are never compared with these."""

MAX_WORD = 64
"""Characters; a longer run is no word (a hash, a blob) and gives no term."""

EXACT_DISCOUNT = 0.25
"""Weight of the exact form beside the main term: `running` prefers `running` among the bearers of `run`."""
WHOLE_DISCOUNT = 0.6
"""Weight of an identifier as a whole."""
PART_DISCOUNT = 0.7
"""Weight of each of its parts beside it: together they are one name."""
SINGLE_DISCOUNT = 0.3
"""Weight of a single character of a bigram script beside the bigrams."""

_RUNS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\uac00-\ud7af"  # Hangul, kana
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"  # Han
)
_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0dff\u200c\u200d"
_LETTER = f"(?:[^\\W{_RUNS}]|[{_MARKS}])"
_ASCII = re.compile(r"\w+(?:[./:\\@'+#-]+\w+)*(?:\+\+|#)?", re.ASCII)
_FIRST_RUN = "\u0e00"
_SEGMENT = re.compile(r"[/\\:@]+")
_DOT = re.compile(r"\.+")
_JOINT = re.compile(r"[-_+#]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
_CONTRACTION = re.compile(r"^(.+?)(?:n?['’]t|['’](?:s|re|ve|ll|d|m))$", re.IGNORECASE)

STOP_WORDS = frozenset(
    """a about above absolutely actually after again all already also am an and any anybody anymore anyone anything
    apparently are aren as at basically be because been before being below between both but by ca can cannot
    certainly come comes coming could couldn definitely did didn do does doesn doing don done down during each
    either else etc ever every everybody everyone everything exactly few for from further get gets getting give go
    goes going gone got had hadn happen happened happening happens has hasn have haven having he her here hers
    herself him himself his how however i if in into is isn it its itself just let lets like ll lot lots m may
    maybe me might more most much must my myself need needs no nobody nor not now of off ok okay on once one only
    or other ought our ours ourselves out over own perhaps please probably put quite rather re really s said same
    say saying says seem seems several shall she should shouldn simply so some somebody someone something sometime
    sort still such t take tell than that the their theirs them themselves then there these they thing things this
    those though through thus to too toward towards under unless until up upon us usually various ve very via want
    wanted wants was wasn way we went were weren what whatever when whenever where wherever whether which while
    who whom whose why will with without wo won would wouldn yes yet you your yours yourself yourselves""".split()  # noqa: SIM905 - a block of words reads better than a list of them
)
"""Words a query does without, unless it has no others."""


class QueryWord(NamedTuple):
    """One word of a query: its text (casefolded) and its terms with their weights, the main term first."""

    text: str
    terms: tuple[tuple[str, float], ...]


def fold(word: str) -> str:
    """The word without accents: Latin and Greek lose their marks, Cyrillic only the optional dots of ё."""
    if word.isascii():
        return word
    if "\u0400" <= word[0] <= "\u04ff":
        return word.replace("ё", "е")
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain).translate(_LETTERS)


_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"})


@lru_cache(maxsize=1 << 16)
def forms(word: str, language: str = ENGLISH) -> tuple[str, ...]:
    """The terms of one casefolded word: the main term, then each exact form that differs."""
    plain = fold(word)
    main = stem(plain, language)
    if word == main:
        return (main,)
    return (main, word) if plain in (word, main) else (main, word, plain)


@lru_cache(maxsize=1 << 16)
def words(chunk: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The casefolded words of a chunk in order, and its wholes: the compound names among its parts, joined."""
    if chunk.isalpha() and chunk.islower() and chunk.isascii():
        return ((chunk,) if len(chunk) <= MAX_WORD else ()), ()
    plain: list[str] = []
    wholes: list[str] = []
    for segment in _SEGMENT.split(chunk):
        first = len(plain)
        for dotted in _DOT.split(segment):
            start = len(plain)
            for joint in _JOINT.split(dotted):
                _split(joint, plain, wholes)
            _join(plain[start:], wholes)
        _join(plain[first:], wholes)
    if not plain and chunk.strip("_"):
        plain.append(chunk.casefold())
    return tuple(w for w in plain if len(w) <= MAX_WORD and fold(w)), tuple(w for w in dict.fromkeys(wholes) if fold(w))


def _split(joint: str, plain: list[str], wholes: list[str]) -> None:
    """Words of one piece without punctuation but apostrophes."""
    contraction = _CONTRACTION.match(joint)
    if contraction:
        joint = contraction[1]
    for piece in joint.replace("’", "'").split("'"):
        start = len(plain)
        low = piece.casefold()
        if not piece:
            continue
        if low.isalpha() and (piece == low or piece[1:] == low[1:] or piece.isupper()):
            plain.append(low)
            continue
        plain.extend(p.casefold() for p in _CAMEL.findall(piece))
        _join(plain[start:], wholes)


def _join(parts: list[str], wholes: list[str]) -> None:
    if len(parts) > 1:
        whole = "".join(parts)
        if len(whole) <= MAX_WORD:
            wholes.append(whole)


@lru_cache(maxsize=1 << 16)
def _chunk_terms(chunk: str, language: str) -> tuple[str, ...]:
    plain, wholes = words(chunk)
    terms: list[str] = []
    for word in plain:
        terms.extend(forms(word, language))
    for whole in wholes:
        terms.append(forms(whole, language)[0])
    return tuple(terms)


def _run_terms(run: str) -> list[str]:
    run = run.casefold()
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


@cache
def _unicode_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A chunk, and the beginning of a run. Compiled on need: they cost several ms, and most text is ASCII."""
    chunk = rf"[{_RUNS}]+|{_LETTER}+(?:[./:\\@'’+#-]+{_LETTER}+)*(?:\+\+|#)?"
    return re.compile(chunk), re.compile(f"[{_RUNS}]")


def is_run(text: str) -> bool:
    """True when the text begins in a script that is analysed by characters and bigrams."""
    return text >= _FIRST_RUN and _unicode_patterns()[1].match(text) is not None


def chunks(text: str) -> list[str]:
    """Runs of word characters: words, identifiers, paths, and unbroken runs of a script without spaces."""
    if text.isascii():
        return _ASCII.findall(text)
    return _unicode_patterns()[0].findall(unicodedata.normalize("NFKC", text))


def count_fields(fields: Iterable[tuple[str, int]], language: str = ENGLISH) -> dict[str, int]:
    """The weighted term counts of a document: for each term the sum over fields of weight times count."""
    found: list[str] = []
    for text, weight in fields:
        found += chunks(text) * weight
    counts: dict[str, int] = {}
    get = counts.get
    for chunk, times in Counter(found).items():
        terms = _run_terms(chunk) if chunk >= _FIRST_RUN and is_run(chunk) else _chunk_terms(chunk, language)
        for term in terms:
            counts[term] = get(term, 0) + times
    return counts


def count_terms(text: str, language: str = ENGLISH) -> dict[str, int]:
    """How often each term occurs in the text."""
    return count_fields([(text, 1)], language)


def analyse(text: str, language: str = ENGLISH) -> list[str]:
    """The distinct terms of a text, in order of first occurrence."""
    return list(count_terms(text, language))


def terms_of(text: str, language: str = ENGLISH) -> set[str]:
    """The distinct terms of a text."""
    found: set[str] = set()
    for chunk in chunks(text):
        found.update(_run_terms(chunk) if chunk >= _FIRST_RUN and is_run(chunk) else _chunk_terms(chunk, language))
    return found


@lru_cache(maxsize=1 << 12)
def _chunk_words(chunk: str, language: str) -> tuple[QueryWord, ...]:
    if chunk.islower() and chunk.isalpha() and chunk.isascii() and len(chunk) <= MAX_WORD:
        return (QueryWord(chunk, _weighted(forms(chunk, language))),)
    if is_run(chunk):
        return _run_words(chunk.casefold())
    plain, wholes = words(chunk)
    found = [QueryWord(w, _weighted(forms(w, language), PART_DISCOUNT if wholes else 1.0)) for w in plain]
    found += [QueryWord(w, ((forms(w, language)[0], WHOLE_DISCOUNT),)) for w in wholes]
    return tuple(found)


def _weighted(terms: tuple[str, ...], share: float = 1.0) -> tuple[tuple[str, float], ...]:
    return ((terms[0], share), *((t, share * EXACT_DISCOUNT) for t in terms[1:]))


def _run_words(run: str) -> tuple[QueryWord, ...]:
    if len(run) == 1:
        return (QueryWord(run, ((run, 1.0),)),)
    found = []
    for i in range(len(run) - 1):
        pair = run[i : i + 2]
        found.append(QueryWord(pair, ((pair, 1.0), (pair[0], SINGLE_DISCOUNT / 2), (pair[1], SINGLE_DISCOUNT / 2))))
    return tuple(found)


class ParsedQuery(NamedTuple):
    """`words` are the distinct telling words in order; `plain` all words in order, casefolded, stop words included."""

    words: tuple[QueryWord, ...]
    plain: tuple[str, ...]


def parse_query(text: str, language: str = ENGLISH) -> ParsedQuery:
    """The words of a query. Stop words are left out of `words` unless there are no others."""
    found: dict[str, QueryWord] = {}
    plain: list[str] = []
    for chunk in chunks(text):
        for word in _chunk_words(chunk, language):
            found[word.text] = word
            if word.terms[0][1] != WHOLE_DISCOUNT:
                plain.append(word.text)
    telling = tuple(w for t, w in found.items() if t not in STOP_WORDS)
    return ParsedQuery(telling or tuple(found.values()), tuple(plain))


def query_words(text: str, language: str = ENGLISH) -> tuple[QueryWord, ...]:
    """The distinct telling words of a query in order."""
    return parse_query(text, language).words


def query_terms(text: str, language: str = ENGLISH) -> Mapping[str, float]:
    """The terms of a query with their weights, summed over its words."""
    weights: dict[str, float] = {}
    for word in query_words(text, language):
        for term, weight in word.terms:
            weights[term] = weights.get(term, 0.0) + weight
    return weights
