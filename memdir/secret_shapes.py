"""What secret values look like: patterns as data, compiled by `memdir.secrets` when a text first needs them.

Every pattern is linear in the text: repetitions are bounded or possessive. Sources of the prefixes: the makers' own
documentation and the public rule sets of secret scanners.
"""

from __future__ import annotations

from typing import Final

_EDGE = r"(?<![A-Za-z0-9_])"
_DASH_EDGE = r"(?<![A-Za-z0-9_-])"  # before long classes with `-`: a scan never starts inside another

FAMILIES: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
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
                r"(?:(?:[^-]|-(?!----)){4,65536}-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
                r"|(?:(?:[\s>|\"'+]|\\[nr]){1,40}[A-Za-z0-9+/=]{12,128}){0,999})",
            ),
        ),
    ),
)
"""Gate and rules: a gate that starts with one fixed character is found at the speed of `in`, and rarely opens."""

BEARER: Final = (
    r"(?i)(\bauthorization[\"'`*]{0,3}[ \t]{0,4}[:=][ \t]{0,4}[\"'`]?)?\bbearer[ \t]{1,4}([A-Za-z0-9._~+/-]{16,4096}=*)"
)
FLAG: Final = r"(--[a-z0-9-]{0,32}(?:password|passwd|passphrase|token|secret|api-key|access-key|secret-key))[ \t]{1,4}"
BASIC: Final = r"(?i)\bbasic[ \t]{1,4}([A-Za-z0-9+/]{8,1024}={0,2})"
HEADER: Final = (
    r"(?i)\bauthorization[\"'`*]{0,3}[ \t]{0,4}[:=][ \t]{0,4}[\"'`]?(?:token|apikey)[ \t]{1,4}([^\s\"'`<>]{8,512})"
)

KEYWORDS: Final = ("passw", "pwd", "passphrase", "secret", "token", "key", "credential")
ASSIGNMENT: Final = (
    r"(?:passw(?:or)?d|pwd|passphrase|credentials?|secret|token|key)"
    r"[\"'`*_\])]{0,4}[ \t]{0,8}(=>|:=|={1,3}|:|\bis\b)[ \t]{0,8}\*{0,2}[ \t]{0,4}"
)  # matched against lower-cased text, where a set of first letters is quicker than a pattern that ignores case
KEY_BEFORE: Final = (
    r"(?:api|access|auth|account|private|secret|signing|encryption|shared|master|service)[_ -]?(?:access[_-]?)?key"
)
VALUE: Final = r"\"([^\"\n]{8,512})\"|'([^'\n]{8,512})'|`([^`\n]{8,512})`|([^\s\"'`,;<>(){}\[\]|]{8,512}+)(?![<({\[])"
AWS_SECRET: Final = r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
STAND_IN: Final = (
    r"(?i)[<>]|\$[a-z_{(]|\{\{|%[a-z_]+%|\.\.\.|…|x{4}|\*{3}|•|_{4}|your|placeholder|redacted|changeme|change[_-]me|"
    r"\bexample|dummy|masked|hidden|todo|\bnone\b|\bnull\b"
)
UUID: Final = r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NOT_RANDOM: Final = "|".join(
    (
        r"[A-Za-z_]+(?:\??\.[A-Za-z_]\w*)+[!?;]?$|(?:[A-Z][a-z]+\d{0,3}){2,}$",  # process.env.KEY, Uint8Array
        r"[A-Za-z][A-Za-z0-9+.-]*://|(?:~|\.{1,2})?/[A-Za-z_.-]+/|~/|\.{1,2}/|[A-Za-z]:\\|@",  # a URL, a path
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]+$|[\w./-]+\.[a-z]{1,5}$",  # an e-mail address, a file name
        r"\d{4}-\d\d-\d\d|0x[0-9a-fA-F]{40}$|(?:md5|sha\d{1,3})[-:]",  # a date, a public address, a digest
    )
)
WORD: Final = r"[A-Za-z]+\d{0,4}|\d+|[A-Za-z0-9]{1,3}"
CAMEL: Final = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"
SEPARATOR: Final = r"[-_./:@+=#,&]+"
COMMON: Final = r"(?i)(?:pass(?:w(?:or)?d)?|pw|pwd|secret|token|user(?:name)?|postgres|root|admin)\d*"
