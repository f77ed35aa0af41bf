"""Assessment of a person or a department from the records alone; without either, who is to be assessed"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli.cli.asof import seen_at
from pm_cli.cli.options import AsOf
from pm_cli.cli.session import current
from pm_cli.cli.span import period_asked
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.person import DEPARTMENTS
from pm_cli.core.text import N_, _, keys_for, listed, word
from pm_cli.core.times import When
from pm_cli.core.types import one_of
from pm_cli.flows.assessments import CENTRE, judged, to_assess
from pm_cli.reports.figures.assessment import DEPARTMENT, MEASURES, PERSON, assessment
from pm_cli.reports.figures.report import gaps
from pm_cli.reports.figures.scope import Scope
from pm_cli.reports.figures.stats import min_base
from pm_cli.ui import console
from pm_cli.ui.cells import NOTHING, rate

if TYPE_CHECKING:
    from collections.abc import Iterator

Evidence = tuple[str, str, str]


def run(
    sort: Annotated[str, typer.Argument(metavar="[person|department]", help=N_("Of whom"), show_default=False)] = "",
    who: Annotated[
        str, typer.Argument(metavar="[LOGIN|NAME]", help=N_("Login or department"), show_default=False)
    ] = "",
    quarter: Annotated[
        str,
        typer.Option(
            "--quarter", metavar="QUARTER", help=N_("The quarter: 2026-Q4, or any day of it (default: this one)")
        ),
    ] = "",
    month: Annotated[
        str, typer.Option("--month", metavar="MONTH", help=N_("The month: 2026-11, or any day of it"))
    ] = "",
    since: Annotated[str, typer.Option("--from", metavar="DAY", help=N_("From this day on"))] = "",
    until: Annotated[str, typer.Option("--to", metavar="DAY", help=N_("Until this day (default: today)"))] = "",
    why: Annotated[bool, typer.Option("--why", help=N_("With the numbers of the records for and against"))] = False,
    as_of: AsOf = "",
) -> None:
    view = seen_at(current, as_of)
    period = period_asked(view, since, until, {"quarter": quarter, "month": month}, "quarter")
    scope = Scope(view.ledger, period, view.moment)
    if sort:
        _one(scope, *_subject(scope, sort, who), why=why)
    else:
        _everybody(scope)
    warn_of_problems(view.ledger)


def _subject(scope: Scope, sort: str, who: str) -> tuple[str, str]:
    """A person or a department, in English or Chinese; raises Usage or NotFound."""
    meant = next(iter(keys_for("field", sort, list(MEASURES))), sort)
    if meant not in MEASURES or not who:
        raise Usage(_("Of whom?"), _("pm assess person LOGIN, or pm assess department NAME"))
    if meant == PERSON:
        return PERSON, scope.ledger.number(who, ("staff",))
    try:
        return DEPARTMENT, one_of(*DEPARTMENTS).parse(who, When(scope.known, scope.ledger.zone))
    except ValueError as error:
        raise Usage(str(error)) from None


def _one(scope: Scope, sort: str, who: str, *, why: bool) -> None:
    """The figures of one subject, with the records behind them if asked for."""
    figures = assessment(scope, sort, who)
    drawn = judged(scope.ledger, scope.period.name).get(who)
    if current.json:
        kept = {name: figure if why else _without(figure) for name, figure in figures.items()}
        least = min_base(scope, sort)
        subject = {sort: who, "name": _name(scope, sort, who), "assessment": drawn.id if drawn else None}
        console.as_json(subject | _head(scope) | {"min_base": least, "figures": kept})
        return
    console.tell(_("{who}, {period}").format(who=_name(scope, sort, who), period=scope.period.name))
    rows = [(_(measure.title), rate(figures[name])) for name, measure in MEASURES[sort].items()]
    console.table([_("Figure"), scope.period.name], rows)
    if why:
        console.table([_("Figure"), _("Speaks"), _("Record")], _evidence(sort, figures))
    if drawn:
        told = _("Judged: {id}, score {score}, {state}")
        console.tell(told.format(id=drawn.id, score=drawn.score, state=word("state", drawn.state)))
    for remark in gaps(scope):
        console.tell(remark)


def _without(figure: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in figure.items() if key not in {"for", "against"}}


def _evidence(sort: str, figures: dict[str, Any]) -> Iterator[Evidence]:
    """A row for each record, the telling ones first; what counts several times says so."""
    sides = (("against", _("against them")), ("for", _("for them")))
    for name, measure in MEASURES[sort].items():
        for side, says in sides:
            for number, count in Counter(figures[name][side]).items():
                yield _(measure.title), says, number if count == 1 else f"{number} x{count}"


def _everybody(scope: Scope) -> None:
    """Who is to be assessed for a quarter, and who has been (CAL-29)."""
    drawn = judged(scope.ledger, scope.period.name)
    wanted = dict.fromkeys([*to_assess(scope.ledger, scope.period.last), CENTRE, *drawn])
    rows = [{"who": who, **(drawn[who]._asdict() if who in drawn else dict.fromkeys(JUDGED))} for who in wanted]
    if current.json:
        console.as_json(_head(scope) | {"assessed": rows})
        return
    titles = [_("Who"), _("ID"), _("State"), _("Score"), _("Assessor")]
    console.table(titles, [(_called(scope, row["who"]), *_shown(scope, row)) for row in rows])
    left = [_called(scope, who) for who in wanted if who not in drawn]
    if left:
        console.tell(_("Still to be assessed for {period}: {who}").format(period=scope.period.name, who=listed(left)))


JUDGED = ("id", "state", "score", "assessor")


def _shown(scope: Scope, row: dict[str, Any]) -> tuple[str, ...]:
    if not row["id"]:
        return (NOTHING,) * len(JUDGED)
    return row["id"], word("state", row["state"]), row["score"], scope.name_of(row["assessor"])


def _head(scope: Scope) -> dict[str, Any]:
    """What the answer is about."""
    return {
        "period": scope.period.plain | {"over": scope.over},
        "known_at": scope.known.isoformat(timespec="seconds"),
        "judged_at": scope.iso(scope.at),
        "remarks": list(gaps(scope)),
    }


def _name(scope: Scope, sort: str, who: str) -> str:
    return scope.name_of(who) if sort == PERSON else word("value", who)


def _called(scope: Scope, who: str) -> str:
    """Login or department with its name."""
    return word("value", who) if who in DEPARTMENTS else f"{scope.name_of(who)} {who}" if who in scope.staff else who
