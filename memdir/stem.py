"""Snowball stems by script: Latin by the configured language, Cyrillic as Russian. The only owner of PyStemmer.

A Snowball object is not safe in two threads at once, so each thread has its own; the caller caches the stems.
"""

from __future__ import annotations

import threading

import Stemmer

ENGLISH = "english"
_local = threading.local()
_IRREGULAR = """
be was were been being am is are|begin began begun|bind bound|break broke broken|bring brought|build built|buy bought
catch caught|choose chose chosen|come came|cut cutting|deal dealt|draw drew drawn|drive drove driven|eat ate eaten
fall fell fallen|feed fed|feel felt|fight fought|find found|forbid forbade forbidden|forget forgot forgotten
freeze froze frozen|get got gotten|give gave given|go went gone|grow grew grown|hang hung|hear heard|hide hid hidden
hold held|keep kept|know knew known|lead led|leave left|lend lent|lose lost|make made|mean meant|meet met|pay paid
ride rode ridden|rise rose risen|run ran|say said|see saw seen|sell sold|send sent|shake shook shaken
shoot shot|show shown|shrink shrank shrunk|sing sang sung|speak spoke spoken|spend spent|stand stood|steal stole stolen
stick stuck|swear swore sworn|take took taken|teach taught|tell told|think thought|throw threw thrown
understand understood|wake woke woken|wear wore worn|win won|write wrote written|rewrite rewrote rewritten
override overrode overridden|child children|person people|man men|woman women|index indices indexes|matrix matrices
vertex vertices|criterion criteria|datum data|medium media|mouse mice|foot feet|half halves|leaf leaves|life lives
"""
_LEMMAS = {
    form: forms[0]
    for forms in (group.split() for group in _IRREGULAR.replace("\n", "|").split("|"))
    for form in forms[1:]
}
"""English words that Snowball leaves apart, to the word they are a form of."""


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
    elif language == ENGLISH:
        word = _LEMMAS.get(word, word)
    snowball = getattr(_local, language, None)
    if snowball is None:
        snowball = Stemmer.Stemmer(language, 0)
        setattr(_local, language, snowball)
    return str(snowball.stemWord(word))


def stem_all(words: list[str]) -> list[str]:
    """The English stems of casefolded words."""
    return list(Stemmer.Stemmer(ENGLISH, 0).stemWords([_LEMMAS.get(word, word) for word in words]))
