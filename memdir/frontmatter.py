"""The codec for memory files, in one place to import from: reading (`frontmatter_read`) and writing
(`frontmatter_edit`)."""

from __future__ import annotations

from .frontmatter_edit import edit, render, replace_body
from .frontmatter_read import Parsed, Shape, field, parse

__all__ = ["Parsed", "Shape", "edit", "field", "parse", "render", "replace_body"]
