"""Pack what many small commits left behind, and make the index small again."""

from __future__ import annotations

from pm_cli.cli.session import current
from pm_cli.core.errors import NotCommitted
from pm_cli.core.text import _
from pm_cli.store.git import GitFailed
from pm_cli.store.write import writing
from pm_cli.ui import console


def run() -> None:
    ledger = current.ledger
    with writing(ledger):
        ledger.index.db.execute("VACUUM")
        try:
            if ledger.git is not None:
                ledger.git.tidy()
        except GitFailed as error:
            raise NotCommitted(_("Git could not be tidied: {reason}").format(reason=error)) from None
    console.out(_("Tidied."))
