"""`memdir eval`: how well recall answers a file of questions."""

from __future__ import annotations

import os
import time

from memdir.collection import Collection, View
from memdir.errors import BadInputError, UsageError
from memdir.evaluate import DEPTH, Ask, Figures, Found, Report, evaluate, read_questions
from memdir.files import read_file, shown
from memdir.ranking import MIN_SCORE
from memdir.recall import RecallOptions, recall

from .app import App, Values
from .table import Argument, Command, Option


def run(app: App, values: Values) -> int:
    """Ask, and print the figures. Always 0 when the questions could be read."""
    if values.text("locomo") or values.text("commits"):
        from . import eval_sessions

        return (
            eval_sessions.run_locomo(app, values) if values.text("locomo") else eval_sessions.run_commits(app, values)
        )
    if values.text("file") is None:
        raise UsageError("a FILE of questions is needed", hint="or --locomo FILE, or --commits DIR")
    path = values.required("file")
    text = read_file(os.path.join(app.environment.cwd, path)).decode("utf-8", "replace")
    questions = read_questions(text, shown(path))
    options = app.workspace().options(DEPTH)._replace(min_score=0.0)
    given = app.workspace().settings.number("recall.min_score")
    threshold = values.number("min_score")
    if threshold is None:
        threshold = MIN_SCORE if given is None else given
    root = values.text("root")
    ask = _own(app, options) if root is None else _directories(app, os.path.join(app.environment.cwd, root), options)
    report = evaluate(questions, ask, threshold, time.perf_counter)
    if app.out.json:
        app.out.object("eval/1", {"file": shown(path), **_fields(report), "took_ms": app.out.took_ms()})
    else:
        _print(app, report)
    return 0


def _own(app: App, options: RecallOptions) -> Ask:
    def ask(repo: str | None, query: str) -> Found:
        if repo is not None:
            raise BadInputError(f"the questions name a directory ({repo})", hint="add --root DIR")
        return [(s.facts.id, s.score) for s in app.workspace().ask(query, options).scored]

    return ask


def _directories(app: App, root: str, options: RecallOptions) -> Ask:
    """Ask the directories below `root`, read from their files."""
    made: dict[str, Collection] = {}

    def ask(repo: str | None, query: str) -> Found:
        folder = os.path.normpath(os.path.join(root, repo or ""))
        if folder not in made:
            if not os.path.isdir(folder) or (repo and os.path.relpath(folder, root).startswith("..")):
                raise BadInputError(f"{repo or root} is no directory below the root", path=shown(folder))
            made[folder] = Collection(_views(app, folder))
        return [(s.facts.id, s.score) for s in recall(made[folder], query, options)]

    return ask


def _views(app: App, folder: str) -> tuple[View, ...]:
    from memdir.graph.index import Index

    settings = app.workspace().settings
    index = Index(folder, None, now=app.environment.now, language=settings.text("language"))
    return tuple(index.views().views)


def _fields(report: Report) -> dict[str, object]:
    return {
        "threshold": report.threshold,
        "ranking": {kind: found._asdict() for kind, found in report.ranking.items()},
        "answers": {kind: found._asdict() for kind, found in report.answers.items()},
        "curve": [point._asdict() for point in report.curve],
        "median_ms": report.median_ms,
        "questions": [
            {
                "query": o.question.query, "kind": o.question.kind, "repo": o.question.repo,
                "rank": None if o.rank is None else o.rank + 1, "score": o.best,
            }
            for o in report.outcomes
        ],
    }  # fmt: skip


def _print(app: App, report: Report) -> None:
    out = app.out
    for title, table in (
        ("Ranking (no threshold)", report.ranking),
        (f"Answers (threshold {report.threshold:g})", report.answers),
    ):
        out.line(out.styled(f"{title:28} questions  hit@1  hit@5 hit@10    MRR  answered though absent", "bold"))
        for kind, found in table.items():
            out.line(f"  {shown(kind):26} {found.questions:9}{_cells(found)}")
        out.line()
    out.line(out.styled("Trade-off                    threshold  hit@5  answered though absent", "bold"))
    for point in report.curve:
        out.line(f"{'':28} {point.threshold:9.2f}{_cell(point.hit5)}{_cell(point.answered)}")
    out.line(f"\nmedian {report.median_ms:g} ms a question")


def _cells(found: Figures) -> str:
    return "".join(map(_cell, (found.hit1, found.hit5, found.hit10, found.mrr, found.answered)))


def _cell(value: float | None) -> str:
    return "      -" if value is None else f"{value:7.3f}"


COMMANDS = (
    Command(
        "eval",
        "Measure recall with a file of questions.",
        run,
        arguments=(
            Argument(
                "FILE", 'JSON lines: {"query": "…", "gold": ["path", …]}, empty gold for no answer.', required=False
            ),
        ),
        options=(
            Option(("--root",), "Ask the directories below DIR that the questions name as repo.", metavar="DIR"),
            Option(("--locomo",), "Measure the search of transcripts with a LoCoMo file instead.", metavar="FILE"),
            Option(("--commits",), "... with commits.jsonl and sessions.jsonl in DIR instead.", metavar="DIR"),
            Option(("--min-score",), "The threshold to judge.", kind="float", metavar="SCORE"),
        ),
        examples=("memdir eval questions.jsonl",),
        description="Hit@1, 5, 10 and mean reciprocal rank by kind; how many questions without an answer get one.",
    ),
)
