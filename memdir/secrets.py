"""Find and mask secret values: by the value's own shape, never by a word that merely speaks of one.

Tokens with a maker's prefix are taken as they are; a value after `password =` or `api_key:` has to look drawn at random
(`_random`), so that "the password policy", `token: ${TOKEN}`, a path, a date or `YOUR_API_KEY` stay.
Every pattern is linear in the text: repetitions are bounded or possessive.

Sources of the prefixes: the makers' own documentation and the public rule sets of secret scanners.
"""

from __future__ import annotations

import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import Final

MASK: Final = "********"
"""What stands for a secret in output and in the index: no letters, so that it makes no words."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret value: what kind, where (`start` and `end` as in `text[start:end]`), on which line, from 1."""

    kind: str
    start: int
    end: int
    line: int


_EDGE = r"(?<![A-Za-z0-9_])"
_DASH_EDGE = r"(?<![A-Za-z0-9_-])"  # before long classes with `-`: a scan never starts inside another

_compiled = cache(re.compile)
"""Patterns are compiled when a text first needs them: a cold `recall` pays for the gates alone."""


_FAMILIES: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
    (
        r"_(?:(?<=gh[pousr]_)|(?<=_pat_)|(?<=[sr]k_)|(?<=npm_)|(?<=hf_)|(?<=whsec_))",
        (
            ("github", _EDGE + r"gh[pousr]_[A-Za-z0-9]{20,255}"),
            ("github", _EDGE + r"github_pat_[A-Za-z0-9_]{20,255}"),
            ("stripe", _EDGE + r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,255}"),
            ("npm", _EDGE + r"npm_[A-Za-z0-9]{30,255}"),
            ("huggingface", _EDGE + r"hf_[A-Za-z0-9]{30,255}"),
            ("docker", _EDGE + r"dckr_pat_[A-Za-z0-9_-]{20,64}"),
        ),
    ),
    (
        r"-(?:(?<=sk-)|(?<=gl[dr]t-)|(?<=glp[at]t-)|(?<=xox[abeoprs]-)|(?<=xapp-)|(?<=pypi-)|(?<=GOCSPX-))",
        (
            ("openai", r"sk-(?<![A-Za-z0-9_-]sk-)(?=[A-Za-z_-]{0,255}[0-9]|[A-Za-z0-9]{20})[A-Za-z0-9_-]{16,255}"),
            ("gitlab", _EDGE + r"gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,255}"),
            ("slack", _EDGE + r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}"),
            ("pypi", _DASH_EDGE + r"pypi-AgE[A-Za-z0-9_-]{13,2048}"),
            ("google", _DASH_EDGE + r"GOCSPX-[A-Za-z0-9_-]{20,255}"),
        ),
    ),
    (
        r"A(?:KIA|SIA|Iza|GE-SECRET)",
        (
            ("aws-key-id", _EDGE + r"A(?:K|S)IA[A-Z0-9]{16}(?![A-Za-z0-9])"),
            ("google", _EDGE + r"AIza[A-Za-z0-9_-]{30,60}"),
            ("age", r"AGE-SECRET-KEY-1[A-Z0-9]{40,80}"),
        ),
    ),
    (
        r"\.(?:(?<=SG\.)|(?<=hv[sb]\.)|(?<=ya29\.))",
        (
            ("sendgrid", _EDGE + r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}"),
            ("vault", _EDGE + r"hv[sb]\.[A-Za-z0-9_-]{24,255}"),
            ("google", _DASH_EDGE + r"ya29\.[A-Za-z0-9_-]{20,2048}"),
        ),
    ),
    (
        "eyJ",
        (("jwt", _DASH_EDGE + r"eyJ[A-Za-z0-9_-]{10,4096}+\.eyJ[A-Za-z0-9_-]{8,65536}+\.[A-Za-z0-9_-]{8,2048}"),),
    ),
    (
        "hooks[./]",
        (
            ("webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_-]{20,255})"),
            ("webhook", r"discord(?:app)?\.com/api/webhooks/([0-9]{10,25}/[A-Za-z0-9_-]{30,255})"),
        ),
    ),
    (
        r"://[^\s/:@]{0,255}:",
        (
            (
                "url-password",
                r"://(?<=[A-Za-z0-9+]://)([^\s/:@\"'<>`]{0,255}):([^\s/@\"'<>`]{3,255})@(?=[A-Za-z0-9\[.-])",
            ),
        ),
    ),
    (
        "PRIVATE KEY",
        (
            (
                "private-key",
                r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
                r"(?=(?:[\s>|\"'+]|\\[nr]){1,40}(?:[A-Za-z0-9+/=]{12}|[A-Za-z0-9+/=]{3,}\s+-----END|Proc-Type|Version|Comment))"
                r"(?:(?:[^-]|-(?!----)){4,65536}+-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
                r"|(?:(?:[\s>|\"'+]|\\[nr]){1,40}[A-Za-z0-9+/=]{12,128}){0,999})",
            ),
        ),
    ),
)
"""Gate and rules: a gate that starts with one fixed character is found at the speed of `in`, and rarely opens."""

