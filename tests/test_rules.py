"""Rules with `paths`: how they are read, expanded and matched (formats/claude-code.md §2.2)."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.globs import TooManyPatterns, any_match, compile_glob, expand_braces, split_commas
from memdir.rules import read_paths, split_head
from memdir.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("head", "patterns"),
    [
        ("paths:\n  - src/**\n  - lib/*.ts\n", ("src/**", "lib/*.ts")),
        ("paths:\n- src/**\n- lib/*.ts\n", ("src/**", "lib/*.ts")),
        ("paths:\n  - \"src/**\"  # comment\n  # another\n  - 'lib/*.ts'\n", ("src/**", "lib/*.ts")),
        ("paths: src/**, lib/*.ts", ("src/**", "lib/*.ts")),
        ('paths: "src/**, lib/*.ts"', ("src/**", "lib/*.ts")),
        ("paths: {src,lib}/**/*.ts, tests/**/*.test.ts", ("{src,lib}/**/*.ts", "tests/**/*.test.ts")),
        ('paths: ["src/**", lib/*.ts]', ("src/**", "lib/*.ts")),
        ("paths: [src/**]", ("src/**",)),
        ("paths: [ab]/[cd].ts", ("[ab]/[cd].ts",)),
        ("paths: [\n  a.md,\n  b.md\n]", ("a.md", "b.md")),
        ("paths: **/*.ts", ("**/*.ts",)),
        ("paths: *.md", ("*.md",)),
        ("paths:\n  - *.md\n  - @x: y\n", ("*.md", "@x: y")),
        ("description: a: b: c\npaths: src/**\nother: x", ("src/**",)),
        ('"paths": src/**', ("src/**",)),
        ("paths: src/** # all of it", ("src/**",)),
        ("paths:\n  - a\n\n  - b\ndescription: x\n  - c", ("a", "b")),
        ("paths:\r\n  - a\r\n  - b\r\n", ("a", "b")),
        ("paths:\n  src/**\n  lib/**", ("src/**", "lib/**")),
        ("paths: >-\n  src/**,\n  lib/**", ("src/**", "lib/**")),
        ("paths:", ()),
        ("paths: []", ()),
        ('paths: ""', ()),
        ("paths: # none", ()),
        ("globs: src/**", ()),
        ("mypaths: src/**", ()),
        ("  paths: src/**", ()),
        ("", ()),
        ("\x00{[: -", ()),
    ],
)
def test_paths_are_read_as_people_write_them(head: str, patterns: tuple[str, ...]) -> None:
    assert read_paths(head).patterns == patterns


def test_only_everything_is_no_condition() -> None:
    for head in ("", "paths:", "paths: **", "paths:\n  - '**'\n  - \"**/*\"\n"):
        assert not read_paths(head).conditional, head
    assert read_paths("paths: **, src/*").conditional


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.md", ["a.md", ".md"], ["docs/a.md", "a.mdx"]),
        ("**/*.ts", ["a.ts", "x/a.ts", "x/y/a.ts"], ["a.tsx"]),
        ("src/**", ["src/a", "src/x/y"], ["srcs/a", "lib/src/a", "a"]),
        ("src/**/*.ts", ["src/a.ts", "src/x/y/a.ts"], ["a.ts", "lib/src/a.ts"]),
        ("src", ["src", "src/a", "src/x/y"], ["lib/src"]),
        ("src/", ["src/a"], ["src"]),
        ("/src/*.ts", ["src/a.ts"], ["lib/src/a.ts"]),
        ("./src/*.ts", ["src/a.ts"], []),
        ("src/*", ["src/a", "src/x/y"], ["src"]),
        ("a?.md", ["ab.md", "aé.md"], ["a.md", "a/.md"]),
        ("[abc].md", ["a.md", "c.md"], ["d.md", "abc.md"]),
        ("[!abc].md", ["d.md"], ["a.md"]),
        ("[^abc].md", ["d.md"], ["a.md"]),
        ("[a-c0-9].md", ["b.md", "7.md"], ["d.md"]),
        ("[]a].md", ["].md", "a.md"], ["b.md"]),
        ("[\\]\\-].md", ["].md", "-.md"], ["\\.md"]),
        ("[a-].md", ["-.md", "a.md"], ["b.md"]),
        ("app/\\[id\\]/*.tsx", ["app/[id]/page.tsx"], ["app/i/page.tsx"]),
        ("a\\*.md", ["a*.md"], ["ab.md"]),
        ("**/test/**", ["test/a", "x/test/a/b"], ["tests/a"]),
        ("**", ["a", "a/b"], []),
        ("a**b", ["ab", "axxb"], ["a/b"]),
        ("Src/*", ["Src/a"], ["src/a"]),
        ("데이터/*.md", ["데이터/a.md"], []),
        ("[", [], ["[", "a"]),
        ("[b-a]", [], ["a", "b"]),
        ("x\\", [], ["x"]),
        ("", [], ["a"]),
        ("/", [], ["a"]),
    ],
)
def test_matching(pattern: str, yes: list[str], no: list[str]) -> None:
    glob = compile_glob(pattern)
    for path in yes:
        assert glob.matches(path), path
    for path in no:
        assert not glob.matches(path), path


def test_an_invalid_pattern_matches_nothing_and_the_others_go_on() -> None:
    rule = read_paths("paths:\n  - 'src/[a'\n  - lib/**\n")
    assert rule.conditional
    assert rule.matches("lib/x.ts")
    assert not rule.matches("src/[a")
    assert len(rule.problems) == 1 and "src/[a" in rule.problems[0]


def test_a_later_negation_takes_out() -> None:
    globs = [compile_glob(p) for p in ("src/**", "!src/gen/**", "src/gen/keep.ts")]
    assert any_match(globs, "src/a.ts")
    assert not any_match(globs, "src/gen/a.ts")
    assert any_match(globs, "src/gen/keep.ts")


@pytest.mark.parametrize(
    ("pattern", "expanded"),
    [
        ("src", ["src"]),
        ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
        ("x{a,b{1,2}}y", ["xay", "xb1y", "xb2y"]),
        ("*.{ts,tsx}", ["*.ts", "*.tsx"]),
        ("{,a}b", ["b", "ab"]),
        ("{a}", ["a"]),
        ("{a,b", ["{a,b"]),
        ("a,b}", ["a,b}"]),
        ("\\{a,b\\}", ["\\{a,b\\}"]),
    ],
)
def test_brace_expansion(pattern: str, expanded: list[str]) -> None:
    assert expand_braces(pattern) == expanded


def test_brace_expansion_has_a_budget() -> None:
    assert len(expand_braces("{0,1,2,3,4,5,6,7,8,9}" * 3)) == 1000
    for bomb in ("{0,1,2,3,4,5,6,7,8,9}" * 3 + "{a,b}", "{a,b}" * 40, "{" * 900 + "a,b" + "}" * 900 + "{a,b}" * 30):
        with pytest.raises(TooManyPatterns):
            expand_braces(bomb)
    with pytest.raises(TooManyPatterns):
        expand_braces("{" + "x" * 3000 + ",y" + "z" * 3000 + "}{a,b}", characters=10_000)
    rule = read_paths("paths:\n  - src/" + "{a,b}" * 20 + "\n  - lib/**\n")
    assert rule.conditional and rule.matches("lib/x") and len(rule.problems) == 1
    assert not rule.matches("src/" + "a" * 20)


def test_the_budget_is_that_of_the_whole_rule() -> None:
    rule = read_paths("paths:\n" + "".join(f"  - d{n}/{{a,b}}{{c,d}}{{e,f}}{{g,h}}\n" for n in range(100)))
    assert len([g for g in rule.globs if g.segments]) <= 1000
    assert rule.problems and rule.matches("d0/aceg")


def test_commas() -> None:
    assert split_commas("a, {b,c}/d , ,e\\,f") == ["a", "{b,c}/d", "e\\,f"]


_SEGMENT = st.text(alphabet="ab*?", min_size=1, max_size=5).filter(lambda s: "**" not in s)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(_SEGMENT, st.text(alphabet="ab", min_size=1, max_size=7))
def test_one_segment_matches_as_fnmatch_does(pattern: str, name: str) -> None:
    assert compile_glob(pattern).matches(name) == fnmatch.fnmatchcase(name, pattern)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(["**", "a", "b", "*", "a*"]), min_size=1, max_size=5),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5),
)
def test_double_stars_match_as_their_regular_expression_does(pattern: list[str], parts: list[str]) -> None:
    expression = "".join("(?:[^/]+/)*" if p == "**" else p.replace("*", "[^/]*") + "/" for p in pattern)
    expected = re.fullmatch(expression, "/".join(parts) + "/") is not None
    assert compile_glob("/".join(pattern)).matches("/".join(parts), below=False) == expected


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=40), st.text(max_size=20))
def test_any_pattern_and_head_are_read(pattern: str, path: str) -> None:
    compile_glob(pattern).matches(path)
    rule = read_paths(f"paths: {pattern}\n{path}")
    rule.matches(path)
    head, body, offset = split_head(pattern)
    assert offset == 0 or head is not None
    assert body == "" or pattern.endswith(body)


def test_a_hostile_pattern_comes_to_an_end() -> None:
    assert not compile_glob("*a" * 2000 + "b").matches("a" * 4000)
    assert not compile_glob("**/a/" * 200 + "b").matches("a/" * 400 + "c")


@pytest.mark.parametrize(
    ("text", "head", "body", "offset"),
    [
        ("---\na: b\n---\nbody\n", "a: b\n", "body\n", 3),
        ("\ufeff---\na: b\n---\nbody", "a: b\n", "body", 3),
        ("---\r\na: b\r\n---\r\nbody", "a: b\r\n", "body", 3),
        ("---  \n---\t\nbody", "", "body", 2),
        ("---\na: b\n---", "a: b\n", "", 2),
        ("---\nnever closed\n", "", "---\nnever closed\n", 0),
        ("----\na\n----\n", "", "----\na\n----\n", 0),
        (" ---\na\n---\n", "", " ---\na\n---\n", 0),
        ("body\n---\n", "", "body\n---\n", 0),
        ("", "", "", 0),
    ],
)
def test_frontmatter_is_taken_off(text: str, head: str, body: str, offset: int) -> None:
    assert split_head(text) == (head, body, offset)


def test_token_estimate() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("abcd") == 1
    assert estimate_tokens("abcde") == 2
    assert estimate_tokens("мир!") == 2
    assert estimate_tokens("日本語") == 3


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.text(max_size=20), max_size=8))
def test_texts_that_fit_one_by_one_fit_together(texts: list[str]) -> None:
    assert estimate_tokens("".join(texts)) <= sum(map(estimate_tokens, texts))
