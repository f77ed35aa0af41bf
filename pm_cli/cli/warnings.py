"""Warnings that go with every answer: files that do not load, contested records, clocks whose year has no calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import _, ngettext
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.store.ledger import Ledger

SHOWN = 3


def warn_of_problems(ledger: Ledger) -> None:
    """Name what is wrong with the ledger, a few lines at most, on standard error."""
    problems = ledger.index.problems()
    for problem in problems[:SHOWN]:
        console.tell(f"{problem.where}: {problem.message}")
    if problems:
        count = len(problems)
        console.tell(
            ngettext(
                "{count} file cannot be read and is missing above; see: pm check",
                "{count} files cannot be read and are missing above; see: pm check",
                count,
            ).format(count=count)
        )
    years = ledger.index.db.execute(
        "SELECT DISTINCT unknown FROM clock WHERE unknown != '' AND stopped IS NULL LIMIT ?", (SHOWN,)
    )
    for (reason,) in years:
        console.tell(_("Due times are unknown: {reason}").format(reason=reason))
