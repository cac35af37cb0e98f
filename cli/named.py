"""Which directory and memory the NAMEs of a command line mean, `LABEL:path` as `memdir ls` prints it among them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from memdir.errors import NotFoundError, UsageError
from memdir.model import Source
from memdir.store import Store

from .app import App


def named(app: App, *names: str, within: Source | None = None) -> tuple[Source, list[str]]:
    """The first of the workspace's directories (or the one `within`) that has a memory for every name, and the names
    without their labels. Raises what the primary one says about the first name that is in none, and `UsageError`
    (code `other-directory`) when no directory has them all."""
    workspace = app.workspace()
    existing = [source for source in workspace.sources if os.path.isdir(source.root)]
    if not names or (len(existing) == 1 and within in (None, existing[0]) and not _labelled(existing, names)):
        return within or existing[0], list(names)  # the plan will say what is wrong with a name
    stores = [(source, Store(source.root)) for source in existing]
    homes = [_homes(stores, name) for name in names]
    for source, _ in stores:
        if within in (None, source) and all(source.label in home for home in homes):
            return source, [home[source.label] for home in homes]
    for name, home in zip(names, homes, strict=True):
        if not home:
            Store((within or workspace.primary).root).get(name)
    told = [f"{name} is in {' and '.join(home)}" for name, home in zip(names, homes, strict=True)]
    if within is not None:
        told.insert(0, f"this one is in {within.label}")
    raise UsageError(
        ", ".join(told), code="other-directory", hint="links, and what one command changes, stay within one directory"
    )


def several(app: App) -> bool:
    """True when more than one of the workspace's directories exists: what is printed then says of which it speaks."""
    return sum(os.path.isdir(source.root) for source in app.workspace().sources) > 1


def readings(app: App, name: str) -> list[tuple[Source, str]]:
    """Where a NAME is to be looked for, and by which words: `LABEL:path` in that directory first."""
    sources = app.workspace().sources
    return [*_labelled(sources, [name]), *((source, name) for source in sources)]


def _labelled(sources: Sequence[Source], names: Sequence[str]) -> list[tuple[Source, str]]:
    """The sources whose label a name begins with, each with the rest of the name."""
    split = [name.partition(":") for name in names]
    return [(source, rest) for label, _, rest in split for source in sources if rest and source.label == label]


def _homes(stores: Sequence[tuple[Source, Store]], name: str) -> dict[str, str]:
    """The labels of the directories that have a memory for a NAME, each with the name to use there."""
    label, _, rest = name.partition(":")
    for wanted, chosen in ((rest, [pair for pair in stores if rest and pair[0].label == label]), (name, stores)):
        found = {source.label: wanted for source, store in chosen if _has(store, wanted)}
        if found:
            return found
    return {}


def _has(store: Store, name: str) -> bool:
    try:
        store.get(name)
    except NotFoundError:
        return False
    return True
