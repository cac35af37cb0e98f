"""Contract 2 (formats §7): the memory directory that Claude Code uses, in every kind of project."""

from __future__ import annotations

import json
import os
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from memdir.agent_memory import agent_sources
from memdir.claude_settings import managed_directory, memory_directory
from memdir.environment import Environment
from memdir.errors import BadInputError, NotFoundError
from memdir.git_root import canonical_root, checkout_root, remote_url, worktrees
from memdir.locate import Located, locate
from memdir.places import cache_dir, directory_key, state_dir
from memdir.projects import all_projects, memory_above, shared_by
from memdir.settings import Settings
from memdir.slug import slug

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "protocol.file.allow",
    "GIT_CONFIG_VALUE_0": "always",
    **{f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def git(*arguments: str | Path, cwd: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), **GIT}
    subprocess.run(["git", *map(str, arguments)], cwd=cwd, env=environment, check=True, capture_output=True)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    base = Path(os.path.realpath(tmp_path))
    (base / "home").mkdir()
    return base


@pytest.fixture
def repo(base: Path) -> Path:
    repo = base / "repo"
    repo.mkdir()
    git("init", "-q", "-b", "main", cwd=repo)
    git("commit", "-q", "--allow-empty", "-m", "x", cwd=repo)
    (repo / "sub" / "deep").mkdir(parents=True)
    return repo


def env(base: Path, cwd: Path, *, home: bool = True, **variables: str) -> Environment:
    return Environment(str(cwd), str(base / "home") if home else None, variables, "linux", lambda: 0.0)


def find(base: Path, cwd: Path, **variables: str) -> Located:
    return locate(env(base, cwd, **variables), system_root=str(base / "system"))


def memory_of(base: Path, path: Path) -> str:
    return str(base / "home" / ".claude" / "projects" / slug(str(path)) / "memory")


