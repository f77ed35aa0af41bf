"""Reading very many files at once, on all processors; used when an index is built or a large pull came in."""

from __future__ import annotations

import gc
import multiprocessing
import os
from typing import TYPE_CHECKING

from pm_cli.store import index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.errors import Problem
    from pm_cli.store.index import Stamp
    from pm_cli.store.ledger import Ledger
    from pm_cli.store.rows import Row

BATCH = 250
_ledger: Ledger | None = None


def read_all(ledger: Ledger, changed: Mapping[str, Stamp]) -> Iterator[tuple[str, Stamp, Row | Problem]]:
    """The rows of these files, in their order."""
    global _ledger
    _ledger = ledger
    assert ledger.calendar is not None  # compiled once here, inherited by the children
    items = list(changed.items())
    batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for batch, found in zip(batches, pool.imap(_batch, batches), strict=True):
            for (path, stamp), row in zip(batch, found, strict=True):
                yield path, stamp, row


def _batch(batch: list[tuple[str, Stamp]]) -> list[Row | Problem]:
    assert _ledger is not None
    gc.disable()
    return [index.digest(_ledger, path, stamp) for path, stamp in batch]
