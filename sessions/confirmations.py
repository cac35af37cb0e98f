"""A person's "yes, exactly like that, always": what the assistant proposed becomes the statement.

Only a prompt that says nothing else counts (every word is one of a short list, one of them says that it lasts), and
only a proposal that is one short, plain sentence; in doubt nothing. What the assistant says without such a yes is never
learned.
"""

from __future__ import annotations

import re
from typing import Final

from .prose import sentences
from .utterance_rules import within
from .utterances import IDENTIFIER, Claim, tidy

MAX_PROPOSAL: Final = 30
"""Words of a proposal that counts as one statement."""
MAX_ANSWER: Final = 16
_MAX_READ: Final = 20_000
"""Characters of the assistant's turn, from its end."""

_YES: Final = frozenset(
    """yes yep yeah yup sure ok okay perfect great good nice exactly right correct agreed absolutely definitely cool
    ja jo jawohl genau perfekt super gut prima klasse einverstanden richtig gerne gern
    sí si vale perfecto exacto genial bien claro correcto""".split()  # noqa: SIM905
)
_LASTING: Final = re.compile(
    r"\b(?:always|every time|from now on|from here on|going forward|in (?:the )?future|by default|as a rule|"
    r"immer|künftig|in zukunft|zukünftig|ab jetzt|ab sofort|von nun an|jedes mal|grundsätzlich|"
    r"siempre|a partir de ahora|de ahora en adelante|en adelante|cada vez)\b"
)
_FILLING: Final = frozenset(
    """please do it that this so like way the keep doing just thank thanks you your let's lets make a rule habit of we
    should i want want you to with and as exactly time every always now on from here forward going in future by default
    bitte so das es mach mache machen wir mit und dabei bleib bleiben weiter weiterhin auch künftig zukünftig zukunft ab
    jetzt sofort von nun an jedes mal immer grundsätzlich danke
    por favor así hazlo lo eso esto de ahora en adelante a partir cada vez siempre sigue gracias y""".split()  # noqa: SIM905
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PROPOSAL: Final = re.compile(
    r"(?:(?:shall|should|may|can|could) (?:i|we)(?: also| always)? |(?:do you want|would you like) me to |"
    r"i(?:'d| would)? (?:propose|suggest|recommend)(?: (?:that )?we| to)? |i(?:'ll| will)(?: also| always)? |"
    r"(?:from now on|going forward),? i(?:'ll| will) |let'?s |"
    r"soll(?:en|te|ten)? (?:ich|wir)(?: auch| immer)? |ich schlage vor,? (?:dass wir )?|"
    r"¿?(?:quieres que|debo|puedo) |propongo(?: que)? )",
    re.IGNORECASE,
)


def confirmed(answer: str, proposal: str, when: float | None = None) -> Claim | None:
    """The claim that a prompt makes of the assistant's turn before it, if it does."""
    if not _is_lasting_yes(answer):
        return None
    proposed = [sentence for sentence in sentences(proposal[-_MAX_READ:]) if _PROPOSAL.match(sentence.text)]
    asked = [sentence for sentence in proposed if sentence.text.rstrip().endswith("?")]
    if len(asked or proposed) != 1:
        return None
    text = (asked or proposed)[0].text.rstrip("? ")
    lead = _PROPOSAL.match(text)
    said = text[lead.end() :].strip() if lead is not None else text
    if not 3 <= len(said.split()) <= MAX_PROPOSAL or IDENTIFIER.search(said) or "`" in said:
        return None
    return Claim("pattern", "feedback", within("pattern", 0.75), " ".join(answer.split()), tidy(said, when),
                 rule="confirmed")  # fmt: skip


def _is_lasting_yes(answer: str) -> bool:
    """A yes that lasts, and nothing beside it."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(answer[:1000])]
    return (
        0 < len(words) <= MAX_ANSWER
        and bool(_YES.intersection(words))
        and all(word in _YES or word in _FILLING for word in words)
        and _LASTING.search(" ".join(words)) is not None
        and "?" not in answer
    )