def write(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


# The repository's root


def test_repository_and_its_sub_directories_share_one(base: Path, repo: Path) -> None:
    for cwd in (repo, repo / "sub", repo / "sub" / "deep"):
        found = find(base, cwd)
        assert found.auto_dir == memory_of(base, repo)
        assert found.primary.root == found.auto_dir and found.primary.loaded_by_claude and not found.primary.exists


def test_a_linked_worktree_shares_the_main_repository(base: Path, repo: Path) -> None:
    tree = base / "elsewhere" / "tree"
    git("worktree", "add", "-q", tree, cwd=repo)
    (tree / "in").mkdir()
    found = find(base, tree / "in")
    assert found.auto_dir == memory_of(base, repo)
    assert (found.project_root, found.shared_root) == (str(tree), str(repo))
    assert worktrees(str(repo)) == [str(tree)]
    assert "worktree shares" in found.auto_why


def test_a_worktree_with_relative_pointers(base: Path, repo: Path) -> None:
    tree = base / "tree"
    git("worktree", "add", "-q", tree, cwd=repo)
    admin = repo / ".git" / "worktrees" / "tree"
    (tree / ".git").write_text("gitdir: ../repo/.git/worktrees/tree\n")
    (admin / "gitdir").write_text("../../../../tree/.git\n")
    assert canonical_root(str(tree)) == str(repo)
    assert worktrees(str(repo)) == [str(tree)]


def test_a_worktree_that_the_repository_does_not_know_keeps_its_own_root(base: Path, repo: Path) -> None:
    git("worktree", "add", "-q", base / "tree", cwd=repo)
    fake = base / "fake"
    fake.mkdir()
    (fake / ".git").write_bytes((base / "tree" / ".git").read_bytes())
    assert canonical_root(str(fake)) == str(fake)
    assert canonical_root(str(base / "tree")) == str(repo)


def test_a_pointer_to_an_administrative_directory_outside_worktrees_is_not_believed(base: Path, repo: Path) -> None:
    fake, admin = base / "fake", base / "admin"
    fake.mkdir()
    write(admin / "commondir", str(repo / ".git") + "\n")
    write(admin / "gitdir", str(fake / ".git") + "\n")
    (fake / ".git").write_text(f"gitdir: {admin}\n")
    assert canonical_root(str(fake)) == str(fake)


def test_a_submodule_keeps_its_own_root(base: Path, repo: Path) -> None:
    outer = base / "outer"
    outer.mkdir()
    git("init", "-q", cwd=outer)
    git("submodule", "add", "-q", repo, "part", cwd=outer)
    assert (outer / "part" / ".git").is_file()
    assert find(base, outer / "part").auto_dir == memory_of(base, outer / "part")


def test_a_worktree_of_a_submodule_belongs_to_its_git_directory(base: Path, repo: Path) -> None:
    outer = base / "outer"
    outer.mkdir()
    git("init", "-q", cwd=outer)
    git("submodule", "add", "-q", repo, "part", cwd=outer)
    git("worktree", "add", "-q", base / "tree", cwd=outer / "part")
    assert canonical_root(str(base / "tree")) == str(outer / ".git" / "modules" / "part")


def test_worktrees_of_a_bare_repository_share_the_bare_one(base: Path, repo: Path) -> None:
    bare = base / "bare.git"
    git("clone", "-q", "--bare", repo, bare, cwd=base)
    git("worktree", "add", "-q", base / "one", "-b", "one", cwd=bare)
    git("worktree", "add", "-q", base / "two", "-b", "two", cwd=bare)
    for cwd in (base / "one", base / "two", bare):
        assert find(base, cwd).auto_dir == memory_of(base, bare)
    assert worktrees(str(bare)) == [str(base / "one"), str(base / "two")]


def test_the_hidden_bare_layout(base: Path, repo: Path) -> None:
    project = base / "project"
    git("clone", "-q", "--bare", repo, project / ".bare", cwd=base)
    (project / ".git").write_text("gitdir: ./.bare\n")
    git("worktree", "add", "-q", project / "main", cwd=project)
    assert canonical_root(str(project / "main")) == str(project / ".bare")
    assert canonical_root(str(project)) == str(project)


@pytest.mark.parametrize(
    "text", ["", "gitdir: ", "gitdir: /nowhere", "rubbish", "gitdir:/x", "gitdir: \0", "gitdir: .\n", "\xff" * 9000]
)
def test_a_damaged_git_file_gives_its_own_directory(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").write_text(text, encoding="latin-1")
    assert canonical_root(str(tmp_path)) == str(tmp_path)
    assert worktrees(str(tmp_path)) == [] and remote_url(str(tmp_path)) is None


def test_remote_url_hides_the_login(repo: Path) -> None:
    assert remote_url(str(repo)) is None
    git("remote", "add", "other", "https://example.org/o.git", cwd=repo)
    git("remote", "add", "origin", "https://me:secret@example.org/a/b.git", cwd=repo)
    assert remote_url(str(repo)) == "https://example.org/a/b.git"


def test_no_git(base: Path) -> None:
    plain = base / "plain" / "in"
    plain.mkdir(parents=True)
    found = find(base, plain)
    assert checkout_root(str(plain)) is None
    assert found.auto_dir == memory_of(base, plain) and found.project_root == str(plain)


def test_a_link_to_the_project_is_its_real_path(base: Path, repo: Path) -> None:
    (base / "link").symlink_to(repo)
    assert find(base, base / "link" / "sub").auto_dir == memory_of(base, repo)


def test_non_ascii_path_is_composed(base: Path) -> None:
    decomposed = base / unicodedata.normalize("NFD", "Ünï 😀")
    decomposed.mkdir()
    folder = Path(find(base, decomposed).auto_dir or "").parent.name
    assert folder == slug(str(base)) + "-" + "-n-" + "---"


def test_a_working_directory_that_is_gone(base: Path) -> None:
    assert find(base, base / "gone").auto_dir == memory_of(base, base / "gone")


def test_inside_a_memory_directory_it_is_the_one(base: Path, repo: Path) -> None:
    (memory(memory_of(base, repo)) / "sub").mkdir()
    for part in ("", "sub"):
        found = find(base, Path(memory_of(base, repo)) / part)
        assert found.primary.root == memory_of(base, repo) and found.primary.exists
    projects = Path(memory_of(base, repo)).parent.parent
    assert find(base, projects).auto_dir == memory_of(base, projects)
    assert find(base, projects / "x").auto_dir == memory_of(base, projects / "x")


def test_undecodable_name(base: Path) -> None:
    directory = os.fsencode(base) + b"/x\xff"
    os.mkdir(directory)
    found = find(base, Path(os.fsdecode(directory)))
    assert found.auto_dir is not None and found.auto_dir.endswith("-x-" + os.sep + "memory")
    assert directory_key(found.cwd).isascii()


# Where the configuration lies


def test_claude_config_dir(base: Path, repo: Path) -> None:
    found = find(base, repo, CLAUDE_CONFIG_DIR=str(base / "cfg"))
    assert found.auto_dir == str(base / "cfg" / "projects" / slug(str(repo)) / "memory")


def test_the_option_is_stronger_than_the_variable(base: Path, repo: Path) -> None:
    found = locate(env(base, repo, CLAUDE_CONFIG_DIR="/nowhere"), config_dir="../cfg", system_root=str(base))
    assert found.config_dir == str(base / "cfg")


@pytest.mark.parametrize("name", ["work", "a-b_9", "x" * 64])
def test_project_dir_name_with_config_dir(base: Path, repo: Path, name: str) -> None:
    found = find(base, repo, CLAUDE_CONFIG_DIR=str(base / "cfg"), CLAUDE_CODE_PROJECT_DIR_NAME=name)
    assert found.auto_dir == str(base / "cfg" / "projects" / name / "memory")
    assert found.transcripts_dirs == [str(base / "cfg" / "projects" / name)]


def test_project_dir_name_without_config_dir_is_ignored(base: Path, repo: Path) -> None:
    found = find(base, repo, CLAUDE_CODE_PROJECT_DIR_NAME="work")
    assert found.auto_dir == memory_of(base, repo)
    assert "CLAUDE_CONFIG_DIR" in found.notes[0]


@pytest.mark.parametrize("name", ["a/b", "..", "x" * 65, "con", "COM1", "é", "a b", "x\n"])
def test_a_bad_project_dir_name_is_ignored(base: Path, repo: Path, name: str) -> None:
    found = find(base, repo, CLAUDE_CONFIG_DIR=str(base / "cfg"), CLAUDE_CODE_PROJECT_DIR_NAME=name)
    assert found.auto_dir == str(base / "cfg" / "projects" / slug(str(repo)) / "memory")
    assert len(found.notes) == 1


def test_internal_variables(base: Path, repo: Path) -> None:
    remote = find(base, repo, CLAUDE_CODE_REMOTE_MEMORY_DIR=str(base / "remote"))
    assert remote.auto_dir == str(base / "remote" / "projects" / slug(str(repo)) / "memory")
    whole = find(base, repo, CLAUDE_COWORK_MEMORY_PATH_OVERRIDE=str(base / "whole"))
    assert whole.auto_dir == str(base / "whole")
    relative = find(base, repo, CLAUDE_COWORK_MEMORY_PATH_OVERRIDE="~/x", CLAUDE_CODE_REMOTE_MEMORY_DIR="x")
    assert relative.auto_dir == memory_of(base, repo)


def test_a_long_path_uses_the_folder_that_was_recorded_there(base: Path) -> None:
    project = base / ("a" * 120) / ("b" * 120)
    project.mkdir(parents=True)
    prefix = slug(str(project))[:200] + "-"
    projects = base / "home" / ".claude" / "projects"
    write(projects / (prefix + "zzz") / "s.jsonl", {"cwd": str(project)})
    (projects / (prefix + "zzz") / "memory").mkdir()
    (projects / (prefix + "unknown") / "memory").mkdir(parents=True)
    found = find(base, project)
    assert found.auto_dir == str(projects / (prefix + "zzz") / "memory")
    assert found.transcripts_dirs == [str(projects / (prefix + "zzz"))]
    assert [candidate.path for candidate in found.candidates] == [str(projects / (prefix + "unknown") / "memory")]


# autoMemoryDirectory


def user_settings(base: Path, **values: object) -> None:
    write(base / "home" / ".claude" / "settings.json", values)


def test_absolute_and_home_relative(base: Path, repo: Path) -> None:
    user_settings(base, autoMemoryDirectory=str(base / "mine"))
    assert find(base, repo).auto_dir == str(base / "mine")
    user_settings(base, autoMemoryDirectory="~/notes/")
    assert find(base, repo).auto_dir == str(base / "home" / "notes")


@pytest.mark.parametrize(
    "value",
    ["notes", "./notes", "../x", "/", "//server/x", "\\\\s\\x", "~", "~/", "~/..", "~/../x", "~you/x", "/a\0b", ""],
)  # fmt: skip
def test_values_that_claude_code_ignores(base: Path, repo: Path, value: str) -> None:
    user_settings(base, autoMemoryDirectory=value)
    found = find(base, repo)
    assert found.auto_dir == memory_of(base, repo)
    assert "ignored" in found.candidates[0].why


def test_a_value_of_another_type_is_ignored(base: Path, repo: Path) -> None:
    user_settings(base, autoMemoryDirectory=["/x"])
    assert find(base, repo).auto_dir == memory_of(base, repo)


def test_home_relative_without_a_home() -> None:
    assert memory_directory("~/x", Environment("/", None, {}, "linux", lambda: 0.0))[0] is None


@pytest.mark.parametrize("name", ["settings.json", "settings.local.json"])
def test_a_projects_value_is_shown_and_not_used(base: Path, repo: Path, name: str) -> None:
    write(repo / ".claude" / name, {"autoMemoryDirectory": "~/.ssh"})
    found = find(base, repo / "sub")
    assert found.auto_dir == memory_of(base, repo)
    assert found.candidates[0].path == str(base / "home" / ".ssh")
    assert "trust" in found.candidates[0].why


def test_a_projects_value_cannot_be_trusted_by_the_project(base: Path, repo: Path) -> None:
    write(repo / ".claude" / "settings.json", {"autoMemoryDirectory": "/x", "trust_project_memory_dir": True})
    write(repo / ".memdir.toml", "trust_project_memory_dir = true")
    write(repo / ".claude.json", {"projects": {str(repo): {"hasTrustDialogAccepted": True}}})
    assert find(base, repo).auto_dir == memory_of(base, repo)


def test_a_projects_value_that_the_users_configuration_trusts(base: Path, repo: Path) -> None:
    write(repo / ".claude" / "settings.json", {"autoMemoryDirectory": str(base / "theirs")})
    settings = Settings({"trust_project_memory_dir": True})
    assert locate(env(base, repo), settings=settings, system_root=str(base)).auto_dir == str(base / "theirs")
    write(base / "home" / ".config" / "memdir" / "config.toml", "trust_project_memory_dir = true")
    assert find(base, repo).auto_dir == str(base / "theirs")


@pytest.mark.parametrize("entry", ["repo", "parent"])
def test_a_projects_value_after_claude_codes_trust_question(base: Path, repo: Path, entry: str) -> None:
    write(repo / ".claude" / "settings.json", {"autoMemoryDirectory": str(base / "theirs")})
    accepted = {str(repo if entry == "repo" else base): {"hasTrustDialogAccepted": True}}
    write(base / "home" / ".claude.json", {"projects": accepted})
    assert find(base, repo / "sub").auto_dir == str(base / "theirs")
    assert find(base, repo, CLAUDE_CONFIG_DIR=str(base / "cfg")).auto_dir != str(base / "theirs")
    write(base / "cfg" / ".claude.json", {"projects": accepted})
    assert find(base, repo, CLAUDE_CONFIG_DIR=str(base / "cfg")).auto_dir == str(base / "theirs")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"projects": []}', '{"projects": {"/": 1}}', "\0"])
def test_damaged_trust_is_no_trust(base: Path, repo: Path, text: str) -> None:
    write(repo / ".claude" / "settings.json", {"autoMemoryDirectory": "/theirs"})
    write(base / "home" / ".claude.json", text)
    assert find(base, repo).auto_dir == memory_of(base, repo)


def test_order_managed_local_project_user(base: Path, repo: Path) -> None:
    settings = Settings({"trust_project_memory_dir": True})

    def auto() -> str | None:
        return locate(env(base, repo), settings=settings, system_root=str(base / "system")).auto_dir

    user_settings(base, autoMemoryDirectory="/user")
    assert auto() == "/user"
    write(repo / ".claude" / "settings.json", {"autoMemoryDirectory": "/project"})
    assert auto() == "/project"
    write(repo / ".claude" / "settings.local.json", {"autoMemoryDirectory": "/local"})
    assert auto() == "/local"
    managed = Path(managed_directory("linux", str(base / "system")))
    write(managed / "managed-settings.json", {"autoMemoryDirectory": "/managed"})
    assert auto() == "/managed"
    write(managed / "managed-settings.d" / "10-a.json", {"autoMemoryDirectory": "/dropped-in"})
    assert auto() == "/dropped-in"
    write(managed / "managed-settings.d" / "20-b.json", {"autoMemoryDirectory": "/later"})
    assert auto() == "/later"


def test_an_ignored_value_falls_through_to_the_next_scope(base: Path, repo: Path) -> None:
    user_settings(base, autoMemoryDirectory="/user")
    write(repo / ".claude" / "settings.json", {"autoMemoryDirectory": "/untrusted"})
    assert find(base, repo).auto_dir == "/user"


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "\xff\xfe\0", "{" * 100_000, "null"])
def test_a_malformed_settings_file_is_a_finding(base: Path, repo: Path, text: str) -> None:
    write(base / "home" / ".claude" / "settings.json", text)
    found = find(base, repo)
    assert found.auto_dir == memory_of(base, repo)
    assert [finding.code for finding in found.claude.findings] == ["claude-settings"]


