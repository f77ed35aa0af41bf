"""Work orders that lie in no batch, no bundle and no charge report though they should. Rules CAL-05, CAL-21, CAL-22."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pm_cli.core.policy import PolicyError
from pm_cli.core.spans import begins
from pm_cli.flows.reviews import Call, Look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def days(look: Look) -> Iterator[Call]:
    """Days on which orders had to go to dispatch that are in no batch; after the hour the next day counts (AMB-46)."""
    batched = _batched(look)
    for day in sorted({_day_due(look, came) for number, came in _handed_in(look) if number not in batched}):
        yield Call(day.isoformat(), day)


def bundles(look: Look) -> Iterator[Call]:
    """Months in which orders came in."""
    return months_of(came.astimezone(look.ledger.zone).date() for _number, came in _handed_in(look))


def charges(look: Look) -> Iterator[Call]:
    """Months in which chargeable work was accepted that stands in no charge report."""
    reported = {str(order).partition("@")[0] for (order,) in look.ledger.index.db.execute(_IN_REPORTS)}
    rows = look.ledger.index.db.execute(_CHARGED, (look.begins, look.first.isoformat()))
    return months_of(date.fromisoformat(day) for number, day in rows if number not in reported)


def none(_look: Look) -> Counter[tuple[str, str]]:
    """Days and months are only called for while orders are missing in every batch or report."""
    return Counter()


def bundled(look: Look) -> Counter[tuple[str, str]]:
    """Months whose orders were handed over."""
    return Counter((str(month), "") for (month,) in look.ledger.index.db.execute(_BUNDLED))


def months_of(found: Iterable[date]) -> Iterator[Call]:
    """The months in which days lie, each once."""
    for month in sorted({f"{day:%Y-%m}" for day in found}):
        yield Call(month, (begins(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _handed_in(look: Look) -> Iterator[tuple[str, datetime]]:
    for number, came in look.ledger.index.db.execute(_HANDED_IN, (look.begins, look.first.isoformat())):
        yield str(number), datetime.fromisoformat(came)


def _batched(look: Look) -> set[str]:
    return {str(order).partition("@")[0] for (order,) in look.ledger.index.db.execute(_IN_BATCHES)}


def _day_due(look: Look, came: datetime) -> date:
    local = came.astimezone(look.ledger.zone)
    try:
        hour = look.ledger.policy.at("order_batch.cutoff", local).time
    except PolicyError:  # an estate without the hour hands over on the day
        return local.date()
    return local.date() + timedelta(days=local.time() > hour)


_VALID = "state NOT IN ('draft', 'annulled')"
_HANDED_IN = f"""
SELECT id, json_extract(fields, '$.handed_in_at') FROM record
WHERE kind = 'repair' AND touched >= ? AND imported = 0 AND {_VALID} AND json_extract(fields, '$.handed_in_at') >= ?"""
_IN_BATCHES = f"""
SELECT json_each.value FROM record, json_each(record.fields, '$.orders')
WHERE kind = 'order_batch' AND json_extract(fields, '$.until') IS NOT NULL AND {_VALID}"""
_CHARGED = f"""
SELECT id, json_extract(fields, '$.accepted_on') FROM record
WHERE kind = 'repair' AND touched >= ? AND imported = 0 AND {_VALID} AND json_extract(fields, '$.amount') IS NOT NULL
  AND json_extract(fields, '$.accepted_on') >= ?"""
_BUNDLED = f"""
SELECT json_extract(fields, '$.period') FROM record
WHERE kind = 'order_batch' AND json_extract(fields, '$.until') IS NULL AND {_VALID}"""
_IN_REPORTS = f"""
SELECT json_each.value FROM record, json_each(record.fields, '$.orders') WHERE kind = 'charge_month' AND {_VALID}"""
