"""Months in which no resident was asked how satisfied they are. Rules STAT-06, CAL-19."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pm_cli.flows.reviews import days
from pm_cli.flows.work_orders import months_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.flows.reviews import Call, Look


def months(look: Look) -> Iterator[Call]:
    """Months with entries, where homes are occupied."""
    if look.ledger.index.db.execute(_HOMES).fetchone():
        yield from months_of(call.last for call in days(look))


def asked(look: Look) -> Counter[tuple[str, str]]:
    """How many interviews each month has; whom its sample still lacks: pm survey plan."""
    return Counter({(str(month), ""): count for month, count in look.ledger.index.db.execute(_ASKED)})


_HOMES = (
    "SELECT 1 FROM record WHERE kind = 'unit' AND state = 'in_use' AND json_extract(fields, '$.use') = 'home' LIMIT 1"
)
_ASKED = """
SELECT json_extract(fields, '$.month') AS month, count(*) FROM record
WHERE kind = 'survey' AND state NOT IN ('draft', 'annulled') GROUP BY month"""
