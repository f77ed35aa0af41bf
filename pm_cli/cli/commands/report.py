"""A report over a day, a week, a month or a quarter: figures for those who answer for them, the same again at any time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli import reports
from pm_cli.cli.asof import View, seen_at
from pm_cli.cli.document import deliver, form_of
from pm_cli.cli.options import AsOf, WithLate
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _
from pm_cli.core.times import When
from pm_cli.reports.figures.report import Report, draw_up
from pm_cli.reports.figures.scope import Scope
from pm_cli.store.lookout import answered

if TYPE_CHECKING:
    from pm_cli.reports.figures.periods import Period

FORMATS = ("txt", "md", "html", "json")
Name = Annotated[str, typer.Argument(metavar="|".join(reports.names()), help=N_("Which report"))]
Output = Annotated[str, typer.Option("--output", metavar="FILE", help=N_("Write it there; the suffix says the format"))]


def run(
    name: Name,
    date: Annotated[
        str, typer.Option("--date", metavar="DAY", help=N_("The day, or any day of the period (default: today)"))
    ] = "",
    week: Annotated[str, typer.Option("--week", metavar="WEEK", help=N_("The week: 2026-W47, or any day of it"))] = "",
    month: Annotated[
        str, typer.Option("--month", metavar="MONTH", help=N_("The month: 2026-11, or any day of it"))
    ] = "",
    quarter: Annotated[
        str, typer.Option("--quarter", metavar="QUARTER", help=N_("The quarter: 2026-Q4, or any day of it"))
    ] = "",
    format: Annotated[
        str, typer.Option("--format", help=N_("txt, md, html or json (default: txt on a terminal, else md)"))
    ] = "",
    as_of: AsOf = "",
    with_late_entries: WithLate = False,
    output: Output = "",
) -> None:
    wanted = reports.meant(name)
    if not wanted:
        raise Usage(_("There is no report {name!r}: {names}").format(name=name, names=", ".join(reports.names())))
    report, form = reports.load(wanted), form_of(format, output, FORMATS)
    view = seen_at(current, as_of, with_late_entries)
    period = _period(report, {"day": date, "week": week, "month": month, "quarter": quarter}, view)
    figures = answered(
        view.ledger, lambda: draw_up(wanted, report, Scope(view.ledger, period, view.moment, with_late_entries))
    )
    text = (
        json.dumps(figures, ensure_ascii=False, indent=1) + "\n"
        if form == "json"
        else _rendered(report, figures, form, view)
    )
    deliver(text, output)
    warn_of_problems(view.ledger)


def _period(report: Report, typed: dict[str, str], view: View) -> Period:
    """The period asked for, by default the one around the moment looked at; raises Usage."""
    when = When(view.moment, view.ledger.zone)
    given = {rhythm: text for rhythm, text in typed.items() if text}
    if len(given) > 1 or not given.keys() <= {"day", report.rhythm.name}:
        raise Usage(_("These options do not go together here."), _("Any day of the period will do: --date DAY"))
    try:
        period = report.rhythm.parse(next(iter(given.values()), "today"), when)
    except ValueError as error:
        raise Usage(str(error)) from None
    if period.begins(view.ledger.zone) > view.at:
        raise Usage(_("{period} has not begun yet.").format(period=period.name))
    return period


def _rendered(report: Report, figures: dict[str, Any], form: str, view: View) -> str:
    from pm_cli.ui.render import Templates

    ledger = view.ledger
    templates = Templates(ledger.root / "templates", form, ledger.zone, ledger.layout.local / "templates")
    file = templates.find(f"report/{figures['report']}", "report/page")
    return templates.render(file, {**figures, "title": _(report.title), "blocks": list(report.blocks)})
