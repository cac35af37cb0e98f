"""YAML proper, for the heads that the line codec does not read: the only owner of python-frontmatter and PyYAML.

Loaded on need (45 ms). Differences from plain `safe_load`: dates stay the text they were, keys are the text that was
written (`on:` is "on"), and what comes out is plain data (text, numbers, truth values, None, lists, dicts), so that no
alias or tag of a hostile file reaches anyone.
"""

from __future__ import annotations

from typing import Final

import yaml
from frontmatter.default_handlers import YAMLHandler

MAX_HEAD_CHARS: Final = 32_768
"""PyYAML reads some 100 KB/s; a head longer than this is read by lines only."""
MAX_NODES: Final = 10_000
"""Values after aliases are expanded: the bound on what "billion laughs" can cost."""
MAX_DEPTH: Final = 40


class YamlError(ValueError):
    """The text is no YAML mapping, or too much of one. `line` counts from 1 in the text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """The safe loader without the timestamp resolver."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_mapping(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    loader.flatten_mapping(node)
    found: dict[object, object] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key that is no text", key.start_mark)
        found[key.value] = loader.construct_object(value, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
_HANDLER: Final = YAMLHandler()


def load(text: str) -> dict[str, object]:
    """The mapping that the text of a head holds; an empty one for an empty text. Raises `YamlError`."""
    if len(text) > MAX_HEAD_CHARS:
        raise YamlError(f"frontmatter is longer than {MAX_HEAD_CHARS} characters", 1)
    try:
        loaded = _HANDLER.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "invalid YAML", mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        raise YamlError("a character that YAML does not allow", text.count("\n", 0, error.position) + 1) from error
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise YamlError(f"invalid YAML: {type(error).__name__}", 1) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise YamlError("the frontmatter is no mapping of keys to values", 1)
    return {str(key): value for key, value in _Plain().mapping(loaded, 0).items()}


class _Plain:
    """Copies what YAML gave into plain data, within `MAX_NODES` and `MAX_DEPTH`."""

    def __init__(self) -> None:
        self._left = MAX_NODES

    def mapping(self, value: dict[object, object], depth: int) -> dict[str, object]:
        return {str(key): self.value(item, depth + 1) for key, item in value.items()}

    def value(self, value: object, depth: int) -> object:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise YamlError("the frontmatter holds too much", 1)
        if value is None or isinstance(value, str | bool | int | float):
            return value
        if isinstance(value, dict):
            return self.mapping(value, depth)
        if isinstance(value, list | tuple | set):
            return [self.value(item, depth + 1) for item in value]
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return str(value)