_BEARER: Final = (
    r"(?i)(\bauthorization[\"'`*]{0,3}[ \t]{0,4}[:=][ \t]{0,4}[\"'`]?)?\bbearer[ \t]{1,4}([A-Za-z0-9._~+/-]{16,4096}=*)"
)
_FLAG: Final = r"(--[a-z0-9-]{0,32}(?:password|passwd|passphrase|token|secret|api-key|access-key|secret-key))[ \t]{1,4}"
_BASIC: Final = r"(?i)\bbasic[ \t]{1,4}([A-Za-z0-9+/]{8,1024}={0,2})"
_HEADER: Final = (
    r"(?i)\bauthorization[\"'`*]{0,3}[ \t]{0,4}[:=][ \t]{0,4}[\"'`]?(?:token|apikey)[ \t]{1,4}([^\s\"'`<>]{8,512})"
)

_KEYWORDS: Final = ("passw", "pwd", "passphrase", "secret", "token", "key", "credential")
_ASSIGNMENT: Final = (
    r"(?:passw(?:or)?d|pwd|passphrase|credentials?|secret|token|key)"
    r"[\"'`*_\])]{0,4}[ \t]{0,8}(=>|:=|={1,3}|:|\bis\b)[ \t]{0,8}\*{0,2}[ \t]{0,4}"
)  # matched against lower-cased text, where a set of first letters is quicker than a pattern that ignores case
_KEY_BEFORE: Final = (
    r"(?:api|access|auth|account|private|secret|signing|encryption|shared|master|service)[_ -]?(?:access[_-]?)?key"
)
_VALUE: Final = r"\"([^\"\n]{8,512})\"|'([^'\n]{8,512})'|`([^`\n]{8,512})`|([^\s\"'`,;<>(){}\[\]|]{8,512}+)(?![<({\[])"
_AWS_SECRET: Final = r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
_STAND_IN: Final = (
    r"(?i)[<>]|\$[a-z_{(]|\{\{|%[a-z_]+%|\.\.\.|…|x{4}|\*{3}|•|_{4}|your|placeholder|redacted|changeme|change[_-]me|"
    r"\bexample|dummy|masked|hidden|todo|\bnone\b|\bnull\b"
)
_UUID: Final = r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NOT_RANDOM: Final = "|".join(
    (
        r"[A-Za-z_]+(?:\??\.[A-Za-z_]\w*)+[!?;]?$|(?:[A-Z][a-z]+\d{0,3}){2,}$",  # process.env.KEY, Uint8Array
        r"[A-Za-z][A-Za-z0-9+.-]*://|(?:~|\.{1,2})?/[A-Za-z_.-]+/|~/|\.{1,2}/|[A-Za-z]:\\|@",  # a URL, a path
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]+$|[\w./-]+\.[a-z]{1,5}$",  # an e-mail address, a file name
        r"\d{4}-\d\d-\d\d|0x[0-9a-fA-F]{40}$|(?:md5|sha\d{1,3})[-:]",  # a date, a public address, a digest
    )
)
_WORD: Final = r"[A-Za-z]+\d{0,4}|\d+|[A-Za-z0-9]{1,3}"
_CAMEL: Final = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
_SEPARATOR: Final = r"[-_./:@+=#,&]+"
_COMMON: Final = r"(?i)(?:pass(?:w(?:or)?d)?|pw|pwd|secret|token|user(?:name)?|postgres|root|admin)\d*"


