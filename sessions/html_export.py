# ruff: noqa: E501 - the page is written as people write HTML, not folded
"""A session as one HTML page: nothing is loaded from outside, nothing runs. It reads well on a phone, in light and dark
and on paper; tool calls fold, and a table of the prompts leads to each.

Everything that was said is escaped. The model's text is rendered from Markdown without HTML, images or links to scripts;
the page's own policy forbids scripts and every request, should anything slip through.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final

from memdir.dates import rfc3339
from memdir.files import shown
from memdir.markdown_tree import render
from memdir.quoting import one_line, visible

from .entry import Call, Turn
from .export import Exported
from .readable import Clean, call_line, conversation, input_text, prompts, said, speaker

MAX_BLOCK: Final = 20_000
"""Characters of a tool's input or result that the page shows; how many more there are is said."""
MAX_RENDERED: Final = 50_000
"""Characters of a text that is rendered from Markdown; a longer one is shown as it is."""
_SUMMARY: Final = 90
"""Characters of the title, and of a prompt in the table."""


def page(whole: Exported, clean: Clean, *, all: bool = False) -> Iterator[str]:
    """The page, piece by piece. With `all` what was injected and thought stands there too."""
    about, told = whole.about, whole.about.told
    title = _text(_short(about.title or about.session.id))
    yield _HEAD.replace("@TITLE@", title)
    yield f"<header><h1>{title}</h1>\n<dl>"
    for name, value in _facts(whole):
        yield f"<div><dt>{name}</dt><dd>{value}</dd></div>"
    yield "</dl></header>\n"
    asked = prompts(whole.turns)
    if len(asked) > 1:
        yield f'<nav aria-label="Prompts"><details open><summary>{len(asked)} prompts</summary><ol>\n'
        for turn in asked:
            yield f'<li>{_time(turn)} <a href="#t{turn.number}">{_text(_short(clean(said(turn))))}</a></li>\n'
        yield "</ol></details></nav>\n"
    yield "<main>\n"
    yield from _turns(whole.turns, clean, "t", all=all)
    for place, part in enumerate(whole.agents):
        yield f'<details class="sub"><summary>Sub-agent: {_text(clean(part.name))}, {len(part.turns)} turns</summary>\n'
        yield from _turns(part.turns, clean, f"a{place}-", all=all)
        yield "</details>\n"
    yield "</main>\n"
    if told.skipped:
        yield f"<footer>{told.skipped} of {told.lines} lines of the transcript could not be read.</footer>\n"
    yield "</html>\n"


def _facts(whole: Exported) -> Iterator[tuple[str, str]]:
    about, told = whole.about, whole.about.told
    if told.started:
        yield (
            "Time",
            f"{_stamp(told.started)} – {_stamp(told.ended, short=_day(told.started) == _day(told.ended))} UTC",
        )
    if told.cwd:
        yield "Directory", f"<code>{_text(shown(told.cwd))}</code>"
    if told.branches:
        yield "Branch", ", ".join(f"<code>{_text(branch)}</code>" for branch in told.branches)
    if about.models:
        yield "Model", ", ".join(_text(model) for model in about.models)
    yield "Session", f"<code>{_text(about.session.id)}</code>"


def _turns(turns: Sequence[Turn], clean: Clean, prefix: str, *, all: bool) -> Iterator[str]:
    day, last = "", ""
    for turn in conversation(turns, all=all):
        if turn.timestamp and _day(turn.timestamp) != day:
            day, last = _day(turn.timestamp), ""
            yield f'<p class="day">{day}</p>\n'
        who = speaker(turn)
        joined = " more" if who == last and who != "you" else ""
        last = who
        yield f'<article class="{who}{joined}" id="{prefix}{turn.number}">'
        yield f'<p class="who"><a href="#{prefix}{turn.number}">{who}</a> {_time(turn)}</p>\n'
        yield from _body(turn, clean, thinking=all)
        yield "</article>\n"


def _body(turn: Turn, clean: Clean, *, thinking: bool) -> Iterator[str]:
    if thinking and turn.thinking:
        yield f"<details><summary>thinking</summary>{_block(clean(turn.thinking))}</details>\n"
    text = clean(said(turn)).strip("\n")
    if text:
        yield _prose(text, turn)
    for call in turn.calls:
        yield _call(call, clean, turn.cwd)
    for result in turn.results:
        yield f"<details><summary>result</summary>{_block(clean(result.text))}</details>\n"


def _prose(text: str, turn: Turn) -> str:
    if turn.role == "assistant" and len(text) <= MAX_RENDERED:
        return f'<div class="md">{render(visible(text))}</div>\n'
    if turn.kind in ("prompt", "command", "interrupt"):
        return f'<div class="said">{_text(text, lines=True)}</div>\n'
    first = _short(text)
    return (
        f"<details><summary>{_text(first)}</summary>{_block(text)}</details>\n"
        if len(text) > len(first) + 80
        else (f'<div class="said">{_text(text, lines=True)}</div>\n')
    )


def _call(call: Call, clean: Clean, cwd: str) -> str:
    failed = call.result is not None and call.result.is_error
    mark = ' <b class="failed">failed</b>' if failed else ""
    parts = [f'<details class="call"><summary><code>{_text(call_line(call, clean, cwd))}</code>{mark}</summary>']
    given = clean(input_text(call))
    if given:
        parts.append(f"<p>input</p>{_block(given)}")
    if call.result is not None and call.result.text:
        parts.append(f"<p>result</p>{_block(clean(call.result.text))}")
    return "".join([*parts, "</details>\n"])


