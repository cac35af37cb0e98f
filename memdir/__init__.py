"""memdir: search, check and share the memory coding agents already write, as plain files."""

from __future__ import annotations

import os as _os

__version__ = "0.1.0"

_checkout = _os.path.dirname(_os.path.dirname(_os.path.abspath(__file__)))
if _os.path.isfile(_os.path.join(_checkout, "pyproject.toml")) and _os.path.isdir(_os.path.join(_checkout, "sessions")):
    # A checkout keeps cli/, graph/ and sessions/ beside this folder; an installed wheel has them below it.
    __path__.append(_checkout)