def find_secrets(text: str) -> list[Secret]:
    """The secret values of a text in order of place, without overlaps. Empty for nearly every text, and then quick:
    about 10 us for 2,000 characters."""
    found = sorted(
        _spans(text), key=itemgetter(0)
    )  # of two at one place, the more special kind, yielded first, names it
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
    for gate, rules in _FAMILIES:
        if _compiled(gate).search(text):
            for kind, pattern in rules:
                yield from _token_spans(kind, _compiled(pattern), text)
    low = text.lower()
    if len(low) != len(text):  # a few letters grow when lowered: places must stay the same
        low = "".join(c.lower() if c.isascii() else c for c in text)
    if "bearer" in low:
        for match in _compiled(_BEARER).finditer(text):
            plain = match[1] and match[2].isalnum() and not _is_stand_in(match[2])
            if plain or _random(match[2], 1):
                yield (*match.span(2), "bearer")
    if "authorization" in low:
        for match in _compiled(_HEADER).finditer(text):
            if _random(match[1], 1):
                yield (*match.span(1), "authorization")
    if "basic " in low:
        for match in _compiled(_BASIC).finditer(text):
            if _is_user_and_password(match[1]):
                yield (*match.span(1), "basic")
    for keyword in _KEYWORDS:
        if keyword in low:
            yield from _assigned_spans(text, low)
            if "--" in low:
                yield from _flag_spans(text, low)
            break


def _token_spans(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int, str]]:
    for match in pattern.finditer(text):
        if kind == "url-password":
            user, password = match.groups()
            if _is_common(password) or password == user or _compiled(_STAND_IN).search(password):
                continue
            yield (*match.span(2), kind)
        elif kind == "private-key" or not _is_stand_in(match[0]):
            yield (*match.span(pattern.groups), kind)


def _assigned_spans(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Values given to a name that says secret: `password = ...`, `"api_key": "..."`, "the token is ...".

    How random a value must look depends on how sure the name and the sign are: after `api_key =` one turn from letters
    to digits will do; an unquoted value after `token:` or "is", which may be prose, needs three.
    """
    for match in _compiled(_ASSIGNMENT).finditer(low):
        found = _compiled(_VALUE).match(text, match.end())
        if found is None:
            continue
        name = low[max(0, match.start() - 32) : match.start(1)].rstrip("\"'`*_]) \t")
        if name.endswith("key") and not _compiled(_KEY_BEFORE).search(name, max(0, len(name) - 22)):
            continue
        group = found.lastindex or 0
        quoted = group < 4
        value = found[group] if quoted else found[group].rstrip(".,:*")
        password = name.endswith(("password", "passwd", "pwd", "passphrase", "client_secret", "client-secret"))
        sure = quoted or match[1] != ":" or match[0][0] in "pk"  # a password or a key, not any token or secret
        if " " in value or (_compiled(_UUID).fullmatch(value) and not (password or "api" in name)):
            continue
        start = found.start(group)
        if "aws" in low[max(0, match.start() - 40) : match.start()] and _compiled(_AWS_SECRET).fullmatch(value):
            yield start, start + len(value), "aws-secret"
        elif _random(value[:128], 1 if sure and match[1] != "is" else 3):
            yield start, start + len(value), "password" if password else "assigned"


def _flag_spans(text: str, low: str) -> Iterator[tuple[int, int, str]]:
    """Values of options on a command line: `--api-key VALUE`."""
    for match in _compiled(_FLAG).finditer(low):
        found = _compiled(_VALUE).match(text, match.end())
        if found is not None and _random(found[found.lastindex or 0][:128], 2):
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
    if len(value) < 8 or _is_common(value) or _compiled(_NOT_RANDOM).match(value) or _compiled(_STAND_IN).search(value):
        return False
    kinds = [_class(c) for c in value]
    letters, digits, signs = kinds.count("a") + kinds.count("A"), kinds.count("0"), kinds.count("!")
    if not letters or not (digits or signs > 1 or (len(value) >= 16 and "a" in kinds and "A" in kinds)):
        return False
    turns = sum(1 for one, two in pairwise(kinds) if one != two and one + two != "Aa")
    if turns < changes or _entropy(value) < 2.5:
        return False
    if value.isalpha():
        return len(value) < 3 * len(_compiled(_CAMEL).findall(value))
    parts = [part for part in _compiled(_SEPARATOR).split(value) if part]
    if len(parts) < 2 or not all(_compiled(_WORD).fullmatch(part) for part in parts):
        return True
    words = sum(1 for part in parts if len(part) > 3 and part.isalpha())
    return 2 * words < len(parts) and digits > 0


def _is_common(value: str) -> bool:
    """True for `password`, `secret123` and their like: examples, or so weak that nothing is given away."""
    return _compiled(_COMMON).fullmatch(value) is not None


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
