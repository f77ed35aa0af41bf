"""A rendered document: in which format, and where it goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pm_cli.cli.session import current
from pm_cli.core.errors import Usage
from pm_cli.core.text import _
from pm_cli.ui import console

if TYPE_CHECKING:
    from collections.abc import Collection


def form_of(asked: str, output: str, formats: Collection[str]) -> str:
    """The format asked for, that of the file to write, or what suits the reader; raises Usage."""
    suffix = Path(output).suffix.removeprefix(".")
    fitting = "json" if current.json else suffix if suffix in formats else "txt" if console.on_terminal() else "md"
    if asked and asked not in formats:
        raise Usage(_("Format is one of: {names}").format(names=", ".join(formats)))
    return asked or fitting


def deliver(text: str, output: str, newline: str = "\n") -> None:
    """Write a document to a file, or to standard output if none is named; csv brings its own line ends (`newline` "")."""
    if output:
        Path(output).write_text(text, encoding="utf-8", newline=newline)
        console.tell(_("Written to {file}").format(file=output))
    else:
        console.raw(text)
