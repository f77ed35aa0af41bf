"""Complaints that belong together: members join when a group is opened, likely groups, nobody lost. Rules COMP-40."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli import kinds
from pm_cli.core.ident import link, linked
from pm_cli.core.kind import DRAFT
from pm_cli.core.perform import Order, Outcome, perform
from pm_cli.core.policy import span
from pm_cli.core.text import _, listed, word
from pm_cli.flows.derived import derived
from pm_cli.flows.following import follows
from pm_cli.flows.hints import hint
from pm_cli.flows.invariants import Violation, invariant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pm_cli.core.perform import Books
    from pm_cli.core.record import Record
    from pm_cli.flows.invariants import View
    from pm_cli.store.ledger import Ledger


class Likely(NamedTuple):
    """Open complaints of one class in one building, from several callers, in no group yet."""

    building: str
    content_class: str
    callers: int
    complaints: tuple[str, ...]


class Standing(NamedTuple):
    """A group that has not ended: its complaints that are open, and when its account is due (None: given)."""

    id: str
    state: str
    matter: str
    complaints: tuple[str, ...]
    due: int | None


def standing(ledger: Ledger) -> list[Standing]:
    """The groups that have not ended, the oldest first."""
    members: dict[str, list[str]] = {}
    for number, group in ledger.index.db.execute(_MEMBERS):
        members.setdefault(linked(group), []).append(number)
    rows = ledger.index.db.execute(_STANDING)
    return [Standing(number, state, matter, tuple(members.get(number, ())), due) for number, state, matter, due in rows]


def likely(ledger: Ledger, now: datetime, *, one_more: bool = False) -> list[Likely]:
    """Complaints that may be one matter, most callers first: the duty of COMP-40 begins at `complaint.group_size`.

    With `one_more` somebody else is about to complain, so that one caller less is enough.
    """
    least = int(ledger.policy.at("complaint.group_size", now).number) - one_more
    since = now - span(str(ledger.policy.at("complaint.group_window", now).text))
    alike: dict[tuple[str, str], dict[str, str]] = {}
    rows = ledger.index.db.execute(_UNGROUPED, (int(since.timestamp()), int(now.timestamp())))
    for number, building, unit, content_class, fields in rows:
        alike.setdefault((building, content_class), {})[number] = caller(unit, json.loads(fields))
    found = [
        Likely(building, content_class, len(set(callers.values())), tuple(callers))
        for (building, content_class), callers in alike.items()
    ]
    return sorted((one for one in found if one.callers >= least), key=lambda one: (-one.callers, one))


@hint("complaint", "receive", "classify")
def perhaps_one_matter(ledger: Ledger, known: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """Others complain of the same in this building: together they may be owed one account."""
    if known.get("group") or not known.get("content_class"):
        return
    building = linked(str(known.get("unit", ""))).partition("-")[0]
    for one in likely(ledger, at, one_more=True):
        if (one.building, one.content_class) == (building, known["content_class"]):
            numbers = listed(one.complaints)
            yield _("{count} callers complain about this in building {building}: {numbers}").format(
                count=one.callers, building=building, numbers=numbers
            )
            yield _("If it is one matter: pm complaint-group open --matter TEXT --members NUMBER")


def caller(unit: str, fields: Mapping[str, Any]) -> str:
    """What tells one caller from another: who lives in one flat counts once, who gives no flat by phone or name."""
    said = fields.get("caller") or {}
    return unit if "-" in unit else str(said.get("phone") or said.get("name") or unit)


@follows("complaint_group", "open", "complete")
def joined(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The first complaints join the group that was opened with them; a draft has none yet."""
    group, kind = outcome.record, kinds.load("complaint")
    if group.state == DRAFT:
        return []
    books.reserve(group)
    named = [str(number) for event in group.events for number in event.given.get("members", [])]
    members = [books.get(number) for number in dict.fromkeys(named)]
    said = {"group": link(group.id, group.identity)}
    asked = Order(kind.actions["join"], said, order.by, order.at, order.now)
    return [perform(books, kind, asked, member) for member in members if member is not None]


