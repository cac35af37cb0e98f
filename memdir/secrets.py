"""Find and mask secret values: by the value's own shape, never by a word that merely speaks of one.

Tokens with a maker's prefix are taken as they are; a value after `password =` or `api_key:` has to look drawn at random
(`_random`), so that "the password policy", `token: ${TOKEN}`, a path, a date or `YOUR_API_KEY` stay.
The patterns are in `secret_shapes`.
"""

from __future__ import annotations

import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from . import secret_shapes as shapes

MASK: Final = "********"
"""What stands for a secret in output and in the index: no letters, so that it makes no words."""


class Secret(NamedTuple):
    """A secret value: what kind, where (`start` and `end` as in `text[start:end]`), on which line, from 1."""

    kind: str
    start: int
    end: int
    line: int


_compiled = cache(re.compile)
"""A pattern is compiled when a text first needs it: a cold `recall` pays for the gates alone."""


def find_secrets(text: str) -> list[Secret]:
    """The secret values of a text in order of place, without overlaps. Empty for nearly every text, and then quick:
    about 10 us for 2,000 characters."""
    found = sorted(_spans(text), key=itemgetter(0))  # of two at one place the special kind, yielded first, names it
    if not found:
        return []
    merged: list[tuple[int, int, str]] = []
    for start, end, kind in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]), merged[-1][2])
        else:
            merged.append((start, end, kind))
    secrets: list[Secret] = []
    line, counted = 1, 0
    for start, end, kind in merged:
        line += text.count("\n", counted, start)
        counted = start
        secrets.append(Secret(kind, start, end, line))
    return secrets


def mask(text: str) -> str:
    """The text with every secret value replaced by `MASK`; the very same object where there is none. Line numbers
    stay: a masked block keeps its line breaks."""
    secrets = find_secrets(text)
    if not secrets:
        return text
    parts: list[str] = []
    place = 0
    for secret in secrets:
        parts += (text[place : secret.start], MASK, "\n" * text.count("\n", secret.start, secret.end))
        place = secret.end
    return "".join(parts) + text[place:]


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of every secret, in no order and possibly overlapping."""
    for gate, rules in shapes.FAMILIES:
        if _compiled(gate).search(text):
            for kind, pattern in rules:
                yield from _token_spans(kind, _compiled(pattern), text)
    low = text.lower()
    if len(low) != len(text):  # a few letters grow when lowered: places must stay the same
        low = "".join(c.lower() if c.isascii() else c for c in text)
    if "bearer" in low:
        for match in _compiled(shapes.BEARER).finditer(text):
            plain = match[1] and match[2].isalnum() and not _is_stand_in(match[2])
            if plain or _random(match[2], 1):
                yield (*match.span(2), "bearer")
    if "authorization" in low:
        for match in _compiled(shapes.HEADER).finditer(text):
            if _random(match[1], 1):
                yield (*match.span(1), "authorization")
    if "basic " in low:
        for match in _compiled(shapes.BASIC).finditer(text):
            if _is_user_and_password(match[1]):
                yield (*match.span(1), "basic")
    for keyword in shapes.KEYWORDS:
        if keyword in low:
            yield from _assigned_spans(text, low)
            if "--" in low:
                yield from _flag_spans(text, low)
            break


def _token_spans(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        if kind == "url-password":
            user, password = match.groups()
            if _is_common(password) or password == user or _compiled(shapes.STAND_IN).search(password):
                continue
            yield (*match.span(2), kind)
        elif kind == "private-key" or not _is_stand_in(match[0]):
            yield (*match.span(pattern.groups), kind)


def _assigned_spans(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Values given to a name that says secret: `password = ...`, `"api_key": "..."`, "the token is ...".

    How random a value must look depends on how sure the name and the sign are: after `api_key =` one turn from letters
    to digits will do; an unquoted value after `token:` or "is", which may be prose, needs three.
    """
    for match in _compiled(shapes.ASSIGNMENT).finditer(low):
        found = _compiled(shapes.VALUE).match(text, match.end())
        if found is None:
            continue
        name = low[max(0, match.start() - 32) : match.start(1)].rstrip("\"'`*_]) \t")
        if name.endswith("key") and not _compiled(shapes.KEY_BEFORE).search(name, max(0, len(name) - 22)):
            continue
        group = found.lastindex or 0
        quoted = group < 4
        value = found[group] if quoted else found[group].rstrip(".,:*")
        password = name.endswith(("password", "passwd", "pwd", "passphrase", "client_secret", "client-secret"))
        sure = quoted or match[1] != ":" or match[0][0] in "pk"  # a password or a key, not any token or secret
        if " " in value or (_compiled(shapes.UUID).fullmatch(value) and not (password or "api" in name)):
            continue
        start = found.start(group)
        if "aws" in low[max(0, match.start() - 40) : match.start()] and _compiled(shapes.AWS_SECRET).fullmatch(value):
            yield start, start + len(value), "aws-secret"
        elif _random(value[:64], 1 if sure and match[1] != "is" else 3):
            yield start, start + len(value), "password" if password else "assigned"


