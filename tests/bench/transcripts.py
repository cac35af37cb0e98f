"""Generated transcripts of any number of turns, and queries for them. The same seed gives the same files.

Sizes follow real transcripts (half of the turns have under 70 words, the mean is twice that; a session has about 100
turns); words by Zipf's law, each session with a subject of its own: words that it uses again and again.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from .corpus import vocabulary

TURNS = 100
"""Turns of a session, on average."""
_TOOLS = ("Bash", "Read", "Edit", "Grep", "Write")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_QUESTIONS = (
    "how did we fix the {} in {}", "what was the reason for {} and {}", "where is the {} of the {} configured",
    "when did we decide to use {} for the {}", "which test failed because of {} {}",
)  # fmt: skip


@dataclass(frozen=True)
class Transcripts:
    """A folder of `turns` turns in sessions, and the words they are made of, most frequent first."""

    root: str
    turns: int
    words: list[str]

    def paths(self) -> list[str]:
        """The files, sorted."""
        return sorted(entry.path for entry in os.scandir(self.root))

    def rare(self, count: int, seed: int = 1) -> list[str]:
        """Queries of three words of one turn that stand in few turns each."""
        rank = {word: place for place, word in enumerate(self.words)}
        return [" ".join(words) for words in self._picked(count, seed, lambda word: rank.get(word, 0) >= 10_000, 3)]

    def questions(self, count: int) -> list[str]:
        """Questions in a sentence, about two words of one turn."""
        rank = {word: place for place, word in enumerate(self.words)}
        pairs = self._picked(count, 2, lambda word: rank.get(word, 0) >= 1_000, 2)
        return [_QUESTIONS[number % len(_QUESTIONS)].format(*pair) for number, pair in enumerate(pairs)]

    def common(self, count: int) -> list[str]:
        """Queries of four words that stand in a good part of the turns."""
        rng = random.Random(3)
        return [" ".join(rng.sample(self.words[:300], 4)) for _ in range(count)]

    def _picked(self, count: int, seed: int, good: object, size: int) -> Iterator[list[str]]:
        rng = random.Random(seed)
        paths = self.paths()
        while count:
            with open(rng.choice(paths), encoding="utf-8") as file:
                line = json.loads(rng.choice(file.readlines()))
            content = line["message"]["content"]
            text = content if isinstance(content, str) else content[0].get("text", "")
            words = [word for word in dict.fromkeys(text.replace(".", " ").split()) if good(word)]  # type: ignore[operator]
            if len(words) >= size:
                yield rng.sample(words, size)
                count -= 1

    def grow(self, number: int) -> None:
        """Append one prompt to one file."""
        paths = self.paths()
        path = paths[number * 7 % len(paths)]
        session = os.path.basename(path).removesuffix(".jsonl")
        text = f"{self.words[number % 5_000]} changed"
        line = _line("user", session, f"grown-{number}", _START, text)
        with open(path, "a", encoding="utf-8") as file:
            file.write(line)


def make(root: str, turns: int) -> Transcripts:
    """The transcripts of a size below `root`, written unless they are there."""
    made = Transcripts(os.path.join(root, f"turns-{turns}"), turns, vocabulary())
    done = os.path.join(root, f"turns-{turns}.done")
    if not os.path.exists(done):
        os.makedirs(made.root, exist_ok=True)
        rng = random.Random(turns)
        weights = list(accumulate(1 / (rank + 3) for rank in range(1, len(made.words) + 1)))
        left, number = turns, 0
        while left > 0:
            size = min(left, 10 + int(rng.expovariate(1 / (TURNS - 10))))
            _write(made, number, size, rng, weights)
            left, number = left - size, number + 1
        with open(done, "w", encoding="utf-8") as file:
            file.write("done\n")
    return made


def _write(made: Transcripts, number: int, size: int, rng: random.Random, weights: list[float]) -> None:
    session = f"{number:08x}-0000-4000-8000-000000000000"
    subject = rng.choices(made.words, cum_weights=weights, k=40)
    files = [f"src/{rng.choice(subject)}/{rng.choice(subject)}.py" for _ in range(6)]
    when = _START + timedelta(minutes=37 * number)
    lines = []

    def text(length: float) -> str:
        words = rng.choices(made.words, cum_weights=weights, k=int(rng.lognormvariate(length, 0.8)) + 3)
        words[::4] = rng.choices(subject, k=len(words[::4]))
        return " ".join(words) + "."

    for turn in range(size):
        when += timedelta(seconds=rng.randrange(5, 90))
        id = f"{number:08x}-{turn:04x}"
        if turn % 6 == 0:
            lines.append(_line("user", session, id, when, text(3.3)))
            continue
        tool = rng.choice(_TOOLS)
        path = rng.choice(files)
        given = {"command": text(1.5)} if tool == "Bash" else {"file_path": f"/home/u/{path}", "old_string": text(2.5)}
        use = {"type": "tool_use", "id": f"t{id}", "name": tool, "input": given}
        lines.append(_line("assistant", session, id, when, [{"type": "text", "text": text(3.4)}, use]))
        result = [{"type": "tool_result", "tool_use_id": f"t{id}", "content": text(3.8)}]
        lines.append(_line("user", session, f"{id}-r", when, result))
    with open(os.path.join(made.root, f"{session}.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(lines)


def _line(role: str, session: str, id: str, when: datetime, content: object) -> str:
    message: dict[str, object] = {"role": role, "content": content}
    if role == "assistant":
        message |= {"id": f"m{id}", "model": "claude-x", "usage": {"input_tokens": 100, "output_tokens": 50}}
    return json.dumps({
        "type": role, "uuid": id, "sessionId": session, "timestamp": when.isoformat().replace("+00:00", "Z"),
        "cwd": "/home/u", "gitBranch": "main", "version": "2.1.0", "message": message,
    }) + "\n"  # fmt: skip
