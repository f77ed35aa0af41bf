"""Return visits that are owed, worked out from the requests and never stored. Rules RV-08 to RV-12, RV-14, RV-16, RV-17."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli import kinds
from pm_cli.core.calendar import UnknownYear
from pm_cli.core.draw import drawn
from pm_cli.core.flow import Flow
from pm_cli.flows.return_visits import DUE, term
from pm_cli.flows.service_month import GROUPS, REACHED, holders
from pm_cli.store.schema import LINKED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.flows.service_month import ServiceMonth
    from pm_cli.store.ledger import Ledger

ALL = Decimal(100)
OVER = frozenset({"unreachable", "closed"})
"""States in which a form is nobody's any more."""


class Finished(NamedTuple):
    """A request whose handling ended in the month, `visited_at` None while nobody was reached since.

    `form` is the open return-visit form, `visitor` who drew it; `unreachable` whether a form ended so; `nobody` whether
    no name and no way of contact is known, so that nobody can be visited.
    """

    rid: int
    id: str
    kind: str
    unit: str
    summary: str
    finished_at: int
    visited_at: int | None
    clock_due: int | None
    fields: dict[str, Any]
    form: str
    visitor: str
    unreachable: bool

    @property
    def nobody(self) -> bool:
        """Whether nobody can be visited: anonymous and without any way of contact."""
        return self.fields.get("anonymous") == "true" and not (self.fields.get("caller") or {}).get("phone")


@dataclass(frozen=True)
class Quota:
    """What one rate asks for in a month: `cases` in the order in which their handling ended."""

    group: str
    kinds: tuple[str, ...]
    rate: Decimal
    cases: tuple[Finished, ...]
    nobody: tuple[Finished, ...]

    @property
    def required(self) -> int:
        """How many have to be visited, rounded up (AMB-40)."""
        return ceil(len(self.cases) * self.rate / ALL)

    @property
    def done(self) -> int:
        """How many were visited; attempts that reached nobody do not count (AMB-44)."""
        return sum(case.visited_at is not None for case in self.cases)

    @property
    def unreachable(self) -> int:
        """Where all attempts were in vain, and nobody was reached since."""
        return sum(case.unreachable and case.visited_at is None for case in self.cases)

    @property
    def missing(self) -> int:
        """How many visits are short of the rate."""
        return max(0, self.required - self.done)

    @property
    def left(self) -> int:
        """How many visits can still be made to reach it: who could not be reached is not visited any more."""
        return min(self.missing, len(self.cases) - self.done - self.unreachable)


def quotas(month: ServiceMonth) -> list[Quota]:
    """The rates of a month for the kinds there are (RV-08 to RV-12)."""
    found = []
    for group in GROUPS:
        rate, named = month.figure(f"rv.rate.{group}"), month.items(f"rv.kinds.{group}")
        there = tuple(kind for kind in named if kind in kinds.names())
        if rate is not None and there:
            cases = [case for kind in there for case in finished(month, kind)]
            cases.sort(key=lambda case: (case.finished_at, case.id))
            reachable = tuple(case for case in cases if not case.nobody)
            found.append(Quota(group, there, rate.number, reachable, tuple(case for case in cases if case.nobody)))
    return found


def finished(month: ServiceMonth, kind: str) -> Iterator[Finished]:
    """Requests of a kind whose handling last ended in the month and was not begun again since; no imported history."""
    begins, ends = month.bounds
    values = {
        "kind": kind,
        "begins": begins,
        "ends": ends,
        "at": month.at,
        "reopens": json.dumps(kinds.load(kind).declared.reopens),
    }
    invalid_too = "yes" in month.items("rv.include_invalid")
    for rid, number, of, unit, summary, ended, visited, clock, fields, drawn_up in month.ledger.index.db.execute(
        _FINISHED, values
    ):
        known, (form, state, visitor) = json.loads(fields), json.loads(drawn_up or '["", "", ""]')
        if not invalid_too and known.get("validity") == "invalid":
            continue
        if state in OVER:
            form = visitor = ""
        gone = state == "unreachable"
        yield Finished(rid, number, of, unit, summary, ended, visited, clock, known, form, visitor, gone)


