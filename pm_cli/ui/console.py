"""The one home of output: tables on a terminal, tab-separated text into a pipe, JSON on request; record text is always defused."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

DANGEROUS = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
"""Control and bidirectional characters that must never reach a terminal."""
WHOLE = 17
"""Columns no wider than this, such as numbers, times and rooms, are never folded in a table."""
Row = Sequence[object]


def prepare() -> None:
    """Let nothing that a terminal cannot show stop a command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def defused(text: str) -> str:
    """Text without control and bidi characters; line breaks and tabs stay."""
    return text if text.isprintable() else re.sub(DANGEROUS, "\N{REPLACEMENT CHARACTER}", text)


def out(text: str = "") -> None:
    """A line on standard output."""
    sys.stdout.write(defused(text) + "\n")


def tell(text: str) -> None:
    """A message for the person, on standard error."""
    sys.stderr.write(defused(text) + "\n")


def raw(text: str) -> None:
    """A rendered document, as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def as_json(value: Any) -> None:
    """JSON on standard output, one value a command."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def on_terminal() -> bool:
    """Whether standard output is a terminal that wants tables."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def can_ask() -> bool:
    """Whether somebody is there to answer questions."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def table(titles: Sequence[str], rows: Iterable[Row]) -> None:
    """Rows as an aligned table on a terminal, as tab-separated lines with a header into a pipe."""
    if not on_terminal():
        sys.stdout.write("\t".join(titles) + "\n")
        sys.stdout.writelines(map(_line, rows))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = [[cell(value) for value in row] for row in rows]
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for title, *texts in zip(titles, *lines, strict=True):
        widest = max(map(width, (title, *texts)))
        drawn.add_column(title, overflow="fold", min_width=widest if widest <= WHOLE else None)
    for line in lines:
        drawn.add_row(*map(Text, line))
    Console(highlight=False, no_color="NO_COLOR" in os.environ or None).print(drawn)


def _line(row: Row) -> str:
    """A row as tab-separated text; nearly all are printable as they are."""
    try:
        if "".join(row).isprintable():  # type: ignore[arg-type]
            return "\t".join(row) + "\n"  # type: ignore[arg-type]
    except TypeError:
        pass
    return "\t".join(map(cell, row)) + "\n"


def cell(value: object) -> str:
    """One cell: no tabs, no line breaks, nothing dangerous."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    if text.isprintable():
        return text
    return " ".join(defused(text).split())


def heading(text: str) -> None:
    """A heading between blocks of a screen."""
    if on_terminal() and "NO_COLOR" not in os.environ:
        sys.stdout.write(f"\x1b[1m{defused(text)}\x1b[0m\n")
    else:
        out(text)


def width(text: str) -> int:
    """Columns a text takes on a terminal: two for wide characters."""
    from unicodedata import east_asian_width

    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def padded(text: str, columns: int) -> str:
    """Text filled with blanks to a number of terminal columns."""
    return text + " " * max(0, columns - width(text))
