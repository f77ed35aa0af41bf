"""Materials and tools through the store: drawn, borrowed, given back, lost (领、借用手续). Rules WORK-22, WORK-28."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.rule import enforced
from pm_cli.core.text import _, fold_width, listed
from pm_cli.core.types import StaffRef, Text, Type
from pm_cli.kinds.repair.stages import ON_SPOT, UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.core.times import When

    Fields = Mapping[str, Node]


@dataclass(frozen=True)
class LineType(Type):
    """A line of the store: `扳手=1`."""

    name: str = "item=count"

    def parse(self, raw: object, when: When) -> str:
        """Item and number of at least one; raises ValueError naming the form."""
        text = fold_width(super().parse(raw, when))
        match = re.fullmatch(r"([^=]{1,64}?)\s*=\s*([1-9]\d{0,3})", text)
        if not match:
            raise ValueError(_("{text!r} is no line of the store; write ITEM=COUNT: 扳手=1").format(text=text))
        return f"{match[1]}={match[2]}"


Line = Annotated[str, LineType()]


class Draw(Action, of=(*UNDER_WAY, "waiting", "done"), by=ON_SPOT, requires=("handler",), rules=("WORK-22",)):
    """Draw materials and borrow tools from the store"""

    material: list[Line] = may("Drawn: ITEM=COUNT", into="materials_drawn", add=True)
    tool: list[Line] = may("Borrowed: ITEM=COUNT", into="tools_drawn", add=True)
    store_slip: Text | None = may("Number of the store's slip")
    storekeeper: StaffRef | None = may("Who issued them")

    def refuse(self, now: Facts) -> Refusal | None:
        """At least one line."""
        return None if self.material or self.tool else _no_line()


class GiveBack(
    Action,
    of=(*UNDER_WAY, "waiting", "done", "accepted", "escalated", "dissatisfied", "cancelled"),
    by=ON_SPOT,
    rules=("WORK-28",),
):
    """Give materials and tools back to the store"""

    material: list[Line] = may("Given back: ITEM=COUNT", into="materials_back", add=True)
    tool: list[Line] = may("Given back: ITEM=COUNT", into="tools_back", add=True)
    lost_tool: list[Line] = may("Lost or broken: ITEM=COUNT", into="tools_lost", add=True)
    lost_reason: Text | None = may("How it was lost")
    storekeeper: StaffRef | None = may("Who took them back")

    def refuse(self, now: Facts) -> Refusal | None:
        """Not more than is out; a loss is explained."""
        if not (self.material or self.tool or self.lost_tool):
            return _no_line()
        if self.lost_tool and not self.lost_reason:
            return Refusal(_("a lost tool is explained."), _("Add --lost-reason TEXT"), ("WORK-28",))
        tools = out(now.fields, "tools")
        tools.subtract(_sum([*(self.tool or ()), *(self.lost_tool or ())]))
        materials = out(now.fields, "materials")
        materials.subtract(_sum(self.material or ()))
        wrong = [item for counted in (tools, materials) for item, count in counted.items() if count < 0]
        if not wrong:
            return None
        return Refusal(_("more is given back than was drawn: {items}.").format(items=listed(wrong)))


def out(fields: Fields, what: str) -> Counter[str]:
    """How many of each item are out of the store; `what` is tools or materials."""
    counted = _sum(_lines(fields, f"{what}_drawn"))
    counted.subtract(_sum([*_lines(fields, f"{what}_back"), *_lines(fields, f"{what}_lost")]))
    return counted


def tools_out(now: Facts) -> Refusal | None:
    """Borrowed tools that are not back yet, named (WORK-28)."""
    held = +out(now.fields, "tools")
    if not held:
        return None
    lines = [f"{item}={count}" for item, count in sorted(held.items())]
    hint = _("Enter first: pm repair give-back {id} --tool {line}").format(id=now.id, line=lines[0])
    return Refusal(_("tools are still out: {items}.").format(items=listed(lines)), hint, ("WORK-28",))


def _lines(fields: Fields, name: str) -> list[str]:
    found = fields.get(name)
    return [str(line) for line in found] if isinstance(found, list) else []


def _sum(lines: list[str] | tuple[str, ...]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for line in lines:
        item, _equals, count = line.rpartition("=")
        counted[item] += int(count)
    return counted


def _no_line() -> Refusal:
    return Refusal(_("nothing is named."), _("Add --tool ITEM=COUNT or --material ITEM=COUNT"))


CLOCKS = (
    Clock(
        "tools", starts=("draw",), stops=("give_back",), renews=("draw",), within="repair.tools",
        when=lambda fields: "tools_drawn" in fields, done=lambda fields: not +out(fields, "tools"),
        rules=("WORK-28",),
    ),
)  # fmt: skip

RULES = (*enforced("repair draw", "WORK-22", note="lines of the store; not more comes back than went out"),)
