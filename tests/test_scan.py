"""Walking and loading: what is a memory, what is only a finding, and what a directory may do to us."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from memdir.errors import BadInputError, NotFoundError, StorageError
from memdir.model import MAX_FILE_BYTES
from memdir.scan import load, scan, walk
from memdir.store import Store, locate, read_body

DATA = os.environ.get("MEMDIR_REAL_DATA", "")


def write(root: Path, name: str, data: bytes | str = b"x") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def ids(root: Path) -> list[str]:
    return [stat.id for stat in walk(str(root)).files]


def codes(root: Path) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in walk(str(root)).findings]


def test_an_empty_and_a_missing_directory(tmp_path: Path) -> None:
    assert walk(str(tmp_path)).files == []
    assert codes(tmp_path / "gone") == [("no-directory", "")]
    assert codes(write(tmp_path, "file.md")) == [("no-directory", "")]


def test_any_case_of_the_ending_and_only_the_ending(tmp_path: Path) -> None:
    for name in ("a.MD", "b.Md", ".md", "c.md.bak", "md", "memory.md", "x/.hidden.md"):
        write(tmp_path, name)
    assert ids(tmp_path) == [".md", "a.MD", "b.Md", "memory.md", "x/.hidden.md"]


def test_size_limits(tmp_path: Path) -> None:
    write(tmp_path, "empty.md", b"")
    write(tmp_path, "most.md", b"x" * MAX_FILE_BYTES)
    write(tmp_path, "large.md", b"x" * (MAX_FILE_BYTES + 1))
    assert ids(tmp_path) == ["empty.md", "most.md"]
    assert codes(tmp_path) == [("too-large", "large.md")]
    assert [memory.size for memory in scan(str(tmp_path)).memories] == [0, MAX_FILE_BYTES]


def test_links_to_files_inside_count_once_and_outside_never(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    write(root, "real.md")
    write(root, "plain.txt")
    write(root, ".archive/old.md")
    outside = write(tmp_path, "secret.md")
    for name, target in {
        "same.md": "real.md", "first.md": "plain.txt", "second.md": "plain.txt", "old.md": ".archive/old.md",
        "out.md": str(outside), "up.md": "../secret.md", "loop.md": "loop.md", "gone.md": "nowhere.md", "dir.md": ".",
    }.items():  # fmt: skip
        os.symlink(target, root / name)
    assert ids(root) == ["first.md", "real.md"]
    assert codes(root) == [
        ("not-a-file", "dir.md"), ("broken-link", "gone.md"), ("broken-link", "loop.md"),
        ("link-outside", "out.md"), ("link-outside", "up.md"),
    ]  # fmt: skip


def test_links_to_directories_are_not_walked(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    write(root, "sub/a.md")
    write(tmp_path, "elsewhere/b.md")
    os.symlink(".", root / "self")
    os.symlink("..", root / "sub" / "parent")
    os.symlink("../elsewhere", root / "out")
    assert ids(root) == ["sub/a.md"]
    assert codes(root) == [("link-outside", "out")]


def test_the_root_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/a.md", "---\nname: A\n---\nBody\n")
    os.symlink("real", tmp_path / "link")
    os.symlink("a.md", tmp_path / "real" / "b.md")
    (memory,) = scan(str(tmp_path / "link")).memories
    assert (memory.id, memory.path) == ("a.md", str(tmp_path / "link" / "a.md"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    write(tmp_path, "folder.md/a.md")
    assert ids(tmp_path) == ["folder.md/a.md"]
    assert codes(tmp_path) == [("not-a-file", "pipe.md")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_and_folders_are_findings(tmp_path: Path) -> None:
    write(tmp_path, "a.md").chmod(0)
    write(tmp_path, "b.md")
    write(tmp_path, "closed/c.md").parent.chmod(0)
    try:
        found = scan(str(tmp_path))
        assert [memory.id for memory in found.memories] == ["b.md"]
        assert sorted((f.code, f.path) for f in found.findings) == [("unreadable", "a.md"), ("unreadable", "closed")]
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_file_that_vanished_or_grew_since_the_walk(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, "b.md")
    first, second = walk(str(tmp_path)).files
    (tmp_path / "a.md").unlink()
    write(tmp_path, "b.md", b"x" * (MAX_FILE_BYTES + 1))
    with pytest.raises(StorageError) as caught:
        load(str(tmp_path), first)
    assert caught.value.code == "vanished"
    with pytest.raises(BadInputError):
        load(str(tmp_path), second)


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="file names are bytes only on Linux")
def test_undecodable_and_decomposed_names(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path)
    for name in (b"caf\xe9.md", unicodedata.normalize("NFD", "naïve.md").encode(), b"sub\xff"):
        if name.endswith(b".md"):
            Path(os.fsdecode(root + b"/" + name)).write_text("Body")
        else:
            os.mkdir(root + b"/" + name)
            Path(os.fsdecode(root + b"/" + name + b"/x.md")).write_text("Body")
    found = ids(tmp_path)
    assert found == ["caf\\xe9.md", "naïve.md", "sub\\xff/x.md"]
    for id in found:
        id.encode("utf-8")
        assert read_body(str(tmp_path), id) == "Body"
        assert Store(str(tmp_path)).get(id).body == "Body"
    write(tmp_path, "naïve.md", "Composed")
    assert codes(tmp_path) == [("same-id", "naïve.md")]
    assert ids(tmp_path) == found


def test_scan_never_writes_and_reads_any_bytes(tmp_path: Path) -> None:
    for number, data in enumerate(
        (b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"---", b"---\n---", bytes(range(256)) * 50)
    ):
        write(tmp_path, f"{number}.md", data)
        write(tmp_path, f"{number}/MEMORY.md", data)
    before = {path: path.stat() for path in tmp_path.rglob("*")}
    found = scan(str(tmp_path))
    assert len(found.memories) == 7
    assert {path: path.stat() for path in tmp_path.rglob("*")} == before
    for memory in found.memories:
        (memory.name + memory.description + memory.body).encode("utf-8")


def test_every_field_of_a_memory(tmp_path: Path) -> None:
    write(tmp_path, "p/a.md", (
        "---\nname: a\ndescription: d\nmetadata:\n  node_type: memory\n  type: Feedback\n  topics: [x, y, x]\n"
        "  links:\n    - {to: b, relationship: refines, weight: 0.5, valid_from: 2026-01-01, valid_until: 2027-01-01}\n"
        "    - '[[c]]'\n  confidence: 0.9\n  status: stale\n  valid_from: 2026-01-01\n  valid_until: 2026-12-31\n"
        "  created: 2026-01-02\n  modified: 2026-01-03T00:00:00.000Z\n  originSessionId: s\n  sources: [u, v]\n"
        "  supersedes: old\n  superseded_by: new\n  pinned: true\n  mood: good\n---\nBody\n"
    ))  # fmt: skip
    (m,) = scan(str(tmp_path)).memories
    assert (m.id, m.namespace, m.stem, m.name, m.description, m.type) == ("p/a.md", "p", "a", "a", "d", "feedback")
    assert (m.topics, m.confidence, m.status, m.pinned, m.session) == (("x", "y"), 0.9, "stale", True, "s")
    assert [(link.to, link.relationship, link.weight, link.valid_from) for link in m.links] == [
        ("b", "refines", 0.5, "2026-01-01"), ("c", "related", 1.0, None),
    ]  # fmt: skip
    assert (m.valid_from, m.valid_until, m.created, m.modified) == (
        "2026-01-01", "2026-12-31", "2026-01-02", "2026-01-03T00:00:00.000Z",
    )  # fmt: skip
    assert (m.sources, m.supersedes, m.superseded_by) == (("u", "v"), ("old",), "new")
    assert m.extra == {"node_type": "memory", "mood": "good"}
    assert (m.body, m.body_line, m.problems, m.damaged) == ("Body\n", 24, (), False)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("confidence: high", "bad-confidence"),
        ("confidence: 1.5", "bad-confidence"),
        ("status: frozen", "bad-status"),
        ("valid_until: soon", "bad-date"),
        ("links: [{to: b, weight: 7}]", "bad-link"),
        ("links: [{relationship: x}]", "bad-link"),
    ],
)
def test_values_that_cannot_be_are_problems_and_defaults(tmp_path: Path, head: str, code: str) -> None:
    write(tmp_path, "a.md", f"---\nname: a\nmetadata:\n  type: user\n  {head}\n---\n")
    (memory,) = scan(str(tmp_path)).memories
    assert [(problem.code, problem.line) for problem in memory.problems] == [(code, 5)]
    assert (memory.confidence, memory.status, memory.type) == (None, "active", "user")


def test_inline_sections_of_an_index(tmp_path: Path) -> None:
    write(tmp_path, "MEMORY.md", (
        "Preamble text.\n# Memory\n<!-- only a comment -->\n## Links only\n- [A](a.md) — hook\n\n## API `keys` & more\n"
        "- Key in vault\n- [B](b.md) — a hook\n- second\n```\n# not a heading\n```\n## Same\nx\n## Same\ny\n"
    ))  # fmt: skip
    found = scan(str(tmp_path))
    assert found.memories == []
    assert [(s.id, s.name, s.line) for s in found.sections] == [
        ("MEMORY.md#api-keys--more", "API keys & more", 7), ("MEMORY.md#introduction", "introduction", 1),
        ("MEMORY.md#same", "Same", 14), ("MEMORY.md#same-1", "Same", 16),
    ]  # fmt: skip
    section = found.sections[0]
    assert section.body == "- Key in vault\n\n- second\n```\n# not a heading\n```"
    assert section.is_section
    assert section.type is None
    assert read_body(str(tmp_path), section.id) == section.body
    assert Store(str(tmp_path)).get(section.id) == section
    with pytest.raises(StorageError):
        read_body(str(tmp_path), "MEMORY.md#gone")


@pytest.mark.parametrize("id", ["", "/etc/passwd", "../x.md", "a/../../x.md", "a//b.md", "./a.md", "a\0.md"])
def test_paths_that_lead_out_are_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(BadInputError):
        locate(str(tmp_path), id)
    with pytest.raises(BadInputError):
        read_body(str(tmp_path), id)


def test_locating(tmp_path: Path) -> None:
    root = tmp_path / "memory"
    write(root, "sub/a.md", "---\nname: A\n---\nBody\n")
    write(tmp_path, "secret.md")
    os.symlink("../secret.md", root / "out.md")
    assert locate(str(root), "sub/a.md") == str(root / "sub" / "a.md")
    assert read_body(str(root), "sub/a.md") == "Body\n"
    with pytest.raises(BadInputError):
        locate(str(root), "out.md")
    with pytest.raises(StorageError):
        locate(str(root), "sub/b.md")
    store = Store(str(root))
    assert store.get("A").id == store.find("sub/a.md").id == "sub/a.md"
    with pytest.raises(NotFoundError):
        store.find("b.md")


@pytest.mark.skipif(not os.path.isdir(DATA), reason="MEMDIR_REAL_DATA is not set")
def test_real_directories_are_read_whole() -> None:
    total = 0
    for folder in sorted(os.listdir(f"{DATA}/memory-dirs")):
        root = f"{DATA}/memory-dirs/{folder}"
        found = scan(root)
        assert found.findings == []
        assert found.memories or found.sections
        total += len(found.memories)
        for memory in (*found.memories, *found.sections):
            assert read_body(root, memory.id) == memory.body
            assert memory.name
            if memory.is_section:
                with open(memory.path, encoding="utf-8") as file:
                    assert memory.name == "introduction" or file.read().split("\n")[memory.line - 1].startswith("#")
    assert total == sum(
        name.lower().endswith(".md") and name != "MEMORY.md"
        for _, _, names in os.walk(f"{DATA}/memory-dirs")
        for name in names
    )
