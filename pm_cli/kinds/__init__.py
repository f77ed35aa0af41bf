"""Record kinds: one module or package each, found by their file names; adding or removing it adds or removes a kind."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pm_cli.core.text import first_line

if TYPE_CHECKING:
    from pm_cli.core.kind import Kind

FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    """Names of all kinds, without importing any."""
    return tuple(sorted(entry.name.removesuffix(".py") for entry in os.scandir(FOLDER) if entry.name[0].isalpha()))


@cache
def load(name: str) -> Kind:
    """The declaration of a kind; raises KeyError for an unknown name."""
    if name not in names():
        raise KeyError(name)
    from pm_cli.core.kind import gather

    return gather(name, import_module(f"{__name__}.{name}"))


@lru_cache(maxsize=64)
def heading(name: str) -> str:
    """The one-line help of a kind, read from its file without importing it."""
    package = FOLDER / name
    with (package / "__init__.py" if package.is_dir() else FOLDER / f"{name}.py").open(encoding="utf-8") as file:
        return first_line(file.readline().strip().strip('"'))