def test_a_settings_file_with_a_byte_order_mark(base: Path, repo: Path) -> None:
    write(base / "home" / ".claude" / "settings.json", '\ufeff{"autoMemoryDirectory": "/user"}')
    assert find(base, repo).auto_dir == "/user"


def test_pipes_are_not_waited_for(base: Path, repo: Path) -> None:
    (base / "home" / ".claude").mkdir()
    (repo / ".claude").mkdir()
    write(repo / ".claude" / "settings.local.json", {"autoMemoryDirectory": "/theirs"})
    pipes = [
        repo / ".claude" / "settings.json",
        base / "home" / ".claude" / "settings.json",
        base / "home/.claude.json",
    ]
    for pipe in pipes:
        os.mkfifo(pipe)
    (repo / ".git" / "config").unlink()
    os.mkfifo(repo / ".git" / "config")
    found = find(base, repo)
    assert found.auto_dir == memory_of(base, repo) and remote_url(str(repo)) is None
    assert [finding.message for finding in found.claude.findings] == ["is not a regular file"] * 2


def test_switches(base: Path, repo: Path) -> None:
    def enabled(**variables: str) -> bool:
        return find(base, repo, **variables).primary.loaded_by_claude

    assert enabled() and not enabled(CLAUDE_CODE_DISABLE_AUTO_MEMORY="1") and not enabled(CLAUDE_CODE_SIMPLE="1")
    assert enabled(CLAUDE_CODE_SIMPLE="1", CLAUDE_CODE_DISABLE_AUTO_MEMORY="0")
    user_settings(base, autoMemoryEnabled=False, autoDreamEnabled=True, claudeMdExcludes=["a", 5, "b"])
    write(repo / ".claude" / "settings.json", {"claudeMdExcludes": ["b", "c"], "autoDreamEnabled": "yes"})
    assert not enabled() and enabled(CLAUDE_CODE_DISABLE_AUTO_MEMORY="0")
    claude = find(base, repo).claude
    assert claude.switch("autoDreamEnabled", False) and claude.claude_md_excludes == ("b", "c", "a")
    user_settings(base, env={"CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1"})
    assert not enabled()


