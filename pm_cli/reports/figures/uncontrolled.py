"""What is not under control: demands without owner or due time, and what ended without an outcome (DISP-11, DISP-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.kind import DRAFT
from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import rate

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Plain, Scope, Seen

OUTCOMES = (
    "outcome", "explanation", "result", "answer", "way", "close_reason", "reason", "visit_result", "work_done",
    "test_result", "duplicate_of", "terminated_reason",
)  # fmt: skip
"""Fields that say how something ended; what the handler reported as done is an outcome too."""
OWN = {"contact": ("result", "concerns", "relayed_to")}
"""The same for kinds in which one of those says something else: what a contact was about is no outcome of it."""
ENDINGS = {"contact": ("notice", "come", "not_come", "publish"), "unmet_demand": ("publish",)}
"""Actions of kinds beside the requests by which somebody was told or came: an outcome without a field of its own."""
BESIDE = ("incident", "unmet_demand", "contact")
"""Kinds beside the requests that are demands of somebody as well."""


def uncontrolled(scope: Scope) -> Plain:
    """Open demands whose owner does not work here or that have no due time, and endings with and without outcome.

    A draft has no due time: nobody has promised anything yet.
    """
    demands = [name for name in (*scope.requests, *BESIDE) if name in kinds.names()]
    timed = {rid for (rid,) in scope.ask(_TIMED, changed=[record.rid for record in scope.changed])}
    gone = {login for (login,) in scope.ask("SELECT id FROM record WHERE kind = 'staff' AND state = 'left'")}
    owners = (scope.staff.keys() | {"admin"}) - gone
    lacking = [
        (record, record.handler not in owners, record.state == DRAFT or record.rid not in timed)
        for kind in demands
        for record in scope.standing(kind)
    ]
    found = [one for one in lacking if one[1] or one[2]]
    ended = _ended(scope, demands)
    silent = [record for record, outcome in ended if not outcome]
    return {
        **listed(found, lambda one: {**_plain(one[0]), "no_owner": one[1], "no_due": one[2]}),
        "with_outcome": rate(len(ended) - len(silent), len(ended)),
        "without_outcome": listed(silent, _plain),
    }


def _plain(record: Seen) -> Plain:
    return {**record.plain, "handler": record.handler, "summary": record.summary}


def _ended(scope: Scope, demands: list[str]) -> list[tuple[Seen, bool]]:
    """What ended in the period and whether anything says how; imported history is left as it was."""
    ended = scope.records(_ENDED, kinds=demands)
    fields, rids = scope.fields(ended), [record.rid for record in ended]
    done = {rid for rid, action, kind in scope.ask(_DONE, rids=rids) if action in _resolving(kind)}
    return [
        (record, record.rid in done or any(fields[record.rid].get(name) for name in OWN.get(record.kind, OUTCOMES)))
        for record in ended
    ]


def _resolving(kind: str) -> tuple[str, ...]:
    """Actions that are an outcome in themselves: the handler says it is done, or somebody was told."""
    return (*kinds.load(kind).declared.resolves, *ENDINGS.get(kind, ()))


_TIMED = """
SELECT rid FROM clock WHERE stopped IS NULL AND due IS NOT NULL AND start <= :at
UNION
SELECT rid FROM clock
WHERE rid IN (SELECT value FROM json_each(:changed)) AND due IS NOT NULL AND start <= :at AND stopped > :at"""
_ENDED = """
rid IN (SELECT rid FROM event WHERE at BETWEEN :start AND :at)
AND closed BETWEEN :start AND :at AND imported = 0 AND kind IN (SELECT value FROM json_each(:kinds))"""
_DONE = """
SELECT rid, action, kind FROM event JOIN record USING (rid) WHERE rid IN (SELECT value FROM json_each(:rids))"""
