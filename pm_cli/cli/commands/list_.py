"""Records of a kind, with filters, order and limit."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli import query
from pm_cli.cli.asof import View, seen_at
from pm_cli.cli.options import AsOf, WithLate
from pm_cli.cli.present import flat, value_text
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _, keys_for, word
from pm_cli.core.times import When, parse_day
from pm_cli.store.lookout import answered
from pm_cli.ui import console

ORDERS = {"id": "id", "began": "began", "touched": "touched", "unit": "unit", "state": "state", "handler": "handler"}
LATE = (
    "EXISTS (SELECT 1 FROM clock WHERE clock.rid = record.rid AND clock.promise = 1"
    " AND clock.due < min(coalesce(clock.stopped, ?), coalesce(clock.paused, ?), ?))"
)


def run(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=N_("Kind of record"))],
    state: Annotated[list[str], typer.Option("--state", help=N_("Only these states"))] = [],  # noqa: B006
    open_: Annotated[bool, typer.Option("--open", help=N_("Only what is not closed"))] = False,
    late: Annotated[
        bool,
        typer.Option("--late", help=N_("Only what missed a time promised to the resident, stopped clocks included")),
    ] = False,
    unit: Annotated[str, typer.Option("--unit", help=N_("Only this unit or building"))] = "",
    handler: Annotated[str, typer.Option("--handler", help=N_("Only this member of staff"))] = "",
    where: Annotated[
        list[str], typer.Option("--where", metavar="FIELD=VALUE", help=N_("Only with this field value"))
    ] = [],  # noqa: B006
    since: Annotated[str, typer.Option("--since", metavar="DAY", help=N_("Begun on or after this day"))] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help=N_("Begun on or before this day"))] = "",
    sort: Annotated[
        str, typer.Option("--sort", help=N_("Order: id, began, touched, unit, state, handler; - in front reverses"))
    ] = "id",
    limit: Annotated[int, typer.Option("--limit", help=N_("At most so many"))] = 0,
    as_of: AsOf = "",
    with_late_entries: WithLate = False,
) -> None:
    name = kind_named(kind)
    view = seen_at(current, as_of, with_late_entries)
    conditions, values = conditions_of(view, name, state, unit, handler, where, since, until)
    if open_:
        conditions.append("open = 1")
    if late:
        conditions.append(LATE)
        values += [view.at] * 3
    order = sort.removeprefix("-")
    if order not in ORDERS:
        raise Usage(_("Order by one of: {names}").format(names=", ".join(ORDERS)))
    direction = "DESC" if sort.startswith("-") else "ASC"
    sql = (
        "SELECT id, state, unit, handler, summary, began, contested, fields FROM record"
        f" WHERE {' AND '.join(conditions)} ORDER BY {ORDERS[order]} {direction}, id LIMIT {limit if limit > 0 else -1:d}"
    )
    rows = answered(view.ledger, lambda: view.ledger.index.db.execute(sql, values).fetchall())
    if current.json:
        console.as_json([_as_json(view, name, row) for row in rows])
    else:
        columns = kinds.load(name).declared.columns
        titles = [_("ID"), _("State"), *(word("field", column.rpartition(".")[2]) for column in columns), _("Since")]
        console.table(titles, (_as_row(view, columns, row) for row in rows))
    warn_of_problems(view.ledger)


def kind_named(typed: str) -> str:
    name = typed.lower().replace("-", "_")
    if name in kinds.names():
        return name
    found = keys_for("kind", typed, list(kinds.names()))
    if len(found) == 1:
        return found[0]
    raise Usage(_("There is no kind {name!r}: {names}").format(name=typed, names=", ".join(kinds.names())))


def conditions_of(
    view: View, kind: str, states: list[str], unit: str, handler: str, where: list[str], since: str, until: str
) -> tuple[list[str], list[Any]]:
    conditions: list[str] = ["kind = ?"]
    values: list[Any] = [kind]
    if states:
        known = list(kinds.load(kind).states)
        meant = [state if state in known else next(iter(keys_for("state", state, known)), state) for state in states]
        conditions.append(f"state IN ({', '.join('?' * len(meant))})")
        values += meant
    if unit:
        conditions.append("(unit = ? OR building = ?)")
        values += [unit, unit]
    if handler:
        conditions.append("handler = ?")
        values.append(handler)
    for text, sign in ((since, ">="), (until, "<")):
        if text:
            conditions.append(f"began {sign} ?")
            values.append(_midnight(view, text, next_day=sign == "<"))
    for pair in where:
        field, equals, value = pair.partition("=")
        if not equals:
            raise Usage(_("Write --where FIELD=VALUE."))
        conditions.append("(json_extract(fields, ?) = ? OR json_extract(fields, ?) LIKE ?)")
        path = "$." + field.replace("-", "_")
        values += [path, value, path, value + "@%"]
    return conditions, values


def _midnight(view: View, text: str, *, next_day: bool) -> int:
    from datetime import datetime, time, timedelta

    try:
        day = parse_day(text, When(current.now, view.ledger.zone))
    except ValueError as error:
        raise Usage(str(error)) from None
    day += timedelta(days=1 if next_day else 0)
    return int(datetime.combine(day, time(), view.ledger.zone).timestamp())


def _as_json(view: View, kind: str, row: Any) -> dict[str, Any]:
    number, state, unit, handler, summary, began, contested, fields = row
    return {
        "id": number,
        "kind": kind,
        "state": state,
        "unit": unit,
        "handler": handler,
        "summary": summary,
        "began": query.iso(view.ledger, began),
        "contested": bool(contested),
        "fields": json.loads(fields),
    }


def _as_row(view: View, columns: tuple[str, ...], row: Any) -> list[str]:
    number, state, _unit, _handler, _summary, began, contested, fields = row
    loaded = json.loads(fields)
    shown = [value_text(column, flat(loaded, column), view.ledger.zone) for column in columns]
    mark = " !" if contested else ""
    return [number, word("state", state) + mark, *shown, query.minute(view.ledger, began)]