def test_managed_directories() -> None:
    assert managed_directory("linux") == "/etc/claude-code"
    assert managed_directory("darwin", "/t") == "/t/Library/Application Support/ClaudeCode"
    assert managed_directory("win32").startswith("C:\\")


# Which sources, and where writes go


def memory(directory: Path | str, name: str = "a.md") -> Path:
    return write(Path(directory) / name, "---\nname: a\n---\nx\n").parent


def test_primary_is_the_auto_directory_when_it_exists(base: Path, repo: Path) -> None:
    committed = memory(repo / ".claude" / "memory")
    assert [source.label for source in find(base, repo).sources] == ["committed", "project"]
    memory(memory_of(base, repo))
    found = find(base, repo / "sub")
    assert [source.label for source in found.sources] == ["project", "committed"]
    assert found.primary.kind == "project" and found.sources[1].root == str(committed)
    assert [source.loaded_by_claude for source in found.sources] == [True, False]


def test_primary_is_the_committed_one_when_auto_memory_is_off(base: Path, repo: Path) -> None:
    memory(repo / ".claude" / "memory")
    memory(memory_of(base, repo))
    found = find(base, repo, CLAUDE_CODE_DISABLE_AUTO_MEMORY="1")
    assert [(source.label, source.loaded_by_claude) for source in found.sources] == [
        ("committed", False),
        ("project", False),
    ]


