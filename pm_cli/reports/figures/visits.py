"""Return visits of a month: made and missing by kind, shares by phone and at home, what leaders owe, topics heard."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.flows import visit_numbers
from pm_cli.flows.return_visits import DUE
from pm_cli.flows.service_month import ServiceMonth
from pm_cli.flows.visits import due_of, quotas, to_visit, visitor_of
from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import rate

if TYPE_CHECKING:
    from pm_cli.flows.visit_numbers import Visit
    from pm_cli.flows.visits import Finished, Quota
    from pm_cli.reports.figures.scope import Plain, Scope

SCORES = ("attitude", "speed", "quality")
LIMITS = {"phone": ("rv.phone_share_max_year", -1), "home": ("rv.home_share_min_month", 1)}
"""Policy keys of the limits; a share is to stay below (-1) or above (1)."""


def visits(scope: Scope) -> Plain:
    """The month of the report; visits count up to what is known, for they may be made until the 10th of the next one."""
    return quota(month_of(scope))


def month_of(scope: Scope) -> ServiceMonth:
    """The month in which the period of a report ends, looked at from what is known."""
    return ServiceMonth(scope.ledger, int(scope.known.timestamp()), scope.period.last)


def quota(month: ServiceMonth) -> Plain:
    """What is required and done by kind, and the shares and numbers of the month (RV-08 to RV-13, RV-18, RV-20, RV-24)."""
    year, made = visit_numbers.of_year(month), visit_numbers.visits(month)
    return {
        "month": month.name,
        "due": _iso(month, month.end(DUE)),
        "days_left": max(0, (_day(month, month.end(DUE)) - _day(month, month.at)).days),
        "by_group": [_group(one) for one in quotas(month)],
        "phone_share": _share(month, "phone", year, f"{month.day.year}"),
        "home_share": _share(month, "home", made, month.name),
        "least": [
            {
                "duty": one.duty,
                "role": one.role,
                "who": one.who,
                "done": one.done,
                "required": one.required,
                "missing": max(0, one.required - one.done),
                "due": _iso(month, month.end("rv.month_end")),
                "rule": one.rule,
            }
            for one in visit_numbers.least(month)
        ],
        "major_not_at_home": visit_numbers.not_at_home(month),
        "scores": _scores(month),
        "topics": _topics(month),
    }


def plan(month: ServiceMonth) -> Plain:
    """Whom to visit, in the order in which the handling ended (RV-14), with who goes and by when."""
    found = [(one, case) for one in quotas(month) for case in to_visit(month, one)]
    found.sort(key=lambda item: (item[1].finished_at, item[1].id))
    return {"month": month.name, "due": _iso(month, month.end(DUE)), "visits": [_visit(month, *item) for item in found]}


def _group(one: Quota) -> Plain:
    return {
        "group": one.group,
        "kinds": list(one.kinds),
        "rate": f"{one.rate} %",
        "finished": len(one.cases),
        "required": one.required,
        "done": one.done,
        "visited": rate(one.done, len(one.cases)),
        "missing": one.missing,
        "unreachable": one.unreachable,
        "nobody": len(one.nobody),
    }


def _visit(month: ServiceMonth, one: Quota, case: Finished) -> Plain:
    roles, who = visitor_of(month, case)
    due = due_of(month, case)
    return {
        "id": case.id,
        "kind": case.kind,
        "unit": case.unit,
        "summary": case.summary,
        "group": one.group,
        "finished": _iso(month, case.finished_at),
        "due": _iso(month, due),
        "late_seconds": max(0, month.at - due),
        "at_home": case.fields.get("major") == "true",
        "roles": list(roles),
        "who": who,
        "form": case.form,
    }


def _share(month: ServiceMonth, way: str, made: list[Visit], period: str) -> Plain:
    """The share of visits made in a way, beside its limit; nothing out of nothing breaks none (RV-13, RV-18)."""
    key, sign = LIMITS[way]
    part, value = sum(visit.way == way for visit in made), month.figure(key)
    limit, kept = (value.text, sign * (part * 100 - value.number * len(made)) >= 0) if value else (None, True)
    return {"period": period, "share": rate(part, len(made)), "limit": limit, "kept": kept}


def _scores(month: ServiceMonth) -> list[Plain]:
    """Mean scores given in the month, with how many there were."""
    found = []
    for name in SCORES:
        row = month.ledger.index.db.execute(_MEAN, (f"$.{name}", *month.bounds)).fetchone()
        if row[0]:
            found.append({"score": name, "answers": row[0], "mean": round(row[1], 1)})
    return found


def _topics(month: ServiceMonth) -> Plain:
    """Topics residents cared about, for the CS manager (RV-27)."""
    rows = month.ledger.index.db.execute(_TOPICS, month.bounds).fetchall()
    lines = [{"id": number, "unit": unit, "topic": topic} for number, unit, kept in rows for topic in json.loads(kept)]
    return listed(lines, lambda line: line)


def _iso(month: ServiceMonth, seconds: int) -> str:
    return datetime.fromtimestamp(seconds, month.ledger.zone).isoformat()


def _day(month: ServiceMonth, seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, month.ledger.zone).replace(hour=0, minute=0, second=0)


_VISITED = """
FROM record WHERE kind = 'return_visit' AND state NOT IN ('draft', 'annulled')
  AND unixepoch(json_extract(fields, '$.visited_at')) BETWEEN"""
_MEAN = f"""
SELECT count(score), avg(CAST(score AS REAL)) FROM (SELECT json_extract(fields, ?) AS score {_VISITED} ? AND ?)"""
_TOPICS = (
    f"SELECT id, unit, json_extract(fields, '$.topics') AS topics {_VISITED} ? AND ? AND topics IS NOT NULL ORDER BY id"
)
