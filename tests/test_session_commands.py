"""memdir session ls, show, stats, rm, restore, tag and title, on the sample project's sessions and on hostile ones."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox import Sandbox

from memdir.cli.output import columns
from memdir.dates import parse_date
from memdir.sessions.catalogue import Session, catalogue
from memdir.sessions.removed import put_back, remove, removed
from memdir.sessions.running import running_sessions
from memdir.sessions.statistics import active, statistics
from memdir.slug import slug

REFUND = "c2a7740e-91f3-4a0b-8f5d-6f1f4a8a2b33"
PORT = "5b1f8a52-3c1e-4a57-9c55-0d6a3b1f7e10"
SCANNER = "0f9d3b7c-5a6e-4d28-b1c4-7e2f90a1d5c8"


def folder_of(box: Sandbox) -> Path:
    return box.home / ".claude" / "projects" / slug(os.path.realpath(box.project))


def line(type: str, content: object, number: int, **more: object) -> str:
    """A line as Claude Code writes it."""
    message = {"role": type, "content": content, **({"id": f"m{number}"} if type == "assistant" else {})}
    usage = more.pop("usage", None)
    if usage:
        message["usage"] = usage
    whole = {
        "type": type, "uuid": f"u{number}", "parentUuid": f"u{number - 1}" if number > 1 else None,
        "timestamp": f"2026-11-20T10:{number:02d}:00.000Z", "sessionId": "s", "message": message, **more,
    }  # fmt: skip
    return json.dumps(whole)


def transcript(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def listed(box: Sandbox, *words: str) -> list[dict[str, object]]:
    found = json.loads(box.run("session", "ls", "--json", *words).out)
    assert found["schema"] == "memdir.session-ls/1"
    return list(found["sessions"])


# ls


def test_the_list_is_in_order_and_says_what_there_is(sample: Sandbox) -> None:
    rows = listed(sample)
    assert [row["session"] for row in rows] == [REFUND, PORT, SCANNER]
    assert rows[1]["title"] == "Port 9000 for the storefront"
    assert rows[1]["tag"] == "dev-environment"
    assert rows[0]["branches"] == ["lan-482-refund-rounding"]
    assert len(rows[0]["agents"]) == 1  # type: ignore[arg-type]
    assert all(row.keys() >= {"path", "turns", "lines", "skipped", "started"} for row in rows)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--branch", "main"), [PORT]),
        (("--model", "OPUS"), [REFUND, SCANNER]),
        (("--since", "2026-11-02"), [REFUND, PORT]),
        (("--until", "2026-10-31"), [SCANNER]),
        (("--min-size", "20000"), [REFUND]),
        (("--sort", "size", "-n", "2"), [REFUND, PORT]),
        (("--sort", "branch"), [SCANNER, REFUND, PORT]),
        (("--expiring",), [SCANNER]),
        (("--all-projects",), [REFUND, PORT, SCANNER]),
    ],
)
def test_filters_and_sorts(words: tuple[str, ...], expected: list[str], sample: Sandbox) -> None:
    assert [row["session"] for row in listed(sample, *words)] == expected


def test_of_claude_code_s_own_directory_only_uuids_are_listed(sample: Sandbox) -> None:
    transcript(folder_of(sample), "a-framework", line("user", "What about the heron?", 1))
    done = sample.run("session", "ls", "--json")
    assert [row["session"] for row in json.loads(done.out)["sessions"]] == [REFUND, PORT, SCANNER]
    assert "1 file is not called by a UUID" in done.err
    assert len(listed(sample, "--transcripts", str(folder_of(sample)))) == 4
    assert "heron" in sample.run("session", "show", "a-framework").out
    assert "heron" in sample.run("session", "search", "heron").out


def test_what_claude_code_deletes_soon_follows_its_settings(sample: Sandbox) -> None:
    done = sample.run("session", "ls")
    assert "deleted in 1 day" in done.out
    assert "1 session will be deleted by Claude Code within a week" in done.err
    (sample.home / ".claude" / "settings.json").write_text('{"cleanupPeriodDays": 365}')
    assert "deleted" not in sample.run("session", "ls").out
    (sample.home / ".claude" / "settings.json").write_text('{"cleanupPeriodDays": "soon"}')
    assert "deleted in 1 day" in sample.run("session", "ls").out


def test_transcripts_elsewhere_are_never_deleted_by_claude_code(sample: Sandbox, tmp_path: Path) -> None:
    transcript(tmp_path / "elsewhere" / "-a-project", "any name", line("user", "Hello", 1), "{torn")
    (row,) = listed(sample, "--transcripts", str(tmp_path / "elsewhere"))
    assert (row["session"], row["turns"], row["lines"], row["skipped"]) == ("any name", 1, 2, 1)
    assert row["deleted_after"] is None
    done = sample.run("session", "ls", "--transcripts", str(tmp_path / "elsewhere"))
    assert "1 line skipped" in done.out


def test_no_session_is_exit_1_and_no_directory_3(plain_project: Sandbox) -> None:
    done = plain_project.run("session", "ls")
    assert (done.code, done.out) == (1, "")
    assert plain_project.run("session", "ls", "--transcripts", "nowhere").code == 3
    assert plain_project.run("session").code == 1
    assert plain_project.run("session", "ls", "-n", "0").code == 2


def test_control_characters_and_secrets_of_a_title_stay_harmless(sample: Sandbox, tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    transcript(tmp_path / "t", "s", line("user", f"\x1b[31mred\x07 \u202e token {secret}", 1))
    out = sample.run("session", "ls", "--transcripts", str(tmp_path / "t")).out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert secret not in out


def test_old_sub_agents_are_folded_and_orphans_stand_alone(tmp_path: Path) -> None:
    transcript(tmp_path, "s", line("user", "Hello", 1))
    transcript(tmp_path, "agent-1", line("user", "Look", 1, isSidechain=True, agentId="1"))
    transcript(tmp_path, "agent-2", line("user", "Look", 1, isSidechain=True, agentId="2", sessionId="gone"))
    found = {session.id: len(session.agents) for session in catalogue([str(tmp_path)]).sessions}
    assert found == {"s": 1, "agent-2": 0}


def test_a_folder_given_twice_is_listed_once(tmp_path: Path) -> None:
    transcript(tmp_path / "p", "s", line("user", "Hello", 1))
    (tmp_path / "again").symlink_to(tmp_path / "p")
    assert len(catalogue([str(tmp_path / "p"), str(tmp_path / "again")]).sessions) == 1


# Which session is meant


def test_an_ambiguous_beginning_lists_what_fits_and_an_unknown_id_the_nearest(sample: Sandbox, tmp_path: Path) -> None:
    for name in ("abc-1", "abc-2", "xyz-3"):
        transcript(tmp_path / "t", name, line("user", "Hello", 1))
    here = ("--transcripts", str(tmp_path / "t"))
    done = sample.run("session", "show", "abc", *here)
    assert done.code == 2
    assert "abc-1" in done.err
    assert "abc-2" in done.err
    done = sample.run("session", "show", "xyz-4", *here)
    assert done.code == 1
    assert "nearest: xyz-3" in done.err
    error = json.loads(sample.run("session", "show", "abc", *here, "--json").err)["error"]
    assert error["code"] == "ambiguous"
    assert sample.run("session", "show", str(tmp_path / "t" / "abc-2.jsonl")).code == 0
    assert sample.run("session", "show", "xyz", *here).code == 0


# show


def test_a_conversation_as_a_person_reads_it(sample: Sandbox) -> None:
    done = sample.run("session", "show", "0f9d")
    assert done.code == 0
    assert done.out.splitlines()[0] == "Scanner: limited retries over MQTT"
    assert done.out.splitlines()[2:] == [
        "",
        "2026-10-24",
        "",
        "  06:41  you     /review the scanner branch",
        "",
        "  06:41  claude  - Bash git diff main... --stat",
        "                 One finding: `mqtt.py` retries without a limit when the broker in Rotterdam is away. "
        "Firmware 3.2 drops the connection after 60 s.",
        "",
        "  06:41  you     Retry at most five times, with growing pauses. I prefer an error over a silent queue.",
        "",
        "  06:42  claude  - Edit tools/scanner/mqtt.py (+1 -1)",
        "                 It now gives up after five attempts and raises. I keep that for later.",
        "                 - Write .claude/memory/projects/beta/warehouse-scanner.md (+4 -0)",
        "",
        "  06:52  system  The scanner gives up after five attempts; the branch is ready for review.",
    ]


def test_three_views_of_a_session(sample: Sandbox) -> None:
    usual, chain, linear = (sample.run("session", "show", "c2a7", *view) for view in ((), ("--chain",), ("--linear",)))
    assert "order 4711" in usual.out.split("summary")[0]
    assert "Find out why before" not in chain.out
    assert "not shown" in chain.err
    assert len(linear.out) >= len(usual.out) > len(chain.out)
    rewound = "Kill the simulator then."
    assert rewound not in sample.run("session", "show", "5b1f").out
    assert rewound in sample.run("session", "show", "5b1f", "--linear").out
    assert sample.run("session", "show", "5b1f", "--linear", "--chain").code == 2


def test_a_turn_by_any_of_its_uuids_with_its_neighbours(sample: Sandbox) -> None:
    whole = json.loads(sample.run("session", "show", "c2a7", "--json").out)
    turn = next(turn for turn in whole["turns"] if len(turn["uuids"]) > 2)
    for uuid in (turn["uuids"][0], turn["uuids"][-1], turn["uuids"][1][:12]):
        found = json.loads(sample.run("session", "show", "c2a7", "--turn", uuid, "--context", "1", "--json").out)
        assert turn["turn"] in [t["turn"] for t in found["turns"]]
        assert 2 <= len(found["turns"]) <= 3
    by_line = json.loads(
        sample.run("session", "show", "c2a7", "--turn", str(turn["line"]), "--context", "0", "--json").out
    )
    assert [t["turn"] for t in by_line["turns"]] == [turn["turn"]]
    assert sample.run("session", "show", "c2a7", "--turn", "no-such-turn").code == 1
    given_up = sample.run("session", "show", "5b1f", "--turn", "e609645f", "--context", "0")
    assert "> 13:20  you     Kill the simulator then." in given_up.out


def test_tools_are_folded_and_unfold(sample: Sandbox) -> None:
    folded, unfolded = sample.run("session", "show", "c2a7").out, sample.run("session", "show", "c2a7", "--tools").out
    assert "- Edit packages/api/refunds.py (+1 -1)" in folded
    assert "old_string" not in folded
    assert "old_string: return with_tax" in unfolded
    assert "1 failed, 6 passed in 0.84s" in unfolded
    assert "failed" in folded


def test_secrets_are_masked_unless_raw(sample: Sandbox, tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    call = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": f"curl -H 'X: {secret}'"}}
    path = transcript(tmp_path, "s", line("user", f"my token is {secret}", 1), line("assistant", [call], 2))
    for words in ((), ("--json",), ("--tools",)):
        assert secret not in sample.run("session", "show", str(path), *words).out
    assert secret in sample.run("session", "show", str(path), "--raw").out


def test_an_empty_and_a_damaged_file(sample: Sandbox, tmp_path: Path) -> None:
    empty = transcript(tmp_path, "empty")
    empty.write_bytes(b"")
    done = sample.run("session", "show", str(empty))
    assert done.code == 1
    assert "nothing was said" in done.err
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(line("user", "Hello", 1).encode() + b'\n{"type":"user","mess')
    done = sample.run("session", "show", str(torn))
    assert done.code == 0
    assert "1 line of 2 cannot be read" in done.err


def on_a_terminal(box: Sandbox, *words: str, **env: str) -> str:
    """What `memdir WORDS` prints on a terminal of 60 columns."""
    main, end = pty.openpty()
    subprocess.run(["stty", "cols", "60", "rows", "20"], stdin=end, check=False)
    running = subprocess.Popen(
        [sys.executable, "-m", "memdir", *words], stdin=end, stdout=end, stderr=subprocess.DEVNULL, cwd=box.project,
        env={**box.env, "TERM": "xterm", **env}, close_fds=True,
    )  # fmt: skip
    os.close(end)
    found = b""
    while select.select([main], [], [], 20)[0]:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        found += data
    running.wait(20)
    os.close(main)
    return found.decode("utf-8", "replace")


def test_a_terminal_gets_a_pager_and_folded_lines(sample: Sandbox) -> None:
    marking = f"{sys.executable} -c \"import sys; print('PAGED'); print(sys.stdin.read())\""
    out = on_a_terminal(sample, "session", "show", "0f9d", PAGER=marking, NO_COLOR="1")
    assert "PAGED" in out
    assert max(len(row) for row in out.replace("\r", "").split("\n") if "jsonl" not in row) <= 60
    assert "PAGED" not in on_a_terminal(sample, "session", "show", "0f9d", "--no-pager", PAGER=marking)
    assert "Rotterdam" in on_a_terminal(sample, "session", "show", "0f9d", PAGER="no-such-pager")
    assert "Traceback" not in on_a_terminal(sample, "session", "show", "c2a7", "--tools", PAGER="true")


def test_escape_sequences_do_not_reach_a_terminal(sample: Sandbox, tmp_path: Path) -> None:
    path = transcript(tmp_path, "s", line("user", "\x1b]0;owned\x07 \x1b[2J gone", 1))
    out = on_a_terminal(sample, "session", "show", str(path), "--no-pager", NO_COLOR="1")
    assert "\x1b" not in out
    assert "\\x1b]0;owned" in out


def test_a_script_of_wide_characters_is_folded_by_its_columns(sample: Sandbox, tmp_path: Path) -> None:
    transcript(tmp_path / "t", "s", line("user", "請告訴我模擬器使用哪個埠號" * 12, 1))
    for words in (("show", "s", "--no-pager"), ("ls",), ("search", "模擬器"), ("search", "--sessions", "模擬器")):
        out = on_a_terminal(sample, "session", *words, "--transcripts", str(tmp_path / "t"), NO_COLOR="1")
        assert "請告訴我" in out
        assert max(columns(row) for row in out.replace("\r", "").split("\n") if "jsonl" not in row) <= 60, words


def test_people_see_times_of_their_own_zone(sample: Sandbox, tmp_path: Path) -> None:
    """The zone in which `--since 2026-11-21` is read."""
    path = transcript(tmp_path / "t", "s", line("user", "heron", 1).replace("T10:01", "T22:01"))
    here = ("--transcripts", str(tmp_path / "t"))
    for words in (("ls", "--since", "2026-11-21"), ("search", "heron", "--since", "2026-11-21"), ("stats",)):
        assert "2026-11-21 07:01" in sample.run("session", *words, *here, TZ="UTC-9").out, words
    assert "2026-11-21\n\n  07:01  you" in sample.run("session", "show", str(path), TZ="UTC-9").out
    assert listed(sample, *here)[0]["started"] == "2026-11-20T22:01:00.000Z"


# stats


def test_tokens_count_once_for_each_message(tmp_path: Path) -> None:
    usage = {"input_tokens": 3, "output_tokens": 5, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 11}
    first = line("assistant", [{"type": "text", "text": "a"}], 1, usage={**usage, "output_tokens": 1})
    second = json.loads(line("assistant", [{"type": "text", "text": "b"}], 2, usage=usage))
    second["message"]["id"] = "m1"
    transcript(tmp_path, "s", first, json.dumps(second))
    transcript(tmp_path, "resumed", first, json.dumps(second), line("user", "more", 3))
    found = statistics(catalogue([str(tmp_path)]).sessions)
    assert found.tokens == (3, 5, 11, 7)
    assert (found.sessions, found.turns, found.prompts) == (2, 2, 1)


def test_turns_of_one_id_in_two_sessions_both_count(tmp_path: Path) -> None:
    for name in ("one", "two"):
        transcript(tmp_path, name, json.dumps({"type": "user", "uuid": "1", "message": {"content": f"from {name}"}}))
    assert statistics(catalogue([str(tmp_path)]).sessions).prompts == 2


def test_active_time_leaves_breaks_out() -> None:
    assert active([]) == 0
    assert active([100.0, 50.0, 300.0]) == 250
    assert active([0.0, 300.0, 601.0, 10_000.0, 10_001.0]) == 301


def test_the_statistics_of_the_sample(sample: Sandbox) -> None:
    found = json.loads(sample.run("session", "stats", "--json").out)
    assert (found["sessions"], found["agents"]) == (3, 1)
    tools = {tool["name"]: (tool["calls"], tool["failed"]) for tool in found["tools"]}
    assert tools["Bash"] == (6, 1)
    edits = {Path(file["path"]).name: file["edits"] for file in found["files"]}
    assert edits["refunds.py"] == 1
    assert edits["money.py"] == 0
    assert found["agent_tokens"]["output"] < found["tokens"]["output"]
    one = json.loads(sample.run("session", "stats", "0f9d", "--json").out)
    assert (one["sessions"], one["prompts"]) == (1, 1)
    assert sample.run("session", "stats").out.startswith("sessions  3, 1 sub-agent")


def test_statistics_on_a_narrow_terminal_break_no_word(sample: Sandbox, tmp_path: Path) -> None:
    name = "/w/" + "a-folder-of-a-long-name/" * 2 + "file.py"
    calls = [{"type": "tool_use", "id": "t", "name": "Edit", "input": {"file_path": name, "new_string": "x"}}]
    transcript(tmp_path / "t", "s", line("user", "go", 1), line("assistant", calls, 2))
    out = on_a_terminal(sample, "session", "stats", "--transcripts", str(tmp_path / "t"), NO_COLOR="1")
    assert f"files     {name}\r\n              1 edit  1 call\r\n" in out


# rm, restore


def test_a_removed_session_comes_back_to_the_byte(sample: Sandbox) -> None:
    folder = folder_of(sample)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}
    done = sample.run("session", "rm", "c2a7")
    assert done.code == 0
    assert f"memdir session restore {REFUND}" in done.err
    assert not list(folder.glob("c2a7*"))
    assert "c2a7740e" in sample.run("session", "restore").out
    assert sample.run("session", "restore", "c2a7").code == 0
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()} == before
    assert sample.run("session", "restore").code == 1
    assert sample.run("session", "restore", "c2a7").code == 1


def test_a_dry_run_and_an_unconfirmed_deletion_change_nothing(sample: Sandbox) -> None:
    path = folder_of(sample) / f"{PORT}.jsonl"
    assert sample.run("session", "rm", "5b1f", "--dry-run").code == 0
    done = sample.run("session", "rm", "5b1f", "--forever")
    assert (done.code, path.exists()) == (2, True)
    assert "nothing changed" in done.err
    fields = json.loads(sample.run("session", "rm", "5b1f", "--forever", "--yes", "--json").out)
    assert fields["forever"]
    assert not path.exists()
    assert sample.run("session", "restore").code == 1


def test_nothing_is_put_back_over_something(sample: Sandbox) -> None:
    path = folder_of(sample) / f"{PORT}.jsonl"
    sample.run("session", "rm", "5b1f")
    path.write_text("new\n")
    done = sample.run("session", "restore", "5b1f")
    assert done.code == 2
    assert path.read_text() == "new\n"
    path.unlink()
    assert sample.run("session", "restore", "5b1f").code == 0


def test_a_session_that_is_open_is_not_removed(sample: Sandbox) -> None:
    registry = sample.home / ".claude" / "sessions"
    registry.mkdir()
    (registry / f"{os.getpid()}.json").write_text(json.dumps({"pid": os.getpid(), "sessionId": PORT}))
    (registry / "999999999.json").write_text(json.dumps({"sessionId": REFUND}))
    (registry / "x.json").write_text("{")
    assert running_sessions(str(sample.home / ".claude")) == {PORT: os.getpid()}
    done = sample.run("session", "rm", "5b1f")
    assert done.code == 2
    assert "is open in Claude Code" in done.err
    assert sample.run("session", "rm", "c2a7").code == 0


def test_a_removal_that_was_killed_half_way_comes_back(tmp_path: Path) -> None:
    path = transcript(tmp_path / "p", "s", line("user", "Hello", 1))
    side = tmp_path / "p" / "s" / "subagents"
    transcript(side, "agent-1", line("user", "Look", 1, isSidechain=True))
    (session,) = catalogue([str(tmp_path / "p")]).sessions
    gone = remove(session, str(tmp_path / "state"), title="t", now=1.0)
    os.rename(os.path.join(gone.folder, "1"), path)  # as if it had been killed before the transcript was moved
    (item,) = removed(str(tmp_path / "state"))
    assert put_back(item) == [str(tmp_path / "p" / "s")]
    assert path.exists()
    assert (side / "agent-1.jsonl").exists()


def test_names_that_are_no_utf8_come_back(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/p"
    os.mkdir(folder)
    name = os.fsdecode(folder + b"/caf\xe9.jsonl")
    with open(name, "w", encoding="utf-8") as file:
        file.write(line("user", "Hello", 1) + "\n")
    (session,) = catalogue([str(tmp_path / "p")]).sessions
    assert session.id == "caf\ufffd"
    remove(session, str(tmp_path / "state"), title="t", now=1.0)
    (item,) = removed(str(tmp_path / "state"))
    assert put_back(item) == [name]
    assert os.path.exists(name)


# tag, title


def test_tags_and_titles_are_lines_at_the_end(sample: Sandbox) -> None:
    path = folder_of(sample) / f"{SCANNER}.jsonl"
    before = path.read_bytes()
    assert sample.run("session", "tag", "0f9d", "scanner").code == 0
    assert sample.run("session", "title", "0f9d", "Retries", "over", "MQTT").code == 0
    added = path.read_bytes()[len(before) :].decode().splitlines()
    assert path.read_bytes().startswith(before)
    assert added[0].startswith('{"type":"tag","tag":"scanner"')
    assert json.loads(added[1]) == {"type": "custom-title", "customTitle": "Retries over MQTT", "sessionId": SCANNER}
    row = next(row for row in listed(sample) if row["session"] == SCANNER)
    assert (row["tag"], row["title"]) == ("scanner", "Retries over MQTT")
    assert sample.run("session", "tag", "0f9d", "").code == 0
    assert next(row for row in listed(sample) if row["session"] == SCANNER)["tag"] is None


@pytest.mark.parametrize("words", [("title", "0f9d", " "), ("title", "0f9d", "x" * 201), ("tag", "0f9d", "a\x1b[31m")])
def test_bad_labels_change_nothing(words: tuple[str, ...], sample: Sandbox) -> None:
    path = folder_of(sample) / f"{SCANNER}.jsonl"
    before = path.read_bytes()
    assert sample.run("session", *words).code in (2, 3)
    assert path.read_bytes() == before


def test_a_label_after_a_torn_line_is_a_line_of_its_own(sample: Sandbox) -> None:
    path = folder_of(sample) / f"{SCANNER}.jsonl"
    with path.open("ab") as file:
        file.write(b'{"type":"user","mess')
    assert sample.run("session", "title", "0f9d", "Again").code == 0
    row = next(row for row in listed(sample) if row["session"] == SCANNER)
    assert (row["title"], row["skipped"]) == ("Again", 1)


def test_the_state_of_the_group(sample: Sandbox) -> None:
    found = json.loads(sample.run("session", "--json").out)
    assert (found["sessions"], found["removed"], len(found["latest"])) == (3, 0, 3)
    assert sample.run("session").out.startswith("3 sessions, ")


def test_an_archived_session_is_listed_once_and_shown(sample: Sandbox) -> None:
    assert sample.run("session", "archive").code == 0
    assert len(listed(sample)) == 3
    (folder_of(sample) / f"{PORT}.jsonl").unlink()
    rows = {row["session"]: row for row in listed(sample)}
    assert [row["archived"] for row in rows.values()].count(True) == 1
    assert rows[PORT]["deleted_after"] is None
    assert rows[PORT]["turns"] == 13
    assert "simulator keeps 8420" in sample.run("session", "show", "5b1f").out
    assert sample.run("session", "rm", "5b1f").code == 2
    assert sample.run("session", "title", "5b1f", "New").code == 3


def test_real_transcripts_are_listed_and_counted(real_data: Path) -> None:
    found = catalogue([str(real_data / "transcripts" / "claude-code")])
    assert len(found.sessions) >= 50
    counts = statistics(found.sessions)
    assert counts.lines == sum(_lines(session) for session in found.sessions)
    assert counts.tokens.output > 0
    assert parse_date("2025-01-01") < counts.first < counts.last < parse_date("2027-01-01")


def _lines(session: Session) -> int:
    total = 0
    for path in (session.path, *session.agents):
        data = Path(path).read_bytes()
        total += data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
    return total


def test_the_list_is_the_same_with_an_index_behind_an_index_and_without(sample: Sandbox) -> None:
    def rows() -> list[dict[str, object]]:
        return listed(sample)

    alone = rows()
    assert sample.run("session", "search", "tax").code == 0  # makes the index
    assert rows() == alone
    with (folder_of(sample) / f"{PORT}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line("user", "One more", 59) + "\n")
    grown = {row["session"]: row["turns"] for row in rows()}
    assert grown == {**{row["session"]: row["turns"] for row in alone}, PORT: 14}
    assert sample.run("session", "ls", MEMDIR_CACHE_DIR="/dev/null/none").code == 0
