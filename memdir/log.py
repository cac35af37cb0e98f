"""The log: warnings under the name `memdir`, silent unless the application listens."""

from __future__ import annotations


def warn(message: object) -> None:
    """Log a warning. The logger gets a `NullHandler` when nobody listens, so that nothing is printed."""
    import logging  # 4 ms that every start would pay, and there is seldom anything to say

    logger = logging.getLogger("memdir")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.warning("%s", message)
