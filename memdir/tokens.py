"""An estimate of how many tokens a text costs a language model, without a tokenizer.

About four characters of ASCII a token (OpenAI's and Anthropic's rule of thumb for English and code), two for other
alphabets, one for Han, kana, Hangul and symbols. Meant for budgets: additive over characters, so that blocks which fit
one by one fit together.
"""

from __future__ import annotations

import re
from typing import Final

_OTHER: Final = re.compile(r"[^\x00-\x7f]")
_WIDE: Final = re.compile(r"[\u1100-\u11ff\u2190-\U0010ffff]")


def estimate_tokens(text: str) -> int:
    """Tokens, rounded up; 0 for an empty text."""
    if text.isascii():
        return -(-len(text) // 4)
    other = len(_OTHER.findall(text))
    wide = len(_WIDE.findall(text))
    return -(-(len(text) - other + 2 * (other - wide) + 4 * wide) // 4)
