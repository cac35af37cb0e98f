"""The library: `memdir.open(...)` and everything the seed's manager offered, under names that fit Python."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sandbox import TOP, Sandbox

import memdir
from memdir.cli.background import Background
from memdir.cli.workspace import Workspace

FIELDS = ("path", "source", "root", "name", "type", "description", "score", "parts", "snippet", "modified")


@pytest.fixture
def workspace(sample: Sandbox, tmp_path: Path) -> Workspace:
    return memdir.open(
        memory_dir=sample.project / ".claude" / "memory",
        cache_dir=tmp_path / "cache",
        state_dir=tmp_path / "state",
        background=False,
    )


def test_the_public_names_are_exactly_these() -> None:
    assert set(memdir.__all__) == {
        "Answer", "BadInputError", "Environment", "Finding", "Hit", "IndexFailure", "Link", "LockedError",
        "MemdirError", "Memory", "NotFoundError", "Source", "StorageError", "UsageError", "Workspace", "__version__",
        "answer_hook", "open",
    }  # fmt: skip
    for name in memdir.__all__:
        assert getattr(memdir, name) is not None
    with pytest.raises(AttributeError):
        memdir.nothing  # noqa: B018


def test_importing_memdir_imports_nothing_of_it() -> None:
    code = "import memdir, sys; print([m for m in sys.modules if m.startswith('memdir.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=TOP, check=True)
    assert done.stdout.strip() == "[]"


def test_recall_gives_hits_that_can_be_read(workspace: Workspace) -> None:
    with workspace:
        hits = workspace.recall("which port does the api listen on", limit=3)
        assert hits
        for field in FIELDS:
            assert hasattr(hits[0], field)
        assert hits[0].read() == (Path(hits[0].root) / hits[0].path).read_text("utf-8").split("---\n", 2)[2]
        assert workspace.recall("zanzibar quokka xylophone") == []


def test_context_of_the_project(sample: Sandbox, tmp_path: Path) -> None:
    with memdir.open(sample.project, cache_dir=tmp_path / "c", state_dir=tmp_path / "s", background=False) as workspace:
        text = workspace.build_context("which port does the api listen on")
    assert "CLAUDE.md" in text
    assert "MEMORY.md" in text


def test_store_tag_and_link_write_files_and_are_recalled_at_once(workspace: Workspace) -> None:
    with workspace:
        first = workspace.store_memory("The quokka enclosure opens at nine.", "project", 0.9, topics=["zoo"])
        second = workspace.store_memory("Wallabies sleep beside the quokkas.", "reference")
        workspace.tag_memory(second, "zoo")
        workspace.tag_memory(second, "zoo")
        workspace.link_memories(second, first, "extends")
        assert workspace.recall("quokka enclosure")[0].path == first
        assert [m.id for m in workspace.by_topic("zoo")].count(second) == 1
        loaded = workspace.load_file(second)
        assert loaded is not None
        assert loaded.topics == ("zoo",)
        assert [link.relationship for link in loaded.links] == ["extends"]
        assert second in {m.id for m in workspace.by_type("reference")}
        assert workspace.load_file("no such memory at all") is None
        with pytest.raises(memdir.UsageError):
            workspace.store_memory("The quokka enclosure opens at nine.")


def test_the_graph_of_all_sources_is_counted(workspace: Workspace, tmp_path: Path) -> None:
    with workspace:
        assert workspace.has_graph()
        before = workspace.graph_stats()
        assert before.memories == len(workspace.scan())
        first = workspace.store_memory("The quokka enclosure opens at nine.", topics=["zoo"])
        second = workspace.store_memory("Wallabies sleep beside the quokkas.", topics=["zoo"])
        workspace.link_memories(second, first)
        assert tuple(workspace.graph_stats()) == (
            before.memories + 2, before.sessions, before.topics + 1, before.relationships + 1,
        )  # fmt: skip
    with memdir.open(memory_dir=tmp_path / "none", cache_dir=tmp_path / "c", background=False) as empty:
        assert tuple(empty.graph_stats()) == (0, 0, 0, 0)


def test_the_graph_is_not_imported_before_it_is_asked_for(sample: Sandbox) -> None:
    program = (
        "import memdir, sys\n"
        "with memdir.open(memory_dir=sys.argv[1], background=False) as w: w.recall('port')\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('kuzu', 'ladybug') or m == 'memdir.graph.kuzu_store'])"
    )
    root = str(sample.project / ".claude" / "memory")
    command = [sys.executable, "-c", program, root]
    done = subprocess.run(command, capture_output=True, text=True, env=sample.env, check=True)
    assert done.stdout.strip() == "[]"


def test_what_another_program_writes_is_seen_after_refresh(workspace: Workspace) -> None:
    with workspace:
        assert workspace.recall("narwhal") == []
        path = Path(workspace.primary.root) / "narwhal.md"
        path.write_text("---\nname: narwhal\ndescription: About the narwhal\n---\nA narwhal has one tusk.\n")
        workspace.refresh()
        assert [hit.path for hit in workspace.recall("narwhal")] == ["narwhal.md"]
        path.unlink()
        workspace.refresh()
        assert workspace.recall("narwhal") == []


def test_the_background_look_runs_and_stops() -> None:
    class Owner:
        def __init__(self) -> None:
            self.looked = threading.Event()

        def look(self) -> None:
            self.looked.set()

    owner = Owner()
    background = Background(owner.look, interval=0.001)
    assert owner.looked.wait(10)
    background.stop()
    assert not any(t.name == "memdir-refresh" and t.is_alive() for t in threading.enumerate())


def test_many_threads_use_one_workspace(workspace: Workspace) -> None:
    expected = [hit.path for hit in workspace.recall("deploy")]
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(20):
                assert [hit.path for hit in workspace.recall("deploy")] == expected
                workspace.refresh()
        except BaseException as error:  # noqa: BLE001 - a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    workspace.close()
    workspace.close()
    assert failures == []


def test_the_library_is_silent(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with workspace:
        workspace.recall("port")
    assert capsys.readouterr() == ("", "")


def test_a_warning_goes_to_the_log_and_nowhere_else() -> None:
    program = (
        "import sys; from memdir.log import warn; warn('first')\n"
        "import logging; logging.basicConfig(stream=sys.stdout, format='%(name)s: %(message)s'); warn('second %s')"
    )
    environment = {"PYTHONPATH": str(TOP)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert (done.stdout, done.stderr) == ("memdir: second %s\n", "")


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(memdir.BadInputError):
        memdir.open(memory_dir=tmp_path / "file")


def test_the_graph_of_a_directory_that_the_first_memory_made(tmp_path: Path) -> None:
    with memdir.open(memory_dir=tmp_path / "new", cache_dir=tmp_path / "c", state_dir=tmp_path / "s") as workspace:
        assert workspace.recall("port") == []
        workspace.store_memory("The port is 9000")
        assert workspace.graph_stats().memories == 1


def test_a_closed_workspace_starts_no_thread(tmp_path: Path) -> None:
    workspace = memdir.open(memory_dir=tmp_path / "new", cache_dir=tmp_path / "c", state_dir=tmp_path / "s")
    workspace.store_memory("The port is 9000")
    workspace.close()
    workspace.close()
    before = threading.active_count()
    assert workspace.recall("port")
    assert threading.active_count() == before


def test_half_a_surrogate_is_refused_not_a_codec_error(workspace: Workspace) -> None:
    with pytest.raises(memdir.BadInputError, match="damaged"):
        workspace.store_memory("half a \ud800 character")
    assert workspace.recall("\ud800 port") == workspace.recall("port")
