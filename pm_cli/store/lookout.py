"""Answers from the index as it was left, while a second process looks whether a file has changed since."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from pm_cli.store.index import Index

if TYPE_CHECKING:
    from collections.abc import Callable

    from pm_cli.store.ledger import Ledger

Answer = TypeVar("Answer")


def answered(ledger: Ledger, work: Callable[[], Answer]) -> Answer:
    """What `work` reads from the index of a ledger; worked out anew if a file has changed since it was left."""
    if "index" in vars(ledger) or not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        return work()
    sent = Lookout(ledger)
    left = Index.left(ledger)
    if left is None:
        sent.unchanged()
        return work()
    ledger.index = left
    try:
        found = work()
    except Exception:  # what was left may point at files that are gone
        if sent.unchanged():
            raise
    else:
        if sent.unchanged():
            return found
    left.refresh()
    return work()


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
