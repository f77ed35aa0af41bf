"""A record as its paper form; where copies are counted, printing is a step of the record and a reprint is marked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli.session import current
from pm_cli.core.errors import NotFound, Usage
from pm_cli.core.text import N_, _, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record
    from pm_cli.ui.render import Templates

WRITES = True
PAPER = ("html", "md", "txt")
SCREEN = ("txt", "md", "html")


def run(
    number: Annotated[str, typer.Argument(metavar="ID", help=N_("Number, or its tail"))],
    copy: Annotated[str, typer.Option("--copy", help=N_("Which copy, where the form has several"))] = "",
    form: Annotated[
        str, typer.Option("--form", help=N_("Which form, where there are several: follow-up of a complaint"))
    ] = "",
    format: Annotated[
        str, typer.Option("--format", help=N_("html, md or txt (default: html; on a terminal txt or md)"))
    ] = "",
    output: Annotated[
        str, typer.Option("--output", metavar="FILE", help=N_("Write it there; the suffix says the format"))
    ] = "",
) -> None:
    record = current.ledger.get(current.ledger.number(number))
    assert record is not None
    kind = kinds.load(record.kind)
    templates, file = _form(kind, form.lower().replace("-", "_"), format or Path(output).suffix.removeprefix("."))
    if output and not Path(output).absolute().parent.is_dir():
        raise Usage(_("There is no folder {folder}.").format(folder=Path(output).parent))
    templates.render(file, _values(record, copy))  # whatever cannot be rendered is not counted as printed
    values = _printed(kind, record, copy)
    if current.dry_run:
        console.tell(_("Dry run: nothing was written."))
    else:
        _hand_out(values, templates.render(file, values), output)


def _form(kind: Kind, name: str, asked: str) -> tuple[Templates, str]:
    """A form of a kind in the format asked for, or in the one that suits the reader; raises Usage, NotFound."""
    from pm_cli.ui.render import Templates

    if asked and asked not in PAPER:
        raise Usage(_("Format is one of: {names}").format(names=", ".join(PAPER)))
    if not re.fullmatch(r"\w*", name):
        raise Usage(_("{name!r} cannot be the name of a form.").format(name=name))
    ledger, path = current.ledger, f"{kind.name}/{name or kind.name}"
    for format in (asked,) if asked else SCREEN if console.on_terminal() else PAPER:
        templates = Templates(ledger.root / "templates", format, ledger.zone, ledger.layout.local / "templates")
        if file := templates.find(path):
            return templates, file
    raise NotFound(
        _("There is no form for: {kind}.").format(kind=word("kind", kind.name)),
        _("Add one to the ledger: templates/{form}.{format}.j2").format(form=path, format=asked or "html"),
    )


def _printed(kind: Kind, record: Record, copy: str) -> dict[str, Any]:
    """Perform the kind's action `print`, if it has one, and return what the form shows afterwards; raises Usage."""
    action = kind.actions.get("print")
    if action is None:
        if copy:
            raise Usage(
                _("The form has no copies: {kind}.").format(kind=word("kind", kind.name)), _("Leave out --copy.")
            )
        return _values(record)
    from pm_cli.cli.act import do

    outcome = do(kind, action, {"copy": copy} if copy else {}, number=record.id)[0]
    chosen = outcome.event.given.get("copy", "")
    times = sum(step.event.do == "print" and step.given.get("copy", "") == chosen for step in outcome.fold.steps)
    return _values(outcome.record, str(chosen), times - 1)


def _values(record: Record, copy: str = "", reprint: int = 0) -> dict[str, Any]:
    """What a form may show: the record, its fields beside id, kind and state; its steps; the copy, how often reprinted."""
    from pm_cli.cli.present import record_json
    from pm_cli.core.fold import fold

    shown = record_json(record)
    return {
        "record": {**shown.pop("fields"), **shown},
        "steps": [
            {
                "at": step.instant.isoformat(),
                "do": step.event.do,
                "by": current.ledger.display_name(step.event.by),
                "state": step.after,
                "with": record.reveal(dict(step.given)),
            }
            for step in fold(kinds.load(record.kind), record).steps
        ],
        "copy": copy,
        "reprint": reprint,
        "estate": current.ledger.estate.name,
        "printed_at": current.when.isoformat(),
    }


def _hand_out(values: dict[str, Any], text: str, output: str) -> None:
    """Write the form to its file or to standard output; with `--json` as one value."""
    if output:
        Path(output).write_text(text, encoding="utf-8", newline="\n")
        console.tell(_("Written to {file}").format(file=output))
    if current.json:
        kept = {"file": output} if output else {"document": text}
        console.as_json({"id": values["record"]["id"], "copy": values["copy"], "reprint": values["reprint"], **kept})
    elif not output:
        console.raw(text)
