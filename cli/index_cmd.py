"""`memdir index`: the state of the index, and the ways to renew, check and remove it."""

from __future__ import annotations

import os

from memdir.dates import local_text, rfc3339
from memdir.errors import EXIT_INDEX, EXIT_NOTHING, EXIT_OK, NotFoundError, StorageError
from memdir.files import shown
from memdir.graph.generations import drop_stale
from memdir.graph.growing_index import GrowingIndex
from memdir.graph.index import Index, IndexState, SyncResult
from memdir.model import Source

from .app import App, Values
from .output import bytes_text, counted
from .table import Command, Option


def run_status(app: App, values: Values) -> int:
    """The state of each source's index."""
    states = [(source, index.status()) for source, index in _indexes(app)]
    transcripts = [(index.root, index.status()) for index in _of_transcripts(app)]
    if app.out.json:
        rows = [_state_fields(source, state) for source, state in states]
        more = [
            {**state._asdict(), "root": shown(root), "home": shown(state.home or "")} for root, state in transcripts
        ]
        app.out.object("index-status/1", {"indexes": rows, "transcripts": more, "took_ms": app.out.took_ms()})
        return EXIT_OK
    for source, state in states:
        app.out.line(f"{source.label}  {shown(source.root)}")
        if state.usable:
            told = f"{counted(state.memories, 'memory')} in {counted(state.segments, 'segment')}"
            made = f"as of {local_text(state.taken)}, {bytes_text(state.size)}"
            app.out.line(f"  generation {state.generation}: {told}, {made}")
            behind = (
                f"{counted(state.pending, 'file')} not in it yet (memdir index sync)" if state.pending else "up to date"
            )
            app.out.line(f"  {behind}")
        if state.note:
            app.out.line(f"  {state.note}")
        if state.home:
            app.out.line(f"  {shown(state.home)}")
    for root, held in transcripts:
        app.out.line(f"transcripts  {shown(root)}")
        size = f"{counted(held.segments, 'segment')}, {bytes_text(held.size)}"
        app.out.line(f"  {counted(held.documents, 'turn')} of {counted(held.files, 'file')} in {size}")
        app.out.line(f"  {counted(held.pending, 'file')} changed since" if held.pending else "  up to date")
    return EXIT_OK


def _of_transcripts(app: App) -> list[GrowingIndex]:
    """The indexes of this project's transcripts that there are: a search makes them."""
    return [index for index in app.workspace().session_indexes() if index.status().usable]


def _state_fields(source: Source, state: IndexState) -> dict[str, object]:
    return {
        "source": source.label,
        "root": shown(source.root),
        "usable": state.usable,
        "note": state.note,
        "generation": state.generation,
        "path": shown(state.home) if state.home else None,
        "memories": state.memories,
        "documents": state.documents,
        "segments": state.segments,
        "pending": state.pending,
        "taken": rfc3339(state.taken) if state.usable else None,
        "bytes": state.size,
    }


def run_sync(app: App, values: Values) -> int:
    """Bring every index up to date."""
    return _renew(app, fresh=False)


def run_rebuild(app: App, values: Values) -> int:
    """Make every index anew."""
    return _renew(app, fresh=True)


def _renew(app: App, *, fresh: bool) -> int:
    done: list[tuple[Source, SyncResult]] = []
    for source, _ in _indexes(app):
        done.append((source, app.workspace().sync(source, fresh=fresh)))
    turned = [(index.root, index.sync(fresh=fresh)) for index in _of_transcripts(app)]
    notes = [f"{shown(source.root)}: {result.note}" for source, result in done if result.note]
    if app.out.json:
        sums = {
            key: sum(getattr(result, key) for _, result in done) for key in ("memories", "added", "updated", "removed")
        }
        rows = [{"source": source.label, "root": shown(source.root), **_result_fields(r)} for source, r in done]
        more = [{"root": shown(root), "files": files} for root, files in turned]
        rest = {"generation": done[0][1].generation, "took_ms": app.out.took_ms(), "indexes": rows, "transcripts": more}
        app.out.object(f"index-{'rebuild' if fresh else 'sync'}/1", {**sums, **rest})
    else:
        for source, result in done:
            what = f"{result.added} added, {result.updated} updated, {result.removed} removed"
            app.out.line(f"{source.label}  {counted(result.memories, 'memory')}: {what}  ({shown(source.root)})")
        for root, files in turned:
            app.out.line(f"transcripts  {counted(files, 'file')} read or removed  ({shown(root)})")
    for note in notes:
        app.out.note(note)
    return EXIT_NOTHING if notes else EXIT_OK


