"""Escalation: missed terms that have newly reached a level, whom that is told, and the step that keeps it told once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pm_cli import kinds
from pm_cli.core.clock import Tracker
from pm_cli.core.escalation import reached, told
from pm_cli.core.fold import fold
from pm_cli.core.ident import linked
from pm_cli.core.perform import Order, World, appended, permitted
from pm_cli.core.person import DIRECTORS, RANK, Actor, department_of
from pm_cli.core.standard import Alert
from pm_cli.core.times import stored
from pm_cli.notify.outbox import READY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from pm_cli.core.clock import Run
    from pm_cli.core.codec import Node
    from pm_cli.core.fold import Fold
    from pm_cli.core.record import Record
    from pm_cli.notify.outbox import Outbox
    from pm_cli.store.ledger import Ledger

OVERSEERS = DIRECTORS | {"cs_manager"}
"""Who stands above the supervisors of every department."""


class Reached(NamedTuple):
    """A missed term at a level that nobody was told of yet.

    `so_far` is the level told before, `role` the one the policy names, `to` the logins of those who are told and
    `to_role` the role they hold: a higher one where nobody holds it who may touch the record.
    """

    record: Record
    run: Run
    level: int
    so_far: int
    late: int
    role: str
    to_role: str
    to: tuple[str, ...]

    @property
    def due(self) -> datetime:
        """When the term ended."""
        assert self.run.due is not None
        return self.run.due

    @property
    def unit(self) -> str:
        """Unit or place."""
        return linked(str(self.record.fields.get(kinds.load(self.record.kind).declared.place, "")))


def newly(ledger: Ledger, at: datetime, until: datetime | None = None) -> list[Reached]:
    """What has newly reached a level at an instant, the longest overdue first; with `until` as known then.

    The index names the records; the records themselves decide.
    """
    staff = _staff(ledger)
    found: list[Reached] = []
    for (number,) in ledger.index.db.execute(_REACHED, {"at": int(at.timestamp())}).fetchall():
        record = ledger.get(number)
        assert record is not None
        found += _of(ledger, record, staff, at, until)
    return sorted(found, key=lambda one: (one.due, one.record.id, one.run.clock.name))


def _of(
    ledger: Ledger, record: Record, staff: Sequence[Actor], at: datetime, until: datetime | None
) -> Iterator[Reached]:
    """The levels one record has newly reached."""
    kind = kinds.load(record.kind)
    tracker = Tracker(kind.plan, kind.is_closed)
    folded = fold(kind, record, until, [tracker])

    def may_touch(person: Actor) -> bool:
        world = World(ledger, at, person, record.id, folded.state, folded.fields, folded)
        return kind.declared.barred(world, Alert.name) is None

    for run in tracker.runs(ledger.policy, ledger.calendar):
        so_far, level = told(run, folded.steps), reached(run, at, ledger.calendar)
        if run.stopped is None and level > so_far:
            assert run.value is not None
            assert run.due is not None
            role = run.value.escalate[level - 1][0]
            late = int((run.judged_at(at) - run.due).total_seconds())
            yield Reached(record, run, level, so_far, late, role, *_responsible(staff, role, may_touch))


_REACHED = """
SELECT DISTINCT record.id FROM clock JOIN record USING (rid)
WHERE clock.alert <= :at AND clock.alert <= coalesce(clock.paused, :at) AND clock.due < :at AND clock.start <= :at
  AND record.open = 1 AND record.imported = 0"""


# -- whom ---------------------------------------------------------------------------------------------------------


def _staff(ledger: Ledger) -> list[Actor]:
    """Everybody who works here now."""
    found = ledger.index.db.execute(
        "SELECT id, json_extract(fields, '$.role'), json_extract(fields, '$.department') FROM record"
        " WHERE kind = 'staff' AND open = 1 ORDER BY id"
    )
    return [Actor(login, _roles(roles), str(department or "")) for login, roles, department in found]


def _roles(text: str | None) -> frozenset[str]:
    return frozenset(json.loads(text)) if text else frozenset()


def _responsible(staff: Sequence[Actor], role: str, may_touch: Callable[[Actor], bool]) -> tuple[str, tuple[str, ...]]:
    """The role that is told and the logins of those who hold it.

    If nobody holds the role who may touch the record, the next higher rank: first that of the same department, then
    of those above all departments.
    """
    home = department_of([role])
    able = [person for person in staff if may_touch(person)]
    if holders := tuple(person.id for person in able if role in person.roles):
        return role, holders
    higher = sorted(
        (person.department != home, RANK[held], held, person.id)
        for person in able
        for held in person.roles
        if RANK.get(held, 0) > RANK[role] and (person.department == home or held in OVERSEERS)
    )
    if not higher:
        return role, ()
    stands_in = higher[0][:3]
    return stands_in[2], tuple(one[3] for one in higher if one[:3] == stands_in)


# -- the step -----------------------------------------------------------------------------------------------------


def alerted(ledger: Ledger, found: Iterable[Reached], by: str, now: datetime) -> tuple[dict[str, Record], list[str]]:
    """The records with an alert for each level reached, by number, and the events of what is told, one for each term.

    The highest level of a term is told; those passed over at once are kept without anybody who was told.
    """
    order = Order(Alert, {}, by, now, now)
    permitted(ledger, Alert, order)
    records: dict[str, Record] = {}
    events: list[str] = []
    for one in found:
        record = records.setdefault(one.record.id, one.record.copy())
        kind = kinds.load(record.kind)
        assert one.run.value is not None
        for level in range(one.so_far + 1, one.level + 1):
            given: dict[str, Node] = {
                "clock": one.run.clock.name,
                "term": one.run.started_by,
                "due": stored(one.due.astimezone(ledger.zone)),
                "level": str(level),
                "role": one.run.value.escalate[level - 1][0],
            }
            if level == one.level and one.to:
                given["told"] = list(one.to)
            event = appended(kind, record, fold(kind, record), order, given).event
        events.append(event.id)
    return records, events


def withdraw(ledger: Ledger, outbox: Outbox) -> None:
    """Forget messages of a command that died before their alerts were saved, or whose alert was struck since."""
    for entry in outbox.entries():
        if entry.state == READY and entry.event not in _steps(ledger, entry.record):
            outbox.drop(entry)


def _steps(ledger: Ledger, number: str) -> set[str]:
    record = ledger.get(number)
    return {step.event.id for step in _folded(record).steps} if record else set()


def _folded(record: Record) -> Fold:
    return fold(kinds.load(record.kind), record)
