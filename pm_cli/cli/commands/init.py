"""Begin a ledger: a folder under git with policy, calendar and this desk's letter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from pm_cli.cli.session import current
from pm_cli.core.errors import Usage
from pm_cli.core.ident import IMPORT_DESK
from pm_cli.core.text import N_, _
from pm_cli.store.starter import Start, begin
from pm_cli.ui import console


def run(
    folder: Annotated[str, typer.Argument(metavar="DIR", help=N_("Folder to make"))],
    estate: Annotated[str, typer.Option("--estate", help=N_("Name of the estate"))] = "",
    desk: Annotated[str, typer.Option("--desk", help=N_("Letter under which this desk numbers, A to Y"))] = "A",
    desk_name: Annotated[str, typer.Option("--desk-name", help=N_("What the desk is called"))] = "",
    timezone: Annotated[str, typer.Option("--timezone", help=N_("Time zone of the estate"))] = "Asia/Shanghai",
    language: Annotated[str, typer.Option("--language", help=N_("Language of the estate: zh_CN or en"))] = "",
    no_git: Annotated[bool, typer.Option("--no-git", help=N_("Do not put it under git"))] = False,
    demo: Annotated[bool, typer.Option("--demo", help=N_("With the records of the invented demo estate"))] = False,
) -> None:
    letter = desk_letter(desk)
    if not estate and not demo:
        raise Usage(_("{name} is missing.").format(name="--estate"), _("Say what the estate is called: --estate NAME"))
    if timezone not in available_timezones():
        raise Usage(_("There is no time zone {name!r}.").format(name=timezone), _("Such as Asia/Shanghai"))
    start = Start(estate, letter, desk_name, timezone, language, not no_git, demo)
    ledger = begin(Path(folder).expanduser(), start)
    if current.json:
        console.as_json(
            {"ledger": str(ledger.root), "estate": ledger.estate.name, "desk": letter, "timezone": timezone}
        )
        return
    console.out(
        _("{path} is the ledger of {estate}, this desk is {desk}.").format(
            path=ledger.root, estate=ledger.estate.name, desk=letter
        )
    )
    console.tell(
        _("Next: pm staff add li.na --name NAME --role receptionist --as admin; pm unit add 3-1502 --as admin")
    )


def desk_letter(typed: str) -> str:
    """A desk's letter; raises Usage for anything but one of A to Y."""
    letter = typed.strip().upper()
    if not re.fullmatch(r"[A-Z]", letter) or letter == IMPORT_DESK:
        raise Usage(_("A desk is one letter from A to Y ({letter} is kept for imports).").format(letter=IMPORT_DESK))
    return letter