def _result_fields(result: SyncResult) -> dict[str, object]:
    return {
        "memories": result.memories,
        "added": result.added,
        "updated": result.updated,
        "removed": result.removed,
        "renamed": [list(pair) for pair in result.renamed],
        "generation": result.generation,
        "note": result.note,
    }


def run_verify(app: App, values: Values) -> int:
    """Compare every index with the files."""
    checked = [(source, index.verify()) for source, index in _indexes(app)]
    bad = any(verified.problems for _, verified in checked)
    if app.out.json:
        rows = [
            {
                "source": source.label,
                "root": shown(source.root),
                "documents": verified.documents,
                "pending": verified.pending,
                "problems": list(verified.problems),
            }
            for source, verified in checked
        ]
        app.out.object("index-verify/1", {"ok": not bad, "indexes": rows, "took_ms": app.out.took_ms()})
        return EXIT_INDEX if bad else EXIT_OK
    for source, verified in checked:
        state = "differs from the files" if verified.problems else "says what the files say"
        app.out.line(f"{source.label}  {counted(verified.documents, 'document')}: the index {state}")
        for problem in verified.problems:
            app.out.line(f"  {problem}")
        if verified.pending:
            app.out.line(f"  {counted(verified.pending, 'file')} changed since, left out (memdir index sync)")
    if bad:
        app.out.note("memdir index rebuild makes it anew")
    return EXIT_INDEX if bad else EXIT_OK


def run_drop(app: App, values: Values) -> int:
    """Remove the indexes of this workspace, or those of directories that are gone."""
    workspace = app.workspace()
    if values.flag("stale"):
        if workspace.cache_dir is None:
            raise StorageError("there is no place for an index", hint="set MEMDIR_CACHE_DIR")
        dropped = [shown(root) for root in drop_stale(workspace.cache_dir, now=app.environment.now())]
    else:
        dropped = [shown(source.root) for source, index in _indexes(app) if index.drop()]
        dropped += [shown(index.root) for index in _of_transcripts(app) if index.drop()]
    if app.out.json:
        app.out.object("index-drop/1", {"dropped": dropped, "took_ms": app.out.took_ms()})
    else:
        for root in dropped:
            app.out.line(f"dropped the index of {root}")
        if not dropped:
            app.out.line("there is no index to drop")
    return EXIT_OK


def _indexes(app: App) -> list[tuple[Source, Index]]:
    """The sources that exist, with their indexes. Raises `NotFoundError` when none does."""
    workspace = app.workspace()
    found = [(source, workspace.index(source)) for source in workspace.sources if os.path.isdir(source.root)]
    if not found:
        raise NotFoundError("there is no memory directory", path=shown(workspace.primary.root), hint="memdir where")
    return found


COMMANDS = (
    Command("index", "The state of the index.", run_status, examples=("memdir index", "memdir index --json")),
    Command("index status", "The state of the index.", run_status, examples=("memdir index status",)),
    Command("index sync", "Bring the index up to date.", run_sync, examples=("memdir index sync",)),
    Command("index rebuild", "Make the index anew from the files.", run_rebuild, examples=("memdir index rebuild",)),
    Command(
        "index verify",
        "Compare the index with the files, word by word.",
        run_verify,
        examples=("memdir index verify",),
    ),
    Command(
        "index drop",
        "Remove the index. No memory is lost: the next sync makes it anew.",
        run_drop,
        options=(Option(("--stale",), "Only the indexes of directories that are gone.", kind="flag"),),
        examples=("memdir index drop", "memdir index drop --stale"),
    ),
)
