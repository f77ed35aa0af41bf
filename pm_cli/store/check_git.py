"""Checking the work tree against git: records edited, deleted or cut short that nobody committed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pm_cli.core.errors import Problem
from pm_cli.core.text import _
from pm_cli.store import files
from pm_cli.store.git import GitFailed
from pm_cli.store.intent import IntentLog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.store.git import Git
    from pm_cli.store.ledger import Ledger

UNMERGED = frozenset({"DD", "AU", "UD", "UA", "DU", "AA", "UU"})


def against_git(ledger: Ledger) -> Iterator[Problem]:
    """Records that differ from the last commit, and commands that wait to be finished."""
    if IntentLog(ledger.layout.local).file.exists():
        message = _("A command was interrupted before it was finished.")
        yield Problem("unfinished", ".pm/intent.json", 1, message, _("The next command that writes completes it."))
    try:
        git = ledger.git
        if git is None:
            message = _("The ledger is not under git: nothing but the files themselves keeps the history.")
            yield Problem("no-git", "", 1, message, _("Begin: git init"))
            return
        for status, path in git.changed():
            if path.startswith(("journal/", "register/")) and path.endswith(".yaml"):
                yield _judged(ledger, git, status, path)
    except (GitFailed, OSError) as error:
        yield Problem("no-git", "", 1, _("Git does not answer: {reason}").format(reason=error))


def _judged(ledger: Ledger, git: Git, status: str, path: str) -> Problem:
    """What it means that one record differs from the last commit."""
    if status in UNMERGED:
        return Problem("unmerged", path, 1, _("Git could not merge this record."), _("Resolve all of them: pm merge"))
    back = _("Restore it: git checkout HEAD -- {path}").format(path=path)
    if not os.path.lexists(ledger.root / path):
        return Problem("deleted", path, 1, _("The record was deleted."), back)
    if status[1] != "?" and (lost := _lost(ledger, git, path)):
        message = _("{count} events that were committed are missing: {events}").format(
            count=len(lost), events=", ".join(lost)
        )
        return Problem("lost-history", path, 1, message, back)
    hint = _("The next command commits what pm wrote; look at the rest: git diff -- {path}").format(path=path)
    return Problem("not-committed", path, 1, _("The record differs from the last commit."), hint)


def _lost(ledger: Ledger, git: Git, path: str) -> list[str]:
    """Events of the committed version, by their first digits, that the file no longer has."""
    try:
        before = files.parse(path, git.blob(f"HEAD:{git.prefix}{path}"))
        after = files.read(ledger.root, path)
    except (GitFailed, files.Unreadable):
        return []
    present = {event.id for event in after.events}
    return [event.id[:8] for event in before.events if event.id not in present]
