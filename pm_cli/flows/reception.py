"""Reception: which record an answer to "what brings you here?" becomes, and what the desk should know before it writes.

Nothing is typed twice (D-39): a request is its own entry in the desk journal, a contact stands for the rest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli import kinds
from pm_cli.core.ident import linked
from pm_cli.core.request import REQUESTS
from pm_cli.core.rule import computed, enforced, not_applicable, recorded
from pm_cli.core.source import gatherer_of, source_of
from pm_cli.core.text import _, listed, word
from pm_cli.flows.derived import derived
from pm_cli.flows.following import follows
from pm_cli.flows.hints import hint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.core.action import Action
    from pm_cli.core.codec import Node
    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books, Order, Outcome
    from pm_cli.core.person import Actor
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View
    from pm_cli.store.ledger import Ledger

ENTRIES = (*REQUESTS, "incident", "unmet_demand", "contact")
"""Kinds that together are the desk journal: all that was asked, reported, heard and announced (D-39)."""
EVERYWHERE = frozenset({"all", "全部", "全小区"})
"""Words by which an incident says that it concerns every flat."""
WORKERS = frozenset({"technician", "contractor", "environment"})
WHO = ("name", "phone", "unit")
"""What says who came or called."""


@dataclass(frozen=True)
class Way:
    """What one answer leads to: a kind, its starting action ("" for the first), what is known already.

    `service` is the judgement of dispatch: a demand for service, else a consultation or complaint (DISP-04).
    `note` is the starting action for those who may hear of it but not take it in (D-05).
    """

    kind: str
    action: str = ""
    preset: Mapping[str, str] = field(default_factory=dict)
    service: bool = False
    note: str = ""


WAYS = {
    "complaint": Way("complaint", "receive", note="relay"),
    "repair": Way("repair", "receive", service=True),
    "question": Way("consultation", "ask"),
    "suggestion": Way("suggestion"),
    "situation": Way("situation"),
    "payment": Way("contact", "log", {"reason": "payment"}),
    "help": Way("incident", "discover"),
    "injury": Way("incident", "injury"),
    "dispute": Way("incident", "dispute"),
    "unmet_demand": Way("unmet_demand", "record", service=True),
    "meeting": Way("contact", "log", {"reason": "meeting"}),
    "visit": Way("contact", "announce"),
    "notice": Way("contact", "notice"),
    "other": Way("contact", "log", {"reason": "other"}),
}
"""Where each reason leads, the five of a visit among them (DISP-09), and further kinds of demand (D-07)."""


def offered(ledger: Ledger, at: datetime) -> list[str]:
    """The reasons the desk tells apart, in the order of the policy, as far as their kinds are there."""
    key = "reception.reasons"
    listed = ledger.policy.at(key, at.astimezone(ledger.zone)).items if key in ledger.policy else tuple(WAYS)
    return [name for name in listed if name in WAYS and WAYS[name].kind in kinds.names()]


def procedure(kind: str) -> str:
    """What the item was judged to be (DISP-04): `service` for demands, `complaint` for questions too; "" for neither."""
    if any(way.service for way in WAYS.values() if way.kind == kind):
        return "service"
    return "complaint" if kind in REQUESTS else ""


def starts_of(way: Way) -> tuple[Kind, type[Action], list[type[Action]]]:
    """The kind, the starting action of most people, and that of others."""
    kind = kinds.load(way.kind)
    first = kind.actions.get(way.action) or kind.starts[0]
    return kind, first, [kind.actions[way.note]] if way.note else []


def start_of(ledger: Ledger, way: Way, actor: Actor, at: datetime) -> tuple[Kind, type[Action], dict[str, str]]:
    """Kind, starting action and preset values for whoever takes it in.

    Anybody may note a complaint, only some take it in (D-05); a worker asked directly says so (D-36).
    """
    kind, action, others = starts_of(way)
    preset = dict(way.preset)
    if others and not accepts_complaints(ledger, actor, at):
        action = others[0]
    if way.kind == "repair" and actor.roles & WORKERS:
        preset["taken_by"] = "worker"
    return kind, action, preset


def accepts_complaints(ledger: Ledger, actor: Actor, at: datetime) -> bool:
    """Whether somebody takes complaints in, by the policy (D-05) and by the kind itself."""
    key = "reception.complaint_roles"
    listed = ledger.policy.at(key, at.astimezone(ledger.zone)).items if key in ledger.policy else ()
    allowed = kinds.load("complaint").actions["receive"].by
    return actor.may(allowed & frozenset(listed) if listed else allowed)


def registered_late(books: Books, record: Record) -> int:
    """Minutes beyond the term in which a worker registers a repair asked of them directly (D-36); 0 in time."""
    key, first, fields = "reception.direct_intake", record.events[0], record.fields
    if fields.get("taken_by") != "worker" or "external" in fields or key not in books.policy:
        return 0
    from pm_cli.core.policy import span

    asked = datetime.fromisoformat(str(fields["asked_at"])) if "asked_at" in fields else first.instant
    allowed = span(str(books.policy.at(key, first.instant.astimezone(books.zone)).text))
    return max(0, int((first.known - asked - allowed) / timedelta(minutes=1)))


@follows("repair", "receive")
def asked_directly(books: Books, _order: Order, outcome: Outcome) -> list[Outcome]:
    """Whoever says when they were asked hears whether that was registered in time (D-36)."""
    if "asked_at" in outcome.record.fields and (late := registered_late(books, outcome.record)):
        outcome.notices.append(
            _("Registered {minutes} minutes later than a direct intake allows.").format(minutes=late)
        )
    return []


@hint("contact", "log")
@hint("unmet_demand", "record")
def nobody_named(_ledger: Ledger, known: Mapping[str, Any], _at: datetime) -> Iterator[str]:
    """What would say who came or asked, where nothing does (SHEET-33); requests name what their relay lacks themselves."""
    caller = known.get("caller") or {}
    if not (caller or known.get("unit") or known.get("anonymous")) and known.get("direction") != "out":
        yield _("Not known yet: {fields}").format(fields=listed(word("field", name) for name in WHO))


def closed_at(ledger: Ledger, moment: datetime) -> bool:
    """Whether the office has closed or not opened yet at a moment; not where the calendar does not reach."""
    from pm_cli.core.calendar import UnknownYear

    local = moment.astimezone(ledger.zone).replace(tzinfo=None)
    try:
        hours = ledger.calendar.office_hours(local.date())
    except UnknownYear:
        return False
    begun = local - datetime.combine(local.date(), datetime.min.time())
    return not hours or not hours[0][0] <= begun < hours[-1][1]


class Known(NamedTuple):
    """A record that matters to whoever asks now: `block` says why, `when` in seconds since the epoch."""

    block: str
    id: str
    kind: str
    state: str
    summary: str
    handler: str
    when: int
    fields: dict[str, object]


def known(ledger: Ledger, unit: str, at: datetime) -> list[Known]:
    """What the desk should know before it writes something new about a flat ("" for none)."""
    found = [*_outages(ledger, unit), *_visits(ledger, at)]
    return [*_of_unit(ledger, unit), *found] if unit else found


def _of_unit(ledger: Ledger, unit: str) -> Iterator[Known]:
    """Open requests, so that a matter is pressed for and not entered anew; then sheets and keys out."""
    rows = ledger.index.db.execute(_OPEN, (unit, unit))
    found = [_seen("", row) for row in rows]
    for block, names in (("requests", frozenset(REQUESTS)), ("papers", _PAPERS)):
        yield from (one._replace(block=block) for one in found if one.kind in names)


def _outages(ledger: Ledger, unit: str) -> Iterator[Known]:
    """Outages that last and concern the flat: by name, by building, or everybody; other incidents are nobody's talk."""
    rows = ledger.index.db.execute(_OF_KIND, ("incident",))
    for row in rows:
        fields = json.loads(row[-1])
        places = {linked(str(place)) for place in fields.get("affected") or ()}
        if places and (not unit or EVERYWHERE & places or {unit, unit.partition("-")[0]} & places):
            yield _seen("outages", row)


