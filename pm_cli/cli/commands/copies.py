"""Which copy of which countersign sheet is where: at the desk, with a department, with the issuer, filed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.ident import linked
from pm_cli.core.text import N_, _, keys_for, listed, word
from pm_cli.flows.sheets import told
from pm_cli.kinds.sheet.custody import COPIES, whereabouts
from pm_cli.kinds.sheet.keeping import BACK
from pm_cli.ui import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.kinds.sheet.custody import Whereabouts
    from pm_cli.store.ledger import Ledger

PLACES = ("desk", "departments", "issuer", "filed")


def run(
    number: Annotated[
        str, typer.Argument(metavar="[ID]", help=N_("A sheet, or the request it rides on (default: all not yet filed)"))
    ] = "",
    copy: Annotated[str, typer.Option("--copy", help=N_("Only this copy"))] = "",
    place: Annotated[
        str, typer.Option("--place", help=N_("Only those there: desk, departments, issuer or filed"))
    ] = "",
    department: Annotated[str, typer.Option("--department", help=N_("Only those with this department"))] = "",
    unit: Annotated[str, typer.Option("--unit", help=N_("Only this unit or building"))] = "",
    to_file: Annotated[bool, typer.Option("--to-file", help=N_("Only those to be filed: their sheet is back"))] = False,
) -> None:
    ledger = current.ledger
    wanted = {"copy": _meant(copy, COPIES), "place": _meant(place, PLACES)}
    found = [
        row
        for row in _rows(ledger, number, unit, filed=bool(number) or wanted["place"] == "filed")
        if all(not key or row[name] == key for name, key in wanted.items())
        and (not to_file or (row["state"] in BACK and row["place"] != "filed"))
        and (not department or any(department in {name, word("value", name)} for name in row["departments"]))
    ]
    if current.json:
        console.as_json([{name: row[name] for name in row if name != "say"} for row in found])
    else:
        titles = [_("ID"), _("Copy"), _("Where it is"), _("Since"), _("Unit"), _("State"), _("Handler")]
        console.table(
            titles,
            [
                (
                    row["id"],
                    word("value", row["copy"]),
                    row["say"],
                    row["since"][:16].replace("T", " "),
                    row["unit"],
                    word("state", row["state"]),
                    row["handler"],
                )
                for row in found
            ],
        )
        if not found:
            console.tell(_("Nothing was found."))
    warn_of_problems(ledger)


def _meant(typed: str, keys: tuple[str, ...]) -> str:
    """The key somebody typed in English or Chinese, "" for none; raises Usage."""
    if not typed or typed in keys:
        return typed
    meant = keys_for("value", typed, list(keys))
    if not meant:
        raise Usage(_("Choose one of: {names}").format(names=listed(keys)))
    return meant[0]


def _rows(ledger: Ledger, number: str, unit: str, *, filed: bool) -> Iterator[dict[str, Any]]:
    """A row for each copy: of one sheet, of the sheets of one request, or of all sheets; raises NotFound."""
    one = ledger.number(number) if number else ""
    rows = ledger.index.db.execute(SHEETS, {"one": one, "link": f"{one}@%", "unit": unit, "open": None if filed else 1})
    for sheet, state, place, handler, fields, issuer in rows:
        for lies in whereabouts(json.loads(fields)):
            if filed or lies.place != "filed":
                yield {"id": sheet, "state": state, "unit": place, "handler": handler, **_row(ledger, lies, issuer)}


def _row(ledger: Ledger, lies: Whereabouts, issuer: str | None) -> dict[str, Any]:
    return {
        **lies._asdict(),
        "since": datetime.fromisoformat(lies.since).astimezone(ledger.zone).isoformat(),
        "keeper": linked(lies.keeper),
        "filed_by": linked(lies.filed_by),
        "say": told(lies, issuer or ""),
    }


SHEETS = """
SELECT id, state, unit, handler, fields,
  (SELECT by FROM event WHERE event.rid = record.rid AND action = 'issue' ORDER BY n LIMIT 1)
FROM record WHERE kind = 'sheet' AND state != 'annulled' AND open = coalesce(:open, open)
  AND (:one = '' OR id = :one OR json_extract(fields, '$.request') LIKE :link)
  AND (:unit = '' OR unit = :unit OR building = :unit)
ORDER BY began, id"""