def to_visit(month: ServiceMonth, quota: Quota) -> list[Finished]:
    """Whom to visit to reach the rate: all, or as many as are missing in the order of the draw; the longest waiting first.

    The draw is the same for everybody: estate and month are its seed, lots go by the identity of the records, so that
    what is finished later changes little; where nobody was reached the next one takes the place.
    """
    left = {case.id: case for case in quota.cases if case.visited_at is None and not case.unreachable}
    if quota.rate < ALL and left:
        identities = {_identity(month.ledger, case): case.id for case in quota.cases}
        order = drawn(identities, ALL, month.ledger.estate.name, month.name)
        chosen = [identities[name] for name in order if identities[name] in left][: quota.missing]
        left = {number: left[number] for number in chosen}
    return sorted(left.values(), key=lambda case: (case.finished_at, case.id))


def due_of(month: ServiceMonth, case: Finished) -> int:
    """Until when a request is to be visited: what its own clock says, else counted from the end of the handling."""
    if case.clock_due is not None:
        return case.clock_due
    at = datetime.fromtimestamp(case.finished_at, month.ledger.zone)
    try:
        return int(term(month.ledger, case.kind, at).timestamp())
    except UnknownYear:
        return month.end(DUE)


def visitor_of(month: ServiceMonth, case: Finished) -> tuple[tuple[str, ...], str]:
    """The roles that visit by the rule (D-12), and the person: who drew the form, or the one who alone is meant."""
    if case.kind == "complaint":
        rule = "major" if case.fields.get("major") == "true" else "complaint"
    else:
        rule = "front_desk" if case.fields.get("channel") in month.items("rv.front_desk") else "other"
    roles = month.items(f"rv.assign_rules.{rule}")
    if case.visitor:
        return roles, case.visitor
    people = [login for role in roles for login in holders(month.ledger, role)]
    if rule == "front_desk":
        zone = _zone(month.ledger, case.unit)
        people = [login for login in people if zone and _zone(month.ledger, login) == zone]
    return roles, people[0] if len(set(people)) == 1 or (rule == "major" and people) else ""


def _identity(ledger: Ledger, case: Finished) -> str:
    record = ledger.get(case.id)
    return record.identity if record else case.id


def _zone(ledger: Ledger, code: str) -> str:
    record = ledger.get(code) if code else None
    return str(record.fields.get("zone", "")) if record else ""


_FINISHED = f"""
WITH touched AS (
  SELECT DISTINCT rid FROM event INDEXED BY event_flow
  WHERE flow > 0 AND flow & {Flow.RESOLVED:d} AND at BETWEEN :begins AND :ends),
ended AS (
  SELECT rid, max(n) AS n, max(at) AS finished
  FROM touched CROSS JOIN event USING (rid) CROSS JOIN record USING (rid)
  WHERE at <= :at AND flow & {Flow.RESOLVED:d} AND kind = :kind AND imported = 0 AND state NOT IN ('annulled', 'moved')
  GROUP BY rid HAVING max(at) BETWEEN :begins AND :ends),
forms AS (
  SELECT {LINKED} AS request, json_array(id, state, handler) AS form, max(began) FROM record
  WHERE kind = 'return_visit' AND state NOT IN ('annulled', 'draft') GROUP BY request)
SELECT rid, record.id, kind, unit, summary, finished,
  (SELECT min(at) FROM event WHERE event.rid = ended.rid AND event.n > ended.n AND at <= :at AND {REACHED}),
  (SELECT due FROM clock WHERE clock.rid = ended.rid AND name = 'visit' AND start >= finished ORDER BY start DESC LIMIT 1),
  fields, form
FROM ended CROSS JOIN record USING (rid) LEFT JOIN forms ON forms.request = record.id
WHERE NOT EXISTS (
  SELECT 1 FROM event WHERE event.rid = ended.rid AND event.n > ended.n AND at <= :at
    AND action IN (SELECT value FROM json_each(:reopens)))
ORDER BY finished, record.id"""
