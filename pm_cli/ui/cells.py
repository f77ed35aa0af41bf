"""Figures as people read them, and tables of them whose columns line up with wide characters too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pm_cli.core.text import _, lasting, word
from pm_cli.core.times import shown
from pm_cli.core.types import option_word
from pm_cli.ui.console import cell, width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

BRIEF = 36
"""Terminal columns of a summary in a table."""
NOTHING = "-"
FIGURES = {"signed", "lasting"}
PROSE = 24
"""Terminal columns from which a text may wrap on a printed page."""
_MARKDOWN = re.compile(r"([\\`*\[\]<>|])")


@dataclass(frozen=True)
class Grid:
    """A table ready to be laid out: texts by row; columns look `figure` (at the right), `prose` (may wrap) or `term`.

    `more` rows were left off.
    """

    titles: list[str]
    rows: list[list[str]]
    looks: list[str]
    more: int = 0


@dataclass(frozen=True)
class Reader:
    """How values read in one format (`html`, `md`, `txt`) and time zone."""

    zone: tzinfo
    format: str

    def when(self, instant: str | None) -> str:
        """A stored instant as local time to the minute."""
        return shown(datetime.fromisoformat(instant), self.zone) if instant else NOTHING

    def brief(self, text: str) -> str:
        """Text cut to the width of a summary; on a printed page it may wrap instead."""
        return text if self.format == "html" else cut(text, BRIEF)

    def way(self, how: str) -> Callable[[Any], str]:
        """How one value reads: `when`, `signed`, `lasting`, `brief`, `value` (a key or free text), `note` (the same, brief),
        or the name of a context of `word` such as `kind` and `state`; by default as its type asks for."""
        ways: dict[str, Callable[[Any], str]] = {
            "": plain,
            "when": self.when,
            "signed": signed,
            "lasting": lasting,
            "brief": self.brief,
            "value": key_or_text,
            "note": lambda text: self.brief(key_or_text(text)),
        }
        return ways.get(how, partial(word, how))

    def shown(self, value: Any, how: str = "") -> str:
        """A value, or several with commas, in words (see `way`); "-" for none."""
        if value is None or value == "" or value == []:
            return NOTHING
        read = self.way(how)
        return ", ".join(map(read, value)) if isinstance(value, list) else read(value)

    def plain(self, text: object) -> str:
        """Text that means nothing to the format: Markdown's own characters are escaped (HTML is by its templates)."""
        return _MARKDOWN.sub(r"\\\1", cell(text)) if self.format == "md" else cell(text)


def grid(reader: Reader, items: Any, columns: Sequence[Sequence[str]], limit: int = 0) -> Grid:
    """A table of items, one a row; `items` is a sequence of mappings or a list of a report (`count` and `rows`).

    A column is its title, the name of a value and how that reads (see `Reader.way`).
    """
    rows, count = (items["rows"], items["count"]) if isinstance(items, dict) else (items, len(items))
    kept = rows[:limit] if limit else rows
    made = [_column(reader, [item.get(name) for item in kept], title, *how) for title, name, *how in columns]
    looks = [look for _column, look in made]
    titles, *texts = (list(row) for row in zip(*(column for column, _look in made), strict=True))
    return Grid(titles, texts, looks, count - len(kept))


def _column(reader: Reader, values: list[Any], title: str, how: str = "") -> tuple[list[str], str]:
    """Title and texts of one column, filled to one width where the format asks for it, and its look."""
    figures = how in FIGURES or (any(value is not None for value in values) and all(map(_is_figure, values)))
    texts = [reader.plain(title), *(reader.plain(reader.shown(value, how)) for value in values)]
    widths = [width(text) for text in texts]
    look = "figure" if figures else "prose" if max(widths) > PROSE else "term"
    if reader.format == "html":
        return texts, look
    blanks = [" " * (max(widths) - wide) for wide in widths]
    return [blank + text if figures else text + blank for text, blank in zip(texts, blanks, strict=True)], look


def _is_figure(value: Any) -> bool:
    return value is None or (isinstance(value, dict | int | float) and not isinstance(value, bool))


def plain(value: Any) -> str:
    """A value by its type: yes or no, a rate, a figure, text."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return rate(value) if isinstance(value, dict) else str(value)


def rate(figure: Mapping[str, Any]) -> str:
    """A rate with numerator and denominator beside it; these alone where the base is too small, "-" for 0/0."""
    if not figure["denominator"]:
        return NOTHING
    base = f"({figure['numerator']}/{figure['denominator']})"
    return base if figure["percent"] is None else f"{figure['percent']:g} % {base}"


def signed(figure: float) -> str:
    """A difference with its sign."""
    return f"{figure:+g}" if figure else "0"


def cut(text: str, columns: int) -> str:
    """Text of at most so many terminal columns, an ellipsis in place of the rest."""
    if width(text) <= columns:
        return text
    while width(text) >= columns:
        text = text[:-1]
    return text.rstrip() + "…"


def key_or_text(value: str) -> str:
    """A stable key in the reader's language; what people wrote themselves as it is."""
    return option_word(value) if re.fullmatch(r"[a-z][a-z0-9_]*", value) else value
