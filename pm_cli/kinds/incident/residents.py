"""What residents are told while it lasts: words for the desk to read out, when more is known, when it is over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS, DESK, EVERYBODY, HEADS
from pm_cli.core.request import later_than_now
from pm_cli.core.text import _, fold_width
from pm_cli.core.types import Choice, Instant, Text
from pm_cli.kinds.incident.response import ON_SCENE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Through = Annotated[str, Choice(options=("phone", "wechat", "notice", "broadcast", "door", "message"))]

PERSONAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
"""A mobile phone or an identity card."""


class TellResidents(Action, of=ON_SCENE, by=CS | DESK | HEADS):
    """Tell residents what happened, what is being done, when more is known; the desk reads it to callers"""

    words: Text = need("The words, without names, phones or flats", into="residents_told")
    through: list[Through] = need("How it reaches them", into="told_through")
    next_word: Instant | None = may("When more is known", ask=True)
    expected_end: Instant | None = may("When it will be over, as far as is known now")

    def refuse(self, now: Facts) -> Refusal | None:
        """Nothing personal goes out, and times promised lie ahead."""
        unit = str(now.fields.get("unit", ""))
        if PERSONAL.search(re.sub(r"[\s-]", "", fold_width(self.words))) or ("-" in unit and unit in self.words):
            why = _("the words contain a phone, an identity card or the flat it began in.")
            return Refusal(why, _("Say the building, and what is done about it."))
        return later_than_now(self.next_word, now) or later_than_now(self.expected_end, now)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When; a promise of more holds until the next word."""
        fields["told_at"] = at
        if "next_word" not in given:
            fields.pop("next_word", None)


class Restore(Action, of=ON_SCENE, by=EVERYBODY, requires=("affected",)):
    """The supply is back: callers need not be told any more"""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What was affected is so no longer."""
        fields["was_affected"], fields["restored"] = fields.pop("affected"), at


CLOCKS = (
    Clock(
        "next_word", ("tell_residents",), ("restore",), agreed="next_word", renews=("tell_residents",),
        within=lambda fields: "incident.next_word" if "next_word" in fields else "", promise=True, rules=("EMER-01",),
    ),
    Clock(
        "restore", ("discover",), ("restore",), agreed="expected_end",
        within=lambda fields: "incident.restore" if "expected_end" in fields else "", promise=True, rules=("EMER-01",),
    ),
)  # fmt: skip
"""What was promised to residents; the policy only says who hears of it when it is missed."""
