"""Importing a large package in less time, without changing what it does.

The MCP SDK takes 0.5 s of a processor to import: its packages load the client with its HTTP stack, and pydantic builds
640 models of which a server uses a few dozen. Both can wait until somebody asks for them (measured: 0.36 s).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import TypeVar

_T = TypeVar("_T")


def quickly(load: Callable[[], _T], packages: tuple[str, ...], also: tuple[str, ...] = ()) -> _T:
    """What `load` imports, with these packages' own modules and all models deferred. Where that fails, whatever the
    reason, what was imported of the packages and of `also` is forgotten and `load` runs as it is."""
    before = set(sys.modules)
    try:
        defer_packages(*packages)
        with deferred_models():
            return load()
    except Exception:  # noqa: BLE001 - the plain import says what is really wrong, or works
        for name in set(sys.modules) - before:
            if name in also or name.startswith(packages):
                del sys.modules[name]
        return load()


class _Deferred(ModuleType):
    """A package whose own module runs when something of it is asked for. Its submodules can be imported before."""

    def __getattr__(self, name: str) -> object:
        spec = self.__spec__
        if name.startswith("__") or spec is None or spec.loader is None:
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec.loader.exec_module(self)
        return getattr(self, name)


def defer_packages(*names: str) -> None:
    """Let these packages, parents first, run their own modules only when needed. Raises ModuleNotFoundError."""
    for name in names:
        if name in sys.modules:
            continue
        spec = find_spec(name)
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = _Deferred(name)
        module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
        module.__package__, module.__path__ = name, list(spec.submodule_search_locations)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)


@contextmanager
def deferred_models() -> Iterator[None]:
    """Within it classes of pydantic models are made without their validators, which are built on first use."""
    from pydantic import BaseModel

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
