"""An in-memory ledger for tests: the same books interface the store offers, without files, index or git."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from pm_cli import kinds
from pm_cli.core.amend import outcome_of
from pm_cli.core.calendar import Calendar
from pm_cli.core.clock import Run, Tracker
from pm_cli.core.errors import NotFound, Refusal
from pm_cli.core.fold import fold
from pm_cli.core.ident import Number, link, linked, matches, parse_number
from pm_cli.core.kind import Kind
from pm_cli.core.perform import Order, Outcome
from pm_cli.core.person import Actor, department_of
from pm_cli.core.policy import Policy
from pm_cli.core.record import Record
from pm_cli.flows import invariants
from pm_cli.flows.following import following
from pm_cli.flows.move import moved
from pm_cli.share import share
from pm_cli.store.compiled import read_calendar, read_policy

ZONE = ZoneInfo("Asia/Shanghai")


@cache
def shipped_policy() -> Policy:
    """The policy of the starter ledger."""
    return Policy(read_policy(share("ledger")))


@cache
def shipped_calendar() -> Calendar:
    """The calendar of the starter ledger, in Shanghai."""
    return Calendar.from_data(**read_calendar(share("ledger")), tz=ZONE)


@dataclass
class MemoryBooks:
    """Implements `core.perform.Books`."""

    records: dict[str, Record] = field(default_factory=dict)
    staff: dict[str, frozenset[str]] = field(default_factory=dict)
    desk: str = "A"
    zone: ZoneInfo = ZONE

    @property
    def policy(self) -> Policy:
        return shipped_policy()

    @property
    def calendar(self) -> Calendar:
        return shipped_calendar()

    def kind(self, name: str) -> Kind:
        return kinds.load(name)

    def get(self, number: str) -> Record | None:
        return self.records.get(linked(number))

    def resolve(self, text: str, allowed: tuple[str, ...]) -> str:
        found = [
            record
            for record in self.records.values()
            if matches(record.id, linked(text)) and (not allowed or record.kind in allowed)
        ]
        if not found and text in self.staff and "staff" in allowed:
            return text
        if len(found) != 1:
            raise NotFound(f"nothing or several answer to {text}")
        return found[0].id if self.kind(found[0].kind).register else link(found[0].id, found[0].identity)

    def matching(self, kind: str, equal: Mapping[str, str], at: datetime | None = None) -> Sequence[Record]:
        return [
            record
            for record in self.records.values()
            if record.kind == kind
            and (self.kind(kind).is_open(record.state) or (at and any(event.instant > at for event in record.events)))
            and all(linked(str(record.fields.get(name, ""))) == linked(text) for name, text in equal.items())
        ]

    def actor(self, login: str, at: datetime) -> Actor:
        registered = self.records.get(login)
        roles, department = self.staff.get(login), ""
        if registered is not None and registered.kind == "staff":
            held = registered.fields.get("role", [])
            roles = frozenset(str(role) for role in held)
            department = str(registered.fields.get("department", ""))
        if roles is None:
            raise Refusal(f"{login} is not registered")
        return Actor(login, roles, department or department_of(roles))

    def next_number(self, prefix: str, day: date) -> str:
        taken = [number.sequence for key in self.records if (number := parse_number(key)) and number.day == day]
        return str(Number(prefix, day, self.desk, max(taken, default=0) + 1))

    def reserve(self, record: Record) -> None:
        self.records[record.id] = record

    def do(
        self,
        kind: str,
        action: str,
        raw: Mapping[str, object] | None = None,
        *,
        on: str = "",
        by: str = "li.na",
        at: datetime,
        now: datetime | None = None,
        draft: bool = False,
    ) -> Outcome:
        """Perform an action, check the invariants across records, keep the result."""
        declared = kinds.load(kind)
        record = self.records[on] if on else None
        order = Order(declared.actions[action], dict(raw or {}), by, at, now or at, draft)
        if record is not None and action == "move":
            outcome = moved(self, declared, order, record)[0]
        else:
            outcome = outcome_of(self, declared, order, record)
        entailed = following(self, declared, order, outcome)
        broken = invariants.broken(self, [one.record for one in (outcome, *entailed)])
        if broken and action != "settle":
            raise Refusal(broken[0].message, broken[0].hint)
        if on:
            self.records.pop(on)
        self.records.update({one.record.id: one.record for one in (outcome, *entailed)})
        return outcome

    def runs(self, number: str) -> dict[str, Run]:
        """The clocks of a record by name; of one that began anew the last."""
        return {run.clock.name: run for run in self.all_runs(number)}

    def all_runs(self, number: str) -> list[Run]:
        """The clocks of a record, those included that were missed before a new time was agreed."""
        record = self.records[number]
        declared = kinds.load(record.kind)
        tracker = Tracker(declared.plan, declared.is_closed)
        fold(declared, record, watchers=[tracker])
        return tracker.runs(self.policy, self.calendar)
