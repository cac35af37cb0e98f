"""The house keeps its arrows: who may import whom, one owner for each third-party package, only `cli/` reads the
process, and what a recall imports."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PACKAGES = ("memdir", "graph", "sessions", "cli")
MAY_IMPORT = {
    "memdir": set(),
    "graph": {"memdir"},
    "sessions": {"memdir"},
    "cli": {"memdir", "graph", "sessions"},
}
FRONT_DOORS = {"memdir/__init__.py", "memdir/__main__.py"}
THIRD_PARTY = {
    "kuzu", "ladybug", "tantivy", "watchdog", "mcp", "mcp_types", "anyio", "uvicorn", "pydantic", "frontmatter", "yaml",
    "markdown_it", "rapidfuzz", "orjson", "Stemmer", "typer", "rich", "backports", "compression",
}  # fmt: skip
SOURCES = [p for package in PACKAGES for p in sorted((TOP / package).rglob("*.py"))]


def imported(path: Path) -> list[tuple[str, int]]:
    """Absolute names of all imports of a module, those inside functions too, and their lines."""
    package = path.relative_to(TOP).parts[0]
    base = ["memdir"] if package == "memdir" else ["memdir", package]
    names: list[tuple[str, int]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = base[: len(base) - (node.level - 1)] if node.level else []
            stem = ".".join([*above, *([node.module] if node.module else [])])
            names += [(f"{stem}.{alias.name}", node.lineno) for alias in node.names]
            names.append((stem, node.lineno))
    return names


def room(name: str) -> str | None:
    parts = name.split(".")
    if parts[0] != "memdir":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in PACKAGES else "memdir"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(TOP)))
def test_imports_run_down_the_house(path: Path) -> None:
    package = path.relative_to(TOP).parts[0]
    for name, line in imported(path):
        assert name.split(".")[0] not in {"cli", "graph", "sessions"}, f"{path}:{line} bare import of {name}"
        other = room(name)
        if other and other != package and str(path.relative_to(TOP)) not in FRONT_DOORS:
            assert other in MAY_IMPORT[package], f"{path}:{line} imports {name}"


def test_no_module_imports_itself_in_a_circle() -> None:
    edges: dict[str, set[str]] = {}
    names = {}
    for path in SOURCES:
        parts = list(path.relative_to(TOP).with_suffix("").parts)
        if parts[0] != "memdir":
            parts.insert(0, "memdir")
        if parts[-1] == "__init__":
            continue
        names[".".join(parts)] = path
    for name, path in names.items():
        edges[name] = {n for n, _ in imported(path) if n in names and n != name}
    state: dict[str, int] = {}

    def visit(name: str, trail: list[str]) -> None:
        state[name] = 1
        for other in sorted(edges[name]):
            assert state.get(other) != 1, f"import cycle: {' -> '.join([*trail, name, other])}"
            if other not in state:
                visit(other, [*trail, name])
        state[name] = 2

    for name in sorted(names):
        if name not in state:
            visit(name, [])


def test_each_third_party_package_has_one_owner() -> None:
    owners: dict[str, set[str]] = {}
    for path in SOURCES:
        for name, _ in imported(path):
            top = name.split(".")[0]
            if top in THIRD_PARTY:
                owners.setdefault(top, set()).add(str(path.relative_to(TOP)))
    assert {k: v for k, v in owners.items() if len(v) > 1} == {}


def test_only_the_command_line_reads_the_process() -> None:
    reads = (
        "os.environ",
        "os.getenv",
        "Path.home(",
        "Path.cwd(",
        "os.getcwd",
        "datetime.now(",
        "time.time(",
        "expanduser",
    )
    found = [
        f"{path.relative_to(TOP)}:{number} {read}"
        for path in SOURCES
        if path.relative_to(TOP).parts[0] != "cli"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for read in reads
        if read in line
    ]
    assert found == []


def test_the_wheel_holds_every_package() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    there = set()
    for package in PACKAGES:
        for init in (TOP / package).rglob("__init__.py"):
            parts = init.parent.relative_to(TOP).parts
            there.add(".".join(parts if parts[0] == "memdir" else ("memdir", *parts)))
    assert listed == there


def test_the_changelog_knows_the_version() -> None:
    import memdir

    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["version"] == memdir.__version__
    assert f"## {memdir.__version__}" in (TOP / "CHANGELOG.md").read_text("utf-8")


HEAVY = {
    "typer", "rich", "pydantic", "yaml", "frontmatter", "markdown_it", "kuzu", "watchdog", "asyncio",
    "rapidfuzz", "orjson", "tantivy", "backports", "subprocess", "dataclasses", "inspect", "logging", "hashlib",
    "difflib",
}  # fmt: skip
NOT_FOR_AN_INDEX = {
    "datetime", "urllib", "sqlite3", "socket", "shutil", "tempfile", "memdir.scan", "memdir.markdown",
    "memdir.frontmatter_read", "memdir.documents", "memdir.check", "memdir.changes",
}  # fmt: skip
"""What a recall that the index answers does without, too: it reads only the files that it shows."""


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """A directory with one memory."""
    folder = tmp_path / "memory"
    folder.mkdir()
    (folder / "port.md").write_text("---\nname: port\ndescription: The port\n---\nThe port is 9000.\n")
    return folder


def imported_by(memory: Path, *words: str) -> set[str]:
    """The modules that a run over the directory loads, by full name and by package."""
    program = (
        "import sys; before = set(sys.modules); from memdir.cli.main import main; code = main(sys.argv[1:]); "
        "sys.stderr.write('\\n'.join(set(sys.modules) - before)); sys.exit(code)"
    )
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(memory.parent), "PYTHONPATH": str(TOP)}
    done = subprocess.run(
        [sys.executable, "-c", program, "--memory-dir", str(memory), *words],
        capture_output=True, text=True, env=environment, cwd=memory.parent, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = set(done.stderr.split())
    return names | {name.split(".")[0] for name in names}


@pytest.mark.parametrize("words", [["recall", "port"], ["status"], ["where"]], ids=lambda w: w[0])
def test_a_run_imports_nothing_heavy(words: list[str], memory: Path) -> None:
    assert imported_by(memory, *words) & HEAVY == set()


def test_a_recall_from_the_index_imports_no_reader(memory: Path) -> None:
    imported_by(memory, "index", "sync")
    assert imported_by(memory, "recall", "port") & (HEAVY | NOT_FOR_AN_INDEX) == set()
