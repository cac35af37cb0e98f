"""How a project stands with the daemon, and by which times the daemon goes."""

from __future__ import annotations

from math import inf
from typing import Final, NamedTuple

from memdir.dates import rfc3339
from memdir.files import shown

from .watch_projects import Places, Project


class Timing(NamedTuple):
    """Seconds: between heartbeats; between looks at everything while there are events, and while there are none, of
    memories and of transcripts; the share of the time that looking may take in either case; between tries to have
    events again; between two requests for a dream (one that finds nothing new stays due); between looks whether there
    is work, and between those without any change before; after which a
    transcript that is not written to has come to rest; the longest wait after a failure."""

    beat: float = 5.0
    look: float = 60.0
    look_share: float = 0.0003
    scan: float = 1.0
    scan_transcripts: float = 5.0
    scan_share: float = 0.02
    retry_events: float = 300.0
    dream_again: float = 3600.0
    gates: float = 60.0
    gates_idle: float = 600.0
    settled: float = 60.0
    backoff: float = 60.0


TIMING: Final = Timing()


class Standing:
    """How a project stands."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.places = Places()
        self.off: str | None = None
        self.note = ""
        self.errors: dict[str, str] = {}
        self.failures: dict[str, int] = {}
        self.synced: float | None = None
        self.stirred: float | None = -inf
        """When a file of it last changed (of the clock), None when it was looked whether there is work since."""
        self.worked = -inf
        """When it was last looked whether there is work (of the clock)."""
        self.dream_at = -inf
        """When a dream was last asked for (of the clock)."""
        self.heard = -1
        """Events that had told of its memories when they were last looked at."""

    def fields(self) -> dict[str, object]:
        """For the heartbeat."""
        return {
            "label": shown(self.project.label), "directory": shown(self.project.cwd) if self.project.cwd else None,
            "memory": [shown(path) for path in self.places.memory],
            "transcripts": [shown(path) for path in self.places.transcripts],
            "off": self.off, "note": self.note or None,
            "error": "; ".join(dict.fromkeys(self.errors.values())) or None,
            "synced": rfc3339(self.synced) if self.synced is not None else None,
        }  # fmt: skip
