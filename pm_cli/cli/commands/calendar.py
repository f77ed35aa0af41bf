"""Working days: what a day is and why, how far the calendar reaches, what a term would come to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import typer

from pm_cli.cli.help import Command, Group
from pm_cli.cli.session import current
from pm_cli.core.calendar import UnknownYear
from pm_cli.core.duration import Duration, due
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _
from pm_cli.core.times import When, parse_day, shown
from pm_cli.ui import console

app = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None, help=N_("Working days"), no_args_is_help=True)


@app.command("show", cls=Command, help=N_("The days of a month, or of the next two weeks: working or not, and why"))
def show(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help=N_("Month"))] = "",
    days: Annotated[int, typer.Option("--days", help=N_("So many days from today"))] = 14,
) -> None:
    calendar = current.ledger.calendar
    rows = []
    for day in _days(month, days):
        try:
            working, reason = calendar.is_working(day), calendar.reason(day)
        except UnknownYear as error:
            working, reason = None, str(error)
        rows.append((day, working, reason))
    if current.json:
        console.as_json(
            [{"day": day.isoformat(), "working": working, "reason": reason} for day, working, reason in rows]
        )
        return
    words = {True: _("working"), False: _("off"), None: _("unknown")}
    console.table(
        [_("Day"), "", _("Why")], [(f"{day} {day:%a}", words[working], reason) for day, working, reason in rows]
    )


@app.command("years", cls=Command, help=N_("How far the calendar reaches"))
def years() -> None:
    calendar = current.ledger.calendar
    first, last = calendar.first_year, calendar.last_year
    if current.json:
        console.as_json({"first": first, "last": last})
        return
    console.out(f"{first}-{last}")
    if last < current.now.year + (1 if current.now.month >= 11 else 0):
        console.tell(
            _("{year} is missing: add calendar/{year}.yaml when the State Council has announced it.").format(
                year=last + 1
            )
        )


@app.command(
    "due", cls=Command, help=N_("When a term would be due: pm calendar due '2 working days' --from '2026-09-30 16:00'")
)
def due_(
    term: Annotated[str, typer.Argument(metavar="TERM", help=N_("Such as '2 working days'"))],
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=N_("Beginning of the term"))] = "",
) -> None:
    ledger = current.ledger
    begin = current.moment(start) if start else current.now
    try:
        moment = due(Duration.parse(term), begin, ledger.calendar)
    except ValueError as error:
        raise Usage(str(error)) from None
    if current.json:
        console.as_json({"from": begin.isoformat(), "term": term, "due": moment.isoformat()})
        return
    console.out(shown(moment, ledger.zone))
    for day, reason in ledger.calendar.skipped(begin.date(), moment.date()) if "working" in term else []:
        console.out("  " + _("not counted: {day} {reason}").format(day=day, reason=reason))


def _days(month: str, days: int) -> list[date]:
    if not month:
        return [current.now.date() + timedelta(days=number) for number in range(days)]
    try:
        first = parse_day(f"{month}-01", When(current.now, current.ledger.zone))
    except ValueError as error:
        raise Usage(str(error)) from None
    return [day for day in (first + timedelta(days=number) for number in range(31)) if day.month == first.month]