def test_the_auto_directory_may_be_the_committed_one(base: Path, repo: Path) -> None:
    committed = memory(repo / ".claude" / "memory")
    user_settings(base, autoMemoryDirectory=str(committed))
    found = find(base, repo)
    assert [(source.kind, source.root) for source in found.sources] == [("project", str(committed))]


def test_the_nearest_committed_one_of_a_monorepo(base: Path, repo: Path) -> None:
    memory(repo / ".claude" / "memory")
    near = memory(repo / "sub" / ".claude" / "memory")
    assert find(base, repo / "sub" / "deep").primary.root == str(near)


def test_a_committed_link_out_of_the_project_is_not_followed(base: Path, repo: Path) -> None:
    (repo / ".claude").mkdir()
    (base / "home" / ".ssh").mkdir()
    (repo / ".claude" / "memory").symlink_to(base / "home" / ".ssh")
    found = find(base, repo)
    assert [source.kind for source in found.sources] == ["project"]
    assert "link out of the project" in found.candidates[0].why


def test_the_configuration_directory_is_no_project(base: Path) -> None:
    memory(base / "home" / ".claude" / "memory")
    assert [source.kind for source in find(base, base / "home").sources] == ["project"]


def test_no_home(base: Path, repo: Path) -> None:
    found = locate(env(base, repo, home=False), system_root=str(base))
    assert found.primary.kind == "committed" and not found.primary.exists
    assert found.config_dir is None and found.transcripts_dirs == [] and all_projects(found) == found.sources
    memory(repo / ".claude" / "memory")
    assert locate(env(base, repo, home=False), system_root=str(base)).primary.exists


