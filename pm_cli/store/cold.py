"""Reading very many files at once, on all processors; used when an index is built or a large pull came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.store import index
from pm_cli.store.forked import forked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.errors import Problem
    from pm_cli.store.index import Stamp
    from pm_cli.store.ledger import Ledger
    from pm_cli.store.rows import Row

BATCH = 250
"""Files a process reads before it hands its rows on."""


def read_all(ledger: Ledger, changed: Mapping[str, Stamp]) -> Iterator[tuple[str, Stamp, Row | Problem]]:
    """The rows of these files, in their order."""
    assert ledger.calendar is not None  # compiled here once, inherited by the children
    items = list(changed.items())
    batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]

    def read(batch: list[tuple[str, Stamp]]) -> list[Row | Problem]:
        return [index.digest(ledger, path) for path, _stamp in batch]

    for batch, found in zip(batches, forked(read, batches), strict=True):
        for (path, stamp), row in zip(batch, found, strict=True):
            yield path, stamp, row
