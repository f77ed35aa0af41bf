"""This desk and the estate: who acts here, the desk's letter, settings of the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.cli.commands.init import desk_letter
from pm_cli.cli.help import Command, Group
from pm_cli.cli.session import current
from pm_cli.core.errors import Refusal, Usage
from pm_cli.core.text import N_, _
from pm_cli.store.desk import IDLE
from pm_cli.store.layout import SETTINGS
from pm_cli.store.settings import edited
from pm_cli.store.write import prepare_local, writing
from pm_cli.ui import console

WRITES = True
app = typer.Typer(
    cls=Group, add_completion=False, rich_markup_mode=None, help=N_("This desk and the estate"), no_args_is_help=True
)
KEYS = ("estate", "company", "timezone", "language")


@app.command("show", cls=Command, help=N_("Show all settings"))
def show() -> None:
    ledger = current.ledger
    settings, estate = ledger.desk_settings, ledger.estate
    acting = settings.acting_at(current.now)
    values = {
        "ledger": str(ledger.root),
        "estate": estate.name,
        "company": estate.company,
        "timezone": estate.timezone,
        "language": estate.language,
        "desks": dict(estate.desks),
        "desk": settings.desk,
        "acting": acting,
    }
    if current.json:
        console.as_json(values)
        return
    console.table([_("Setting"), _("Value")], [(name, value or "-") for name, value in values.items()])
    if settings.acting and not acting:
        console.tell(
            _("{who} acted here; the setting expired after {hours} hours without a command.").format(
                who=settings.acting, hours=IDLE.seconds // 3600
            )
        )


@app.command("as", cls=Command, help=N_("Say who acts at this desk from now on; without LOGIN: nobody"))
def acting_as(login: Annotated[str, typer.Argument(metavar="LOGIN")] = "") -> None:
    ledger = current.ledger
    if login:
        ledger.actor(login, current.now)
    settings = ledger.desk_settings
    settings.acting, settings.used = login, current.now.isoformat() if login else ""
    prepare_local(ledger.layout.local)
    settings.write(ledger.layout.local / "settings.json")
    console.out(_("Acting here: {who}").format(who=login or "-"))


@app.command("desk", cls=Command, help=N_("Claim a letter for this clone"))
def desk(
    letter: Annotated[str, typer.Argument(metavar="LETTER")],
    name: Annotated[str, typer.Option("--name", help=N_("What the desk is called"))] = "",
    force: Annotated[bool, typer.Option("--force", help=N_("Take over a letter that is claimed"))] = False,
) -> None:
    ledger, wanted = current.ledger, desk_letter(letter)
    claimed = ledger.estate.desks
    if wanted in claimed and claimed[wanted] != name and not force and ledger.desk_settings.desk != wanted:
        raise Refusal(
            _("{letter} is claimed by {name}.").format(letter=wanted, name=claimed[wanted]),
            _("Choose a free letter, or --force if that desk no longer exists."),
        )
    settings = ledger.desk_settings
    settings.desk = wanted
    prepare_local(ledger.layout.local)
    settings.write(ledger.layout.local / "settings.json")
    _save({"desks": {**claimed, wanted: name or wanted}}, f"config desk: {wanted}")
    console.out(_("This clone is desk {letter}.").format(letter=wanted))


@app.command("set", cls=Command, help=N_("Change a setting of the estate: estate, company, timezone, language"))
def change(key: Annotated[str, typer.Argument()], value: Annotated[str, typer.Argument()]) -> None:
    if key not in KEYS:
        raise Usage(_("There is no setting {key!r}: {keys}").format(key=key, keys=", ".join(KEYS)))
    _save({key: value}, f"config set: {key}")
    console.out(f"{key}: {value}")


def _save(changes: dict[str, object], message: str) -> None:
    ledger = current.ledger
    with writing(ledger) as batch:
        batch.put_file(SETTINGS, edited(ledger.root / SETTINGS, changes))
        batch.commit(message + "\n", current.author)