def test_a_given_directory_is_the_only_source(base: Path, repo: Path) -> None:
    memory(memory_of(base, repo))
    plain = memory(base / "plain")
    for spelled in (str(plain), "../plain"):
        found = locate(env(base, repo), memory_dir=spelled, system_root=str(base))
        assert [(source.kind, source.root, source.exists) for source in found.sources] == [("given", str(plain), True)]
        assert not found.primary.loaded_by_claude
    assert locate(env(base, repo), memory_dir=memory_of(base, repo)).primary.loaded_by_claude
    assert not locate(env(base, repo), memory_dir="new").primary.exists


@pytest.mark.parametrize("given", ["", "a\0b", "file"])
def test_a_given_directory_that_is_none(base: Path, given: str) -> None:
    write(base / "file", "x")
    with pytest.raises(BadInputError, match="--memory-dir"):
        locate(env(base, base), memory_dir=given)


def test_given_transcripts(base: Path, repo: Path) -> None:
    found = locate(env(base, repo), transcripts_dir=str(base), system_root=str(base))
    assert found.transcripts_dirs == [str(base)]


def test_transcripts_are_keyed_by_the_working_directory(base: Path, repo: Path) -> None:
    projects = base / "home" / ".claude" / "projects"
    sub = projects / slug(str(repo / "sub"))
    assert find(base, repo / "sub").transcripts_dirs == [str(sub)]
    (projects / slug(str(repo))).mkdir(parents=True)
    sub.mkdir()
    assert find(base, repo / "sub").transcripts_dirs == [str(sub), str(projects / slug(str(repo)))]


