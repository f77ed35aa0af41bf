"""The books of the manuals (台帐), each a view of the records; without a name, which books there are."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli.cli.asof import View, seen_at
from pm_cli.cli.commands.export import guarded
from pm_cli.cli.document import deliver, form_of
from pm_cli.cli.options import AsOf
from pm_cli.cli.session import current
from pm_cli.cli.warnings import warn_of_problems
from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _, listed
from pm_cli.core.times import When, parse_day
from pm_cli.reports import books
from pm_cli.reports.figures.book import Book, draw_up
from pm_cli.reports.figures.periods import DAY, MONTH, WEEK, Period
from pm_cli.reports.figures.scope import Scope
from pm_cli.ui import console
from pm_cli.ui.cells import Reader

if TYPE_CHECKING:
    from datetime import date

FORMATS = ("txt", "md", "html", "csv", "json")


def run(
    name: Annotated[
        str,
        typer.Argument(metavar="[NAME]", help=N_("Which book: its name, form number or title (default: list them)")),
    ] = "",
    from_: Annotated[str, typer.Option("--from", metavar="DAY", help=N_("First day"))] = "",
    to: Annotated[str, typer.Option("--to", metavar="DAY", help=N_("Last day (default: today)"))] = "",
    date: Annotated[str, typer.Option("--date", metavar="DAY", help=N_("One day"))] = "",
    week: Annotated[str, typer.Option("--week", metavar="WEEK", help=N_("The week: 2026-W47, or any day of it"))] = "",
    month: Annotated[
        str, typer.Option("--month", metavar="MONTH", help=N_("The month: 2026-11, or any day of it"))
    ] = "",
    format: Annotated[
        str, typer.Option("--format", help=N_("txt, md, html, csv or json (default: txt on a terminal, else md)"))
    ] = "",
    author: Annotated[
        str, typer.Option("--author", metavar="LOGIN", help=N_("Who draws it up (default: who acts at this desk)"))
    ] = "",
    as_of: AsOf = "",
    output: Annotated[
        str, typer.Option("--output", metavar="FILE", help=N_("Write it there; the suffix says the format"))
    ] = "",
) -> None:
    if not name:
        _list()
        return
    wanted = books.meant(name)
    if not wanted:
        raise Usage(_("There is no book {name!r}: {names}").format(name=name, names=listed(books.names())))
    book, form, view = books.load(wanted), form_of(format, output, FORMATS), seen_at(current, as_of)
    period = _period(book, view, {"date": date, "week": week, "month": month, "from": from_, "to": to})
    writer = author or view.ledger.desk_settings.acting_at(current.now) or ""
    drawn = draw_up(wanted, book, Scope(view.ledger, period, view.moment), writer)
    text = _written(book, drawn, form, view)
    deliver(text, output, newline="")
    warn_of_problems(view.ledger)


def _list() -> None:
    """Which books there are, with both names, form number and rules."""
    found = [(name, books.load(name)) for name in books.names()]
    found.sort(key=lambda pair: pair[1].form)
    if current.json:
        console.as_json(
            [
                {"name": name, "form": book.form, "zh": book.zh, "en": book.en, "rules": list(book.rules)}
                for name, book in found
            ]
        )
        return
    console.table(
        [_("Form"), _("Book"), _("Chinese title"), _("English title"), _("Rules")],
        [(book.form, name.replace("_", "-"), book.zh, book.en, ", ".join(book.rules)) for name, book in found],
    )


def _period(book: Book, view: View, typed: dict[str, str]) -> Period:
    """The days asked for, by default the book's own period around the moment looked at; raises Usage."""
    given = {name for name, text in typed.items() if text}
    if len(given) > 1 and given != {"from", "to"}:
        raise Usage(_("These options do not go together here."), _("Name one day, week or month, or --from and --to."))
    when = When(view.moment, view.ledger.zone)
    rhythms = {"date": DAY, "week": WEEK, "month": MONTH}
    try:
        if given & {"from", "to"}:
            period = _between(*(parse_day(typed[name] or "today", when) for name in ("from", "to")))
        else:
            name = next(iter(given), "")
            period = rhythms.get(name, book.rhythm).parse(typed.get(name, "") or "today", when)
    except ValueError as error:
        raise Usage(str(error)) from None
    if period.begins(view.ledger.zone) > view.at:
        raise Usage(_("{period} has not begun yet.").format(period=period.name))
    return period


def _between(first: date, last: date) -> Period:
    if last < first:
        raise ValueError(_("the last day {last} comes before the first {first}").format(first=first, last=last))
    return Period(DAY, f"{first} - {last}" if first < last else f"{first}", first, last)


def _written(book: Book, drawn: dict[str, Any], form: str, view: View) -> str:
    if form == "json":
        return json.dumps(drawn, ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        return _as_table(book, drawn["lines"], Reader(view.ledger.zone, "txt"))
    from pm_cli.ui.render import Templates

    ledger = view.ledger
    templates = Templates(ledger.root / "templates", form, ledger.zone, ledger.layout.local / "templates")
    file = templates.find(f"book/{drawn['book']}", "report/page")
    columns = [(column.heading, column.name, column.how) for column in book.columns]
    signatures = [_(label) for label in book.signatures]
    return templates.render(
        file,
        {
            **drawn,
            "title": f"{book.form} {book.title}",
            "blocks": ["book"],
            "columns": columns,
            "signatures": signatures,
            "landscape": True,
        },
    )


def _as_table(book: Book, lines: list[dict[str, Any]], reader: Reader) -> str:
    """As spreadsheets open it: every cell as people read it, none a formula."""
    out = io.StringIO(newline="")
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # by this mark Excel knows UTF-8
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(column.heading for column in book.columns)
    for line in lines:
        writer.writerow(_cell(line[column.name], column.how, reader) for column in book.columns)
    return out.getvalue()


def _cell(value: Any, how: str, reader: Reader) -> str:
    if value is None or value == "" or value == []:
        return ""
    return guarded(reader.shown(value, {"brief": "", "note": "value"}.get(how, how)))
