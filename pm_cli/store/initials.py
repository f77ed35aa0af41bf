"""Pinyin initials of Chinese names (`王强` is `wq`), from a table in GB 2312 order, so that no command imports a dictionary."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SURNAMES = {
    "单": "s", "仇": "q", "解": "x", "区": "o", "查": "z",
    "曾": "z", "盖": "g", "朴": "p", "尉": "y", "乐": "y",
    "缪": "m", "翟": "z", "覃": "q", "冼": "x",
}  # fmt: skip
"""Surnames that read otherwise than the character alone."""


@cache
def _table() -> str:
    """One letter for each of the 72 x 94 places from 0xB0A1; a dot where the standard has no character."""
    return (Path(__file__).parent / "initials.txt").read_text(encoding="ascii").replace("\n", "")


def initials(text: str) -> str:
    """Initials of the Chinese characters of a text; ASCII letters and digits stay, everything else is left out."""
    found = []
    for place, char in enumerate(text):
        if char.isascii():
            found.append(char.lower() if char.isalnum() else "")
        elif place == 0 and char in SURNAMES:
            found.append(SURNAMES[char])
        else:
            found.append(_initial(char))
    return "".join(found)


def _initial(char: str) -> str:
    try:
        row, column = char.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return ""
    place = (row - 0xB0) * 94 + column - 0xA1
    letter = _table()[place] if 0 <= place < 72 * 94 else "."
    return "" if letter == "." else letter
