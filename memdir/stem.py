"""Snowball stems by script: Latin by the configured language, Cyrillic as Russian. The only owner of PyStemmer.

A Snowball object is not safe in two threads at once, so each thread has its own; the caller caches the stems.
"""

from __future__ import annotations

import threading

import Stemmer

ENGLISH = "english"
_local = threading.local()


def languages() -> list[str]:
    """The languages that can be configured for Latin script."""
    return list(Stemmer.algorithms())


def stem(word: str, language: str = ENGLISH) -> str:
    """The stem of a casefolded word. Words of other scripts, and words with digits, are their own stem."""
    if not word.isalpha():
        return word
    first = word[0]
    if "\u0400" <= first <= "\u04ff":
        language = "russian"
    elif first > "\u024f":
        return word
    snowball = getattr(_local, language, None)
    if snowball is None:
        snowball = Stemmer.Stemmer(language, 0)
        setattr(_local, language, snowball)
    return str(snowball.stemWord(word))


def stem_all(words: list[str]) -> list[str]:
    """The English stems of casefolded words."""
    return list(Stemmer.Stemmer(ENGLISH, 0).stemWords(words))
