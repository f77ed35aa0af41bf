"""Return visits that are owed: whom to visit until when, and how a month stands against rates and shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli.cli.asof import seen_at
from pm_cli.cli.help import Command, Group
from pm_cli.cli.options import AsOf
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _, lasting, listed, word
from pm_cli.core.times import When
from pm_cli.flows.service_month import ServiceMonth
from pm_cli.reports.figures import visits
from pm_cli.reports.figures.periods import MONTH
from pm_cli.ui import console
from pm_cli.ui.cells import cut, key_or_text, rate

if TYPE_CHECKING:
    from datetime import date

app = typer.Typer(
    cls=Group, add_completion=False, rich_markup_mode=None, help=N_("Return visits that are owed"), no_args_is_help=True
)
Month = Annotated[
    str,
    typer.Option(
        "--month", metavar="MONTH", help=N_("Month of the services: 2026-11, or any day of it (default: this one)")
    ),
]
BRIEF = 24
"""Terminal columns of a summary."""


@app.command("plan", cls=Command, help=N_("Whom to visit until when, in the order in which the work was finished"))
def plan(
    month: Month = "",
    who: Annotated[str, typer.Option("--who", help=N_("Only what is for this member of staff or role"))] = "",
    as_of: AsOf = "",
) -> None:
    found = visits.plan(_month(month, as_of))
    rows = [row for row in found["visits"] if not who or who == row["who"] or who in row["roles"]]
    if current.json:
        console.as_json(found | {"visits": rows})
        return
    console.table(
        [_("Due"), _("Late"), _("ID"), _("Kind"), _("Unit"), _("What"), _("Finished"), _("Who visits"), _("Form")],
        [
            (
                _minute(row["due"]),
                lasting(row["late_seconds"]) if row["late_seconds"] else "",
                row["id"],
                word("kind", row["kind"]),
                row["unit"],
                cut(row["summary"], BRIEF),
                _minute(row["finished"]),
                _visitor(row),
                row["form"],
            )
            for row in rows
        ],
    )
    if not rows:
        console.tell(_("Nobody is left to be visited for {month}.").format(month=found["month"]))
    warn_of_problems(current.ledger)


@app.command(
    "quota",
    cls=Command,
    help=N_("Required, done and missing by kind; shares by phone and at home; leaders' own visits"),
)
def quota(month: Month = "", as_of: AsOf = "") -> None:
    found = visits.quota(_month(month, as_of))
    if current.json:
        console.as_json(found)
    else:
        _show(found)
    warn_of_problems(current.ledger)


def _month(typed: str, as_of: str) -> ServiceMonth:
    """The month asked for, seen from now or another moment; raises Usage."""
    view = seen_at(current, as_of)
    try:
        first: date = MONTH.parse(typed or "today", When(view.moment, view.ledger.zone)).first
    except ValueError as error:
        raise Usage(str(error)) from None
    if first > view.moment.date():
        raise Usage(_("{period} has not begun yet.").format(period=f"{first:%Y-%m}"))
    return ServiceMonth(view.ledger, view.at, first)


def _show(found: dict[str, Any]) -> None:
    console.tell(
        _("Services of {month}: visits due {due}, {days} days left").format(
            month=found["month"], due=_minute(found["due"]), days=found["days_left"]
        )
    )
    titles = [_("Kind"), _("Rate"), _("Finished"), _("Required"), _("Done"), _("Missing"), _("Unreachable")]
    names = ("rate", "finished", "required", "done", "missing", "unreachable")
    console.table(
        [*titles, _("Nobody to visit")],
        [
            (key_or_text(row["group"]), *(str(row[name]) for name in names), str(row["nobody"]))
            for row in found["by_group"]
        ],
    )
    shares = (
        (_("By phone in {period}, at most {limit}"), found["phone_share"]),
        (_("At home in {period}, at least {limit}"), found["home_share"]),
    )
    console.table(
        [_("Share"), _("Value"), _("Kept")],
        [
            (text.format(**share), rate(share["share"]), _("yes") if share["kept"] else _("no"))
            for text, share in shares
        ],
    )
    console.table(
        [_("Duty"), _("Role"), _("Who"), _("Done"), _("Required"), _("Missing"), _("Due")],
        [
            (
                key_or_text(row["duty"]),
                word("role", row["role"]),
                current.ledger.display_name(row["who"]) if row["who"] else "",
                *(str(row[name]) for name in ("done", "required", "missing")),
                _minute(row["due"]),
            )
            for row in found["least"]
        ],
    )
    if found["major_not_at_home"]:
        numbers = listed(found["major_not_at_home"])
        console.tell(_("Major complaints closed without a visit at home: {numbers}").format(numbers=numbers))


def _visitor(row: dict[str, Any]) -> str:
    person = (
        current.ledger.display_name(row["who"]) if row["who"] else listed(word("role", role) for role in row["roles"])
    )
    return f"{person} ({word('value', 'home')})" if row["at_home"] else person


def _minute(iso: str) -> str:
    return iso[:16].replace("T", " ")
