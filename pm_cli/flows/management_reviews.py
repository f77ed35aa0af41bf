"""What a management review looks at, counted from the records, and the next one that follows it. Rule NC-04."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pm_cli.core.ident import link
from pm_cli.core.perform import Order, perform
from pm_cli.core.text import _, word
from pm_cli.flows.derived import derived
from pm_cli.flows.following import follows
from pm_cli.store.ledger import Ledger
from pm_cli.store.scores import scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.core.perform import Books, Outcome
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View


@follows("management_review", "close")
def next_one(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The next review begins where this one ended, so that its clock runs; none if one is arranged already."""
    kind, review = books.kind("management_review"), outcome.record
    if any(one.state == "scheduled" for one in books.matching("management_review", {})):
        return []
    said = {"covers_from": str(review.fields["held_on"]), "previous": link(review.id, review.identity)}
    books.reserve(review)
    return [perform(books, kind, Order(kind.actions["schedule"], said, order.by, order.at, order.now))]


@derived("management_review")
def looked_at(view: View, record: Record) -> dict[str, str]:
    """Nonconformities, complaints and satisfaction of the time under review (NC-04)."""
    first = str(record.fields.get("covers_from", ""))
    if not isinstance(view, Ledger) or not first:
        return {}
    last = str(record.fields.get("held_on") or view.now().date())
    return {"inputs": "\n".join(_inputs(view, date.fromisoformat(first), date.fromisoformat(last)))}


def _inputs(ledger: Ledger, first: date, last: date) -> Iterator[str]:
    """One line for each figure, with its bases."""
    start, end = (
        int(datetime.combine(day, time(), ledger.zone).timestamp()) for day in (first, last + timedelta(days=1))
    )
    counts = {kind: rest for kind, *rest in ledger.index.db.execute(_COUNTED, (start, end - 1))}
    for kind in ("nonconformity", "complaint"):
        begun, still, again = counts.get(kind, (0, 0, 0))
        line = _("{kind}: {begun}, still open {still}, more than one round or reopened {again}")
        yield line.format(kind=word("kind", kind), begun=begun, still=still, again=again)
    least = int(ledger.policy.at("survey.satisfied", last).number)
    given = scores(ledger.index.db, f"{first:%Y-%m}", f"{last:%Y-%m}")
    satisfied = sum(score >= least for score in given)
    yield _("Satisfied: {satisfied} of {answers} answers").format(satisfied=satisfied, answers=len(given))


_COUNTED = """
SELECT kind, count(*), sum(open),
  sum(CAST(coalesce(json_extract(fields, '$.rounds'), 0) AS INTEGER) > 1
    OR CAST(coalesce(json_extract(fields, '$.reopened'), 0) AS INTEGER) > 0)
FROM record WHERE kind IN ('nonconformity', 'complaint') AND began BETWEEN ? AND ?
  AND state NOT IN ('draft', 'annulled', 'moved') GROUP BY kind"""
