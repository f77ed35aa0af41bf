"""What holds for every kind, whatever happens to its records: random legal actions, late entries, corrections, strikes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pm_cli import kinds
from pm_cli.core.clock import Run, Tracker
from pm_cli.core.codec import load
from pm_cli.core.codec_write import dump
from pm_cli.core.fold import Fold, fold, refold
from pm_cli.core.merge import merge
from pm_cli.core.record import Record, from_node
from tests.core.days import PRIVATE, Days
from tests.memory import shipped_calendar, shipped_policy

SEEDS = st.integers(0, 2**32)
LENGTHS = st.integers(0, 10)
every_kind = pytest.mark.parametrize("name", kinds.names())


def lived(name: str, seed: int, length: int) -> tuple[Days, Record]:
    """A record of a kind to which so many things have happened."""
    days = Days(seed)
    number = days.begin(name)
    for _step in range(length):
        number = days.go_on(number)
    return days, days.books.records[number]


def clocks(record: Record) -> tuple[Fold, list[Run]]:
    kind = kinds.load(record.kind)
    tracker = Tracker(kind.plan, kind.is_closed)
    return fold(kind, record, watchers=[tracker]), tracker.runs(shipped_policy(), shipped_calendar())


def written(record: Record) -> bytes:
    """A record as it is saved after its events were folded anew, from nothing but the events."""
    fresh = from_node(load(dump(record.to_node())))
    aliases = fresh.fields.get("aliases")
    fresh.fields = {"aliases": aliases} if aliases else {}
    refold(kinds.load(record.kind), fresh)
    return dump(fresh.to_node())


@every_kind
@given(seed=SEEDS, length=LENGTHS)
def test_whatever_is_done_keeps_the_books_right(name: str, seed: int, length: int) -> None:
    _days, record = lived(name, seed, length)
    kind = kinds.load(name)
    assert record.state in kind.states
    assert not record.contested
    assert not [*record.chain_problems(), *record.seal_problems()]
    assert dump(from_node(load(dump(record.to_node()))).to_node()) == dump(record.to_node())
    assert written(record) == dump(record.to_node()), "state and fields are what the events add up to, and no more"
    events = json.dumps([event.to_node() for event in record.events], ensure_ascii=False)
    assert PRIVATE not in events, "personal values enter events as commitments only"


@every_kind
@given(seed=SEEDS, length=LENGTHS)
def test_clocks_stop_when_the_record_is_closed(name: str, seed: int, length: int) -> None:
    _days, record = lived(name, seed, length)
    folded, runs = clocks(record)
    applied = {step.event.id for step in folded.steps}
    for run in runs:
        assert run.started_by in applied
        assert run.stopped is None or run.stopped_by in applied
        assert run.due or run.unknown or not (run.key or run.agreed)


@every_kind
@given(seed=SEEDS, length=LENGTHS, mine=LENGTHS, theirs=LENGTHS)
def test_two_desks_merge_to_the_same_bytes(name: str, seed: int, length: int, mine: int, theirs: int) -> None:
    days, common = lived(name, seed, length)
    versions = []
    for side, steps in ((1, mine), (2, theirs), (3, 2)):
        desk, number = days.apart(seed + side), common.id
        for _step in range(steps):
            number = desk.go_on(number)
        versions.append(desk.books.records[number])
    one, two, three = versions
    merged = merge(one, two)
    assert {event.id for event in merged.events} == {event.id for version in (one, two) for event in version.events}
    assert merged.private.keys() == one.private.keys() | two.private.keys()
    assert written(merged) == written(merge(two, one))
    assert written(merge(merged, three)) == written(merge(one, merge(three, two)))
    assert written(merge(merged, one)) == written(merged)
    assert not [*merged.chain_problems(), *merged.seal_problems()]


@every_kind
@given(seed=SEEDS, length=LENGTHS, mine=LENGTHS, theirs=LENGTHS)
def test_what_is_contested_stops_no_clock(name: str, seed: int, length: int, mine: int, theirs: int) -> None:
    ...
