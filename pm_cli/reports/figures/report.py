"""A report: which period, for whom, due when, which blocks of figures; drawn up it is plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from pm_cli.core.calendar import UnknownYear
from pm_cli.core.duration import due
from pm_cli.core.text import _, ngettext
from pm_cli.core.times import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from pm_cli.core.rule import RuleNote
    from pm_cli.reports.figures.periods import Rhythm
    from pm_cli.reports.figures.scope import Plain, Scope


@dataclass(frozen=True)
class Report:
    """One report of the calendar (CAL). `due` is the policy key that says by when, `audience` the roles it is for.

    `blocks` are the figures by name, in the order in which they are shown; `report/block/NAME.j2` shows each.
    """

    title: str
    rhythm: Rhythm
    due: str
    audience: tuple[str, ...]
    blocks: Mapping[str, Callable[[Scope], Any]]
    rules: tuple[RuleNote, ...] = ()


def draw_up(name: str, report: Report, scope: Scope) -> Plain:
    """The report as JSON shows it and templates read it; the same for the same ledger, period and moment."""
    remarks: list[str] = []
    by_when = _due(report, scope, remarks)
    remarks += gaps(scope)
    head = {
        "report": name,
        "estate": scope.ledger.estate.name,
        "period": scope.period.plain | {"over": scope.over},
        "period_before": scope.period.before.plain,
        "known_at": scope.known.isoformat(timespec="seconds"),
        "judged_at": scope.iso(scope.at),
        "with_late_entries": scope.late_too,
        "audience": list(report.audience),
        "due": by_when,
        "rules": [rule.id for rule in report.rules],
        "remarks": remarks,
    }
    return head | {block: figures(scope) for block, figures in report.blocks.items()}


def _due(report: Report, scope: Scope, remarks: list[str]) -> str | None:
    """When the report has to be there, counted from the last day of its period; unknown without a calendar."""
    ledger = scope.ledger
    if report.due not in ledger.policy:
        return None
    term = ledger.policy.at(report.due, scope.period.last).duration
    try:
        return due(term, datetime.combine(scope.period.last, time(), ledger.zone), ledger.calendar).isoformat()
    except UnknownYear as error:
        remarks.append(_("When this report is due is unknown: {reason}").format(reason=error))
        return None


def gaps(scope: Scope) -> Iterator[str]:
    """What these figures lack: terms without a calendar, files that cannot be read."""
    if not scope.over:
        yield _("The period is not over: figures up to {at}.").format(at=shown(scope.known, scope.ledger.zone))
    for reason, count in scope.ask(_UNKNOWN):
        text = ngettext("{count} due time is unknown: {reason}", "{count} due times are unknown: {reason}", count)
        yield text.format(count=count, reason=reason)
    unreadable = len(scope.ledger.index.problems())
    if unreadable:
        text = ngettext(
            "{count} file cannot be read and is missing here; see: pm check",
            "{count} files cannot be read and are missing here; see: pm check",
            unreadable,
        )
        yield text.format(count=unreadable)


_UNKNOWN = (
    "SELECT unknown, count(*) FROM clock WHERE unknown != '' AND stopped IS NULL GROUP BY unknown ORDER BY unknown"
)
