"""Failures that come again: nonconformities, rework, reopened requests, complaints with one unit, matter or cause. Rule NC-02."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pm_cli import kinds
from pm_cli.core.ident import linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from sqlite3 import Connection


class Failure(NamedTuple):
    """One thing that went wrong: the record it is known by, what it was (`rework`), when, and what it may share."""

    id: str
    what: str
    at: int
    unit: str
    matter: str
    cause: str


class Repeat(NamedTuple):
    """Failures with something in common: `by` is `unit`, `matter` or `cause`, `key` which one; the oldest first."""

    by: str
    key: str
    failures: tuple[Failure, ...]

    @property
    def records(self) -> list[str]:
        """The records, each once, in the order in which they failed."""
        return list(dict.fromkeys(failure.id for failure in self.failures))


def repeats(db: Connection, start: int, at: int, times: int) -> list[Repeat]:
    """What failed at least so many times between two moments (seconds since the epoch), the most frequent first."""
    groups: defaultdict[tuple[str, str], list[Failure]] = defaultdict(list)
    for failure in failures(db, start, at):
        for by, key in (("unit", failure.unit), ("matter", failure.matter), ("cause", failure.cause)):
            if key:
                groups[by, key].append(failure)
    found = [Repeat(by, key, tuple(group)) for (by, key), group in groups.items() if len(group) >= times]
    return sorted(found, key=lambda one: (-len(one.failures), one.by, one.key))


def failures(db: Connection, start: int, at: int) -> list[Failure]:
    """What went wrong between two moments, the oldest first.

    A nonconformity about a request that failed by itself, such as one reopened with it, is the same failure and
    lends it its cause; a complaint found invalid is none.
    """
    own = list(_of_requests(db, start, at))
    causes: dict[str, str] = {}
    alone: list[Failure] = []
    failed = {failure.id for failure in own}
    for number, began, unit, text in db.execute(_REPORTS, (start, at)):
        fields = json.loads(text)
        cause = "/".join(filter(None, (fields.get("cause_department"), fields.get("cause_class"))))
        request = linked(fields.get("request", ""))
        if request in failed:
            causes[request] = cause
        else:
            alone.append(Failure(number, "nonconformity", began, unit, "", cause))
    joined = (failure._replace(cause=causes.get(failure.id, "")) for failure in own)
    return sorted((*joined, *alone), key=lambda failure: (failure.at, failure.id))


def _of_requests(db: Connection, start: int, at: int) -> Iterator[Failure]:
    """Complaints received, and every request begun again; a matter is one class of one kind in one building."""
    requests = [name for name in kinds.names() if kinds.load(name).declared.request]
    again = {(name, action) for name in requests for action in kinds.load(name).declared.reopens}
    actions = sorted({action for _name, action in again})
    found = db.execute(
        _FAILED.format(kinds=_marks(requests), actions=_marks(actions)), (start, at, *requests, *actions)
    )
    for number, kind, unit, building, sort, when, action, first in found:
        matter = f"{building}/{kind}/{sort}" if building and sort else ""
        if first and kind == "complaint":
            yield Failure(number, kind, when, unit, matter, "")
        elif (kind, action) in again:
            yield Failure(number, action, when, unit, matter, "")


def _marks(names: Iterable[str]) -> str:
    return ", ".join("?" for _name in names)


_FAILED = """
SELECT id, kind, unit, building, coalesce(json_extract(fields, '$.category'), class), at, action, n = 0
FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN ? AND ? AND kind IN ({kinds}) AND (action IN ({actions}) OR (n = 0 AND kind = 'complaint'))
  AND state NOT IN ('draft', 'annulled', 'moved') AND coalesce(json_extract(fields, '$.validity'), '') != 'invalid'"""
_REPORTS = """
SELECT id, began, unit, fields FROM record
WHERE kind = 'nonconformity' AND began BETWEEN ? AND ? AND state NOT IN ('draft', 'annulled')"""
