"""Statistics of requests over any period: flows, resolution, times, promises kept, satisfaction, each with its base."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli.cli.asof import seen_at
from pm_cli.cli.options import AsOf, WithLate
from pm_cli.cli.session import current
from pm_cli.cli.span import period_asked
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _, keys_for, word
from pm_cli.reports.figures.report import gaps
from pm_cli.reports.figures.scope import Scope
from pm_cli.reports.figures.stats import BY, min_base, statistics
from pm_cli.ui import console
from pm_cli.ui.cells import NOTHING, key_or_text, rate

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(
    since: Annotated[str, typer.Option("--from", metavar="DAY", help=N_("From this day on"))] = "",
    until: Annotated[str, typer.Option("--to", metavar="DAY", help=N_("Until this day (default: today)"))] = "",
    week: Annotated[str, typer.Option("--week", metavar="WEEK", help=N_("The week: 2026-W47, or any day of it"))] = "",
    month: Annotated[
        str,
        typer.Option("--month", metavar="MONTH", help=N_("The month: 2026-11, or any day of it (default: this one)")),
    ] = "",
    quarter: Annotated[
        str, typer.Option("--quarter", metavar="QUARTER", help=N_("The quarter: 2026-Q4, or any day of it"))
    ] = "",
    year: Annotated[str, typer.Option("--year", metavar="YEAR", help=N_("The year: 2026, or any day of it"))] = "",
    by: Annotated[str, typer.Option("--by", metavar="|".join(BY), help=N_("In groups"))] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help=N_("Only this kind of request"))] = "",
    as_of: AsOf = "",
    with_late_entries: WithLate = False,
) -> None:
    view = seen_at(current, as_of, with_late_entries)
    typed = {"week": week, "month": month, "quarter": quarter, "year": year}
    scope = Scope(view.ledger, period_asked(view, since, until, typed, "month"), view.moment, with_late_entries)
    if by and by not in BY:
        raise Usage(_("Group by one of: {names}").format(names=", ".join(BY)))
    figures = statistics(scope, by, [_request(scope, kind)] if kind else ())
    if current.json:
        console.as_json(_head(scope, by) | figures)
    elif by:
        _table(scope, by, figures)
    else:
        _list(scope, figures["total"])
    warn_of_problems(view.ledger)


def _request(scope: Scope, typed: str) -> str:
    """A kind of request, in English or Chinese; raises Usage."""
    kind = typed.lower().replace("-", "_")
    for name in (kind, *keys_for("kind", typed, scope.requests)):
        if name in scope.requests:
            return name
    raise Usage(_("No request is called {name!r}: {names}").format(name=typed, names=", ".join(scope.requests)))


def _head(scope: Scope, by: str) -> dict[str, Any]:
    """What the figures are about."""
    return {
        "period": scope.period.plain | {"over": scope.over},
        "known_at": scope.known.isoformat(timespec="seconds"),
        "judged_at": scope.iso(scope.at),
        "by": by or None,
        "min_base": min_base(scope, by),
        "remarks": list(gaps(scope)),
    }


# -- for people ------------------------------------------------------------------------------------------------------

Line = tuple[str, str]
EMPTY = {NOTHING, "0"}


def _counts(figures: dict[str, Any]) -> Iterator[Line]:
    yield _("Received"), str(figures["received"])
    yield _("Resolved"), str(figures["resolved"])
    yield _("Closed"), str(figures["closed"])
    yield _("Reopened"), str(figures["reopened"])
    yield _("Open at the end"), str(figures["open"])


def _resolution(figures: dict[str, Any]) -> Iterator[Line]:
    hours = figures["hours"]
    yield _("Resolved at once"), rate(figures["first_resolution"])
    yield _("Resolved of those received"), rate(figures["total_resolution"])
    yield _("Reopened per resolved"), rate(figures["reopen_rate"])
    yield _("Hours, median"), _hours(hours["median"], hours["of"])
    yield _("Hours, 9 of 10"), _hours(hours["p90"], hours["of"])


def _service(figures: dict[str, Any]) -> Iterator[Line]:
    on_time = figures["on_time"]
    yield _("Promises kept"), rate(on_time["promises"])
    yield _("Slips in time"), rate(on_time["slips"])
    yield _("Sheets in time"), rate(on_time["sheets"])
    yield _("Satisfied of the visited"), rate(figures["satisfied"])
    yield _("Not reached"), str(figures["visits"]["unreachable"])
    yield _("Repeat complaints"), rate(figures["repeats"])


PARTS = (_counts, _resolution, _service)


def _everything(figures: dict[str, Any]) -> Iterator[Line]:
    """Every figure with what it is called."""
    for part in PARTS:
        yield from part(figures)


def _hours(hours: float | None, of: int) -> str:
    return f"{hours:g} ({of})" if hours is not None else f"({of})" if of else NOTHING


def _list(scope: Scope, total: dict[str, Any]) -> None:
    """The figures one below the other, promises by clock after them."""
    clocks = [
        (_("Promise: {clock}").format(clock=word("clock", name)), rate(kept))
        for name, kept in total["on_time"]["by_clock"].items()
    ]
    console.table([_("Figure"), scope.period.name], [*_everything(total), *clocks])
    _remarks(scope, "")


def _table(scope: Scope, by: str, figures: dict[str, Any]) -> None:
    """A row for each group and one for all; on a terminal three tables, none of which is too wide.

    Columns in which nothing stands anywhere are left out.
    """
    groups = [*((_member(by, group), group) for group in figures["groups"]), (_("all"), figures["total"])]
    for part in PARTS if console.on_terminal() else (_everything,):
        rows = [(who, dict(part(group))) for who, group in groups]
        shown = [title for title in rows[0][1] if any(row[title] not in EMPTY for _who, row in rows)]
        console.table([word("field", by), *shown], [(who, *(row[title] for title in shown)) for who, row in rows])
    _remarks(scope, by)


def _member(by: str, group: dict[str, Any]) -> str:
    """What a group is called."""
    if by == "person":
        return f"{group['name']} {group['person']}" if group["name"] != group["person"] else group["person"]
    if by == "class":
        return f"{word('kind', group['kind'])}: {key_or_text(group['class']) or NOTHING}"
    member = str(group[by])
    return word("kind", member) if by == "kind" else key_or_text(member) or NOTHING


def _remarks(scope: Scope, by: str) -> None:
    """What the figures lack, and what is not shown on purpose."""
    least = min_base(scope, by)
    small = _("Rates on fewer than {count} cases are not shown: they are chance, not merit.").format(count=least)
    span = f"{scope.period.first} - {scope.period.last}"
    about = _("{span}, as known at {at}").format(span=span, at=scope.known.strftime("%Y-%m-%d %H:%M"))
    for text in chain([about], gaps(scope), [small] if least else []):
        console.tell(text)
