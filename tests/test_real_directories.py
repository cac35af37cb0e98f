"""Every real memory directory is checked, and not one of its files is changed by it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from memdir.check import check
from memdir.check_codes import RULES
from memdir.sarif import sarif

DATA = os.environ.get("MEMDIR_REAL_DATA", "")
DIRECTORIES = sorted(Path(DATA, "memory-dirs").iterdir()) if DATA and Path(DATA, "memory-dirs").is_dir() else []
pytestmark = pytest.mark.skipif(not DIRECTORIES, reason="MEMDIR_REAL_DATA is not set")


def digest(root: Path) -> str:
    """One digest over every path, type, mode, time and content below `root`."""
    whole = hashlib.sha256()
    for folder, folders, files in sorted(os.walk(root)):
        folders.sort()
        for name in sorted(files) + folders:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            whole.update(
                f"{path}\0{status.st_mode}\0{status.st_mtime_ns}\0{status.st_size}\0".encode("utf-8", "replace")
            )
            if os.path.isfile(path):
                whole.update(Path(path).read_bytes())
    return whole.hexdigest()


@pytest.mark.parametrize("root", DIRECTORIES, ids=lambda root: root.name)
def test_check_reads_everything_and_changes_nothing(root: Path) -> None:
    before = digest(root)
    findings = check(str(root), now=1_780_000_000.0)
    assert digest(root) == before
    sarif(findings, version="0", prefixes={})
    for finding in findings:
        assert finding.code in RULES
        path = root / finding.path if finding.path else root
        assert path.exists(), finding
        if finding.line:
            text = path.read_bytes()
            assert 1 <= finding.line <= text.count(b"\n") + 1, finding


def test_the_worst_index_has_its_dead_links_counted() -> None:
    """86 of its 154 links lead nowhere (counted by hand with ls and grep)."""
    root = Path(DATA, "memory-dirs", "XAIHT+Tlamatini")
    findings = check(str(root), now=1_780_000_000.0, select=["index-dead-link"])
    assert len(findings) == 86


def test_invalid_frontmatter_is_as_rare_as_it_is() -> None:
    """The data's own description says 1.6 % of the files have invalid YAML; a reader that is too strict says more."""
    bad = total = 0
    for root in DIRECTORIES:
        total += sum(1 for _ in root.rglob("*.md"))
        bad += len({f.path for f in check(str(root), now=0.0, select=["invalid-yaml"])})
    assert 0.005 < bad / total < 0.05