def _block(text: str) -> str:
    left = len(text) - MAX_BLOCK
    note = f'<p class="cut">{left:,} more characters are left out here.</p>' if left > 0 else ""
    return f"<pre>{_text(text[:MAX_BLOCK], lines=True)}</pre>{note}"


def _text(text: str, *, lines: bool = False) -> str:
    """A text for HTML: control characters visible, on one line unless `lines`."""
    return html.escape(visible(text) if lines else one_line(text))


def _short(text: str) -> str:
    line = " ".join(text[: _SUMMARY * 4].split())
    return line if len(line) <= _SUMMARY else line[: _SUMMARY - 1].rstrip() + "…"


def _time(turn: Turn) -> str:
    if not turn.timestamp:
        return ""
    return f'<time datetime="{rfc3339(turn.timestamp)}">{rfc3339(turn.timestamp)[11:16]}</time>'


def _day(seconds: float) -> str:
    return rfc3339(seconds)[:10]


def _stamp(seconds: float, *, short: bool = False) -> str:
    text = rfc3339(seconds)
    return text[11:16] if short else text[:16].replace("T", " ")


_HEAD: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>@TITLE@</title>
<style>
:root { --back:#fbfbfa; --text:#1f2328; --dim:#68707a; --line:#dfe2e6; --card:#fff; --code:#f0f1f3; --you:#8a4b08; --youback:#fdf3e4; --link:#0b5cad; --bad:#b42318 }
@media (prefers-color-scheme: dark) {
  :root { --back:#16181b; --text:#e3e6e9; --dim:#98a1ab; --line:#31363c; --card:#1c1f23; --code:#25292e; --you:#f0b36e; --youback:#2a2318; --link:#7ab7ff; --bad:#ff8a7a }
}
* { box-sizing:border-box }
body { margin:0 auto; padding:1.5rem 1rem 4rem; max-width:52rem; background:var(--back); color:var(--text); font:16px/1.55 system-ui,sans-serif; overflow-wrap:anywhere }
a { color:var(--link) }
h1 { font-size:1.5rem; line-height:1.25; margin:0 0 .8rem }
dl { display:flex; flex-wrap:wrap; gap:.3rem 1.5rem; margin:0; color:var(--dim); font-size:.85rem }
dl div { display:flex; gap:.45em } dt { font-weight:600 } dd { margin:0 }
nav { margin:1.3rem 0; padding:.7rem 1rem; border:1px solid var(--line); border-radius:8px; background:var(--card); font-size:.92rem }
nav ol { margin:.5rem 0 0; padding-left:1.6rem } nav time { margin-right:.35em } nav a { text-decoration:none } nav a:hover { text-decoration:underline }
summary { cursor:pointer } time { color:var(--dim); font-size:.8rem; font-variant-numeric:tabular-nums }
.day { display:flex; align-items:center; gap:.8rem; margin:2rem 0 .6rem; color:var(--dim); font-size:.85rem }
.day::before,.day::after { content:""; flex:1; border-top:1px solid var(--line) }
article { margin:1.3rem 0 0; scroll-margin-top:1rem } article.more { margin-top:.35rem } article.more > .who { display:none }
article:target { outline:2px solid var(--link); outline-offset:.5rem; border-radius:4px }
.who { margin:0 0 .2rem; font-size:.85rem } .who a { color:inherit; font-weight:650; text-decoration:none }
.you { padding:.6rem .9rem; border-left:3px solid var(--you); border-radius:0 8px 8px 0; background:var(--youback) } .you .who a { color:var(--you) }
.said { white-space:pre-wrap } .system,.notice,.summary,.injected { color:var(--dim); font-size:.92rem }
.md > :first-child { margin-top:0 } .md > :last-child { margin-bottom:0 } .md h1,.md h2,.md h3,.md h4 { font-size:1.05rem; margin:1.1em 0 .4em }
.md table { display:block; max-width:100%; overflow-x:auto; border-collapse:collapse; font-size:.92rem } .md th,.md td { border:1px solid var(--line); padding:.25rem .6rem; text-align:left; overflow-wrap:normal }
.md blockquote { margin:.6em 0; padding-left:.9em; border-left:3px solid var(--line); color:var(--dim) }
code,pre { font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace } code { background:var(--code); border-radius:4px; padding:.1em .3em }
pre { margin:.4rem 0; padding:.7rem .9rem; background:var(--code); border-radius:6px; overflow-x:auto; white-space:pre-wrap; max-height:34rem; overflow-y:auto } pre code { padding:0; background:none; font-size:1em }
article > details { margin:.3rem 0 } .call summary { color:var(--dim); font-size:.92rem } .call summary code { color:var(--text) }
details > p { margin:.5rem 0 0; color:var(--dim); font-size:.8rem } .failed { color:var(--bad); font-size:.8rem } .cut { font-style:italic }
.sub { margin-top:2rem; padding:.7rem 1rem; border:1px solid var(--line); border-radius:8px } .sub > summary { font-weight:600 }
footer { margin-top:2rem; color:var(--dim); font-size:.85rem }
@media (max-width:36rem) { body { padding:1rem .8rem 3rem; font-size:15px } h1 { font-size:1.25rem } }
@media print { body { max-width:none } pre { max-height:none } nav { display:none } }
</style>
"""
