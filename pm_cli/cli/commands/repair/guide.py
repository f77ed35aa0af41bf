"""The repair guides: what to look at in the home, what to measure, and the limits in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from pm_cli.cli.session import current
from pm_cli.core.errors import NotFound
from pm_cli.core.policy import Value
from pm_cli.core.text import N_, _, language
from pm_cli.ui import console

PREFIX = "guide_"
HEADING = "accept"
"""Entry whose title is that of the guide and whose value names the answers without which nothing passes."""


def run(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help=N_("Name of a guide (default: all of them)"))] = "",
) -> None:
    policy, today = current.ledger.policy, current.when.date()
    guides: dict[str, dict[str, Value]] = {}
    for key in policy:
        system, _dot, item = key.partition(".")
        value = policy.entry(key).at(today)
        if system.startswith(PREFIX) and value is not None:
            guides.setdefault(system.removeprefix(PREFIX), {})[item] = value
    if not name:
        names = [(one, _title(items[HEADING]), items[HEADING].rule) for one, items in guides.items()]
        _show((_("Guide"), _("What for"), _("Rule")), names)
        return
    items = guides.get(name.lower().replace("-", "_"), {})
    if not items:
        raise NotFound(_("There is no guide {name}.").format(name=name), _("See: pm repair guide"))
    needed = items.pop(HEADING).items
    rows = [
        (item, _title(value), str(value.text), _("needed") if item in needed else "", value.source)
        for item, value in items.items()
    ]
    _show((_("Item to enter"), _("What"), _("Limit"), _("To pass"), _("Source")), rows)
    if not current.json:
        console.tell(_("Enter it: pm repair check ID --guide {name} {answers}").format(
            name=name, answers=" ".join(f"--value {item}=..." for item in needed)
        ))  # fmt: skip


def _title(value: Value) -> str:
    entry = current.ledger.policy.entry(value.key)
    return entry.zh if language() == "zh_CN" else entry.en


def _show(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if current.json:
        names = ("name", "title", "rule") if len(titles) == 3 else ("name", "title", "limit", "needed", "source")
        console.as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        console.table(list(titles), rows)
