"""What a field can hold: each type says how typed text becomes a value; values are stored as text again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

from pm_cli.core.text import _, fold_width, keys_for, word
from pm_cli.core.times import When, parse_day, parse_when

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters other than line break and tab, and half characters."""
LONGEST = 20_000
"""Characters of one text; longer things are attached (SHEET-10)."""


@dataclass(frozen=True)
class Type:
    """A plain type: text by default. `personal` values enter events only as commitments."""

    name: str = "text"
    personal: bool = False

    def parse(self, raw: object, when: When) -> Any:
        """Turn what was typed into the value; raises ValueError with a message for the user."""
        return _text(raw)


@dataclass(frozen=True)
class Choice(Type):
    """One of a few stable English keys; the Chinese word is accepted too."""

    name: str = "choice"
    options: tuple[str, ...] = ()

    def parse(self, raw: object, when: When) -> str:
        """The key that was meant."""
        text = _text(raw)
        key = text.lower().replace("-", "_").replace(" ", "_")
        if key in self.options:
            return key
        for context in ("value", "role", "kind", "state"):
            found = keys_for(context, text, list(self.options))
            if len(found) == 1:
                return found[0]
        shown = ", ".join(
            option if option_word(option) == option else f"{option} ({option_word(option)})" for option in self.options
        )
        raise ValueError(_("{text!r} is none of: {options}").format(text=text, options=shown))


@dataclass(frozen=True)
class Link(Type):
    """Another record, by any tail of its number; `kinds` are those allowed. Resolved by the ledger when written."""

    name: str = "link"
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count(Type):
    """A whole number of at least `least`."""

    name: str = "count"
    least: int = 1

    def parse(self, raw: object, when: When) -> int:
        """The number, full-width digits folded."""
        text = fold_width(_text(raw))
        if not re.fullmatch(r"-?\d{1,12}", text):
            raise ValueError(_("{text!r} is not a whole number").format(text=text))
        if int(text) < self.least:
            raise ValueError(_("{text} is less than {least}").format(text=text, least=self.least))
        return int(text)


@dataclass(frozen=True)
class Amount(Type):
    """Yuan with at most two decimals, never negative."""

    name: str = "amount"

    def parse(self, raw: object, when: When) -> Decimal:
        """The amount."""
        text = fold_width(_text(raw)).removeprefix("¥").removesuffix("元")
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValueError(_("{text!r} is not an amount of money").format(text=text)) from None
        if not value.is_finite() or value < 0 or value != value.quantize(Decimal("0.01")):
            raise ValueError(_("{text!r} is not an amount in yuan and fen").format(text=text))
        return value.quantize(Decimal("0.01"))


@dataclass(frozen=True)
class InstantType(Type):
    """A point in time, as people type it: `14:30`, `yesterday 14:30`, `昨天 14:30`, `-20m`, `2026-11-21 14:30`."""

    name: str = "instant"

    def parse(self, raw: object, when: When) -> datetime:
        """The instant in the ledger's time zone."""
        return raw if isinstance(raw, datetime) else parse_when(_text(raw), when)


@dataclass(frozen=True)
class DayType(Type):
    """A calendar day."""

    name: str = "day"

    def parse(self, raw: object, when: When) -> date:
        """The day."""
        return raw if isinstance(raw, date) else parse_day(_text(raw), when)


@dataclass(frozen=True)
class FlagType(Type):
    """Yes or no."""

    name: str = "flag"

    def parse(self, raw: object, when: When) -> bool:
        """Accepts a boolean or yes/no, true/false, 是/否."""
        if isinstance(raw, bool):
            return raw
        text = _text(raw).lower()
        if text in {"true", "yes", "y", "1", "是", "对"}:
            return True
        if text in {"false", "no", "n", "0", "否", "不"}:
            return False
        raise ValueError(_("{text!r} is neither yes nor no").format(text=text))


@dataclass(frozen=True)
class CodeType(Type):
    """The natural number of a standing thing: room, key tag, staff login. Letters of any script, digits, `-`, `.`, `_`."""

    name: str = "code"

    def parse(self, raw: object, when: When) -> str:
        """The code, full-width characters folded."""
        text = fold_width(_text(raw))
        if not re.fullmatch(r"\w[\w.-]{0,63}", text) or text.endswith("."):
            raise ValueError(
                _("{text!r} cannot be a number: use letters, digits, - . _ without blanks").format(text=text)
            )
        return text


@dataclass(frozen=True)
class AttachmentType(Type):
    """A file; stored under the hash of its content, the field keeps `sha256:HASH name`."""

    name: str = "attachment"


Text = Annotated[str, Type()]
Personal = Annotated[str, Type(personal=True)]
Instant = Annotated[datetime, InstantType()]
Day = Annotated[date, DayType()]
Flag = Annotated[bool, FlagType()]
Positive = Annotated[int, Count()]
Natural = Annotated[int, Count(least=0)]
Money = Annotated[Decimal, Amount()]
Code = Annotated[str, CodeType()]
Attachment = Annotated[str, AttachmentType()]
UnitRef = Annotated[str, Link(kinds=("unit",))]
StaffRef = Annotated[str, Link(kinds=("staff",))]


def one_of(*options: str) -> Choice:
    """A choice for an alias: `Channel = Annotated[str, one_of("phone", "visit")]`."""
    return Choice(options=options)


def option_word(option: str) -> str:
    """An option of a choice as shown: a value, or where it is not one, a role."""
    shown = word("value", option)
    return shown if shown != option.replace("_", " ") else word("role", option)


def _text(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if not isinstance(raw, str | int | float | Decimal | date):
        raise ValueError(_("a single value is expected"))
    text = unicodedata.normalize("NFC", str(raw)).strip()
    if not text:
        raise ValueError(_("it is empty"))
    if len(text) > LONGEST:
        raise ValueError(_("longer than {limit} characters: attach it as a file").format(limit=LONGEST))
    if CONTROL.search(text):
        raise ValueError(_("it contains control characters"))
    return text


def to_text(value: Any) -> Node:
    """A typed value as the text (or list or mapping of texts) that is stored; None inside mappings is left out."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [to_text(item) for item in value]
    if isinstance(value, dict):
        return nodes(value)
    return str(value)


def nodes(values: Mapping[str, Any]) -> dict[str, Node]:
    """A mapping of typed values as stored text, without those that are None or empty."""
    return {key: to_text(value) for key, value in values.items() if value is not None and value not in ([], {})}
