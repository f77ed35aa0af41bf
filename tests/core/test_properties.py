"""What holds for every kind, whatever happens to its records: random legal actions, late entries, corrections, strikes."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pm_cli import kinds
from pm_cli.core.clock import Run, Tracker
from pm_cli.core.codec import load
from pm_cli.core.codec_write import dump
from pm_cli.core.errors import Refusal
from pm_cli.core.fold import Fold, fold, refold
from pm_cli.core.merge import concurrent, merge
from pm_cli.core.record import Record, from_node
from tests.core.days import PRIVATE, Days
from tests.memory import shipped_calendar, shipped_policy

SEEDS = st.integers(0, 2**32)
LENGTHS = st.integers(0, 10)
BRANCHES = st.lists(st.integers(0, 4), min_size=3, max_size=3)
FEWER = settings(max_examples=settings().max_examples // 2)
every_kind = pytest.mark.parametrize("name", kinds.names())


def lived(name: str, seed: int, length: int) -> tuple[Days, Record]:
    """A record of a kind to which so many things have happened."""
    days = Days(seed)
    number = days.begin(name)
    for _step in range(length):
        days.go_on(number)
    return days, days.books.records[number]


def branched(days: Days, number: str, branches: list[int]) -> list[Record]:
    """The versions of three desks, on each of which so many things have happened since."""
    versions = []
    for side, steps in enumerate(branches):
        desk = days.apart(side)
        for _step in range(steps):
            desk.go_on(number)
        versions.append(desk.books.records[number])
    return versions


def folded(record: Record) -> tuple[Fold, list[Run]]:
    """What a record's events add up to, and its clocks."""
    kind = kinds.load(record.kind)
    tracker = Tracker(kind.plan, kind.is_closed)
    return fold(kind, record, watchers=[tracker]), tracker.runs(shipped_policy(), shipped_calendar())


def saved(record: Record) -> bytes:
    """The file of a record whose state and fields are drawn from its events and from nothing else."""
    fresh = record.copy()
    fresh.state, fresh.fields, fresh.contested = "", {}, False
    refold(kinds.load(record.kind), fresh)
    return dump(fresh.to_node())


@every_kind
@given(seed=SEEDS, length=LENGTHS)
def test_whatever_is_done_keeps_the_books_right(name: str, seed: int, length: int) -> None:
    _days, record = lived(name, seed, length)
    content = dump(record.to_node())
    assert record.state in kinds.load(name).states
    assert not record.contested
    assert not [*record.chain_problems(), *record.seal_problems()]
    assert dump(from_node(load(content)).to_node()) == content
    assert saved(record) == content, "state and fields are what the events add up to, and no more"
    events = json.dumps([event.to_node() for event in record.events], ensure_ascii=False)
    assert PRIVATE not in events, "personal values enter events as commitments only"
    result, runs = folded(record)
    if kinds.load(name).is_closed(record.state):
        assert all(run.stopped for run in runs if run.started_by != result.steps[-1].event.id), (
            "closing stops all clocks"
        )


@every_kind
@FEWER
@given(seed=SEEDS, length=LENGTHS, branches=BRANCHES)
def test_desks_merge_to_the_same_bytes(name: str, seed: int, length: int, branches: list[int]) -> None:
    days, common = lived(name, seed, length)
    one, two, three = branched(days, common.id, branches)
    merged = merge(one, two)
    assert {event.id for event in merged.events} == {event.id for version in (one, two) for event in version.events}
    assert merged.private.keys() == one.private.keys() | two.private.keys()
    assert saved(merge(two, one)) == saved(merged)
    assert saved(merge(merged, three)) == saved(merge(one, merge(three, two)))
    assert saved(merge(merged, one)) == saved(merged)
    assert not [*merged.chain_problems(), *merged.seal_problems()]


@every_kind
@FEWER
@given(seed=SEEDS, length=LENGTHS, branches=BRANCHES)
def test_what_is_contested_stops_no_clock_and_can_be_settled(
    name: str, seed: int, length: int, branches: list[int]
) -> None:
    days, common = lived(name, seed, length)
    one, two, _three = branched(days, common.id, branches)
    merged = merge(one, two)
    refold(kinds.load(name), merged)
    result, runs = folded(merged)
    assert merged.contested == bool(result.illegal)
    applied = {step.event.id for step in result.steps}
    assert all(run.stopped_by in applied for run in runs if run.stopped)
    days.books.records[merged.id] = merged
    days.now = max(days.now, *(event.known for event in merged.events))
    rounds = len(result.illegal)
    for _round in range(rounds):
        if days.books.records[merged.id].contested:
            settled(days, merged.id)
    assert not days.books.records[merged.id].contested


def settled(days: Days, number: str) -> None:
    """Settle one contradiction: first in favour of the step that did not fit, else of the one it contradicts."""
    record = days.books.records[number]
    result, _runs = folded(record)
    event, _reason = result.illegal[0]
    others = [step.event.id for step in result.steps if concurrent(record.events, step.event.id, event.id)]
    for keep, by in product((event.id, *others), ("zhang.wei", "chen.jun", "admin")):
        try:
            days.books.do(record.kind, "settle", {"keep": keep}, on=number, by=by, at=days.now)
        except Refusal:
            continue
        if len(folded(days.books.records[number])[0].illegal) < len(result.illegal):
            return
        days.books.records[number] = record
    raise AssertionError(f"nobody can settle {number}: {result.illegal}")
