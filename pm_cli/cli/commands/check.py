"""What is wrong with the ledger, file by file; exit 4 when there is any error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pm_cli import kinds
from pm_cli.cli.session import current
from pm_cli.core.errors import LedgerTrouble
from pm_cli.core.fold import refold
from pm_cli.core.text import N_, _, ngettext
from pm_cli.flows.standing import violations
from pm_cli.store import files
from pm_cli.store.check import check, severity
from pm_cli.store.write import writing
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.core.errors import Problem
    from pm_cli.store.check_record import Examined

WRITES = True


def run(
    fix: Annotated[bool, typer.Option("--fix", help=N_("Write what the events of a record add up to"))] = False,
) -> int:
    report = check(current.ledger)
    if fix and (differing := [record for record in report.records if record.refold]):
        _refold(differing)
        report = check(current.ledger)
    problems = report.problems + (violations(current.ledger) if report.judged else [])
    if current.json:
        console.as_json([_as_json(problem) for problem in problems])
    elif problems:
        titles = [_("Severity"), _("Problem"), _("Where"), _("What"), _("Hint")]
        console.table(titles, (_as_row(problem) for problem in problems))
    errors = sum(severity(problem) == "error" for problem in problems)
    warnings = len(problems) - errors
    console.tell(
        _("{records} records checked: {errors}, {warnings}").format(
            records=len(report.records),
            errors=ngettext("{count} error", "{count} errors", errors).format(count=errors),
            warnings=ngettext("{count} warning", "{count} warnings", warnings).format(count=warnings),
        )
    )
    return LedgerTrouble.exit_code if errors else 0


def _as_json(problem: Problem) -> dict[str, object]:
    return {
        "name": problem.name,
        "severity": severity(problem),
        "path": problem.path,
        "line": problem.line,
        "message": problem.message,
        "hint": problem.hint,
    }


def _as_row(problem: Problem) -> tuple[str, ...]:
    shown = _("error") if severity(problem) == "error" else _("warning")
    return shown, problem.name, problem.where, problem.message, problem.hint


def _refold(differing: list[Examined]) -> None:
    """Write these records anew, with the state and fields that their events add up to."""
    ledger = current.ledger
    with writing(ledger) as batch:
        for found in differing:
            record = files.demand(ledger.root, found.path)
            refold(kinds.load(record.kind), record)
            batch.put(record)
        if not current.dry_run:
            batch.commit(f"check --fix: {len(differing)} records\n", current.author)
