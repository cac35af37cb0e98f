"""What changed on the disk, and bringing the index up to date with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from directories import Clock, assert_same_as_scan, bump, index_of, memory, real_clock

from memdir.errors import LockedError, NotFoundError, StorageError
from memdir.graph import merging, publish
from memdir.graph.generations import Generations
from memdir.graph.index import Index


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "memory"
    memory(root, "alpha", "alpha words about the deploy")
    memory(root, "beta", "beta words about the database")
    memory(root, "deep/er/gamma", "gamma delta words")
    (root / "MEMORY.md").write_text("# Memory\n\n- [beta](beta.md) — zebra crossing\n\n## Inline\n\nquokka facts\n")
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def found(index: Index, query: str) -> list[str]:
    from directories import results

    return [row[0].id for row in results(index.refresh(), [query])[0]]  # type: ignore[attr-defined]


def test_first_sync_then_nothing_to_do(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    assert index.refresh().answered_by == "scan"
    result = index.sync()
    assert (result.memories, result.added, result.updated, result.removed) == (3, 3, 0, 0)
    assert index.refresh().answered_by == "index"
    again = index.sync()
    assert (again.memories, again.added, again.updated, again.removed) == (3, 0, 0, 0)
    assert again.generation == result.generation
    assert_same_as_scan(index, root)


def test_changes_are_found_and_published(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    memory(root, "new", "alpha newcomer")
    bump(memory(root, "alpha", "nothing but okapi"))
    (root / "deep/er/gamma.md").unlink()
    diff = index.diff()
    assert [stat.id for stat in diff.added] == ["new.md"]
    assert [stat.id for stat in diff.changed] == ["alpha.md"]
    assert diff.removed == ["deep/er/gamma.md"]
    assert diff.unchanged == 2
    assert index.refresh().answered_by == "mixed"
    assert "deep/er/gamma.md" not in found(index, "gamma delta")
    assert found(index, "okapi") == ["alpha.md"]
    assert_same_as_scan(index, root)
    result = index.sync()
    assert (result.memories, result.added, result.updated, result.removed) == (3, 1, 1, 1)
    assert index.views().answered_by == "index"
    assert_same_as_scan(index, root)
    assert_same_as_scan(index_of(root, cache), root)


def test_a_file_replaced_by_rename_with_equal_size_and_mtime(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    path = root / "alpha.md"
    status = os.stat(path)
    text = path.read_text()
    (root / "temporary").write_text(text.replace("deploy", "okapis"))
    os.replace(root / "temporary", path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [stat.id for stat in index.diff().changed] == ["alpha.md"]


def test_another_mtime_is_another_age(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    bump(root / "alpha.md")
    assert [stat.id for stat in index.diff().changed] == ["alpha.md"]
    assert_same_as_scan(index, root)


def test_another_ctime_alone_is_no_change(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    os.chmod(root / "alpha.md", 0o600)
    diff = index.diff()
    assert ([stat.id for stat in diff.touched], diff.size) == (["alpha.md"], 0)
    assert index.refresh().answered_by == "index"
    result = index.sync()
    assert result.updated == 0
    assert index.diff().touched == []


def test_a_change_within_the_clock_s_tick_is_found_by_its_digest(root: Path, cache: Path) -> None:
    index = index_of(root, cache, real_clock())
    index.sync()
    path = root / "alpha.md"
    status = os.stat(path)
    manifest = index._base.manifest
    at = manifest.find("alpha.md")
    path.write_text(path.read_text().replace("deploy", "okapis"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    manifest.columns[1][at] = os.stat(path).st_ctime_ns  # as a coarse clock would have it
    assert [stat.id for stat in index.diff().changed] == ["alpha.md"]


def test_a_publish_later_than_the_changes_ends_the_doubt_about_them(root: Path, cache: Path) -> None:
    clock = real_clock()
    index = index_of(root, cache, clock)
    index.sync()
    assert len(index._base.manifest.racy()) == 4
    generation = index.sync().generation
    assert index.diff().settled == 0  # a manifest taken now would not help
    clock.now += 10
    assert index.diff().settled == 4
    result = index.sync()
    assert (result.updated, result.generation > generation) == (0, True)
    assert not index._base.manifest.racy()
    assert index.diff().settled == 0


def test_renames_are_told(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    os.rename(root / "alpha.md", root / "omega.md")
    text = (root / "beta.md").read_text()
    (root / "beta.md").unlink()
    (root / "deep" / "beta copy.md").write_text(text)
    assert sorted(index.diff().renamed) == [("alpha.md", "omega.md"), ("beta.md", "deep/beta copy.md")]
    assert sorted(index.sync().renamed) == [("alpha.md", "omega.md"), ("beta.md", "deep/beta copy.md")]
    assert_same_as_scan(index, root)


def test_a_line_of_memory_md_is_part_of_the_file_it_names(root: Path, cache: Path) -> None:
    memory(root, "alpha", "alpha words", described=False)
    memory(root, "beta", "beta words", described=False)
    index = index_of(root, cache)
    index.sync()
    assert found(index, "zebra") == ["beta.md"]
    (root / "MEMORY.md").write_text("# Memory\n\n- [alpha](alpha.md) — zebra crossing\n\n## Inline\n\nwombat facts\n")
    assert found(index, "zebra") == ["alpha.md"]
    assert found(index, "quokka") == []
    assert found(index, "wombat") == ["MEMORY.md#inline"]
    assert_same_as_scan(index, root)
    assert index.sync().updated == 2
    assert found(index_of(root, cache), "zebra") == ["alpha.md"]
    (root / "MEMORY.md").unlink()
    assert found(index, "zebra") == []
    index.sync()
    assert_same_as_scan(index_of(root, cache), root)
    assert not index.verify().problems


def test_a_file_that_only_looks_like_a_section(root: Path, cache: Path) -> None:
    memory(root, "MEMORY.md#inline fact", "okapi")
    index = index_of(root, cache)
    index.sync()
    (root / "MEMORY.md").write_text("nothing inline any more: emu\n")
    assert found(index, "okapi") == ["MEMORY.md#inline fact.md"]
    assert_same_as_scan(index, root)


def test_new_folders_and_symbolic_links(root: Path, cache: Path, tmp_path: Path) -> None:
    (root / "empty").mkdir()
    index = index_of(root, cache)
    index.sync()
    memory(root, "empty/now not", "okapi")
    assert found(index, "okapi") == ["empty/now not.md"]
    outside = memory(tmp_path / "outside", "secret", "okapi outside")
    (root / "beta.md").unlink()
    (root / "beta.md").symlink_to(outside)
    assert found(index, "okapi") == ["empty/now not.md"]
    assert_same_as_scan(index, root)
    index.sync()
    assert_same_as_scan(index, root)


def test_a_directory_suddenly_empty_keeps_its_index(root: Path, cache: Path, tmp_path: Path) -> None:
    index = index_of(root, cache)
    generation = index.sync().generation
    root.rename(tmp_path / "away")
    root.mkdir()
    answer = index.refresh()
    assert "suddenly empty" in (answer.note or "")
    assert found(index, "alpha") == []
    result = index.sync()
    assert (result.generation, "suddenly empty" in (result.note or "")) == (generation, True)
    assert index.maybe_publish() is None
    root.rmdir()
    assert "cannot be read" in (index.sync().note or "")
    (tmp_path / "away").rename(root)
    assert index.refresh().answered_by == "index"
    for path in root.rglob("*.md"):
        path.unlink()
    assert index.rebuild().memories == 0  # asked for by name


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_keeps_its_files_in_the_index(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    os.chmod(root / "deep", 0)
    try:
        assert "deep cannot be read" in (index.refresh().note or "")
        assert index.sync().note
    finally:
        os.chmod(root / "deep", 0o700)
    assert index.refresh().answered_by == "index"


def test_what_a_reader_publishes_after_its_answer(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.refresh()
    assert index.maybe_publish() is not None
    for number in range(60):
        memory(root, f"many/{number}", "okapi")
    index.refresh()
    assert index.maybe_publish() is not None
    memory(root, "one more", "okapi")
    index.refresh()
    assert index.maybe_publish() is None
    assert index.diff().size == 1
    for number in range(10):
        memory(root, f"more/{number}", "okapi")
    index.refresh()
    where = Generations(str(cache), str(root))
    with where.write(command="other", now=0.0, wait=0.0):
        assert index.maybe_publish() is None
        with pytest.raises(LockedError):
            index.sync(wait=0.0)
    assert index.maybe_publish() is not None


def test_another_process_s_generation_is_taken_up(root: Path, cache: Path) -> None:
    mine, other = index_of(root, cache), index_of(root, cache)
    mine.sync()
    old = mine.refresh()
    other.refresh()
    memory(root, "new", "okapi")
    other.sync()
    assert mine.refresh().answered_by == "index"
    assert found(mine, "okapi") == ["new.md"]
    assert old.views[0].segment.postings("okapi") is None  # an answer is a snapshot, and stays readable
    other.drop()
    assert mine.refresh().answered_by == "scan"
    other.sync()
    assert mine.refresh().answered_by == "index"


def test_segments_stay_few_and_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "BATCH", 25)
    root, cache = tmp_path / "memory", tmp_path / "cache"
    for number in range(110):
        memory(root, f"{number:03}", f"word{number % 9} text {'long ' * (number % 5)}")
    index = index_of(root, cache)
    index.sync()
    assert index.status().segments == 1
    for number in range(40):
        memory(root, f"x{number % 30:02}", f"okapi word{number % 7} number {number}")
        index.sync()
        state = index.status()
        assert state.segments <= merging.MAX_SEGMENTS
        assert state.memories == state.documents
    assert state.segments > 1
    assert_same_as_scan(index, root, ["word3 text", "okapi", "long number"])
    assert not index.verify().problems
    for path in root.glob("0*.md"):
        path.unlink()
    index.sync()
    assert index.status().segments == 1
    assert not index.verify().problems
    everything = sum(path.stat().st_size for path in root.glob("*.md"))
    assert index.status().size < 5 * everything + (1 << 17)


def test_an_overlay_is_not_read_again_unless_it_changed(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    memory(root, "new", "okapi")
    index.refresh()
    read, segment = index._overlay.reads["new.md"], index._overlay.segment
    index.refresh()
    assert index._overlay.segment is segment
    memory(root, "newer", "okapi")
    index.refresh()
    assert index._overlay.reads["new.md"] is read
    assert sorted(found(index, "okapi")) == ["new.md", "newer.md"]


def test_what_did_not_change_stays_the_same_object(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    scanned = index.refresh().views
    assert all(old is new for old, new in zip(scanned, index.refresh().views, strict=True))
    index.sync()
    first = index.refresh().views
    assert all(old is new for old, new in zip(first, index.refresh().views, strict=True))
    memory(root, "new", "okapi")
    second = index.refresh().views
    assert (len(second), second[0]) == (2, first[0])
    assert second[0] is first[0]
    assert all(old is new for old, new in zip(second, index.refresh().views, strict=True))
    (root / "alpha.md").unlink()
    third = index.refresh().views
    assert third[0] is not first[0]
    assert third[1] is second[1]


def test_verify_finds_what_the_index_has_wrong(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    with pytest.raises(NotFoundError):
        index.verify()
    index.sync()
    verified = index.verify()
    assert (verified.documents, verified.pending, verified.problems) == (4, 0, ())
    memory(root, "later", "text")
    assert index.verify().pending == 1
    path = root / "alpha.md"
    status = os.stat(path)
    path.write_text(path.read_text().replace("deploy", "okapis"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    at = index._base.manifest.find("alpha.md")
    index._base.manifest.columns[1][at] = os.stat(path).st_ctime_ns
    problems = index.verify().problems
    assert any("postings" in problem or "alpha.md" in problem for problem in problems)


def test_a_cache_of_another_version_is_not_used_and_replaced(root: Path, cache: Path) -> None:
    index = index_of(root, cache)
    index.sync()
    other = Index(str(root), str(cache), now=Clock(), language="german")
    answer = other.refresh()
    assert answer.answered_by == "scan"
    assert "another version" in (answer.note or "") or "other settings" in (answer.note or "")
    assert other.sync().added == 3
    assert other.refresh().answered_by == "index"
    assert index.refresh().answered_by == "scan"


def test_without_a_cache_every_answer_is_a_scan(root: Path) -> None:
    index = index_of(root, None)
    assert index.refresh().answered_by == "scan"
    assert index.maybe_publish() is None
    assert index.status().home is None
    assert not index.drop()
    with pytest.raises(StorageError):
        index.sync()


def test_a_file_that_cannot_be_used_is_kept_out_and_tried_again(root: Path, cache: Path) -> None:
    (root / "large.md").write_bytes(b"okapi " * 200_000)
    index = index_of(root, cache)
    index.sync()
    assert found(index, "okapi") == []
    (root / "alpha.md").write_bytes(b"okapi " * 200_000)
    assert found(index, "okapi") == []
    assert found(index, "alpha") == []
    index.sync()
    (root / "alpha.md").write_text("okapi")
    assert found(index, "okapi") == ["alpha.md"]
