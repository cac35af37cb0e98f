"""What a question about transcripts says beside its words: who spoke, which file, when."""

from __future__ import annotations

import re
from typing import Final

from .asked_dates import asked_dates, nearness
from .segment import Facts
from .stem import ENGLISH
from .text import parse_query

_SAID: Final = (
    r"(?:sa(?:y|id)|ask(?:ed)?|t(?:ell|old)|want(?:ed)?|mention(?:ed)?|decided?|suggest(?:ed)?|propos(?:ed?)|recommend(?:ed)?"
    r"|wr(?:ite|ote)|answer(?:ed)?|explain(?:ed)?|prefer(?:red)?|complain(?:ed)?|report(?:ed)?|claim(?:ed)?)"
)
_PERSON: Final = re.compile(rf"\b(?:i|we|the user)\s+(?:\w+\s+)?{_SAID}\b|\bmy (?:question|request|prompt)s?\b", re.I)
_ASSISTANT: Final = re.compile(rf"\b(?:you|claude|the (?:agent|assistant|model))\s+(?:\w+\s+)?{_SAID}\b", re.I)
_FILE: Final = re.compile(r"(?<![\w/.])(?:[\w.~-]*/)*[\w-][\w.-]*\.[A-Za-z]\w{0,7}(?![\w/])|(?:[\w.-]+/)+[\w.-]+")


class TurnQuestion:
    """A question of people, as the ranking of turns looks at it. `now` in seconds since the epoch."""

    def __init__(self, text: str, now: float, language: str = ENGLISH) -> None:
        self.dates = asked_dates(text, now)
        self._files = tuple(dict.fromkeys(_FILE.findall(text)))
        self._places = {word: -at for at, word in enumerate(reversed(parse_query(text, language).plain))}
        person, assistant = _PERSON.search(text), _ASSISTANT.search(text)
        self._role = "" if bool(person) == bool(assistant) else "user" if person else "assistant"

    def speaker(self, names: set[str]) -> str:
        """Of the names of speakers the one that the question has first; empty for none."""
        asked = [(self._places[low], name) for name in names if (low := name.casefold()) in self._places]
        return min(asked)[1] if asked else ""

    def said_by(self, facts: Facts, speaker: str) -> bool:
        """Whether a turn is by whom the question names: `speaker`, the person, or the assistant."""
        if speaker:
            return facts.description == speaker
        return bool(self._role) and facts.type == self._role

    def touched(self, facts: Facts) -> bool:
        """Whether a tool call of the turn names a file that the question names."""
        return any(names_file(path, file) for file in self._files for path in facts.sources[1:])

    def nearness(self, moment: float) -> float:
        """How near a moment is to the dates of the question, 0 to 1; 0 without any."""
        return nearness(self.dates, moment) if self.dates else 0.0


def names_file(path: str, file: str) -> bool:
    """Whether a path is the file, or ends with it."""
    return path == file or path.endswith("/" + file.lstrip("/"))
