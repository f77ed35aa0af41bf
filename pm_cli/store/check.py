"""Checking a whole ledger: every file, every record, what lies between them, git, policy and calendar."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pm_cli.core.errors import Problem
from pm_cli.core.text import _
from pm_cli.store.check_across import across
from pm_cli.store.check_git import against_git
from pm_cli.store.check_record import Examined, examine
from pm_cli.store.check_rules import rules, unreadable
from pm_cli.store.cold import BATCH
from pm_cli.store.forked import forked
from pm_cli.store.index import COLD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pm_cli.store.ledger import Ledger

BOOKS = ("journal", "register")
WARNINGS = frozenset(
    {
        "calendar-ahead", "due-unknown", "missing-field", "no-git", "not-committed", "policy-default", "policy-source",
        "stray-file", "unfinished", "unknown-field", "unknown-kind",
    }
)  # fmt: skip
"""Problems that leave the books right; all others are errors. docs/problems.md explains each."""


def severity(problem: Problem) -> str:
    """`error` or `warning`."""
    return "warning" if problem.name in WARNINGS else "error"


@dataclass(frozen=True)
class Report:
    """What is wrong with a ledger, in the order of the files, and the records that were examined.

    Not `judged` if policy or calendar do not load, so that nothing could be held against them.
    """

    problems: list[Problem]
    records: list[Examined]
    judged: bool


def check(ledger: Ledger) -> Report:
    """Everything that is wrong with the files of a ledger."""
    paths, stray = _files(ledger.root)
    records = list(_examined(ledger.root, paths))
    problems = [problem for record in records for problem in record.problems]
    problems += [*stray, *across(ledger.layout, records), *against_git(ledger)]
    problems += (unjudged := unreadable(ledger))
    if not unjudged:
        ledger.index.refresh(thorough=True)
        problems += rules(ledger)
    problems.sort(key=lambda one: (one.path, one.line, one.name, one.message))
    return Report(problems, records, not unjudged)


def _files(root: Path) -> tuple[list[str], list[Problem]]:
    """Files of records, and whatever else lies among them."""
    paths: list[str] = []
    stray: list[Problem] = []
    for book in BOOKS:
        for folder, below, names in os.walk(root / book):
            place = os.path.relpath(folder, root).replace(os.sep, "/")
            links = [name for name in below if os.path.islink(os.path.join(folder, name))]
            for name in sorted([*names, *links]):
                shown = os.fsencode(name).decode(errors="backslashreplace")
                if name.endswith(".yaml") and shown == name:
                    paths.append(f"{place}/{name}")
                elif name != ".gitkeep":
                    message = _("This is no record: one is a file named NUMBER.yaml.")
                    stray.append(Problem("stray-file", f"{place}/{shown}", 1, message, _("Move it elsewhere.")))
    return sorted(paths), stray


def _examined(root: Path, paths: list[str]) -> Iterator[Examined]:
    """All records, on all processors when they are many."""
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]

    def look(batch: list[str]) -> list[Examined]:
        return [examine(root, path) for path in batch]

    for found in forked(look, batches) if len(paths) > COLD else map(look, batches):
        yield from found