@invariant("complaint_group")
def nobody_left_behind(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """A group that has ended, or was voided, has no open complaints in it (COMP-40)."""
    if view.kind("complaint_group").is_open(record.state):
        return
    members = [seen for seen in view.matching("complaint", {"group": record.id}) if seen.id not in changed]
    if members:
        yield _in_ended_group(record.id, listed(sorted(member.id for member in members)), members[0].id)


@invariant("complaint", by_link=True)
def in_a_group_that_is_open(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """An open complaint is in a group that is open, also after two desks have merged (COMP-40)."""
    number = linked(str(record.fields.get("group", "")))
    if not number or not view.kind("complaint").is_open(record.state):
        return
    group = changed.get(number) or view.get(number)
    if group is None or not view.kind("complaint_group").is_open(group.state):
        yield _in_ended_group(number, record.id, record.id)


@invariant("complaint", by_link=True)
def repeats_an_earlier_one(view: View, record: Record, changed: Mapping[str, Record]) -> Iterator[Violation]:
    """What is called a repetition names an older complaint of the same building, never itself (COMP-57)."""
    number = linked(str(record.fields.get("repeat_of", "")))
    first = changed.get(number) or view.get(number) if number else None
    if first is None:
        return
    hint = _("Look for it: pm complaint list --unit {unit}").format(unit=record.fields.get("unit", ""))
    if first.id == record.id or first.events[0].instant > record.events[0].instant:
        message = _("{id} cannot repeat {first}, which is not older.").format(id=record.id, first=first.id)
        yield Violation("complaint-repeat", record.id, message, hint)
    elif _building(first) != _building(record):
        message = _("{id} cannot repeat {first}, which is about another building.").format(id=record.id, first=first.id)
        yield Violation("complaint-repeat", record.id, message, hint)


@derived("complaint_group")
def members(view: View, record: Record) -> dict[str, str]:
    """The open complaints in it, each with its state."""
    found = sorted(view.matching("complaint", {"group": record.id}), key=lambda seen: seen.id)
    return {"open_members": "; ".join(f"{seen.id} {word('state', seen.state)}" for seen in found)} if found else {}


@derived("complaint")
def beside(view: View, record: Record) -> dict[str, str]:
    """What was asked for beside what was given, and how far the rework of its work order is (COMP-37)."""
    shown: dict[str, str] = {}
    if "remedy_sought" in record.fields:
        given = str(record.fields.get("remedy_given", "..."))
        shown["remedy"] = f"{record.fields['remedy_sought']} -> {given}"
    order = view.get(linked(str(record.fields.get("work_order", ""))))
    return {**shown, "rework_state": word("state", order.state)} if order else shown


def _in_ended_group(group: str, members: str, first: str) -> Violation:
    return Violation(
        "complaint-group",
        group,
        _("{group} has ended, yet complaints in it are open: {members}.").format(group=group, members=members),
        _("Finish them, or: pm complaint detach {id} --reason TEXT").format(id=first),
    )


def _building(complaint: Record) -> str:
    return linked(str(complaint.fields.get("unit", ""))).partition("-")[0]


_UNGROUPED = """
SELECT id, building, unit, class, fields FROM record
WHERE open = 1 AND kind = 'complaint' AND began >= ? AND began <= ? AND class != ''
  AND json_extract(fields, '$.group') IS NULL
ORDER BY began, id"""
_MEMBERS = """
SELECT id, json_extract(fields, '$.group') FROM record
WHERE open = 1 AND kind = 'complaint' AND json_extract(fields, '$.group') IS NOT NULL ORDER BY began, id"""
_STANDING = """
SELECT id, state, summary, (SELECT due FROM clock WHERE clock.rid = record.rid AND name = 'account' AND stopped IS NULL)
FROM record WHERE open = 1 AND kind = 'complaint_group' ORDER BY began, id"""
