"""A generated memory directory of any size, and queries for it. The same seed gives the same files.

Sizes follow real memory directories (half of the files under 2.7 KB, nine of ten under 5.8 KB), word frequencies Zipf's
law: a few hundred words stand in most files, most words in a handful.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

TYPES = ("user", "feedback", "project", "reference")
WORDS = 60_000
_ONSETS = [*"bcdfghjklmnprstvwz", *("br", "ch", "cl", "cr", "dr", "fl", "gr", "pl", "pr", "sh", "sl", "st", "th", "tr")]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
_CODAS = ["", "", "n", "r", "s", "t", "l", "m", "ck", "nd", "st", "x"]


@dataclass(frozen=True)
class Corpus:
    """A directory of `size` memories and the words they are made of, most frequent first."""

    root: str
    size: int
    words: list[str]
    _files: list[str] = field(default_factory=list, compare=False)

    def change(self, number: int) -> None:
        """Rewrite one memory with another sentence in it."""
        names = sorted(name for name in os.listdir(self.root) if name.endswith(".md"))
        path = os.path.join(self.root, names[number * 7 % len(names)])
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{text.rstrip()} {self.words[number % 5_000]} changed.\n")

    def rare(self, count: int, seed: int = 1) -> list[str]:
        """Queries of three words that stand in few files, and together in one."""
        rank = {word: place for place, word in enumerate(self.words)}
        low = 2_000 if self.size < 5_000 else 20_000
        rng = random.Random(seed)
        found: list[str] = []
        while len(found) < count:
            words = [word for word in self._body(rng) if rank.get(word, 0) >= low]
            if len(words) >= 3:
                found.append(" ".join(rng.sample(words, 3)))
        return found

    def _body(self, rng: random.Random) -> list[str]:
        """The distinct words of one memory's text, in order."""
        with open(rng.choice(self._paths()), encoding="utf-8") as file:
            return list(dict.fromkeys(file.read().partition("\n---\n")[2].replace(".", " ").split()))

    def _paths(self) -> list[str]:
        if not self._files:
            self._files.extend(sorted(str(path) for path in Path(self.root).rglob("*.md")))
        return self._files

    def unknown(self, count: int) -> list[str]:
        """Rare queries with one word misspelt."""
        rng = random.Random(2)
        found = []
        for query in self.rare(count, seed=5):
            words = query.split()
            word = max(words, key=len)
            at = rng.randrange(1, len(word))
            words[words.index(word)] = word[:at] + rng.choice("aeiou") + word[at:]
            found.append(" ".join(words))
        return found

    def common(self, count: int) -> list[str]:
        """Queries of four words that stand in a good part of the files."""
        rng = random.Random(3)
        return [" ".join(rng.sample(self.words[:300], 4)) for _ in range(count)]

    def prompts(self, count: int) -> list[str]:
        """Prompts of twelve words as they come in a text, frequent and rare, out of one memory."""
        rng = random.Random(4)
        found: list[str] = []
        while len(found) < count:
            words = [word for word in self._body(rng) if word.isalpha()]
            if len(words) >= 24:
                start = rng.randrange(len(words) - 12)
                found.append(" ".join(words[start : start + 12]))
        return found


def vocabulary() -> list[str]:
    """The words of every corpus, most frequent first, and so shortest first."""
    rng = random.Random(0)
    found: dict[str, None] = {}
    while len(found) < WORDS:
        syllables = 2 if len(found) < 4_000 else 3
        word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)) + rng.choice(_CODAS)
        found.setdefault(word)
    return list(found)


def _weights(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 3) for rank in range(1, count + 1)))


def make(root: str, size: int) -> Corpus:
    """The corpus of a size below `root`, written unless it is there."""
    words = vocabulary()
    corpus = Corpus(os.path.join(root, f"memories-{size}"), size, words)
    done = os.path.join(root, f"memories-{size}.done")
    if not os.path.exists(done):
        _write(corpus)
        with open(done, "w", encoding="utf-8") as file:
            file.write("done\n")
    return corpus


def _write(corpus: Corpus) -> None:
    rng = random.Random(corpus.size)
    weights = _weights(len(corpus.words))
    names: list[str] = []
    os.makedirs(corpus.root, exist_ok=True)
    for number in range(corpus.size):
        folder = f"area-{number % 20:02d}" if number % 2 else ""
        os.makedirs(os.path.join(corpus.root, folder), exist_ok=True)
        name = f"{rng.choice(corpus.words[:8_000])}-{rng.choice(corpus.words[:8_000])}-{number}"
        names.append(name)
        text = _memory(rng, corpus.words, weights, name, names)
        with open(os.path.join(corpus.root, folder, f"{name}.md"), "w", encoding="utf-8") as file:
            file.write(text)


def _memory(rng: random.Random, words: list[str], weights: list[float], name: str, names: list[str]) -> str:
    length = min(2_000, int(rng.lognormvariate(5.7, 0.7)))
    body = rng.choices(words, cum_weights=weights, k=length)
    for at in range(0, length, 60):
        body[at] += ".\n\n" if at % 180 else f".\n\n## {body[at - 1]} {body[at - 2]}\n\n"
    link = f"\nSee [[{rng.choice(names)}]].\n" if rng.random() < 0.3 else ""
    topics = ", ".join({words[rng.randrange(400, 700)] for _ in range(rng.randrange(4))})
    day = rng.randrange(1, 28)
    return (
        f"---\nname: {name}\ndescription: {' '.join(rng.choices(words, cum_weights=weights, k=9))}\n"
        f"metadata:\n  type: {rng.choice(TYPES)}\n  topics: [{topics}]\n"
        f"  modified: 2026-{rng.randrange(1, 11):02d}-{day:02d}T10:00:00Z\n---\n\n{' '.join(body)}\n{link}"
    )
