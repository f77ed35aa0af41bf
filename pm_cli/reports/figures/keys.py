"""The key cabinet: what is out and overdue; by day what was lent, returned, counted, sealed. Rules KEY-08 to KEY-12."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.reports.figures.listing import LISTED, listed
from pm_cli.reports.figures.periods import ONE_DAY, midnight

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Seen, Step


def keys(scope: Scope) -> Plain:
    """Tags in the register, loans out when stock is taken, and the days of the period that have begun.

    `missing` names what a day lacks: its count (CAL-06), its seal (CAL-07).
    """
    (registered,) = scope.ask("SELECT count(*) FROM record WHERE kind = 'key' AND open = 1").fetchone()
    loans = scope.standing("key_loan")
    terms = {rid: (due, late) for rid, due, late in scope.ask(_TERMS, rids=[loan.rid for loan in loans])}
    fields = scope.fields(loans[:LISTED])
    return {
        "registered": registered,
        "overdue": sum(late for _due, late in terms.values()),
        "out": listed(loans, lambda loan: _loan(scope, loan, fields[loan.rid], *terms.get(loan.rid, (None, 0)))),
        "days": _days(scope, len(loans), watched=registered > 0),
    }


def _loan(scope: Scope, loan: Seen, fields: Plain, due: int | None, late: int) -> Plain:
    """A loan that is not settled: who has how many of which key, and until when."""
    return {
        **loan.plain,
        "out": int(fields.get("out", 0)),
        "lost": int(fields.get("lost", 0)),
        "borrower": fields.get("borrower", {}).get("name", ""),
        "purpose": loan.summary,
        "due": scope.iso(due),
        "overdue": bool(late),
    }


def _days(scope: Scope, out: int, *, watched: bool) -> list[Plain]:
    """The days that have begun, in order; counted back from the loans out at the end.

    Without any key in the register there is no cabinet to be `watched`.
    """
    counts = _counts(scope)
    loans, seals = scope.steps("key_loan"), scope.steps("key_seal")
    found: list[Plain] = []
    for day in reversed(list(scope.period.days())):
        begins, ends = midnight(day, scope.ledger.zone), midnight(day + ONE_DAY, scope.ledger.zone)
        if begins <= scope.at:
            moved = [step for step in loans if begins <= step.at < ends]
            lent = sum(not step.before for step in moved)
            returned = sum(_settles(scope, step) for step in moved)
            sealing = [step for step in seals if begins <= step.at < ends]
            over = scope.known.timestamp() >= ends
            shown = {"day": day.isoformat(), "over": over, "lent": lent, "returned": returned, "open": out}
            found.append(shown | _watch(scope, sealing, counts.get(day.isoformat(), []), watched=watched))
            out -= lent - returned
    return found[::-1]


def _settles(scope: Scope, step: Step) -> bool:
    """Whether a loan was over with this step."""
    return scope.is_open("key_loan", step.before) and not scope.is_open("key_loan", step.after)


def _watch(scope: Scope, seals: list[Step], counts: list[Plain], *, watched: bool) -> Plain:
    """How the cabinet was watched over on one day, and what is missing."""
    entries = {
        name: [{"at": scope.iso(step.at), "by": step.by} for step in seals if step.action == action]
        for name, action in (("sealed", "seal"), ("opened_at_night", "open_at_night"), ("unsealed", "unseal"))
    }
    duties = {"key_count": counts, "key_seal": entries["sealed"]}
    return {"counts": counts, **entries, "missing": [duty for duty, done in duties.items() if watched and not done]}


def _counts(scope: Scope) -> dict[str, list[Plain]]:
    """The counts of the cabinet by the day that was counted (KEY-10, KEY-12)."""
    days = {"first": scope.period.first.isoformat(), "last": scope.period.last.isoformat()}
    found: dict[str, list[Plain]] = {}
    for day, number, began, by, state in scope.ask(_COUNTS, **days):
        entry = {"id": number, "at": scope.iso(began), "by": by, "state": state}
        found.setdefault(day, []).append(entry)
    return found


_TERMS = """
SELECT rid, due, due < min(:at, coalesce(stopped, :at), coalesce(paused, :at)) FROM clock
WHERE rid IN (SELECT value FROM json_each(:rids)) AND +name = 'back'"""
_COUNTS = """
SELECT json_extract(fields, '$.day') AS day, id, began,
  (SELECT by FROM event WHERE event.rid = record.rid ORDER BY n LIMIT 1), state
FROM record WHERE kind = 'key_count' AND began >= :start AND state NOT IN ('draft', 'annulled')
  AND day BETWEEN :first AND :last ORDER BY began, id"""
