"""The codec over files that nobody here wrote: real memory directories, the YAML test suite, naughty strings.

The data lies outside the repository; `MEMDIR_REAL_DATA` names its directory.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator

import pytest
import yaml

from memdir import yaml_codec
from memdir.errors import BadInputError
from memdir.frontmatter import edit, field, parse, render, replace_body
from memdir.frontmatter_read import _UNUSUAL
from memdir.plain_yaml import Reading

DATA = os.environ.get("MEMDIR_REAL_DATA", "")
pytestmark = pytest.mark.skipif(not os.path.isdir(DATA), reason="MEMDIR_REAL_DATA is not set")


def files(folder: str, ending: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(glob.glob(f"{DATA}/{folder}/**/*{ending}", recursive=True, include_hidden=True)):
        with open(path, "rb") as file:
            yield path, file.read()


def test_every_real_memory_gives_name_description_and_type() -> None:
    count = 0
    for path, data in files("memory-dirs", ".md"):
        parsed = parse(data)
        if os.path.basename(path) == "MEMORY.md" or parsed.shape == "none":
            continue
        count += 1
        for key in ("name", "description", "type"):
            assert isinstance(field(parsed.head, key), str), (path, key)
        assert data.decode().replace("\r\n", "\n").endswith(parsed.body.replace("\r\n", "\n"))
    assert count > 200


def test_every_real_memory_can_be_edited_and_put_back() -> None:
    new = {"topics": ["a", "b"], "links": [{"to": "x", "weight": 0.5}], "confidence": 0.9}
    edited = refused = 0
    for path, data in files("memory-dirs", ".md"):
        parsed = parse(data)
        if parsed.shape == "none" or parsed.problem("invalid-yaml"):
            with pytest.raises(BadInputError) as caught:
                edit(data, new)
            assert caught.value.line
            refused += 1
            continue
        added = edit(data, new)
        assert edit(added, dict.fromkeys(new)) == data, path
        for key in ("name", "description", "type"):
            old = field(parsed.head, key)
            assert field(parse(edit(data, {key: f"new: {old}"})).head, key) == f"new: {old}", path
            assert parse(edit(edit(data, {key: "n"}), {key: old})).head == parsed.head, path
        assert replace_body(data, parsed.body) == data, path
        edited += 1
    assert edited > 200
    assert refused < 40


def test_the_yaml_test_suite() -> None:
    cases = 0
    for path, data in files("nasty/yaml+yaml-test-suite", ".yaml"):
        for case in yaml.safe_load(data):
            text = case.get("yaml", "")
            for shown, meant in (("␣", " "), ("————»", "\t"), ("———»", "\t"), ("——»", "\t"), ("—»", "\t"), ("»", "\t")):
                text = text.replace(shown, meant)
            text = text.replace("←", "\r").replace("⇔", "\ufeff").replace("↵", "").replace("∎\n", "").rstrip("\n")
            parsed = parse(f"---\nname: kept\n---\n{text}".encode())
            assert parsed.body == text
            parse(f"---\n{text}\n---\nbody\n".encode())
            reading = Reading(text.split("\n"))
            if reading.odd or _UNUSUAL.search(text):
                continue
            cases += 1
            try:
                expected: dict[str, object] | None = yaml_codec.load(text)
            except yaml_codec.YamlError:
                expected = None
            assert expected == (None if reading.invalid else reading.head), (path, text)
    assert cases > 15


def test_python_frontmatters_own_fixtures_give_its_own_results() -> None:
    results = dict(files("nasty/eyeseast+python-frontmatter/tests/yaml", ".result.json"))
    for path, data in files("nasty/eyeseast+python-frontmatter/tests/yaml", ""):
        result = results.get(os.path.splitext(path)[0] + ".result.json")
        if result is None or path.endswith(".json") or "extra-dash" in path:  # ---- opens nothing for Claude Code
            continue
        expected = json.loads(result)
        parsed = parse(data)
        assert parsed.body.strip() == expected.pop("content").strip(), path
        assert json.loads(json.dumps(parsed.head)) == expected, path


def test_naughty_strings_survive_as_values() -> None:
    with open(f"{DATA}/nasty/minimaxir+big-list-of-naughty-strings/blns.json", encoding="utf-8") as file:
        strings = json.load(file)
    before = render({"name": "n", "metadata": {"type": "user"}}, "Body\n")
    for text in strings:
        head = {"name": text, "description": text, "metadata": {"topics": [text], "links": [{"to": text}], "x": text}}
        parsed = parse(render(head, text))
        assert (dict(parsed.head), parsed.body) == (head, text)
        after = parse(edit(before, {"name": text, "description": text, "topics": [text, "a"], "type": text}))
        assert after.head["metadata"] == {"type": text, "topics": [text, "a"]}
        assert after.head["name"] == after.head["description"] == text
        parse(f"---\nname: {text}\ndescription: [{text}]\n---\n{text}".encode())
