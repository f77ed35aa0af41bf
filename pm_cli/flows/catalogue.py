"""The rule catalogue: what each rule says, how the modules honour it, and which cases prove it."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.rule import STATUSES, RuleNote

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent.parent / "catalogue"
"""`rules.csv` (id, mark, seeds, rule) and `cases.json` (rule to the names of its cases and tests, made by `make cases`)."""
ELSEWHERE = (
    "pm_cli.core.honoured",
    "pm_cli.core.conduct",
    "pm_cli.flows.duties",
    "pm_cli.flows.reception",
    "pm_cli.reports",
)
"""Modules beside the kinds that say which rules they honour, in `RULES`."""


@dataclass(frozen=True)
class Honoured:
    """One rule with its status, where it lives and what proves it."""

    id: str
    mark: str
    seeds: str
    text: str
    status: str
    where: tuple[str, ...]
    note: str
    cases: tuple[str, ...]


@cache
def honoured() -> tuple[Honoured, ...]:
    """All rules in the order of the catalogue; what no module claims is still to do."""
    notes: dict[str, list[RuleNote]] = {}
    for note in claimed():
        notes.setdefault(note.id, []).append(note)
    cases: dict[str, list[str]] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
    found = []
    with (FOLDER / "rules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            own = notes.get(row["id"], [])
            status = min((note.status for note in own), key=STATUSES.index, default="todo")
            where = tuple(dict.fromkeys(note.where for note in own if note.where))
            said = "; ".join(dict.fromkeys(note.note for note in own if note.note))
            found.append(
                Honoured(
                    row["id"],
                    row["mark"],
                    row["seeds"],
                    row["rule"],
                    status,
                    where,
                    said,
                    tuple(cases.get(row["id"], [])),
                )
            )
    return tuple(found)


def claimed() -> Iterator[RuleNote]:
    """What every module says it honours."""
    for name in kinds.names():
        yield from kinds.load(name).rules
    for name in ELSEWHERE:
        yield from getattr(import_module(name), "RULES", ())
