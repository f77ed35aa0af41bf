"""Write records of a kind as a table that spreadsheets open, or as one JSON record a line."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from pm_cli import kinds
from pm_cli.cli.asof import View, seen_at
from pm_cli.cli.commands.list_ import conditions_of, kind_named
from pm_cli.cli.present import record_json
from pm_cli.cli.query import iso
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.ident import linked
from pm_cli.core.kind import Kind
from pm_cli.core.model import inputs
from pm_cli.core.text import N_, _
from pm_cli.core.types import Amount, Count, InstantType, Link, Type
from pm_cli.store import files
from pm_cli.ui import console

FORMATS = ("csv", "jsonl")
OWN = ("id", "state", "began", "closed")
"""Columns before the fields."""
COUNTER = Count()
"""What a field is that no action declares: kinds keep their own counters there."""
NUMBER = re.compile(r"-?\d{1,12}(\.\d+)?")
FORMULA = re.compile(r"[-=+@|%\t＝＋－＠]")
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".replace(" ", "|")
RECKONED = re.compile(rf"(?=.*\d)(?:(?:{MONTHS})[a-z]*+|[ap]m?+|[\d\s.,:/()e+¥￥$€%年月日时分秒-])++", re.IGNORECASE)
"""A text that a spreadsheet would turn into a number, a date or a time, as it would a flat `3-12` or a phone."""


def run(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=N_("Kind of record"))],
    format_: Annotated[str, typer.Option("--format", metavar="csv|jsonl", help=N_("How it is written"))] = "csv",
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help=N_("Into this file"))] = None,
    open_: Annotated[bool, typer.Option("--open", help=N_("Only what is not closed"))] = False,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help=N_("Begun on or after this day"))] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help=N_("Begun on or before this day"))] = "",
) -> None:
    wanted = "jsonl" if current.json else format_
    if wanted not in FORMATS:
        raise Usage(_("Choose one of: {names}").format(names=", ".join(FORMATS)))
    name, view = kind_named(kind), seen_at(current)
    conditions, values = conditions_of(view, name, [], "", "", [], since, until)
    where = " AND ".join([*conditions, *(["open = 1"] if open_ else [])]) + " ORDER BY id"
    with _opened(output) as out:
        if wanted == "csv":
            _as_table(view, kinds.load(name), where, values, out)
        else:
            _as_lines(view, where, values, out)
    warn_of_problems(view.ledger)


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    """The file, or standard output; both in UTF-8 with line ends as they are written."""
    if output is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        return
    with output.open("w", encoding="utf-8", newline="") as out:
        yield out


def _as_lines(view: View, where: str, values: list[Any], out: TextIO) -> None:
    """Each record by the JSON contract."""
    for (path,) in view.ledger.index.db.execute(f"SELECT path FROM record WHERE {where}", values):
        record = files.demand(view.ledger.root, path)
        out.write(json.dumps(record_json(record), ensure_ascii=False) + "\n")


def _as_table(view: View, kind: Kind, where: str, values: list[Any], out: TextIO) -> None:
    """A row for each record; texts in quotes, so that a tab in front of one is no separator."""
    db = view.ledger.index.db
    seen = {
        name
        for (fields,) in db.execute(f"SELECT fields FROM record WHERE {where}", values)
        for name, _value in _flat(json.loads(fields))
    }
    declared = _declared(kind)
    columns = [*(name for name in declared if name in seen), *sorted(seen - declared.keys())]
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # by this mark Excel knows UTF-8
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([*OWN, *columns])
    for number, state, began, closed, fields in db.execute(
        f"SELECT id, state, began, closed, fields FROM record WHERE {where}", values
    ):
        held = dict(_flat(json.loads(fields)))
        times = (_local(iso(view.ledger, at) or "", view.ledger.zone) for at in (began, closed))
        cells = (_cell(held.get(name, ""), declared.get(name, COUNTER), view.ledger.zone) for name in columns)
        writer.writerow([guarded(number), state, *times, *cells])


def _declared(kind: Kind) -> dict[str, Type]:
    """The types of a kind's fields by their dotted names, in declared order."""
    found: dict[str, Type] = {}
    for action in kind.actions.values():
        for leaf in inputs(action):
            found.setdefault(leaf.spec.name_in_record or leaf.dotted, leaf.type)
    return found


def _flat(fields: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Fields by dotted names; the items of a list in one cell."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        elif isinstance(value, list):
            yield above + name, "; ".join(item if isinstance(item, str) else json.dumps(item) for item in value)
        else:
            yield above + name, value


def _cell(text: str, declared: Type, zone: tzinfo) -> str | Decimal:
    """A value as a spreadsheet should understand it: numbers and times as such, all else as text."""
    if not text:
        return ""
    if isinstance(declared, InstantType):
        return _local(text, zone)
    if isinstance(declared, Count | Amount) and NUMBER.fullmatch(text):
        return Decimal(text)
    return guarded(linked(text) if isinstance(declared, Link) else text)


def _local(text: str, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M:%S}" if text else ""


def guarded(text: str) -> str:
    """A text that stays one: what looks like a formula, number or date gets a tab in front, which import takes off."""
    plain = console.defused(text)
    return "\t" + plain if FORMULA.match(plain) or RECKONED.fullmatch(plain) else plain
