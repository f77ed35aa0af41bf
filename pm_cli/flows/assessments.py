"""Who is to be assessed for a quarter, and who has been. Rules ASSESS-03, ASSESS-05, CAL-29, CAL-31."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.request import REQUESTS
from pm_cli.core.spans import days, quarter_of
from pm_cli.flows.reviews import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from typing import Any

    from pm_cli.flows.reviews import Look
    from pm_cli.store.ledger import Ledger

CENTRE = "customer_service"
CONCERNED = ("complained_department", "executing_department", "departments", "department")
"""Fields that name the departments a complaint concerns: the one complained about before those that handle it."""
ONE_DAY = timedelta(days=1)


class Judged(NamedTuple):
    """An assessment that was drawn up."""

    id: str
    state: str
    score: str
    assessor: str


def to_assess(ledger: Ledger, last: date) -> list[str]:
    """Logins of those whom the policy wants assessed for a quarter that ends on a day."""
    if "assess.roles" not in ledger.policy:
        return []
    wanted = set(ledger.policy.at("assess.roles", last).items)
    rows = ledger.index.db.execute(_STAFF, (_midnight(ledger, last + ONE_DAY),))
    return [str(login) for login, held in rows if wanted.intersection(json.loads(held or "[]"))]


def judged(ledger: Ledger, period: str) -> dict[str, Judged]:
    """The assessments of a period by login, department or name of a contractor."""
    return {str(who): Judged(*one) for who, *one in ledger.index.db.execute(_JUDGED, (period,))}


def staff_left(look: Look) -> Iterator[Call]:
    """Quarters for which somebody at the centre is still to be assessed (CAL-29)."""
    for quarter, last in _quarters(look):
        if set(to_assess(look.ledger, last)) - judged(look.ledger, quarter).keys():
            yield Call(quarter, last)


def centre_left(look: Look) -> Iterator[Call]:
    """Quarters for which the centre itself is still to be assessed, by those whom the policy names (AMB-80)."""
    for quarter, last in _quarters(look):
        if "assess.cs_centre" in look.ledger.policy and CENTRE not in judged(look.ledger, quarter):
            yield Call(quarter, last, role=look.ledger.policy.at("assess.cs_centre", last).items[0])


def departments_left(look: Look) -> Iterator[Call]:
    """Quarters in which complaints concerned a department that nobody has evaluated; the centre has its own duty (CAL-31)."""
    for quarter, last in _quarters(look):
        if _concerned(look.ledger, quarter) - judged(look.ledger, quarter).keys() - {CENTRE}:
            yield Call(quarter, last)


def concerned(fields: Mapping[str, Any], handler_of: str) -> Iterable[str]:
    """Each department a complaint with these fields concerns; if it names none, that of its handler ("" unknown)."""
    named = next((fields[name] for name in CONCERNED if fields.get(name)), handler_of)
    return [named] if isinstance(named, str) else named


def none(_look: Look) -> Counter[tuple[str, str]]:
    """Quarters are only called for while somebody is left."""
    return Counter()


def _quarters(look: Look) -> Iterator[tuple[str, date]]:
    """Quarters with entries that are over, from the last one before the days looked back at."""
    quarter = quarter_of(days(quarter_of(look.first))[0] - ONE_DAY)
    first, last = days(quarter)
    while last < look.day(look.at):
        span = (_midnight(look.ledger, first), _midnight(look.ledger, last + ONE_DAY) - 1)
        if look.ledger.index.db.execute(_ENTRIES, (*REQUESTS, *span)).fetchone():
            yield quarter, last
        quarter = quarter_of(last + ONE_DAY)
        first, last = days(quarter)


def _concerned(ledger: Ledger, quarter: str) -> set[str]:
    """The departments that the complaints of a quarter concern."""
    first, last = days(quarter)
    span = (_midnight(ledger, first), _midnight(ledger, last + ONE_DAY) - 1)
    rows = ledger.index.db.execute(_COMPLAINTS, span)
    return {name for fields, home in rows for name in concerned(json.loads(fields), home or "") if name}


def _midnight(ledger: Ledger, day: date) -> int:
    return int(datetime.combine(day, time(), ledger.zone).timestamp())


_STAFF = """
SELECT id, json_extract(fields, '$.role') FROM record
WHERE kind = 'staff' AND open = 1 AND began < ? ORDER BY id"""
_SAID = ", ".join(f"json_extract(fields, '$.{name}')" for name in ("person", "department", "contractor"))
_JUDGED = f"""
SELECT coalesce({_SAID}), id, state, json_extract(fields, '$.score'), handler FROM record
WHERE kind = 'assessment' AND state NOT IN ('draft', 'annulled') AND json_extract(fields, '$.period') = ?"""
_COMPLAINTS = """
SELECT fields, (SELECT json_extract(staff.fields, '$.department') FROM record AS staff
  WHERE staff.kind = 'staff' AND staff.id = record.handler) FROM record
WHERE kind = 'complaint' AND imported = 0 AND state NOT IN ('draft', 'annulled', 'moved') AND began BETWEEN ? AND ?"""
_ENTRIES = f"""
SELECT 1 FROM record
WHERE kind IN ({", ".join("?" * len(REQUESTS))}) AND imported = 0 AND state != 'annulled' AND began BETWEEN ? AND ? LIMIT 1"""
