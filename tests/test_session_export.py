"""memdir session export: what was said is data, in Markdown, JSON and HTML."""

from __future__ import annotations

import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox import Sandbox

from memdir.markdown_tree import holds_html, render
from memdir.sessions.catalogue import Session, catalogue
from memdir.sessions.export import exported
from memdir.sessions.html_export import MAX_BLOCK, page
from memdir.sessions.markdown_export import harmless, markdown
from memdir.sessions.readable import cleaner

HOSTILE = [
    "<script>alert(1)</script>",
    "</div></main><script src=//evil.example/x.js></script>",
    '<img src=x onerror="alert(1)">',
    "[click](javascript:alert(1)) ![x](http://evil.example/p.png) [y](JaVaScRiPt&#58;alert(1))",
    "[r]: javascript:alert(1)\n\n[r]",
    "<a href='javascript:alert(1)'>x</a> <javascript:alert(1)>",
    "`\n`<script>alert(1)</script>",
    "```\n</pre><script>alert(1)</script>\n",
    "<!-- \n\n# heading\n-->",
    "\x1b[31mred\x1b]0;title\x07 \u202e reversed \u2028 line",
    '"><style>body{display:none}</style>',
    "</title><script>1</script>",
]


def session_of(tmp_path: Path, texts: list[str]) -> Session:
    lines = []
    for number, text in enumerate(texts):
        call = {
            "type": "tool_use",
            "id": f"t{number}",
            "name": text[:40],
            "input": {"command": text, text[:20]: [text]},
        }
        result = {"type": "tool_result", "tool_use_id": f"t{number}", "content": text, "is_error": True}
        for role, content in (
            ("user", text),
            ("assistant", [{"type": "thinking", "thinking": text}, {"type": "text", "text": text}, call]),
            ("user", [result]),
        ):
            more = {"id": f"m{number}", "model": text[:30]} if role == "assistant" else {}
            line = {"type": role, "uuid": f"{text[:10]}{len(lines)}", "timestamp": "2026-11-20T10:00:00Z"}
            around = {"gitBranch": text[:30], "cwd": text[:30], "message": {"role": role, "content": content, **more}}
            lines.append({**line, **around})
    lines.append({"type": "custom-title", "customTitle": texts[0]})
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return catalogue([str(tmp_path)]).sessions[0]


