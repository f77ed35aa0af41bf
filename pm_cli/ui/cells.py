"""Figures as people read them, and tables of them whose columns line up with wide characters too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli.core.text import _, word
from pm_cli.core.times import shown
from pm_cli.ui.console import cell, padded, width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

BRIEF = 36
"""Terminal columns of a summary in a table."""
NOTHING = "-"
FIGURES = {"signed", "lasting"}
PROSE = {"brief", "value"}
_MARKDOWN = re.compile(r"([\\`*\[\]<>|])")


class Cell(NamedTuple):
    """One cell of a table; its look is `figure` (stands at the right), `prose` (may wrap) or "" (does not wrap)."""

    text: str
    look: str


@dataclass(frozen=True)
class Grid:
    """A table ready to be laid out; `more` rows were left off."""

    titles: list[Cell]
    rows: list[list[Cell]]
    more: int = 0


@dataclass(frozen=True)
class Reader:
    """How values read in one format (`html`, `md`, `txt`) and time zone."""

    zone: tzinfo
    format: str

    def when(self, instant: str | None) -> str:
        """A stored instant as local time to the minute."""
        return shown(datetime.fromisoformat(instant), self.zone) if instant else NOTHING

    def shown(self, value: Any, how: str = "") -> str:
        """A value in words. `how`: `when`, `signed`, `lasting`, `brief`, `value` (a key or free text), or a context of
        `word` such as `kind` and `state`; by default as its type asks for."""
        if value is None or value == "":
            return NOTHING
        ways: dict[str, Callable[[Any], str]] = {
            "": plain, "when": self.when, "signed": signed, "lasting": lasting, "brief": self.brief, "value": key_or_text,
        }  # fmt: skip
        if isinstance(value, list):
            return ", ".join(self.shown(item, how) for item in value) or NOTHING
        return ways[how](value) if how in ways else word(how, str(value))

    def brief(self, text: str) -> str:
        """Text cut to the width of a summary; on a printed page it may wrap instead."""
        return text if self.format == "html" else cut(text, BRIEF)

    def plain(self, text: object) -> str:
        """Text that means nothing to the format: Markdown's own characters are escaped (HTML is by its templates)."""
        return _MARKDOWN.sub(r"\\\1", cell(text)) if self.format == "md" else cell(text)


def grid(
    reader: Reader, items: Sequence[Mapping[str, Any]], columns: Sequence[Sequence[str]], limit: int = 0
) -> Grid:
    """A table of items, one a row. A column is its title, the name of the value and how that reads (see `shown`)."""
    kept = items[:limit] if limit else items
    titles = [reader.plain(title) for title, *_rest in columns]
    made = [[_made(reader, item.get(name), *how) for _title, name, *how in columns] for item in kept]
    looks = [_look([row[n].look for row in made]) for n in range(len(columns))]
    texts = [titles, *([cell.text for cell in row] for row in made)]
    if reader.format != "html":
        wide = [max(width(row[n]) for row in texts) for n in range(len(columns))]
        texts = [[_filled(*one) for one in zip(row, looks, wide, strict=True)] for row in texts]
    laid = [[Cell(*one) for one in zip(row, looks, strict=True)] for row in texts]
    return Grid(laid[0], laid[1:], len(items) - len(kept))


def _made(reader: Reader, value: Any, how: str = "") -> Cell:
    figure = how in FIGURES or (isinstance(value, dict | int | float) and not isinstance(value, bool))
    look = "figure" if figure or value is None else "prose" if how in PROSE or isinstance(value, list) else ""
    return Cell(reader.plain(reader.shown(value, how)), look)


def _look(looks: list[str]) -> str:
    """How a column looks: figures only where all are, prose where one is."""
    if looks and all(look == "figure" for look in looks):
        return "figure"
    return "prose" if "prose" in looks else ""


def _filled(text: str, look: str, wide: int) -> str:
    return " " * (wide - width(text)) + text if look == "figure" else padded(text, wide)


def plain(value: Any) -> str:
    """A value by its type: yes or no, a rate, a figure, text."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return rate(value) if isinstance(value, dict) else str(value)


def rate(figure: Mapping[str, Any]) -> str:
    """A rate with numerator and denominator beside it; "-" for 0/0."""
    if figure["percent"] is None:
        return NOTHING
    return f"{figure['percent']:g} % ({figure['numerator']}/{figure['denominator']})"


def signed(figure: float) -> str:
    """A difference with its sign."""
    return f"{figure:+g}" if figure else "0"


def lasting(seconds: int) -> str:
    """A stretch of time in its two largest units: `2d 3h`, `45m`."""
    minutes = max(0, seconds) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {rest}m" if hours else f"{rest}m"


def cut(text: str, columns: int) -> str:
    """Text of at most so many terminal columns, an ellipsis in place of the rest."""
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[:-1]
    return text.rstrip() + "…"


def key_or_text(value: str) -> str:
    """A stable key in the reader's language; what people wrote themselves as it is."""
    return word("value", value) if re.fullmatch(r"[a-z][a-z0-9_]*", value) else value
