"""memdir's own configuration: order, origins, what a repository may not set, and editing the user's file."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from memdir.environment import Environment
from memdir.errors import BadInputError, UsageError
from memdir.settings import (
    BY_NAME,
    TABLE,
    Setting,
    Settings,
    Value,
    checked,
    flattened,
    from_text,
    load_settings,
    user_file,
)
from memdir.settings_edit import edited, set_in_file, toml
from memdir.stem import languages


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".config" / "memdir").mkdir(parents=True)
    (tmp_path / "memory").mkdir()
    return tmp_path / "home"


def load(home: Path, flags: dict[str, Value] | None = None, **variables: str) -> Settings:
    environment = Environment("/", str(home), variables, "linux", lambda: 0.0)
    return load_settings(environment, str(home.parent / "memory"), flags)


def user(home: Path, text: str) -> Path:
    path = home / ".config" / "memdir" / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def repository(home: Path, text: str) -> Path:
    path = home.parent / "memory" / ".memdir.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults(home: Path) -> None:
    settings = load(home)
    assert settings.integer("recall.limit") == 10 and settings.number("recall.min_score") is None
    assert settings.text("language") == "english" and settings.items("check.ignore") == ()
    assert settings.flag("index.auto_publish") and not settings.flag("trust_project_memory_dir")
    assert {settings.origin(setting.name) for setting in TABLE} == {"default"} and not settings.findings


def test_every_layer_beats_the_weaker_ones(home: Path) -> None:
    def limit(flags: dict[str, Value] | None = None, **variables: str) -> tuple[int, str]:
        settings = load(home, flags, **variables)
        return settings.integer("recall.limit"), settings.origin("recall.limit")

    path = user(home, "[recall]\nlimit = 2\n")
    assert limit() == (2, str(path))
    path = repository(home, "recall.limit = 3\n")
    assert limit() == (3, str(path))
    assert limit(MEMDIR_RECALL_LIMIT="4") == (4, "$MEMDIR_RECALL_LIMIT")
    assert limit({"recall.limit": 5}, MEMDIR_RECALL_LIMIT="4") == (5, "flag")
    assert limit({"recall.limit": None}) == (3, str(path))


def test_a_repository_may_set_limits_and_nothing_else(home: Path) -> None:
    lines = {
        "flag": "{} = true",
        "list": '{} = ["x"]',
        "int": "{} = 7",
        "float": "{} = 0.5",
        "text": '{} = "german"',
    }
    repository(home, "\n".join(lines[setting.kind].format(setting.name) for setting in TABLE))
    settings = load(home)
    mine = {setting.name for setting in TABLE if settings.origin(setting.name) != "default"}
    assert mine == {"recall.limit", "recall.min_score", "language"}
    assert {finding.code for finding in settings.findings} == {"settings-not-allowed"}
    assert len(settings.findings) == len(TABLE) - len(mine)


def test_weaker_checks_and_trust_are_never_a_repositorys() -> None:
    for name in ("check.select", "check.ignore", "trust_project_memory_dir"):
        assert not BY_NAME[name].repository


def test_unknown_keys_name_the_nearest(home: Path) -> None:
    user(home, "[recal]\nlimit = 2\n[other.thing]\nx = 1\n")
    messages = [finding.message for finding in load(home).findings]
    assert "recall.limit" in messages[0] and "did you mean" not in messages[1]
    found = load(home, MEMDIR_RECALL_LIMITS="3", MEMDIR_OTHER_PROGRAM="x", MEMDIR_CACHE_DIR="/c").findings
    assert ["MEMDIR_RECALL_LIMIT?" in finding.message for finding in found[2:]] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "recall.limit = 0",
        "recall.limit = 1001",
        "recall.limit = 2.5",
        'recall.limit = "3"',
        "recall.limit = true",
        "recall.limit = []",
        "recall = 5",
        "recall.min_score = nan",
        "recall.min_score = 1.5",
        "language = 1",
        'language = "klingon"',
        "check.ignore = [1]",
        'check.ignore = "x"',
        "index.auto_publish = 1",
        "[[recall]]\nlimit = 2",
    ],
)
def test_a_bad_value_is_a_finding_and_the_weaker_one_counts(home: Path, text: str) -> None:
    user(home, text)
    settings = load(home)
    assert len(settings.findings) == 1
    assert all(settings.origin(setting.name) == "default" for setting in TABLE)


@pytest.mark.parametrize("data", [b"[", b"\xff", b"a = 1\na = 2\n", b"x = " + b"[" * 5000, b"#" * (1 << 20) + b"##"])
def test_a_damaged_file_is_a_finding(home: Path, data: bytes) -> None:
    user(home, "").write_bytes(data)
    assert [finding.code for finding in load(home).findings] == ["settings-file"]


def test_a_file_that_is_a_directory(home: Path) -> None:
    (home / ".config" / "memdir" / "config.toml").mkdir()
    (home.parent / "memory" / ".memdir.toml").mkdir()
    assert [finding.code for finding in load(home).findings] == ["settings-file"] * 2


def test_a_pipe_is_not_waited_for(home: Path) -> None:
    os.mkfifo(home.parent / "memory" / ".memdir.toml")
    os.mkfifo(home / ".config" / "memdir" / "config.toml")
    assert [finding.code for finding in load(home).findings] == ["settings-file"] * 2


def test_a_repositorys_link_is_not_followed(home: Path) -> None:
    (home.parent / "elsewhere.toml").write_text("recall.limit = 3")
    (home.parent / "memory" / ".memdir.toml").symlink_to(home.parent / "elsewhere.toml")
    assert load(home).integer("recall.limit") == 10


def test_a_byte_order_mark(home: Path) -> None:
    user(home, "\ufeffrecall.limit = 3")
    assert load(home).integer("recall.limit") == 3


@pytest.mark.parametrize("text", ["", "x", "0", "1e3", "9" * 50])
def test_a_bad_variable_is_a_finding(home: Path, text: str) -> None:
    settings = load(home, MEMDIR_RECALL_LIMIT=text)
    assert settings.integer("recall.limit") == 10 and len(settings.findings) == 1


def test_every_language_has_a_stemmer() -> None:
    assert set(BY_NAME["language"].choices) <= set(languages())


def test_values_from_text() -> None:
    assert from_text(BY_NAME["check.ignore"], " a, b,,") == ("a", "b")
    assert from_text(BY_NAME["index.auto_publish"], "Off") is False
    assert from_text(BY_NAME["recall.min_score"], "1") == 1.0
    with pytest.raises(BadInputError, match="true or false"):
        from_text(BY_NAME["index.auto_publish"], "perhaps")


def test_names_that_are_none() -> None:
    with pytest.raises(UsageError, match=r"recall\.limit"):
        Settings().get("recal.limit")
    with pytest.raises(UsageError):
        Settings().origin("zzz")
    with pytest.raises(UsageError):
        load_settings(Environment("/", None, {}, "linux", lambda: 0.0), flags={"zzz": 1})


def test_where_the_users_file_lies() -> None:
    def at(platform: str, home: str | None, **variables: str) -> str | None:
        return user_file(Environment("/", home, variables, platform, lambda: 0.0))

    assert at("linux", "/h") == "/h/.config/memdir/config.toml"
    assert at("darwin", "/h", XDG_CONFIG_HOME="/x") == "/x/memdir/config.toml"
    assert at("linux", "/h", XDG_CONFIG_HOME="x") == "/h/.config/memdir/config.toml"
    assert at("win32", "/h", APPDATA="/a") == "/a/memdir/config.toml"
    assert at("linux", None) is None


# Editing


@pytest.mark.parametrize(
    ("before", "name", "value", "after"),
    [
        ("", "language", "german", 'language = "german"\n'),
        ("", "recall.limit", 5, "[recall]\nlimit = 5\n"),
        ("[recall]\nlimit = 3  # few\n", "recall.limit", 5, "[recall]\nlimit = 5  # few\n"),
        ("recall.limit=3#few", "recall.limit", 5, "recall.limit=5#few"),
        ("[ recall ]\n'limit' = 3\n", "recall.limit", 5, "[ recall ]\n'limit' = 5\n"),
        ("# mine\r\n[recall]\r\n", "recall.limit", 5, "# mine\r\n[recall]\r\nlimit = 5\r\n"),
        ("# top\n\n[recall]\nlimit = 1\n", "language", "x", '# top\nlanguage = "x"\n\n[recall]\nlimit = 1\n'),
        ("[recall]\nlimit = 1\n\n[x]\n", "recall.min_score", 0.5, "[recall]\nlimit = 1\nmin_score = 0.5\n\n[x]\n"),
        ('language = "a#b" # c "d"\n', "language", "x", 'language = "x" # c "d"\n'),
        ("x = 1", "index.auto_publish", False, "x = 1\n\n[index]\nauto_publish = false\n"),
        ('[check]\nignore = ["a"] # why\n', "check.ignore", ("b", "c"), '[check]\nignore = ["b", "c"] # why\n'),
    ],
)  # fmt: skip
def test_the_smallest_edit(before: str, name: str, value: Value, after: str) -> None:
    assert edited(before, name, value) == after


@pytest.mark.parametrize(
    ("before", "name", "value"),
    [
        ("check.ignore = [\n  'a',\n]\n", "check.ignore", ("b",)),
        ("recall = {limit = 3}\n", "recall.limit", 5),
        ('x = """\nlanguage = "y"\n"""\nlanguage = "z"\n', "language", "w"),
        ("recall = 5\n", "recall.limit", 5),
        ("[", "recall.limit", 5),
    ],
)
def test_a_file_too_unusual_for_a_line_edit_is_left_alone(tmp_path: Path, before: str, name: str, value: Value) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    with pytest.raises(BadInputError, match="cannot set"):
        set_in_file(str(path), BY_NAME[name], value)
    assert path.read_text() == before


def test_the_file_is_made_with_its_directories(tmp_path: Path) -> None:
    path = tmp_path / "new" / "memdir" / "config.toml"
    set_in_file(str(path), BY_NAME["index.auto_publish"], False)
    assert path.read_text() == "[index]\nauto_publish = false\n"


values = {
    "flag": st.booleans(),
    "int": st.integers(1, 1000),
    "float": st.floats(0, 1),
    "text": st.text(st.characters(exclude_categories=["Cs"])),
    "list": st.lists(st.text(st.characters(exclude_categories=["Cs"]))).map(tuple),
}


@given(st.data(), st.lists(st.sampled_from(TABLE), max_size=6))
@hypothesis_settings(derandomize=True, deadline=None)
def test_what_is_set_is_read_back_whatever_the_order(data: st.DataObject, chosen: list[Setting]) -> None:
    text = data.draw(st.sampled_from(["", "# a comment\n", "[recall]\n# nothing\n\n[other]\nx = 1", "y = [1] # z\r\n"]))
    wanted = dict(flattened(tomllib.loads(text)))
    for setting in chosen:
        value = data.draw(st.sampled_from(setting.choices) if setting.choices else values[setting.kind])
        text = edited(text, setting.name, value)
        wanted[setting.name] = value
    found = dict(flattened(tomllib.loads(text)))
    assert found.keys() == wanted.keys()
    for name, value in found.items():
        if name in BY_NAME:
            assert checked(BY_NAME[name], value) == wanted[name]


def test_toml_cannot_say_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        toml(None)


def test_the_page_lists_every_setting_as_it_is() -> None:
    page = (Path(__file__).parent.parent / "docs" / "settings.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{s.name}` | {s.kind} | {'unset' if s.default is None else f'`{toml(s.default)}`'} | `{s.variable}` | "
        f"{'yes' if s.repository else 'no'} | {s.help} |"
        for s in TABLE
    ]
