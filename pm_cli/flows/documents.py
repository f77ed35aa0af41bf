"""Documents across records: one valid revision at a time; approving the new one supersedes the old. Rule NC-05."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.ident import linked
from pm_cli.core.perform import Order, perform
from pm_cli.core.text import _
from pm_cli.flows.following import follows
from pm_cli.flows.invariants import Violation, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.perform import Books, Outcome
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View


@follows("document", "approve")
def superseded(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The revision that was valid until now."""
    kind, new = books.kind("document"), outcome.record
    books.reserve(new)
    asked = Order(kind.actions["supersede"], {"superseded_by": new.id}, order.by, order.at, order.now)
    valid = [one for one in books.matching("document", {"base": str(new.fields["base"])}) if one.state == "valid"]
    return [perform(books, kind, asked, one) for one in valid if one.id != new.id]


@invariant("document")
def one_valid_revision(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """No two revisions of a document are valid, also after two desks have merged (NC-05)."""
    base = str(record.fields.get("base", ""))
    if not base or record.state != "valid":
        return
    others = [seen.id for seen in view.matching("document", {"base": base}) if seen.id not in changed]
    valid = [number for number in others if (other := view.get(linked(number))) and other.state == "valid"]
    valid += [one.id for one in changed.values() if one.fields.get("base") == base and one.state == "valid"]
    if older := sorted(set(valid) - {record.id}):
        yield Violation(
            "document-revision",
            record.id,
            _("{code} and {other} are valid both.").format(code=record.id, other=older[0]),
            _("Supersede the older one: pm document supersede {id} --superseded-by {new}").format(
                id=older[0], new=record.id
            ),
        )
