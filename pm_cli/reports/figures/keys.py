"""The key cabinet: what is out and overdue; by day what was lent, returned, counted, sealed. Rules KEY-08 to KEY-12."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pm_cli.reports.figures.periods import ONE_DAY, midnight

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Happening, Plain, Scope


def keys(scope: Scope) -> Plain:
    """Tags in the register, loans out when stock is taken, and the days of the period that have begun.

    `missing` names what a day lacks: its count (CAL-06), its seal (CAL-07).
    """
    (registered,) = scope.db.execute("SELECT count(*) FROM record WHERE kind = 'key' AND open = 1").fetchone()
    out = _out(scope)
    return {
        "registered": registered,
        "out": out,
        "overdue": sum(loan["overdue"] for loan in out),
        "days": _days(scope, len(out)),
    }


def _out(scope: Scope) -> list[Plain]:
    """Loans that are not settled: who has how many of which key, and until when."""
    loans = [record for record in scope.standing if record.kind == "key_loan"]
    fields, due = scope.fields(loans), _due(scope, [loan.rid for loan in loans])
    late = {run.record.rid for run in scope.overdue if run.clock == "back"}
    return [
        {
            "id": loan.id,
            "state": loan.state,
            "key": loan.unit,
            "out": int(fields[loan.rid].get("out", 0)),
            "lost": int(fields[loan.rid].get("lost", 0)),
            "borrower": fields[loan.rid].get("borrower", {}).get("name", ""),
            "purpose": loan.summary,
            "due": scope.iso(due.get(loan.rid)),
            "overdue": loan.rid in late,
        }
        for loan in loans
    ]


def _due(scope: Scope, loans: list[int]) -> dict[int, int]:
    return dict(
        scope.db.execute(
            "SELECT rid, due FROM clock WHERE name = 'back' AND rid IN (SELECT value FROM json_each(?))",
            (json.dumps(loans),),
        )
    )


def _days(scope: Scope, out: int) -> list[Plain]:
    """The days that have begun, the last one first while counting back from the loans out at the end."""
    counts = _counts(scope)
    found: list[Plain] = []
    for day in reversed(list(scope.period.days())):
        begins, ends = midnight(day, scope.ledger.zone), midnight(day + ONE_DAY, scope.ledger.zone)
        if begins <= scope.at:
            steps = [step for step in scope.happened if begins <= step.at < ends]
            shown = _day(scope, steps, counts.get(day.isoformat(), []))
            over = scope.known.timestamp() >= ends
            found.append({"day": day.isoformat(), "over": over, "open": out, **shown})
            out -= shown["lent"] - shown["returned"]
    return found[::-1]


def _day(scope: Scope, steps: list[Happening], counts: list[Plain]) -> Plain:
    """What happened at the cabinet on one day, and what should have and did not."""
    loans = [step for step in steps if step.record.kind == "key_loan"]
    seals = [step for step in steps if step.record.kind == "key_seal"]
    sealed = _steps(scope, seals, "sealed")
    duties = {"key_count": counts, "key_seal": sealed}
    return {
        "lent": sum(not step.before for step in loans),
        "returned": sum(scope.closes(step) for step in loans),
        "counts": counts,
        "sealed": sealed,
        "opened_at_night": _steps(scope, seals, "opened"),
        "unsealed": _steps(scope, seals, "unsealed"),
        "missing": [duty for duty, entries in duties.items() if not entries],
    }


def _steps(scope: Scope, seals: list[Happening], state: str) -> list[Plain]:
    """The steps that led to a state of the seal."""
    return [
        {"id": step.record.id, "at": scope.iso(step.at), "by": step.by}
        for step in seals
        if step.after == state != step.before
    ]


def _counts(scope: Scope) -> dict[str, list[Plain]]:
    """The counts of the cabinet by the day that was counted (KEY-10, KEY-12)."""
    days = {"start": scope.start, "first": scope.period.first.isoformat(), "last": scope.period.last.isoformat()}
    found: dict[str, list[Plain]] = {}
    for day, number, began, by, state in scope.db.execute(_COUNTS, days):
        entry = {"id": number, "at": scope.iso(began), "by": by, "state": state}
        found.setdefault(day, []).append(entry)
    return found


_COUNTS = """
SELECT json_extract(fields, '$.day') AS day, id, began,
  (SELECT by FROM event WHERE event.rid = record.rid ORDER BY n LIMIT 1), state
FROM record WHERE kind = 'key_count' AND began >= :start AND state NOT IN ('draft', 'annulled')
  AND day BETWEEN :first AND :last ORDER BY began, id"""
