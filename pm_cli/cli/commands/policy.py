"""Figures of the regulation: what is in force, since when, by which rule, and what was before."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pm_cli.cli.help import Command, Group
from pm_cli.cli.session import current
from pm_cli.core import text
from pm_cli.core.errors import NotFound
from pm_cli.core.policy import Value
from pm_cli.core.text import N_, _
from pm_cli.core.times import When, parse_day
from pm_cli.store import adoption
from pm_cli.store.write import writing
from pm_cli.ui import console

WRITES = True
app = typer.Typer(
    cls=Group, add_completion=False, rich_markup_mode=None, help=N_("Figures of the regulation"), no_args_is_help=True
)


@app.command(
    "show", cls=Command, help=N_("What is in force today or on another day; all figures or those of one system")
)
def show(
    key: Annotated[str, typer.Argument(help=N_("Key or beginning of one, such as complaint.reply"))] = "",
    on: Annotated[str, typer.Option("--on", metavar="DAY", help=N_("Day asked about"))] = "today",
) -> None:
    policy = current.ledger.policy
    day = parse_day(on, When(current.now, current.ledger.zone))
    found = [(entry, entry.at(day)) for entry in (policy.entry(name) for name in matching(key))]
    if current.json:
        console.as_json([_plain(value) for _entry, value in found if value])
        return
    chinese = text.language() == "zh_CN"
    console.table(
        [_("Key"), _("Meaning"), _("Value"), _("Since"), _("Rule"), _("Source")],
        [
            (entry.key, entry.zh if chinese else entry.en, value.text, value.since, value.rule, value.source)
            if value
            else (entry.key, entry.zh if chinese else entry.en, "-", "", entry.rule, "")
            for entry, value in found
        ],
    )


@app.command("history", cls=Command, help=N_("All values a figure has had"))
def history(key: Annotated[str, typer.Argument(help=N_("Key, such as sheet.collect"))]) -> None:
    values = [value for name in matching(key) for value in current.ledger.policy.entry(name).values]
    if current.json:
        console.as_json([_plain(value) for value in values])
        return
    console.table(
        [_("Key"), _("Since"), _("Value"), _("Rule"), _("Source")],
        [(value.key, value.since, value.text or _("ended"), value.rule, value.source) for value in values],
    )


@app.command(
    "adopt", cls=Command, help=N_("Take over the figures that came with a newer pm and the ledger does not have yet")
)
def adopt() -> None:
    ledger = current.ledger
    with writing(ledger) as batch:
        added = adoption.lacking_text(ledger.root)
        for path, content in added.items():
            batch.put_file(path, content)
        batch.commit("policy adopt\n", current.author)
    for path in added:
        console.out(path)
    if not added:
        console.out(_("Nothing is lacking."))


def matching(key: str) -> list[str]:
    """Keys that equal or begin with what was typed; raises NotFound."""
    policy = current.ledger.policy
    found = [name for name in policy if not key or name == key or name.startswith(key.rstrip(".") + ".")]
    if not found:
        raise NotFound(_("There is no policy {key}").format(key=key), _("All of them: pm policy show"))
    return found


def _plain(value: Value) -> dict[str, Any]:
    return {
        "key": value.key,
        "value": value.text,
        "since": value.since.isoformat(),
        "rule": value.rule,
        "source": value.source,
        "warn": value.warn or None,
        "escalate": [{"tell": role, "after": offset} for role, offset in value.escalate],
    }
