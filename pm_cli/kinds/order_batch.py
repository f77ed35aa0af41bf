"""Order batch (工作单移交): the day's work orders to dispatch, the month's to the archivist. Rules WORK-31, CAL-05, CAL-21."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.ident import link, linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import DESK
from pm_cli.core.policy import span
from pm_cli.core.rule import computed, enforced
from pm_cli.core.spans import Month, begins
from pm_cli.core.text import _, listed, word
from pm_cli.core.types import Flag, Instant, Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

RepairRef = Annotated[str, Link(kinds=("repair",))]


class OrderBatch(Declaration):
    """Which orders are in it is worked out when it is handed over; it is open until somebody else has taken it over."""

    prefix = "WB"
    open = ("handed_over", "incomplete")
    closed = ("taken_over",)
    columns = ("period", "orders", "total", "late", "handed_over_by", "taken_over_by", "missing")
    place = ""
    handler = "taken_over_by"
    summary = "period"
    sort = ""


class HandOver(Action, start=True, to="handed_over", rules=("CAL-05",)):
    """Hand the day's work orders over to dispatch"""

    remark: Text | None = may("Remark")
    period: Text | None = may("Day (today)")
    until: Instant | None = may("Orders that came in by then (worked out by pm)")
    orders: list[RepairRef] = may("The orders since the batch before (found by pm)")
    late: Flag | None = may("Handed over after the hour (judged by pm)")
    handed_over_by: StaffRef | None = may("Who hands them over (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """A batch without orders is none."""
        return None if _since_last(now) else Refusal(_("no work order has come in since the batch before."))

    def witness(self, now: Facts) -> Fields:
        """What came in after the hour goes with the next day's (AMB-46); late is what should have gone before."""
        orders = _since_last(now)
        return {
            "period": now.at.date().isoformat(),
            "until": min(now.at, _hour(now, now.at)).isoformat(timespec="seconds"),
            "orders": [link(order.id, order.identity) for order in orders],
            "late": "true" if any(_due(now, order) < now.at for order in orders) else "false",
            "handed_over_by": now.by.id,
        }


class Bundle(Action, start=True, to="handed_over", rules=("WORK-31", "CAL-21")):
    """Sort and sum up the month's work orders and hand them over to the archivist"""

    month: Month = need("Which month", into="period")
    orders: list[RepairRef] = may("The orders of the month (found by pm)")
    counts: dict[str, str] = may("Orders of each kind of service (counted by pm)")
    total: Text | None = may("Sum of their fees, in yuan (summed by pm)")
    handed_over_by: StaffRef | None = may("Who hands them over (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Once for each month, from its last day on; that nothing came in is said too."""
        if f"{now.at + timedelta(days=1):%Y-%m}" <= self.month:
            return Refusal(_("{month} is not over.").format(month=self.month), rules=("WORK-31",))
        first = _morning(now, begins(self.month))
        same = [seen for seen in now.since("order_batch", first, period=self.month) if seen.state != "annulled"]
        if not same:
            return None
        return Refusal(_("{id} is the bundle of {month} already.").format(id=same[0].id, month=self.month))

    def witness(self, now: Facts) -> Fields:
        """The orders sorted by kind of service, with their number and sum."""
        orders = sorted(_of_month(now, self.month), key=lambda order: (_service(order), order.id))
        return {
            "orders": [link(order.id, order.identity) for order in orders],
            "counts": {name: str(count) for name, count in sorted(Counter(map(_service, orders)).items())},
            "total": str(sum((Decimal(str(order.fields.get("amount", "0"))) for order in orders), Decimal("0.00"))),
            "handed_over_by": now.by.id,
        }


class TakeOver(Action, of=("handed_over", "incomplete"), to="taken_over", by=DESK, rules=("CAL-05", "WORK-31")):
    """Count the orders and take them over"""

    missing: list[RepairRef] = may("Orders that were not among them")
    taken_over_by: StaffRef | None = may("Who takes them over (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Another person than who hands over; a month's bundle goes to the post the policy names (AMB-81)."""
        if refusal := own(now, now.fields.get("handed_over_by")):
            return refusal
        posts = frozenset(now.value("order_batch.bundle_to").items) if "counts" in now.fields else now.by.roles
        if now.by.may(posts | {"admin"}):
            return None
        reason = _("a month's bundle goes to {roles}.").format(roles=listed(word("role", one) for one in sorted(posts)))
        return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("WORK-31",))

    def witness(self, now: Facts) -> Fields:
        """Nobody takes over in another's name."""
        return {"taken_over_by": now.by.id}

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """While orders are missing it stays open."""
        return "incomplete" if "missing" in given else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """What was missing has been found when nothing is named any more."""
        if "missing" not in given:
            fields.pop("missing", None)


def _since_last(now: Facts) -> Sequence[Seen]:
    """Orders that came in since the batch before, up to the hour of the day."""
    start = now.at - span(str(now.value("order_batch.look_back").text))
    before = [str(seen.fields["until"]) for seen in now.since("order_batch", start) if "until" in seen.fields]
    last = max([start, *map(datetime.fromisoformat, before)])
    until = min(now.at, _hour(now, now.at))
    found = [seen for seen in now.since("repair", start) if (came := _came_in(seen)) and last < came <= until]
    return sorted(found, key=lambda seen: seen.id)


def _of_month(now: Facts, month: str) -> Sequence[Seen]:
    """Orders that came in in a month, or in the one before and after its bundle had gone."""
    before = f"{begins(month) - timedelta(days=1):%Y-%m}"
    since = _morning(now, begins(before))
    bundles = (seen for seen in now.since("order_batch", since) if "counts" in seen.fields and seen.state != "annulled")
    gone = {number for bundle in bundles for number in _orders(bundle)}
    months = ((seen, str(seen.fields.get("handed_in_at", ""))[:7]) for seen in now.since("repair", since))
    return [seen for seen, came in months if came == month or (came == before and seen.id not in gone)]


def _orders(batch: Seen) -> list[str]:
    found = batch.fields.get("orders")
    return [linked(str(order)) for order in found] if isinstance(found, list) else []


def _came_in(order: Seen) -> datetime | None:
    text = order.fields.get("handed_in_at")
    return datetime.fromisoformat(str(text)) if text and order.state != "annulled" else None


def _due(now: Facts, order: Seen) -> datetime:
    """The hour by which an order had to be handed over: of its day, or of the next when it came in later."""
    came = _came_in(order)
    assert came is not None
    hour = _hour(now, came)
    return hour if came <= hour else hour + timedelta(days=1)


def _hour(now: Facts, day: datetime) -> datetime:
    return datetime.combine(day.date(), now.value("order_batch.cutoff").time, day.tzinfo)


def _morning(now: Facts, day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), now.at.tzinfo)


def _service(order: Seen) -> str:
    return str(order.fields.get("service_kind", "routine"))


CLOCKS = (
    Clock(
        "take_over", starts=("hand_over", "bundle"), stops=("take_over",), within="order_batch.take_over",
        done=lambda fields: "missing" not in fields, rules=("CAL-05",),
    ),
)  # fmt: skip

RULES = (
    *computed("order_batch hand_over late", "CAL-05", note="orders in no batch after the hour are a missed duty"),
    *enforced("order_batch take_over", "WORK-31", note="by the archivist (AMB-81); orders, counts and sum by pm"),
    *computed("order_batch bundle orders", "CAL-21", note="a month without its bundle is a missed duty"),
)
