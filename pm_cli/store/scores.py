"""What residents answered in satisfaction interviews, month by month. Rule STAT-06."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection


def scores(db: Connection, first: str, last: str) -> list[int]:
    """The scores given in the months from `first` to `last` (`2026-11`), each answer once."""
    return [int(score) for (score,) in db.execute(_SCORES, (first, last))]


_SCORES = """
SELECT json_extract(fields, '$.score') FROM record
WHERE kind = 'survey' AND json_extract(fields, '$.result') = 'answered' AND state NOT IN ('draft', 'annulled')
  AND json_extract(fields, '$.month') BETWEEN ? AND ? AND json_extract(fields, '$.score') IS NOT NULL"""
