"""memdir session why: which session a commit, a file or a line came from, and git that executes nothing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from sandbox import Sandbox

from memdir.dates import parse_date
from memdir.git_read import Repository
from memdir.sessions.catalogue import catalogue
from memdir.sessions.origin import HALF_LIFE, Origin, nearness, origins
from memdir.sessions.traces import Question, Tracer, words_of

REFUND = "c2a7740e-91f3-4a0b-8f5d-6f1f4a8a2b33"
NEW_LINE = "return sum(with_tax(line.cents, rate) for line in lines)"
ENV = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip


def git(root: Path, *words: str, date: str = "2026-11-18T08:05:30Z") -> str:
    who = {"GIT_AUTHOR_NAME": "Mira", "GIT_AUTHOR_EMAIL": "m@example.org", "GIT_COMMITTER_NAME": "Mira",
           "GIT_COMMITTER_EMAIL": "m@example.org", "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}  # fmt: skip
    done = subprocess.run(["git", *words], cwd=root, env={**ENV, **who}, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def refund_file(*lines: str) -> str:
    return "\n".join(["import x", "", "def refund(lines, rate):", *lines, ""])


@pytest.fixture
def repository(sample: Sandbox) -> Sandbox:
    """The sample project as a repository of two commits, the second the one that a session of its made."""
    path = sample.project / "packages" / "api" / "refunds.py"
    path.write_text(refund_file("    return with_tax(sum(line.cents for line in lines), rate)"))
    git(sample.project, "init", "-q", "-b", "main")
    git(sample.project, "add", "-A")
    git(sample.project, "commit", "-qm", "Lanterns", date="2026-09-01T08:00:00Z")
    path.write_text(refund_file(f"    {NEW_LINE}"))
    git(sample.project, "commit", "-qam", "LAN-482: Round the tax of a refund per line")
    return sample


def why(box: Sandbox, *words: str) -> dict[str, object]:
    done = box.run("session", "why", *words, "--json")
    assert done.out, done.err
    return dict(json.loads(done.out))


def test_a_commit_leads_to_the_session_and_its_turns(repository: Sandbox) -> None:
    found = why(repository, "HEAD")
    best = found["sessions"][0]  # type: ignore[index]
    assert found["subject"] == "LAN-482: Round the tax of a refund per line"
    assert best["session"] == REFUND
    assert best["parts"].keys() >= {"subject", "words", "files", "time"}
    assert "committed under this subject" in best["why"]
    assert [turn["what"] for turn in best["turns"]] == ["edited", "committed"]
    assert best["turns"][0]["prompt"].startswith("yes, per line, half up.")
    for name in (git(repository.project, "rev-parse", "--short", "HEAD"), "main"):
        assert why(repository, name)["commit"] == found["commit"]


def test_a_commit_that_no_session_made(repository: Sandbox) -> None:
    done = repository.run("session", "why", "HEAD~1")
    assert done.code == 1
    assert "none of 3 sessions" in done.err


def test_a_line_is_followed_through_changes_of_the_work_tree(repository: Sandbox) -> None:
    path = repository.project / "packages" / "api" / "refunds.py"
    path.write_text("# one\n# two\n" + path.read_text() + "# end\n")
    found = why(repository, "packages/api/refunds.py:6")
    assert found["text"] == f"    {NEW_LINE}"
    best = found["sessions"][0]  # type: ignore[index]
    assert (best["session"], best["turns"][0]["what"]) == (REFUND, "wrote")
    assert found["commit"]
    uncommitted = repository.run("session", "why", "packages/api/refunds.py:1")
    assert "not committed" in uncommitted.err
    assert REFUND in uncommitted.out
    below = repository.run("session", "why", "refunds.py:6", cwd=path.parent)
    assert "wrote this line" in below.out
    assert repository.run("session", "why", "packages/api/refunds.py:99").code == 3


def test_a_file_outside_of_git_and_one_that_is_gone(sample: Sandbox) -> None:
    assert why(sample, "packages/api/refunds.py")["sessions"][0]["session"] == REFUND  # type: ignore[index]
    path = sample.project / "packages" / "api" / "refunds.py"
    path.write_text(refund_file(f"    {NEW_LINE}"))
    found = why(sample, "packages/api/refunds.py:4")
    assert found["sessions"][0]["turns"][0]["what"] == "wrote"  # type: ignore[index]
    assert found["commit"] is None


@pytest.mark.parametrize("what", ["nonsense", "HEAD", "--", "-p", "a b", "\u202e", "no/such:77x"])
def test_what_is_neither_commit_nor_file(what: str, sample: Sandbox) -> None:
    done = sample.run("session", "why", "--", what)
    assert done.code in (1, 3)
    assert "Traceback" not in done.err
    assert done.out.strip() in ("", what, what.replace("\u202e", "\\u202e"))


def test_names_that_look_like_options_are_none(repository: Sandbox) -> None:
    reader = Repository(str(repository.project), ENV)
    assert reader.commit_id("--all") is None
    assert reader.commit_id("--output=/tmp/x") is None
    assert reader.commit_id("") is None
    assert reader.commit_id("HEAD\0") is None
    assert reader.commit_id("HEAD") == git(repository.project, "rev-parse", "HEAD")
    (repository.project / "-n").write_text("x\n")
    git(repository.project, "add", "--", "-n")
    git(repository.project, "commit", "-qm", "odd")
    assert reader.blame("-n", 1) == reader.commit_id("HEAD")
    assert reader.content("-n") == b"x\n"
    assert reader.blame("-n", 2) is None


def test_what_a_commit_says(repository: Sandbox) -> None:
    git(repository.project, "mv", "src/app.ts", "src/l\u00e4mp \u201cx\u201d.ts")
    git(
        repository.project, "commit", "-q", "-m", "Subject", "-m", "Body one\nBody two", date="2026-03-04T05:06:07+0200"
    )
    reader = Repository(str(repository.project), ENV)
    commit = reader.commit(reader.commit_id("HEAD") or "")
    assert commit is not None
    assert (commit.subject, commit.body) == ("Subject", "Body one\nBody two")
    assert commit.authored == parse_date("2026-03-04T03:06:07Z")
    assert reader.files(commit) == ["src/app.ts", "src/l\u00e4mp \u201cx\u201d.ts"]
    first = reader.commit(git(repository.project, "rev-list", "--max-parents=0", "HEAD"))
    assert first is not None
    assert "README.md" in reader.files(first)
    assert reader.branches(commit.id) == ["main"]
    git(repository.project, "checkout", "-q", "-b", "side", "HEAD~1")
    (repository.project / "side.txt").write_text("x")
    git(repository.project, "add", "side.txt")
    git(repository.project, "commit", "-qm", "Side")
    git(repository.project, "checkout", "-q", "main")
    git(repository.project, "merge", "-q", "--no-ff", "-m", "Merge", "side")
    merge = reader.commit(reader.commit_id("HEAD") or "")
    assert merge is not None
    assert (len(merge.parents), reader.files(merge)) == (2, ["side.txt"])


def test_nothing_of_the_repositorys_configuration_is_executed(repository: Sandbox) -> None:
    root, mark = repository.project, repository.project / "executed"
    program = root / "program.sh"
    program.write_text(f"#!/bin/sh\necho \"$0 $@\" >> '{mark}'\ncat\n")
    program.chmod(0o755)
    hooks = root / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(program)
    for name in (
        "core.fsmonitor", "core.pager", "pager.blame", "diff.external", "diff.evil.command", "diff.evil.textconv",
        "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.sshCommand", "core.editor",
        "gpg.program", "credential.helper", "core.alternateRefsCommand", "core.askPass",
    ):  # fmt: skip
        git(root, "config", name, str(program))
    git(root, "config", "core.hooksPath", str(hooks))
    git(root, "config", "log.showSignature", "true")
    (root / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    path = root / "packages" / "api" / "refunds.py"
    path.write_text("# changed\n" + path.read_text())
    mark.unlink(missing_ok=True)
    for what in ("HEAD", "packages/api/refunds.py", "packages/api/refunds.py:5", "packages/api/refunds.py:1"):
        assert repository.run("session", "why", what, GIT_EXTERNAL_DIFF=str(program), GIT_DIR="/nonexistent").code == 0
    assert not mark.exists(), mark.read_text()


def test_the_paths_and_messages_of_a_repository_execute_nothing(repository: Sandbox) -> None:
    root, mark = repository.project, repository.project / "executed"
    program = root / "program.sh"
    program.write_text(f"#!/bin/sh\necho x >> '{mark}'\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external"):
        git(root, "config", name, str(program))
    git(root, "config", "log.showSignature", "true")
    reader = Repository(str(root), ENV)
    mark.unlink(missing_ok=True)
    assert "packages/api/refunds.py" in (reader.paths() or ())
    assert reader.messages(1).strip() == "LAN-482: Round the tax of a refund per line"
    assert not mark.exists()


def test_git_that_is_not_there_is_said(repository: Sandbox, tmp_path: Path) -> None:
    done = repository.run("session", "why", "HEAD", PATH=str(tmp_path))
    assert done.code == 5
    assert "git is not installed" in done.err


# Weighing


def write_session(
    folder: Path, name: str, prompt: str, files: list[str], when: str, *, more: tuple[dict[str, object], ...] = ()
) -> None:
    calls = [
        {
            "type": "tool_use",
            "id": f"t{n}",
            "name": "Edit",
            "input": {"file_path": file, "new_string": f"text of {file}"},
        }
        for n, file in enumerate(files)
    ]
    lines = [
        {"type": "user", "uuid": f"{name}1", "timestamp": when, "message": {"role": "user", "content": prompt}},
        {
            "type": "assistant",
            "uuid": f"{name}2",
            "timestamp": when,
            "message": {"role": "assistant", "content": calls},
        },
        *more,
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")


def asked(folder: Path, question: Question) -> list[Origin]:
    tracer = Tracer(question)
    return origins(question, tracer, [tracer.trace(session) for session in catalogue([str(folder)]).sessions])


def test_words_files_and_time_each_help(tmp_path: Path) -> None:
    write_session(tmp_path, "words", "round the refund tax per line", [], "2026-11-01T10:00:00Z")
    write_session(tmp_path, "files", "please", ["/w/src/refund.py"], "2026-11-01T10:00:00Z")
    write_session(tmp_path, "other", "lanterns", ["/w/src/x.py"], "2026-10-30T10:00:00Z")
    question = Question(
        ("src/refund.py",), ("/w",), "f" * 40, "Round refund tax", time=parse_date("2026-11-01T11:00:00Z")
    )
    assert {origin.session.session.id for origin in asked(tmp_path, question)} == {"words", "files"}
    near, far = (question._replace(time=parse_date(day)) for day in ("2026-11-01T11:00:00Z", "2026-12-24"))
    scores = [{o.session.session.id: o.score for o in asked(tmp_path, q)} for q in (near, far)]
    assert scores[0]["files"] > scores[1]["files"]


def test_a_session_that_made_the_commit_goes_first(tmp_path: Path) -> None:
    id = "abcdef1234567890" * 2 + "abcdef12"
    call = {"type": "tool_use", "id": "c", "name": "Bash", "input": {"command": "git commit -m x"}}
    result = {"type": "tool_result", "tool_use_id": "c", "content": f"[main {id[:7]}] x\n 1 file changed"}
    more = (
        {"type": "assistant", "uuid": "c1", "message": {"role": "assistant", "content": [call]}},
        {"type": "user", "uuid": "c2", "message": {"role": "user", "content": [result]}},
    )
    write_session(tmp_path, "made", "go on", [], "2026-11-01T10:00:00Z", more=more)
    write_session(tmp_path, "alike", "round refund tax", ["/w/a.py"], "2026-11-01T11:00:00Z")
    found = asked(
        tmp_path, Question(("a.py",), ("/w",), id, "Round refund tax", time=parse_date("2026-11-01T11:00:00Z"))
    )
    assert [origin.session.session.id for origin in found] == ["made", "alike"]
    assert found[0].why[0] == "made the commit"
    assert found[0].turns[0].what == "committed"


def test_a_session_that_began_a_week_later_has_no_part(tmp_path: Path) -> None:
    write_session(tmp_path, "later", "round refund tax", ["/w/a.py"], "2026-11-20T10:00:00Z")
    assert (
        asked(tmp_path, Question(("a.py",), ("/w",), "f" * 40, "Round refund tax", time=parse_date("2026-11-01"))) == []
    )


def test_one_that_ended_a_month_before_counts_only_for_what_it_did(tmp_path: Path) -> None:
    question = Question(("src/a.py",), ("/w",), "f" * 40, "Round refund tax", time=parse_date("2026-11-01"))
    write_session(tmp_path, "said", "round refund tax", [], "2026-09-01T10:00:00Z")
    write_session(tmp_path, "wrote", "round refund tax", ["/w/src/a.py"], "2026-09-01T10:00:00Z")
    write_session(tmp_path, "near", "round refund tax", [], "2026-10-31T10:00:00Z")
    assert {origin.session.session.id for origin in asked(tmp_path, question)} == {"wrote", "near"}


def test_a_session_is_passed_over_unread_only_where_reading_it_gives_nothing(tmp_path: Path) -> None:
    id = "abcdef1234567890" * 2 + "abcdef12"
    for n, day in enumerate(("2026-07-01", "2026-09-28", "2026-10-20", "2026-11-09", "2026-12-01")):
        for words, files in (("round refund tax", ["/w/a.py"]), ("refund", []), (f"see {id[:9]}", [])):
            write_session(tmp_path, f"{n}{len(words)}{len(files)}", words, files, f"{day}T10:00:00Z")
    question = Question(("a.py",), ("/w",), id, "Round refund tax", time=parse_date("2026-11-01"))
    tracer = Tracer(question)
    passed = 0
    for session in catalogue([str(tmp_path)]).sessions:
        trace = tracer.trace(session)
        if not tracer.may_speak(session, trace.started, trace.ended):
            passed += 1
            assert not origins(question, tracer, [trace])
    assert passed >= 5
    assert all(tracer.may_speak(session, 0.0, 0.0) for session in catalogue([str(tmp_path)]).sessions)


def test_the_answer_is_the_same_with_the_index_that_knows_the_times(repository: Sandbox) -> None:
    folder = next((repository.home / ".claude" / "projects").iterdir())
    write_session(folder, "11111111-1111-4111-8111-111111111111", "round refund tax", [], "2026-01-01T10:00:00Z")
    write_session(folder, "22222222-2222-4222-8222-222222222222", "round refund tax", [], "2027-01-01T10:00:00Z")
    alone = why(repository, "HEAD")
    assert repository.run("session", "search", "tax").code == 0  # makes the index
    with_index = why(repository, "HEAD")
    assert {**alone, "took_ms": 0, "sessions": 0} == {**with_index, "took_ms": 0, "sessions": 0}
    ids = [[session["session"] for session in found["sessions"]] for found in (alone, with_index)]  # type: ignore[attr-defined]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("path", "cwd", "matches"),
    [
        ("/w/src/a.py", "/w", True),
        ("/w/lib/src/a.py", "/w", False),
        ("/other/tree/src/a.py", "/other/tree", True),
        ("/other/tree/x/src/a.py", "/other/tree", False),
        ("/other/tree/src/a.py", "/other/tree/src", True),
        ("/elsewhere/src/a.py", "", True),
        ("C:\\work\\src\\a.py", "C:\\work", True),
        ("src/a.py", "/w", True),
        ("a.py", "/w", False),
        ("/elsewhere/notsrc/a.py", "", False),
    ],
)
def test_paths_are_compared_below_the_repository_or_the_sessions_directory(
    path: str, cwd: str, matches: bool, tmp_path: Path
) -> None:
    call = {"type": "tool_use", "id": "t", "name": "Write", "input": {"file_path": path, "content": "x"}}
    said = {"type": "assistant", "uuid": "1", "cwd": cwd, "message": {"role": "assistant", "content": [call]}}
    (tmp_path / "s.jsonl").write_text(json.dumps(said))
    assert bool(asked(tmp_path, Question(("src/a.py",), ("/w",)))) is matches


def test_a_file_name_that_json_escapes_or_that_lies_across_two_blocks_is_found(tmp_path: Path) -> None:
    for name in ("l\u00e4mp.py", 'quo"te.py', "back\\slash.py", "plain.py"):
        (tmp_path / "t").mkdir(exist_ok=True)
        write_session(tmp_path / "t", "s", "x" * ((1 << 20) - 150), [f"/w/{name}"], "2026-11-01T10:00:00Z")
        found = asked(tmp_path / "t", Question((name,), ("/w",)))
        assert len(found) == (0 if "\\" in name else 1), name


def test_an_edit_that_failed_wrote_nothing(tmp_path: Path) -> None:
    result = {"type": "tool_result", "tool_use_id": "t0", "content": "no such text", "is_error": True}
    more = ({"type": "user", "uuid": "r", "message": {"role": "user", "content": [result]}},)
    write_session(tmp_path, "s", "go", ["/w/a.py"], "2026-11-01T10:00:00Z", more=more)
    assert asked(tmp_path, Question(("a.py",), ("/w",))) == []


def test_nearness() -> None:
    assert nearness(5.0, 1.0, 9.0) == 1.0
    assert nearness(9.0 + HALF_LIFE, 1.0, 9.0) == 0.5
    assert nearness(1.0, 2.0 + HALF_LIFE, 3.0 + HALF_LIFE) < 0.51
    assert nearness(5.0, 0.0, 0.0) == 0.0


def test_words() -> None:
    assert words_of("Rounding the snake_case of refunds, per line") == {
        "roundi",
        "snake",
        "case",
        "refund",
        "line",
        "per",
    }


def test_most_real_commits_are_led_to_their_session(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "commit-recall-dev"
    ids = set()
    for text in (folder / "sessions.jsonl").read_text("utf-8").splitlines():
        session = json.loads(text)
        ids.add(session["session_id"])
        write_session(tmp_path, session["session_id"], session["prompts"] or "", session["files_touched"] or [],
                      session["created_at"])  # fmt: skip
    commits = [json.loads(text) for text in (folder / "commits.jsonl").read_text("utf-8").splitlines()]
    wanted = [(c, {r["session_id"] for r in c["relevant"]} & ids) for c in commits]
    some = [pair for pair in wanted if pair[1]][::20]
    found = 0
    for commit, relevant in some:
        question = Question(tuple(commit["files"]), (), commit["commit"], commit["subject"], commit["body"],
                            parse_date(commit["date"]))  # fmt: skip
        found += any(origin.session.session.id in relevant for origin in asked(tmp_path, question)[:5])
    assert found >= len(some) - 1
