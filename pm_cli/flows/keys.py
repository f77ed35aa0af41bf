"""Keys across records: never more out than there are, one custody, one seal. Rules KEY-08, KEY-11, KEY-14."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.ident import linked
from pm_cli.core.text import _
from pm_cli.flows.derived import derived
from pm_cli.flows.invariants import Violation, invariant
from pm_cli.kinds import key_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.action import Seen
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View


def in_cabinet(view: View, number: str, changed: Mapping[str, Record] | None = None) -> int:
    """How many keys of a tag hang in the cabinet once `changed` is written; below none if too many are out.

    Raises KeyError for a tag that is not in the register.
    """
    changed = changed or {}
    key = changed.get(number) or view.get(number)
    if key is None:
        raise KeyError(number)
    loans, custody = (_standing(view, kind, changed, key=number) for kind in ("key_loan", "key_custody"))
    return key_count.in_cabinet(key, loans, custody)


@invariant("key", "key_loan", "key_custody")
def no_more_out_than_there(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """Keys cannot be lent, handed over or given back that do not hang in the cabinet."""
    number = _key_of(record)
    key = changed.get(number) or view.get(number)
    if key is None or (record.kind == "key_loan" and not view.kind("key_loan").is_open(record.state)):
        return
    lacking = -in_cabinet(view, number, changed)
    if lacking > 0:
        yield Violation(
            "key-stock",
            number,
            _("{key}: {lacking} more out than the cabinet holds.").format(key=number, lacking=lacking),
            _("See who has them: pm key-loan list; enter what came in: pm key-loan return, pm key receive"),
        )
    elif not view.kind("key").is_open(key.state) and (
        _standing(view, "key_loan", changed, key=number) or _standing(view, "key_custody", changed, key=number)
    ):
        yield Violation(
            "key-retired",
            number,
            _("{key} is out of use, yet a loan or custody of it is open.").format(key=number),
            _("Close it first: pm key-loan return, pm key-custody give-back"),
        )


@invariant("key_custody")
def one_custody_of_a_key(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """A key is in custody under one agreement at a time (KEY-14)."""
    number = _key_of(record)
    papers = sorted(paper.id for paper in _standing(view, "key_custody", changed, key=number))
    if number and record.id in papers and len(papers) > 1:
        yield Violation(
            "key-custody",
            number,
            _("{key} is in custody more than once: {papers}.").format(key=number, papers=", ".join(papers)),
            _("Give it back first: pm key-custody give-back {paper}").format(paper=papers[0]),
        )


@invariant("key_seal")
def one_seal(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """The cabinet key lies under one seal at a time (KEY-08)."""
    seals = sorted(seal.id for seal in _standing(view, "key_seal", changed))
    if record.id in seals and len(seals) > 1:
        yield Violation(
            "key-seal",
            record.id,
            _("the cabinet is sealed more than once: {seals}.").format(seals=", ".join(seals)),
            _("Unseal it first: pm key-seal unseal {seal}").format(seal=seals[0]),
        )


@derived("key")
def whereabouts(view: View, record: Record) -> dict[str, str]:
    """How many hang in the cabinet now, who has the others and until when (KEY-11)."""
    loans = _standing(view, "key_loan", {}, key=record.id)
    out = [f"{loan.id}: {loan.fields.get('out', '')}" + _until(loan) for loan in loans]
    return {"in_cabinet": str(in_cabinet(view, record.id)), **({"out_on_loan": "; ".join(out)} if out else {})}


def _until(loan: Seen) -> str:
    due = loan.fields.get("due")
    return f" ({due[:16].replace('T', ' ')})" if isinstance(due, str) else ""


def _key_of(record: Record) -> str:
    return record.id if record.kind == "key" else linked(str(record.fields.get("key", "")))


def _standing(view: View, kind: str, changed: Mapping[str, Record], **equal: str) -> list[Seen]:
    """Open records of a kind with these links, as they will be once the changed ones are written."""
    declared = view.kind(kind)
    kept: list[Seen] = [seen for seen in view.matching(kind, equal) if seen.id not in changed]
    return kept + [
        record
        for record in changed.values()
        if record.kind == kind
        and declared.is_open(record.state)
        and all(linked(str(record.fields.get(name, ""))) == number for name, number in equal.items())
    ]
