"""Record numbers: `CP-261121-A07` is kind prefix, day of the first event, desk letter, that desk's number of the day."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from pm_cli.core.text import fold_width

NUMBER = re.compile(r"([A-Z]{2})-(\d{6})-([A-Z])(\d{2,})")
IMPORT_DESK = "Z"
"""Letter under which imports number, so that they never collide with a desk."""
LINK_DIGITS = 12
"""Hex digits of the identity that a stored link carries beside the number."""


class Number(NamedTuple):
    """A parsed record number."""

    prefix: str
    day: date
    desk: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.prefix}-{self.day:%y%m%d}-{self.desk}{self.sequence:02d}"

    @property
    def folder(self) -> str:
        """The journal folder of the day, relative to the ledger."""
        return day_folder(self.day)


@lru_cache
def day_folder(day: date) -> str:
    """The journal folder of a day, relative to the ledger."""
    return f"journal/{day:%Y/%m/%d}"


def parse_number(text: str) -> Number | None:
    """A full number, or None if the text is not one."""
    match = NUMBER.fullmatch(text)
    if not match:
        return None
    prefix, day, desk, sequence = match.groups()
    try:
        return Number(prefix, date(2000 + int(day[:2]), int(day[2:4]), int(day[4:])), desk, int(sequence))
    except ValueError:
        return None


def typed(text: str) -> str:
    """What somebody typed as a number, ready to compare: full width folded, capitals where numbers have them."""
    plain = fold_width(text)
    return plain.upper() if re.fullmatch(r"[A-Za-z0-9-]+", plain) and re.search(r"\d", plain) else plain


def matches(number: str, tail: str) -> bool:
    """Whether a typed tail (`A07`, `261121-A07`) names this number."""
    return number == tail or number.endswith("-" + tail)


def link(number: str, identity: str) -> str:
    """The stored form of a link to a journal record: number and identity."""
    return f"{number}@{identity[:LINK_DIGITS]}"


def linked(stored: str) -> str:
    """The number in a stored link."""
    return stored.partition("@")[0]