def _visits(ledger: Ledger, at: datetime) -> Iterator[Known]:
    """Visits announced for the day (DISP-14)."""
    today = at.astimezone(ledger.zone).date()
    for row in ledger.index.db.execute(_OF_KIND, ("contact",)):
        fields = json.loads(row[-1])
        expected = str(fields.get("expected", ""))
        if (
            row[2] == "announced"
            and expected
            and datetime.fromisoformat(expected).astimezone(ledger.zone).date() == today
        ):
            yield _seen("visits", row)


def _seen(block: str, row: tuple[Any, ...]) -> Known:
    number, kind, state, summary, handler, began, fields = row
    return Known(block, number, kind, state, summary, handler, began, json.loads(fields))


_PAPERS = frozenset({"sheet", "key_loan", "unmet_demand"})
_ROW = "SELECT id, kind, state, summary, handler, began, fields FROM record"
_OPEN = (
    f"{_ROW} WHERE open = 1 AND (unit = ? OR (kind = 'key_loan' AND unit IN"
    " (SELECT id FROM record WHERE kind = 'key' AND unit = ?))) ORDER BY began DESC, id"
)
_OF_KIND = f"{_ROW} WHERE kind = ? AND open = 1 ORDER BY began, id"


def origin(view: View, record: Record) -> dict[str, str]:
    """Who was asked first, where it comes from and who gathered it, where the record does not say so itself."""
    fields: Mapping[str, Node] = record.fields
    first = str(fields.get("first_contact") or record.events[0].by)
    person = view.get(first)
    held = person.fields.get("role", []) if person and person.kind == "staff" else []
    roles = frozenset(map(str, held))
    found = {
        "first_contact": first,
        "source": source_of(str(fields.get("channel", "")), roles),
        "gatherer": gatherer_of(roles),
    }
    return {name: text for name, text in found.items() if name not in fields}


for _name in ENTRIES:
    derived(_name)(origin)

RULES = (
    *computed(
        "receive",
        "DISP-02",
        note="entered in one go; what was entered late is shown as late in the daily report (AMB-08)",
    ),
    *recorded("receive", "DISP-04", note="the kind chosen is the judgement, its first event says by whom and when"),
    *enforced(
        "receive", "DISP-10", note="department, result in writing, return visit and back again: the states of each kind"
    ),
    *not_applicable("the manual announces a flow chart and does not contain it", "DISP-08"),
    *enforced("visit", "DISP-06", note="customer service alone makes return visits; what is due stands in visit plan"),
    *enforced("receive", "SHEET-31", note="any employee enters it; the first contact never changes and is searchable"),
    *enforced("receive", "SHEET-32", note="open to every role, contractors too"),
    *computed("receive", "SHEET-33", note="what the relay lacks is named after every intake; no sheet is without it"),
)