class Elements(HTMLParser):
    """The elements of a page, their attributes, and the text outside of the style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


ALLOWED = frozenset(
    re.findall(
        r"\S+",
        "html meta title style header h1 dl div dt dd nav details summary ol li a time main article p pre code b "
        "footer em strong ul blockquote h2 h3 h4 h5 h6 hr br table thead tbody tr th td s",
    )
)


def check_page(text: str) -> Elements:
    elements = Elements(text)
    assert {tag for tag, _ in elements.found} <= ALLOWED
    for tag, attributes in elements.found:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset")]
        assert tag == "a" or "href" not in attributes
        assert re.match(r"#|https?:|mailto:|[^:]*$", attributes.get("href") or "")
        assert "style" not in attributes or re.fullmatch(r"text-align:(left|right|center)", attributes["style"] or "")
    policy = next(a["content"] for t, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    return elements


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_a_page(text: str, tmp_path: Path) -> None:
    whole = exported(session_of(tmp_path, [text, "next"]))
    elements = check_page("".join(page(whole, cleaner(raw=False), all=True)))
    assert "\x1b" not in elements.text
    assert "\u202e" not in elements.text
    assert sum(tag == "style" for tag, _ in elements.found) == 1
    assert sum(tag == "main" for tag, _ in elements.found) == 1


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.text("<>&\"'`[]()!:#*_-|~\\ \n\tabjs/=;ü\x00\x1b", max_size=60))
def test_any_text_stays_text_in_rendered_markdown(text: str) -> None:
    elements = Elements(render(text))
    assert {tag for tag, _ in elements.found} <= ALLOWED
    assert all(re.match(r"#|https?:|mailto:|[^:]*$", a.get("href") or "") for _, a in elements.found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_in_markdown(text: str, tmp_path: Path) -> None:
    whole = exported(session_of(tmp_path, [text, "next"]))
    made = "\n".join(markdown(whole, cleaner(raw=False), tools=True, all=True))
    assert not holds_html(made)
    assert "\x1b" not in made
    headings = [row for row in made.split("\n") if row.startswith("#")]
    assert len([row for row in headings if re.match(r"## (you|claude|agent)", row)]) == len(headings) - 1


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text("<>!-/&;`[]():# \n\tabjavscript", max_size=80))
def test_any_text_is_harmless_in_markdown(text: str) -> None:
    assert not holds_html("\n".join(f"> {row}" for row in harmless(text).split("\n")))


def test_code_and_links_to_the_web_stay_as_they_are() -> None:
    text = "See `<div>` and [docs](https://example.com/a), [here](#a).\n\n```html\n<b>bold</b>\n```"
    assert harmless(text) == text
    assert harmless("[x](javascript:alert(1))") == "[x]\\(javascript:alert(1))"


def test_a_huge_result_is_cut_and_says_so(tmp_path: Path) -> None:
    whole = exported(session_of(tmp_path, ["x" * (MAX_BLOCK + 1234)]))
    made = "".join(page(whole, cleaner(raw=False)))
    assert "1,234 more characters are left out here." in made
    assert len(made) < 6 * MAX_BLOCK


def test_a_huge_text_is_shown_as_it_is(tmp_path: Path) -> None:
    whole = exported(session_of(tmp_path, ["[" * 200_000]))
    assert "".join(page(whole, cleaner(raw=False))).count("[") >= 200_000


def test_the_page_of_the_sample(sample: Sandbox) -> None:
    done = sample.run("session", "export", "c2a7", "--format", "html", "-o", "out.html")
    assert done.code == 0
    path = sample.project / "out.html"
    assert done.out.strip() == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    elements = check_page(path.read_text("utf-8"))
    links = {a["href"] for t, a in elements.found if t == "a" and a.get("href", "").startswith("#")}  # type: ignore[union-attr]
    ids = {f"#{a['id']}" for _, a in elements.found if "id" in a}
    assert links <= ids
    assert "Sub-agent: Explore: Find all callers of with_tax" in elements.text
    assert "yes, per line, half up." in elements.text


def test_markdown_of_the_sample(sample: Sandbox) -> None:
    out = sample.run("session", "export", "0f9d").out
    assert out.startswith("# Scanner: limited retries over MQTT\n\n- Session: `0f9d3b7c-5a6e-4d28-b1c4-7e2f90a1d5c8`\n")
    assert "## you, 2026-10-24 06:41\n\n> /review the scanner branch\n" in out
    assert "- `Edit tools/scanner/mqtt.py (+1 -1)`\n" in out


def test_json_holds_everything(sample: Sandbox) -> None:
    shown = json.loads(sample.run("session", "export", "c2a7", "--json").out)
    assert shown["schema"] == "memdir.session-export/1"
    assert sample.run("session", "export", "c2a7", "--format", "json", "-o", "x.json").code == 0
    kept = json.loads((sample.project / "x.json").read_text("utf-8"))
    shown.pop("took_ms")
    assert kept == shown
    assert kept["agents"][0]["turns"]
    linear = json.loads(sample.run("session", "export", "5b1f", "--json", "--linear").out)
    assert len(linear["turns"]) == 13


def test_a_file_that_is_there_is_replaced_only_when_wanted(sample: Sandbox) -> None:
    target = sample.project / "x.md"
    target.write_text("mine")
    done = sample.run("session", "export", "0f9d", "-o", "x.md")
    assert (done.code, target.read_text()) == (2, "mine")
    fields = json.loads(sample.run("session", "export", "0f9d", "-o", "x.md", "--yes", "--json").out)
    assert fields["bytes"] == target.stat().st_size
    assert sample.run("session", "export", "0f9d", "-o", "docs").code == 2
    assert sample.run("session", "export", "0f9d", "-o", "no/such/folder/x.md").code == 5


def test_secrets_are_masked_in_every_format_unless_raw(sample: Sandbox, tmp_path: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    folder = tmp_path / "t"
    folder.mkdir()
    path = session_of(folder, [f"token {secret}", "next"]).path
    for form in ("md", "json", "html"):
        words = ("session", "export", path, "--format", form, "--all", "--tools")
        assert secret not in sample.run(*words).out
        assert secret in sample.run(*words, "--raw").out


def test_real_transcripts_become_pages(real_data: Path) -> None:
    found = catalogue([str(real_data / "transcripts" / "claude-code-fixtures")]).sessions
    assert len(found) > 30
    for session in found[:40]:
        whole = exported(session)
        check_page("".join(page(whole, cleaner(raw=False), all=True)))
        assert not holds_html("\n".join(markdown(whole, cleaner(raw=False), all=True)))
