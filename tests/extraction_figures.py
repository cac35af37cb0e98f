"""How well claims are found in the labelled utterances: `python -m tests.extraction_figures` (part of `make eval`).

A claim is right when its sentence is one that the line expects and its memory type is the one expected.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from memdir.secrets import find_secrets
from memdir.sessions.utterances import claims

FOLDER = Path(__file__).parent.parent / "fixtures" / "extraction"
PARTS = ("tune", "held-out", "blind")
SAID = 1_772_712_000.0
"""When the utterances were said: 2026-03-05."""


class Figures(NamedTuple):
    """Counts of claims: right, wrong, missed; and the texts of the last two."""

    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Right claims in all claims."""
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        """Right claims in all that are expected."""
        return self.right / max(1, self.right + len(self.missed))


def utterances(part: str) -> list[dict[str, Any]]:
    """The lines of `tune`, `held-out` or `blind`."""
    return [json.loads(line) for line in (FOLDER / f"{part}.jsonl").read_text("utf-8").splitlines()]


def figures(rows: list[dict[str, Any]]) -> Figures:
    """Compare what is found with what is expected."""
    right, wrong, missed = 0, [], []
    for row in rows:
        expected = list(row["expect"])
        for claim in claims(row["text"], SAID):
            if find_secrets(claim.quote):
                continue
            fits = [e for e in expected if (e["text"] in claim.quote or claim.quote in e["text"])]
            found = next((e for e in fits if e["type"] == claim.type), None)
            if found is None:
                wrong.append(row["text"])
            else:
                expected.remove(found)
                right += 1
        missed += [row["text"] for _ in expected]
    return Figures(right, tuple(wrong), tuple(missed))


def main() -> None:
    """Print the figures of each part, by language."""
    print("extraction        utterances  negatives  precision  recall")
    for part in PARTS:
        rows = utterances(part)
        for language in ("", *sorted({row["language"] for row in rows})):
            some = [row for row in rows if not language or row["language"] == language]
            found = figures(some)
            negatives = sum(1 for row in some if not row["expect"])
            counts = f"  {part:8} {language or 'all':6} {len(some):10} {negatives:10}"
            print(f"{counts} {found.precision:10.3f} {found.recall:7.3f}")


if __name__ == "__main__":
    main()
