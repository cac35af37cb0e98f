"""A workspace's transcripts: searching them, writing sessions, and the predecessor's calls around a consolidation."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, Unpack, overload

from memdir.errors import StorageError

from .workspace_base import WorkspaceBase

if TYPE_CHECKING:
    from memdir.graph.growing_index import GrowingIndex
    from memdir.sessions.conversation import Message
    from memdir.sessions.session_file import SessionFile
    from memdir.sessions.turn_hit import SessionHit, TurnHit
    from memdir.sessions.writer import Content, SessionWriter

    from .session_search import SessionAnswer, SessionSearch, TurnFilters


FEW_BYTES = 2_000_000
"""Bytes of transcripts that are read for a mere count."""


class SessionCalls(WorkspaceBase):
    """What a workspace does with transcripts, and the dream's gate and lock under the seed's names."""

    # Transcripts

    def ask_sessions(
        self,
        query: str,
        *,
        limit: int | None = None,
        sessions: bool = False,
        scan: bool = False,
        all_projects: bool = False,
        explain: bool = False,
        **filters: Unpack[TurnFilters],
    ) -> SessionAnswer:
        """Search the transcripts: turns, or whole sessions; of this project, or of all."""
        from .session_search import turn_options

        options = turn_options(
            self.environment.now(), self.settings.integer("recall.limit") if limit is None else limit,
            self.settings.text("language"), explain=explain, filters=filters,
        )  # fmt: skip
        answer = self._transcripts(all_projects).search(query, options, sessions=sessions, scan=scan)
        if self._wants_background and not scan:
            self._watch()
        return answer

    @overload
    def search_sessions(
        self, query: str, *, limit: int | None = ..., sessions: Literal[False] = ..., all_projects: bool = ...,
        **filters: Unpack[TurnFilters],
    ) -> list[TurnHit]: ...  # fmt: skip
    @overload
    def search_sessions(
        self, query: str, *, limit: int | None = ..., sessions: Literal[True], all_projects: bool = ...,
        **filters: Unpack[TurnFilters],
    ) -> list[SessionHit]: ...  # fmt: skip
    def search_sessions(
        self, query: str, *, limit: int | None = None, sessions: bool = False, all_projects: bool = False,
        **filters: Unpack[TurnFilters],
    ) -> list[TurnHit] | list[SessionHit]:  # fmt: skip
        """The turns of the transcripts that answer a question, or with `sessions` the sessions, best first."""
        answer = self.ask_sessions(query, limit=limit, sessions=sessions, all_projects=all_projects, **filters)
        return answer.sessions if sessions else answer.hits

    def count_mentions(self, query: str, *, all_projects: bool = False) -> int:
        """How many turns of the transcripts have all words of a query; 0, too, where there is much to read for it."""
        return self._transcripts(all_projects).mentions(query, self.settings.text("language"), FEW_BYTES)

    def transcripts_roots(self, *, all_projects: bool = False) -> list[str]:
        """The directories to look for transcripts in: this project's or every one's, and the archive of them."""
        from memdir.sessions.transcript_copies import archives_beside

        roots, projects = self.located.transcripts_dirs, self.located.projects_dir
        if all_projects:
            roots = self.located.every_transcripts_dir
            if projects is not None and self.located.given_transcripts is None:
                return [*roots, *archives_beside([projects], self.state_dir)]
        return [*roots, *archives_beside(roots, self.state_dir)]

    def _transcripts(self, all_projects: bool) -> SessionSearch:
        from .session_search import SessionSearch

        with self._lock:
            if all_projects not in self._searches:
                roots = self.transcripts_roots(all_projects=all_projects)
                self._searches[all_projects] = SessionSearch(
                    roots, self.cache_dir, now=self.environment.now, language=self.settings.text("language"),
                    progress=self._progress,
                )  # fmt: skip
            return self._searches[all_projects]

    def sync_sessions(self) -> int:
        """Bring the indexes of this project's transcripts up to date; the number of files read or removed. Raises
        LockedError, StorageError."""
        return sum(index.sync() for index in self.session_indexes())

    def session_indexes(self) -> list[GrowingIndex]:
        """The indexes of this project's transcripts; those of directories that are not there yet, too."""
        return self._transcripts(False).indexes

    # Sessions

    @cached_property
    def session_writer(self) -> SessionWriter:
        """The sessions that this workspace writes: those of the cwd, in Claude Code's folder for it. Raises
        StorageError when there is no place for them."""
        from memdir.files import shown
        from memdir.git_root import branch
        from memdir.sessions.writer import SessionWriter

        folder = self.located.written_transcripts_dir
        if folder is None:
            raise StorageError("there is no place for transcripts", hint="give one with --transcripts-dir")
        cwd = self.located.cwd
        return SessionWriter(folder, now=self.environment.now, cwd=shown(cwd), branch=lambda: shown(branch(cwd)))

    def session_path(self, session_id: str) -> str:
        """Where a session's transcript lies. Raises BadInputError for an id that no file can have."""
        return self.session_writer.session_path(session_id)

    def write_user_message(self, session_id: str, message: Content, parent: str | None = None) -> str:
        """Append what the user said (a text, content blocks, or the API's message) to a session; its uuid. `parent` is
        the uuid it follows, by default the last one. Raises BadInputError, LockedError, StorageError."""
        return self.session_writer.write_user_message(session_id, message, parent)

    def write_assistant_message(self, session_id: str, message: Content, parent: str | None = None) -> str:
        """Append what the model said; as `write_user_message`."""
        return self.session_writer.write_assistant_message(session_id, message, parent)

    def write_summary(self, session_id: str, summary: str) -> str:
        """Append a summary that takes the place of all messages before it; its uuid."""
        return self.session_writer.write_summary(session_id, summary)

    def tombstone_message(self, session_id: str, uuid: str) -> None:
        """Hide a message of a session; nothing is deleted. Raises NotFoundError when there is no such message."""
        self.session_writer.tombstone_message(session_id, uuid)

    def load_session_messages(self, session_id: str, *, all: bool = False) -> list[Message]:
        """The messages to resume a session from, oldest first; with `all` those hidden, summarised or abandoned, too.
        One that is only in the archive is read there. Empty when there is no such session. Raises StorageError."""
        from memdir.sessions.conversation import messages
        from memdir.sessions.transcript_copies import archived_copy

        path = self.session_path(session_id)
        return messages(archived_copy(path, self.state_dir) or path, all=all)

    def list_sessions(self) -> list[SessionFile]:
        """The sessions of this project's folder, the one written last first."""
        return self.session_writer.list_sessions()

    # The dream

    def should_consolidate(self) -> bool:
        """Whether enough time and sessions passed since the last consolidation, and nobody consolidates now."""
        from memdir.sessions.gate import evaluate
        from memdir.sessions.gate_of_project import gate_of

        return evaluate(gate_of(self.located, self.settings)._replace(switches=()), self.environment.now()).due

    def acquire_lock(self) -> bool:
        """Take the consolidation lock that Claude Code honours too; False when somebody holds it. Raises LockedError
        when another command goes on changing the directory, StorageError when it cannot be written."""
        from memdir.sessions.consolidate_lock import acquire

        self._consolidating = acquire(self.primary.root, self.environment.now())
        self._consolidated = False
        return self._consolidating is not None

    def update_state(self) -> None:
        """Say that the directory was consolidated now. Raises StorageError."""
        from memdir.sessions.consolidate_lock import mark_run

        self._consolidated = True
        if self._consolidating is None:
            mark_run(self.primary.root, self.environment.now())

    def release_lock(self) -> None:
        """Let the consolidation lock go; without `update_state` before, as if there had been no run. Raises
        StorageError."""
        held, self._consolidating = self._consolidating, None
        if held is not None:
            if self._consolidated:
                held.succeed()
            else:
                held.rewind()

    def last_consolidated(self) -> float | None:
        """When the directory was last consolidated (seconds since the epoch), None when it never was."""
        from memdir.sessions.gate import last_run

        return last_run(self.primary.root, None)