def test_team_is_a_folder_of_the_project(base: Path, repo: Path) -> None:
    assert find(base, repo).team is None
    memory(Path(memory_of(base, repo)) / "team")
    found = find(base, repo)
    assert found.team == memory_of(base, repo) + "/team" and len(found.sources) == 1


def test_agents(base: Path, repo: Path) -> None:
    user = memory(base / "home" / ".claude" / "agent-memory" / "rev-iewer")
    project = memory(repo / ".claude" / "agent-memory" / "rev-iewer")
    local = memory(repo / "sub" / ".claude" / "agent-memory-local" / "tester")
    found = find(base, repo / "sub")
    assert [(agent.name, agent.scope, agent.root, agent.loaded_by_claude) for agent in found.agent_memories] == [
        ("rev-iewer", "project", str(project), False),
        ("rev-iewer", "user", str(user), True),
        ("tester", "local", str(local), True),
    ]
    assert [source.label for source in agent_sources(found.agent_memories, "rev:iewer")] == [
        "agent:rev-iewer:project",
        "agent:rev-iewer:user",
    ]
    assert agent_sources(found.agent_memories, "tester")[0].label == "agent:tester"
    with pytest.raises(NotFoundError, match="rev-iewer, tester"):
        agent_sources(found.agent_memories, "nobody")
    with pytest.raises(NotFoundError, match="no agent"):
        agent_sources([], "nobody")


def test_agents_at_home_are_counted_once(base: Path) -> None:
    memory(base / "home" / ".claude" / "agent-memory" / "x")
    assert [agent.scope for agent in find(base, base / "home").agent_memories] == ["user"]


def test_all_projects(base: Path, repo: Path) -> None:
    memory(memory_of(base, repo))
    for cwd in ("/work/app", "/other/app", "/only/notes"):
        folder = Path(memory_of(base, Path(cwd)))
        memory(folder)
        if cwd != "/only/notes":
            write(folder.parent / "s.jsonl", {"cwd": cwd})
    (base / "home/.claude/projects/-empty/memory").mkdir(parents=True)
    found = all_projects(find(base, repo))
    assert [source.label for source in found] == ["project", "-only-notes", "app", "-work-app"]
    assert {source.kind for source in found[1:]} == {"other"}


def test_a_folder_shared_by_two_projects(base: Path) -> None:
    mine, theirs = base / "a-b", base / "a" / "b"
    for path in (mine, theirs):
        path.mkdir(parents=True)
    assert slug(str(mine)) == slug(str(theirs))
    folder = Path(memory_of(base, mine)).parent
    write(folder / "1.jsonl", {"cwd": str(mine)})
    assert shared_by(find(base, mine)) == []
    write(folder / "2.jsonl", {"cwd": str(theirs)})
    assert shared_by(find(base, mine)) == [str(theirs)]
    assert shared_by(find(base, theirs)) == [str(mine)]


