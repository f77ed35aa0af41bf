"""Merging two versions of a record: the union of their events, in one order whichever way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.fold import depths
from pm_cli.core.record import Record

if TYPE_CHECKING:
    from pm_cli.core.event import Event


class NotOneRecord(ValueError):
    """The two versions do not begin with the same event: two records claim one number."""


def ordered(events: list[Event]) -> list[Event]:
    """Events in the order in which they stand in the file: along the chain, concurrent ones by id."""
    pending = {event.id: event for event in events}
    placed: list[Event] = []
    done: set[str] = set()
    while pending:
        ready = [event for event in pending.values() if all(link in done or link not in pending for link in event.prev)]
        if not ready:  # a cycle can only come from tampering; the chain check names it
            ready = list(pending.values())
        for event in ready:
            placed.append(event)
            del pending[event.id]
        done.update(event.id for event in ready)
    depth = depths(placed)
    return sorted(placed, key=lambda event: (depth[event.id], event.id))


def merge(mine: Record, theirs: Record) -> Record:
    """The union of two versions, not yet folded; raises NotOneRecord.

    No event and no personal value is lost. Fields of kinds that this version of `pm` does not know are taken from
    the version with more events, or by text when there are as many.
    """
    if mine.identity != theirs.identity or not mine.identity:
        raise NotOneRecord(mine.id)
    senior, junior = sorted((mine, theirs), key=lambda one: (len(one.events), repr(one.to_node())), reverse=True)
    merged = senior.copy()
    merged.id = max((_renumberings(one), one.id) for one in (mine, theirs))[1]
    merged.fields = {**junior.fields, **senior.fields}
    merged.events = ordered(list({event.id: event for event in (*junior.events, *senior.events)}.values()))
    for seal, kept in junior.private.items():
        ours = merged.private.get(seal)
        # a value erased on one desk stays erased
        merged.private[seal] = kept if ours is None or len(kept) < len(ours) else ours
    return merged


def _renumberings(record: Record) -> int:
    return sum(event.do == "renumber" for event in record.events)


def concurrent(events: list[Event], one: str, other: str) -> bool:
    """Whether neither of two events knew of the other."""
    return one not in _ancestors(events, other) and other not in _ancestors(events, one) and one != other


def _ancestors(events: list[Event], of: str) -> set[str]:
    links = {event.id: event.prev for event in events}
    found: set[str] = set()
    queue = [of]
    while queue:
        for link in links.get(queue.pop(), ()):
            if link not in found:
                found.add(link)
                queue.append(link)
    return found
