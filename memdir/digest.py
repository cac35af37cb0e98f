"""BLAKE2b without hashlib, which loads OpenSSL: several ms that every command would pay."""

from __future__ import annotations

try:
    from _blake2 import blake2b as blake2b
except ImportError:  # another interpreter than CPython
    from hashlib import blake2b as blake2b