def test_a_repository_is_not_shared_with_its_own_parts(base: Path, repo: Path) -> None:
    git("worktree", "add", "-q", base / "tree", cwd=repo)
    folder = Path(memory_of(base, repo)).parent
    for number, cwd in enumerate((repo, repo / "sub", base / "tree", repo / "gone")):
        write(folder / f"{number}.jsonl", {"cwd": str(cwd)})
    assert shared_by(find(base, repo)) == []


def test_memory_of_a_directory_above(base: Path) -> None:
    inner = base / "outer" / "inner"
    inner.mkdir(parents=True)
    assert memory_above(find(base, inner)) == []
    memory(memory_of(base, base / "outer"))
    assert [candidate.path for candidate in memory_above(find(base, inner))] == [memory_of(base, base / "outer")]
    assert memory_above(find(base, base / "outer")) == []


# Cache and state


def places(platform: str, home: str | None, **variables: str) -> tuple[str | None, str | None]:
    environment = Environment("/w", home, variables, platform, lambda: 0.0)
    return cache_dir(environment), state_dir(environment)


def test_places(base: Path) -> None:
    home = str(base / "home")
    assert places("linux", home) == (f"{home}/.cache/memdir", f"{home}/.local/state/memdir")
    assert places("darwin", home) == (f"{home}/Library/Caches/memdir", f"{home}/Library/Application Support/memdir")
    assert places("linux", home, XDG_CACHE_HOME="/c", XDG_STATE_HOME="/s") == ("/c/memdir", "/s/memdir")
    assert places("linux", home, XDG_CACHE_HOME="c") == (f"{home}/.cache/memdir", f"{home}/.local/state/memdir")
    assert places("linux", None, MEMDIR_CACHE_DIR="/c", MEMDIR_STATE_DIR="s") == ("/c", "/w/s")
    assert places("win32", None, LOCALAPPDATA="/l") == ("/l/memdir/cache", "/l/memdir/state")


@pytest.mark.parametrize("home", [None, "/nonexistent"])
def test_no_home_means_a_private_temporary_directory(base: Path, home: str | None) -> None:
    private = base / f"memdir-{os.getuid()}"
    assert places("linux", home, TMPDIR=str(base)) == (f"{private}/cache", f"{private}/state")
    assert private.stat().st_mode & 0o777 == 0o700
    private.chmod(0o755)
    assert places("linux", home, TMPDIR=str(base)) == (None, None)
    assert places("linux", home, TMPDIR=str(base / "absent")) == (None, None)


def test_a_link_in_place_of_the_private_directory_is_refused(base: Path) -> None:
    (base / "mine").mkdir(mode=0o700)
    (base / f"memdir-{os.getuid()}").symlink_to(base / "mine")
    assert places("linux", None, TMPDIR=str(base)) == (None, None)


def test_directory_key_is_stable_readable_and_distinct() -> None:
    assert directory_key("/home/u/x/memory") == directory_key("/home/u/x/memory")
    assert directory_key("/home/u/x/memory").startswith("home-u-x-memory-")
    keys = {directory_key(path) for path in ("/a/b-c", "/a/b/c", "/a-b-c", "/", "/" + "x" * 500, "/é")}
    assert len(keys) == 6 and all(len(key) < 80 and "/" not in key for key in keys)


def test_locating_changes_nothing(base: Path, repo: Path, snapshot: Callable[[Path], object]) -> None:
    memory(memory_of(base, repo))
    before = snapshot(base)
    found = find(base, repo)
    _ = (found.transcripts_dirs, found.agent_memories, found.cache_dir, found.state_dir, all_projects(found))
    assert snapshot(base) == before


@pytest.fixture
def snapshot() -> Callable[[Path], object]:
    def take(directory: Path) -> object:
        return sorted((str(path), path.lstat().st_mtime_ns) for path in directory.rglob("*"))

    return take
