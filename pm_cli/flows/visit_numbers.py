"""Shares of return visits by phone and at home, and the numbers leaders owe each month. Rules RV-13, RV-18, RV-20, RV-23, RV-24."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.request import REQUESTS
from pm_cli.flows.service_month import GROUPS, REACHED, holders, second

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pm_cli.flows.service_month import ServiceMonth
    from pm_cli.store.ledger import Ledger


class Visit(NamedTuple):
    """A visit that reached somebody."""

    id: str
    kind: str
    at: int
    by: str
    way: str


class Least(NamedTuple):
    """A number that somebody has to reach in a month; `who` is "" where nobody holds the role."""

    duty: str
    role: str
    who: str
    done: int
    required: int
    rule: str


def visits(month: ServiceMonth) -> list[Visit]:
    """All return visits made in the month that reached somebody, whatever month the service was of (AMB-41)."""
    return _visits(month.ledger, *month.bounds, REQUESTS)


def of_year(month: ServiceMonth) -> list[Visit]:
    """The visits of the calendar year up to the moment, of the kinds that have a rate (RV-13, AMB-42)."""
    begins = second(month.ledger, date(month.day.year, 1, 1))
    ends = second(month.ledger, date(month.day.year + 1, 1, 1)) - 1
    rated = tuple(kind for group in GROUPS for kind in month.items(f"rv.kinds.{group}"))
    return _visits(month.ledger, begins, min(ends, month.at), rated)


def over_limit(month: ServiceMonth, key: str, way: str, made: list[Visit]) -> bool:
    """Whether more visits were made in a way than a limit allows."""
    limit = month.figure(key)
    return limit is not None and sum(visit.way == way for visit in made) * 100 > limit.number * len(made)


def least(month: ServiceMonth) -> list[Least]:
    """What leaders owe themselves each month: complaint visits (RV-24) and spot checks (RV-20, each of them: D-33)."""
    made = Counter(visit.by for visit in visits(month) if visit.kind == "complaint")
    checked = checks(month)
    asked = [
        ("complaint_visits", "cs_manager", made, "rv.manager_min", "CAL-26"),
        ("complaint_visits", "centre_director", made, "rv.director_min", "CAL-26"),
        *(
            ("spot_checks", role, checked, "rv.spot_per_month_each", "CAL-25")
            for role in month.items("rv.spot_checkers")
        ),
    ]
    return [
        Least(duty, role, who, done[who], int(value.number), rule)
        for duty, role, done, key, rule in asked
        if (value := month.figure(key)) is not None
        for who in holders(month.ledger, role) or ("",)
    ]


def checks(month: ServiceMonth) -> Counter[str]:
    """Spot checks of the month by person."""
    rows = month.ledger.index.db.execute(_CHECKS, month.bounds)
    return Counter(by for (by,) in rows)


def not_at_home(month: ServiceMonth) -> list[str]:
    """Major complaints that were closed in the month without ever having been visited at home (RV-23)."""
    return [number for (number,) in month.ledger.index.db.execute(_MAJOR, month.bounds)]


def _visits(ledger: Ledger, begins: int, ends: int, of: Sequence[str]) -> list[Visit]:
    rows = ledger.index.db.execute(_VISITS, (begins, ends, json.dumps(list(of))))
    return list(map(Visit._make, rows))


_VISITS = f"""
SELECT id, kind, at, by, way FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN ? AND ? AND {REACHED} AND kind IN (SELECT value FROM json_each(?)) AND imported = 0
  AND state NOT IN ('annulled', 'moved') ORDER BY at, id, n"""
_CHECKS = """
SELECT by FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN ? AND ? AND action = 'spot_check' AND kind = 'return_visit' AND state != 'annulled'"""
_MAJOR = """
SELECT DISTINCT id FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN ? AND ? AND after = 'closed' AND before != 'closed' AND kind = 'complaint' AND imported = 0
  AND json_extract(fields, '$.major') = 'true' AND state NOT IN ('annulled', 'moved')
  AND NOT EXISTS (SELECT 1 FROM event AS made WHERE made.rid = event.rid AND made.action = 'visit' AND made.way = 'home'
    AND made.result IN ('satisfied', 'partly', 'dissatisfied'))
ORDER BY id"""
