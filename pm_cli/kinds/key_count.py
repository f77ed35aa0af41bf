"""Key count (钥匙清点): the cabinet is counted every day, differences are reported. Rules KEY-10, KEY-12."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import linked
from pm_cli.core.kind import Declaration
from pm_cli.core.rank import rank_of
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _, fold_width, listed
from pm_cli.core.types import Day, Flag, StaffRef, Text, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node
    from pm_cli.core.times import When


@dataclass(frozen=True)
class TallyType(Type):
    """How many of one key were counted: `K-3-1502=1`."""

    name: str = "tally"

    def parse(self, raw: object, when: When) -> str:
        """Tag and number, full width folded; raises ValueError naming the form."""
        text = fold_width(super().parse(raw, when))
        match = re.fullmatch(r"(\w[\w.-]{0,63})\s*=\s*(\d{1,6})", text)
        if not match:
            raise ValueError(_("{text!r} is not a count; write TAG=NUMBER: K-3-1502=1").format(text=text))
        return f"{match[1]}={int(match[2])}"


Tally = Annotated[str, TallyType()]


class KeyCount(Declaration):
    """Right, or a difference that stays open until it was reported and explained.

    The figures of the day and what the cabinet should have held come from keys, loans and custody.
    """

    prefix = "KC"
    open = ("differs", "reported")
    closed = ("right", "explained")
    columns = ("day", "counted", "reported_to", "explanation")
    place = ""
    handler = "reported_to"
    summary = "counted"
    search = ("explanation",)


class Count(Action, start=True, to="differs", rules=("KEY-10", "KEY-12")):
    """Count the cabinet: everything is right, or the numbers that were found"""

    all_right: Flag | None = may("Every number agrees with the books")
    counted: list[Tally] = may("What was counted: TAG=NUMBER; keys not named agree with the books", add=True)
    day: Day | None = may("Day that was counted (default: today)")
    reported_to: StaffRef | None = may("Superior who was told of the difference", rules=("KEY-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """What is found is taken down as it is; only the word about it must be true (KEY-12)."""
        if not self.counted:
            return None if self.all_right else _nothing_said()
        wrong = []
        for tally in self.counted:
            tag, _equals, number = tally.partition("=")
            key = now.find(tag)
            if key is None or key.kind != "key":
                return Refusal(
                    _("there is no key {tag} in the register.").format(tag=tag),
                    _("A key without a tag is noted: pm key-count note ID --text TEXT"),
                )
            there = in_cabinet(key, now.open("key_loan", key=tag), now.open("key_custody", key=tag))
            if int(number) != there:
                wrong.append(_("{tag}: {number} counted, {there} expected").format(tag=tag, number=number, there=there))
        if wrong and self.all_right:
            return Refusal(
                listed(wrong),
                _("Leave out --all-right and report it: --reported-to LOGIN"),
                ("KEY-12",),
            )
        if not wrong and not self.all_right:
            return Refusal(_("these numbers agree with the books."), _("Say so: --all-right"))
        return _not_superior(self.reported_to, now)

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """A difference stays open."""
        if fields.get("all_right") == "true":
            return "right"
        return "reported" if fields.get("reported_to") else None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Without a day named, that of the count."""
        fields.setdefault("day", at[:10])


class Report(Action, of=("differs", "reported"), to="reported", rules=("KEY-12",)):
    """Report the difference to the superior"""

    reported_to: StaffRef = need("Superior who was told")
    text: Text | None = may("What was said", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """To somebody above."""
        return _not_superior(self.reported_to, now)


class Explain(Action, of="reported", to="explained", rules=("KEY-12",)):
    """Say how the difference came about, once it was reported"""

    explanation: Text = need("Where the key was, or which entry was missing")


CLOCKS = (
    Clock(
        "report",
        starts=("count",),
        stops=("count", "report"),
        within="key.report",
        when=lambda fields: fields.get("all_right") != "true",
        done=lambda fields: bool(fields.get("reported_to")),
        rules=("KEY-12",),
    ),
)

RULES = (
    *recorded("key_count count", "KEY-10"),
    *enforced("key_count explain", "KEY-12", note="no explanation before the report; long out: key_loan clock back"),
)


def in_cabinet(key: Seen, loans: Iterable[Seen], custody: Iterable[Seen]) -> int:
    """How many of a key hang in the cabinet, given its open loans and custody agreements (KEY-11).

    Those that belong there and those in custody, less those out or lost on a loan; a loss that is booked in
    the register has left its count already. Below none when the books contradict one another.
    """
    settled = key.fields.get("lost_loans", [])
    booked = {linked(str(loan)) for loan in settled}
    held = sum(_number(paper.fields, "count") for paper in custody if paper.state != "lost")
    gone = sum(_number(loan.fields, "out") for loan in loans)
    gone += sum(_number(loan.fields, "lost") for loan in loans if loan.id not in booked)
    return _number(key.fields, "count") + held - gone


def _number(fields: Mapping[str, Node], name: str) -> int:
    return int(str(fields.get(name, "0")))


def _nothing_said() -> Refusal:
    return Refusal(
        _("nothing was said about the numbers."),
        _("Say --all-right, or what was found: --counted K-3-1502=1"),
    )


def _not_superior(login: str | None, now: Facts) -> Refusal | None:
    if not login:
        return None
    if rank_of(now, login) > now.by.rank:
        return None
    return Refusal(_("{who} is not above {by}.").format(who=login, by=now.by.id), rules=("KEY-12",))