def _flag_spans(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Values of options on a command line: `--api-key VALUE`."""
    for match in _compiled(shapes.FLAG).finditer(low):
        found = _compiled(shapes.VALUE).match(text, match.end())
        if found is not None and _random(found[found.lastindex or 0][:64], 2):
            yield (*found.span(found.lastindex or 0), "password" if "pass" in match[1] else "assigned")


def _is_stand_in(value: str) -> bool:
    """True for what people write where a token would stand: `ghp_xxxxxxxx`, `sk-your-key-here`, `AKIA...`."""
    low = value[:80].lower()
    if "xxxx" in low or "your" in low or "placeholder" in low or "redacted" in low:
        return True
    return set(low[8:]) <= set("x0-_*.")


def _random(value: str, changes: int) -> bool:
    """True when the value looks drawn at random: at least 8 characters, letters mixed with digits or signs (or a long
    mix of capitals and small letters), at least `changes` times from one class to another, 2.5 bits a character, and
    not made of words, numbers and separators."""
    if (
        len(value) < 8
        or _is_common(value)
        or _compiled(shapes.NOT_RANDOM).match(value)
        or _compiled(shapes.STAND_IN).search(value)
    ):
        return False
    kinds = [_class(c) for c in value]
    letters, digits, signs = kinds.count("a") + kinds.count("A"), kinds.count("0"), kinds.count("!")
    if not letters or not (digits or signs > 1 or (len(value) >= 16 and "a" in kinds and "A" in kinds)):
        return False
    turns = sum(1 for one, two in pairwise(kinds) if one != two and one + two != "Aa")
    if turns < changes or _entropy(value) < 2.5:
        return False
    if value.isalpha():
        return len(value) < 3 * len(_compiled(shapes.CAMEL).findall(value))
    parts = [part for part in _compiled(shapes.SEPARATOR).split(value) if part]
    if len(parts) < 2 or not all(_compiled(shapes.WORD).fullmatch(part) for part in parts):
        return True
    words = sum(1 for part in parts if len(part) > 3 and part.isalpha())
    return 2 * words < len(parts) and digits > 0


def _is_common(value: str) -> bool:
    """True for `password`, `secret123` and their like: examples, or so weak that nothing is given away."""
    return _compiled(shapes.COMMON).fullmatch(value) is not None


def _class(char: str) -> str:
    if char.isdigit():
        return "0"
    if char.isalpha():
        return "A" if char.isupper() else "a"
    return "_" if char in "-_./:=" else "!"


def _entropy(value: str) -> float:
    """Shannon entropy of the characters, in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


def _is_user_and_password(value: str) -> bool:
    """True when the value is base64 of `user:password`, as in a Basic header."""
    try:
        plain = binascii.a2b_base64(value + "=" * (-len(value) % 4))
    except binascii.Error:
        return False
    return b":" in plain and plain.isascii() and plain.decode("ascii").isprintable()
