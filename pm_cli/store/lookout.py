"""A second process that looks whether files changed, while the first one already answers from the index as it was left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pm_cli.store.index import Index

if TYPE_CHECKING:
    from pm_cli.store.ledger import Ledger


def useful() -> bool:
    """Whether there is a second processor to look with."""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1


class Lookout:
    """Sent out before the index is opened, because SQLite must not be carried through a fork."""

    def __init__(self, ledger: Ledger) -> None:
        assert ledger.rules_digest  # worked out once for both processes
        self._pid = os.fork()
        if self._pid:
            return
        status = 1
        try:
            index = Index.left(ledger)
            status = 0 if index is not None and index.current() else 1
        finally:
            os._exit(status)

    def unchanged(self) -> bool:
        """Whether the index was, and is, what the files say; waits for the answer."""
        return os.waitpid(self._pid, 0)[1] == 0
