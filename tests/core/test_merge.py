"""Two versions of a record become one: which events, which number, which clocks, and who settles what contradicts itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.errors import Refusal
from pm_cli.core.event import Event
from pm_cli.core.fold import fold, refold
from pm_cli.core.merge import NotOneRecord, concurrent, merge
from pm_cli.core.record import Record
from tests.core.days import MORNING, Days

RECEIVED = {"unit": "3-1502", "channel": "phone", "content": "漏水", "caller": {"name": "王强"}}


def desks() -> tuple[Days, Days, str]:
    """A complaint known to two desks."""
    mine = Days(1)
    number = mine.books.do("complaint", "receive", RECEIVED, at=MORNING).record.id
    return mine, mine.apart(2), number


def later(minutes: int):
    return MORNING + timedelta(minutes=minutes)


def united(mine: Days, theirs: Days, number: str) -> Record:
    """The merged record, the same whichever way round."""
    one, two = mine.books.records[number], theirs.books.records[number]
    merged, other = merge(one, two), merge(two, one)
    for record in (merged, other):
        refold(kinds.load(record.kind), record)
    assert dump(merged.to_node()) == dump(other.to_node())
    return merged


def test_both_sides_events_count() -> None:
    mine, theirs, number = desks()
    mine.books.do("complaint", "urge", {"note": "again"}, on=number, by="qian.yu", at=later(10))
    theirs.books.do("complaint", "classify", {"urgent": True}, on=number, by="liu.min", at=later(5))
    merged = united(mine, theirs, number)
    assert next(event.do for event in merged.events) == "receive"
    assert sorted(event.do for event in merged.events) == ["classify", "receive", "urge"]
    assert merged.fields["urgent"] == "true"
    assert not merged.contested
    assert len(merged.heads) == 2, "the next event follows both"


def test_the_next_event_joins_the_branches() -> None:
    mine, theirs, number = desks()
    mine.books.do("complaint", "urge", {}, on=number, at=later(10))
    theirs.books.do("complaint", "urge", {}, on=number, at=later(11))
    mine.books.records[number] = united(mine, theirs, number)
    mine.books.do("complaint", "urge", {}, on=number, at=later(20))
    record = mine.books.records[number]
    assert len(record.events[-1].prev) == 2
    assert len(record.heads) == 1
    assert not list(record.chain_problems())


def test_what_contradicts_is_kept_and_its_clocks_run_on() -> None:
    """One desk explains the complaint away, the other has it judged valid and goes on."""
    mine, theirs, number = desks()
    judged = {"validity": "invalid"}
    mine.books.do("complaint", "judge", judged, on=number, by="liu.min", at=later(10))
    theirs.books.do("complaint", "judge", {"validity": "valid"}, on=number, by="zhang.wei", at=later(20))
    mine.books.do("complaint", "explain", {"explanation": "not ours"}, on=number, by="liu.min", at=later(30))
    merged = united(mine, theirs, number)
    assert merged.contested
    assert merged.state == "valid"
    assert [event.do for event, _reason in fold(kinds.load("complaint"), merged).illegal] == ["explain"]
    mine.books.records[number] = merged
    assert mine.books.runs(number)["reply"].stopped is None


def test_settling_keeps_one_side_and_drops_what_it_contradicts() -> None:
    mine, theirs, number = desks()
    annulled = mine.books.do("complaint", "annul", {"reason": "double"}, on=number, by="liu.min", at=later(10)).event
    urged = theirs.books.do("complaint", "urge", {}, on=number, at=later(20)).event
    merged = united(mine, theirs, number)
    assert merged.contested
    for keep, state in ((urged, "recorded"), (annulled, "annulled")):
        mine.books.records[number] = merged
        mine.books.do("complaint", "settle", {"keep": keep.id[:8]}, on=number, by="liu.min", at=later(30))
        settled = mine.books.records[number]
        assert (settled.state, settled.contested) == (state, False)
        assert {event.id for event in settled.events} >= {annulled.id, urged.id}, "what is dropped stays to be read"
    with pytest.raises(Refusal, match="not contested"):
        mine.books.do("complaint", "settle", {"keep": urged.id}, on=number, by="liu.min", at=later(40))


def test_a_settlement_on_each_desk_merges_too() -> None:
    """Whoever settles the other way round does not undo it silently: that is contested again or the same for both."""
    mine, theirs, number = desks()
    mine.books.do("complaint", "annul", {"reason": "double"}, on=number, by="liu.min", at=later(10))
    theirs.books.do("complaint", "urge", {}, on=number, at=later(20))
    merged = united(mine, theirs, number)
    for side, event in ((mine, merged.events[1]), (theirs, merged.events[2])):
        side.books.records[number] = merged.copy()
        side.books.do("complaint", "settle", {"keep": event.id}, on=number, by="liu.min", at=later(30))
    united(mine, theirs, number)


def test_a_value_erased_on_one_desk_stays_erased() -> None:
    mine, theirs, number = desks()
    (seal,) = theirs.books.records[number].private
    del theirs.books.records[number].private[seal]["value"]
    mine.books.do("complaint", "urge", {}, on=number, at=later(10))
    merged = united(mine, theirs, number)
    assert "value" not in merged.private[seal]
    assert not [*merged.chain_problems(), *merged.seal_problems()]


def test_two_records_under_one_number_are_not_one() -> None:
    mine, theirs = Days(1), Days(2)
    numbers = [
        side.books.do("complaint", "receive", RECEIVED, at=at).record.id
        for side, at in ((mine, MORNING), (theirs, later(1)))
    ]
    assert numbers[0] == numbers[1]
    with pytest.raises(NotOneRecord):
        merge(mine.books.records[numbers[0]], theirs.books.records[numbers[0]])


def test_the_new_number_wins_however_much_the_other_desk_did() -> None:
    """So that both desks know the record by the number under which it is filed now."""
    mine, theirs, number = desks()
    for minute in range(3):
        theirs.books.do("complaint", "urge", {}, on=number, at=later(minute))
    renumbered = mine.books.records[number]
    renumbered.fields["aliases"] = [number]
    renumbered.id = "CP-260302-A09"
    at = later(9).isoformat()
    renumbered.append(Event(at, at, "admin", "renumber", {"old": number}))
    refold(kinds.load("complaint"), renumbered)
    merged = united(mine, theirs, number)
    assert merged.id == "CP-260302-A09"
    assert merged.fields["aliases"] == [number]
    assert not list(merged.chain_problems())


def test_a_renumbering_is_neither_struck_nor_corrected() -> None:
    """Without it nobody could tell which number the first event was hashed with."""
    mine, _theirs, number = desks()
    record = mine.books.records[number]
    record.fields["aliases"], record.id = [number], "CP-260302-A09"
    event = record.append(Event(later(1).isoformat(), later(1).isoformat(), "admin", "renumber", {"old": number}))
    mine.books.records = {**mine.books.records, record.id: record}
    for action, more in (("strike", {}), ("correct", {"set": {"old": "CP-260302-A02"}})):
        with pytest.raises(Refusal, match="renumbering stays"):
            mine.books.do("complaint", action, {"event": event.id, "reason": "x", **more}, on=record.id, at=later(2))


def test_kinds_nobody_knows_here_merge_by_their_events() -> None:
    """A desk with an older version still loses nothing."""
    base = Record("XX-260302-A01", "from_the_future", "open", {"shine": "bright"})
    base.append(Event(MORNING.isoformat(), MORNING.isoformat(), "li.na", "glow"))
    one, two = base.copy(), base.copy()
    for record, minute in ((one, 1), (two, 2)):
        record.append(Event(later(minute).isoformat(), later(minute).isoformat(), "li.na", "glow"))
    merged = merge(one, two)
    assert dump(merged.to_node()) == dump(merge(two, one).to_node())
    assert len(merged.events) == 3
    assert concurrent(merged.events, merged.events[1].id, merged.events[2].id)
