"""A turn as JSON: what `session show --json` and the JSON export say of it."""

from __future__ import annotations

from memdir.dates import rfc3339
from memdir.files import shown

from .entry import Call, Turn
from .readable import Clean, call_line


def turn_fields(turn: Turn, clean: Clean) -> dict[str, object]:
    """A turn with its calls; texts as `clean` leaves them."""
    return {
        "turn": turn.id,
        "uuids": list(turn.uuids),
        "role": turn.role,
        "kind": turn.kind,
        "typed": turn.typed,
        "line": turn.line,
        "timestamp": rfc3339(turn.timestamp) if turn.timestamp else None,
        "text": clean(turn.text),
        "thinking": clean(turn.thinking),
        "calls": [_call(call, clean, turn.cwd) for call in turn.calls],
        "results": [{"call": r.call, "text": clean(r.text), "failed": r.is_error} for r in turn.results],
        "model": turn.model or None,
        "branch": turn.branch or None,
        "cwd": shown(turn.cwd) or None,
        "sidechain": turn.sidechain,
        "usage": turn.usage._asdict(),
    }


def _call(call: Call, clean: Clean, cwd: str) -> dict[str, object]:
    result = call.result
    return {
        "id": call.id,
        "name": call.name,
        "summary": call_line(call, clean, cwd),
        "input": cleaned(dict(call.input), clean),
        "result": None if result is None else clean(result.text),
        "failed": result is not None and result.is_error,
    }


def cleaned(value: object, clean: Clean) -> object:
    """A JSON value with every text in it as `clean` leaves it."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(item, clean) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): cleaned(item, clean) for key, item in value.items()}
    return value
