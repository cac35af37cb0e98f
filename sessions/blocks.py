"""The content of a message, which is a text or a list of blocks, by kind of block (formats §3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .entry import Call, Result


class Blocks:
    """The texts, thoughts, calls and results of a content. Signatures, encrypted thoughts, images and other data are
    left out: `[image]` stands where one was. `agent` is the sub-agent that did the work of the results."""

    def __init__(self, content: object, agent: str = "") -> None:
        self.calls: list[Call] = []
        self.results: list[Result] = []
        self.texts: list[str] = []
        self._thoughts: list[str] = []
        self._agent = agent
        for block in content if isinstance(content, list) else [content]:
            if isinstance(block, str):
                self.texts.append(block)
            elif isinstance(block, Mapping):
                self._take(block)
        if self.results and self.texts:  # said beside a result, such as why a person refused: a part of it
            last = self.results[-1]
            self.results[-1] = last._replace(text=_joined([last.text, *self.texts]))
            self.texts = []

    @property
    def text(self) -> str:
        """The texts, each on lines of its own."""
        return _joined(self.texts)

    @property
    def thinking(self) -> str:
        """The thoughts, each on lines of its own."""
        return _joined(self._thoughts)

    def _take(self, block: Mapping[object, object]) -> None:
        type = block.get("type")
        if type == "thinking":
            self._thoughts.append(text_at(block, "thinking"))
        elif isinstance(type, str) and type.endswith("tool_use"):
            input = block.get("input")
            input = input if isinstance(input, Mapping) else {}
            self.calls.append(Call(text_at(block, "id"), text_at(block, "name"), input))
        elif isinstance(type, str) and type.endswith("tool_result"):
            text, failed = text_of(block.get("content")), block.get("is_error") is True
            self.results.append(Result(text_at(block, "tool_use_id"), text, failed, self._agent))
        else:
            self.texts.append(_text_in(block))


def text_of(content: object) -> str:
    """The text of a content that is a text or a list of blocks."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return _joined(
        block if isinstance(block, str) else _text_in(block) if isinstance(block, Mapping) else "" for block in content
    )


def _text_in(block: Mapping[object, object]) -> str:
    type = block.get("type")
    if type == "image":
        return "[image]"
    if type == "document":
        source = block.get("source")
        data = text_at(source, "data") if text_at(source, "type") == "text" else ""
        return _joined([text_at(block, "title"), data]) or "[document]"
    if type == "tool_reference":
        return text_at(block, "tool_name")
    return text_at(block, "text")


def text_at(mapping: object, key: str) -> str:
    """The text under a key; empty where there is none."""
    value = mapping.get(key) if isinstance(mapping, Mapping) else None
    return value if isinstance(value, str) else ""


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)
