"""Statistics of requests over any period and in any grouping: flows, rates with their bases, times. Rules STAT-05, COMP-57."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from pm_cli.core.flow import Flow
from pm_cli.reports.figures.grouping import ALL, GROUPINGS, read_key
from pm_cli.reports.figures.moves import AT_ONCE, FLOWS, MOVED, OF_REQUESTS, SUMS
from pm_cli.reports.figures.periods import MONTH
from pm_cli.reports.figures.rate import rate, unranked
from pm_cli.reports.figures.scope import COUNTED, UNCHANGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pm_cli.reports.figures.grouping import Grouping, Key
    from pm_cli.reports.figures.scope import Plain, Scope

    Count = tuple[str, str, int]
    """Group as text, figure, how many."""

BY = (*GROUPINGS, "month")
MIN_BASE = "stats.min_base"
SHEET = "sheet"
SHEETS, SLIPS = (SHEET, "return"), ("repair", "slip")
"""Kind and clock of what is promised to nobody outside and counted all the same."""


@dataclass
class Tally:
    """What was counted of one group; `lasted` are the seconds from receipt to resolution."""

    counts: Counter[str] = field(default_factory=Counter)
    lasted: list[int] = field(default_factory=list)


def _together(tallies: Iterable[Tally]) -> Tally:
    found = Tally()
    for tally in tallies:
        found.counts.update(tally.counts)
        found.lasted += tally.lasted
    return found


@dataclass(frozen=True)
class Asked:
    """A period, the kinds of request looked at, and how they are grouped."""

    scope: Scope
    kinds: tuple[str, ...]
    grouping: Grouping = ALL

    def ask(self, query: str, **values: object) -> Iterator[Sequence[str]]:
        """A query to the index in which `{key}` stands for the group of a record."""
        yield from self.scope.ask(query.format(key=self.grouping.key), kinds=list(self.kinds), **values)


def statistics(scope: Scope, by: str = "", kinds: Iterable[str] = ()) -> Plain:
    """The figures of all requests of some kinds (of all without any), and of each group of them.

    Sheets count with all kinds together only: they ride on requests of any kind.
    """
    asked = Asked(scope, tuple(kinds) or (*scope.requests, SHEET), GROUPINGS.get(by, ALL))
    tallies = _counted(asked)
    groups = _months(asked) if by == "month" else _groups(asked, by, tallies) if by else ()
    return {"total": _figures(_together(tallies.values())), "groups": list(groups)}


def service_figures(scope: Scope) -> list[Plain]:
    """The block of a report: the figures of each kind (STAT-05)."""
    return list(statistics(scope, "kind")["groups"])


def min_base(scope: Scope, by: str) -> int:
    """From how many on a rate of a person or a department is shown; 0 for groups that are neither."""
    ranks, policy = by in GROUPINGS and GROUPINGS[by].ranks, scope.ledger.policy
    return int(policy.at(MIN_BASE, scope.period.last).number) if ranks and MIN_BASE in policy else 0


def _groups(asked: Asked, by: str, tallies: Mapping[Key, Tally]) -> Iterator[Plain]:
    """The groups, the largest first."""
    least = min_base(asked.scope, by)
    for key, tally in sorted(tallies.items(), key=lambda item: (-item[1].counts["received"], item[0])):
        named = {"name": asked.scope.name_of(key[0])} if by == "person" else {}
        yield {**dict(zip(asked.grouping.names, key, strict=True)), **named, **_figures(tally, least)}


def _months(asked: Asked) -> Iterator[Plain]:
    """The months that have begun, each a period of its own: a request open for three months is open in each."""
    for part in asked.scope.period.parts(MONTH):
        within = replace(asked.scope, period=part)
        if within.start <= within.at:
            yield {"month": part.name, **_figures(_together(_counted(replace(asked, scope=within)).values()))}


# -- counting --------------------------------------------------------------------------------------------------------


def _counted(asked: Asked) -> dict[Key, Tally]:
    """Everything counted, by group."""
    found: defaultdict[Key, Tally] = defaultdict(Tally)
    key = cache(partial(read_key, asked.scope, asked.grouping))
    for group, lasted, *flows in asked.ask(_MOVES):
        tally = found[key(group)]
        tally.lasted += json.loads(lasted)
        tally.counts.update(dict(zip((*FLOWS, "at_once", "settled"), map(int, flows), strict=True)))
    for source in (_standing, _terms, _visits, _repeats):
        for group, figure, count in source(asked):
            found[key(group)].counts[figure] += count
    return found


def _standing(asked: Asked) -> Iterator[Count]:
    """What was open when stock was taken: what still is and has not moved since, and what was then."""
    for group, count in (*asked.ask(_OPEN), *asked.ask(_OPEN_THEN)):
        yield group, "open", int(count)


def _terms(asked: Asked) -> Iterator[Count]:
    """Promises to residents, slips and sheets that fell due, and those kept in time."""
    for group, kind, clock, due, kept in asked.ask(_TERMS):
        own = {SHEETS: "sheets", SLIPS: "slips"}.get((kind, clock))
        for name in [own] if own else ["promises", f"clock {clock}"]:
            yield group, f"due {name}", int(due)
            yield group, f"kept {name}", int(kept)


def _visits(asked: Asked) -> Iterator[Count]:
    """Return visits of the period by what the resident said."""
    for group, result, count in asked.ask(_VISITS):
        yield group, f"visit {result}", int(count)


def _repeats(asked: Asked) -> Iterator[Count]:
    """Complaints received, and those that repeat an earlier one (COMP-57)."""
    for group, complaints, repeats in asked.ask(_REPEATS) if "complaint" in asked.kinds else ():
        yield group, "complaints", int(complaints)
        yield group, "repeats", int(repeats)


# -- figures ---------------------------------------------------------------------------------------------------------


def _figures(tally: Tally, least: int = 0) -> Plain:
    """The figures of one group; a rate whose base is under `least` keeps its numbers and loses its percentage."""
    counts, lasted = tally.counts, sorted(tally.lasted)

    def share(part: str, whole: str) -> Plain:
        return unranked(rate(counts[part], counts[whole]), least)

    clocks = sorted(name.removeprefix("due clock ") for name in counts if name.startswith("due clock "))
    visits = {result: counts[f"visit {result}"] for result in ("satisfied", "partly", "dissatisfied", "unreachable")}
    asked = sum(visits.values()) - visits["unreachable"]
    known = len(lasted) >= max(least, 1)
    return {
        **{figure: counts[figure] for figure in (*FLOWS, "open")},
        "first_resolution": share("at_once", "resolved"),
        "total_resolution": share("settled", "received"),
        "reopen_rate": share("reopened", "resolved"),
        "hours": {
            "of": len(lasted),
            "median": _median(lasted) if known else None,
            "p90": _p90(lasted) if known else None,
        },
        "on_time": {
            **{name: share(f"kept {name}", f"due {name}") for name in ("promises", "slips", "sheets")},
            "by_clock": {name: share(f"kept clock {name}", f"due clock {name}") for name in clocks},
        },
        "satisfied": unranked(rate(visits["satisfied"], asked), least),
        "visits": visits,
        "repeats": share("repeats", "complaints"),
    }


def _median(lasted: list[int]) -> float:
    """Hours in the middle of sorted seconds, between the two of an even number."""
    return round((lasted[(len(lasted) - 1) // 2] + lasted[len(lasted) // 2]) / 7200, 1)


def _p90(lasted: list[int]) -> float:
    """Hours within which nine out of ten sorted seconds lie: the nearest rank."""
    return round(lasted[(9 * len(lasted) + 9) // 10 - 1] / 3600, 1)


_AMONG = "kind IN (SELECT value FROM json_each(:kinds))"
_MOVES = f"""{MOVED}
SELECT {{key}}, json_group_array(resolved_at - began) FILTER (WHERE resolved_at IS NOT NULL),
  {SUMS}, sum({AT_ONCE}), sum(received AND settled)
{OF_REQUESTS} GROUP BY 1"""
_OPEN = f"""
SELECT {{key}}, count(*) FROM record INDEXED BY record_standing
WHERE {UNCHANGED} AND kind != '{SHEET}' AND {_AMONG} GROUP BY 1"""
_OPEN_THEN = f"""
SELECT {{key}}, count(*) FROM record INDEXED BY record_span
WHERE touched > :at AND began <= :at AND kind != '{SHEET}' AND {_AMONG} AND {COUNTED}
  AND (SELECT sum((flow & {Flow.RECEIVED | Flow.REOPENED_CLOSED:d} > 0) - (flow & {Flow.CLOSED:d} > 0)) FROM event
    WHERE event.rid = record.rid AND event.at <= :at) > 0
GROUP BY 1"""
_TERMS = f"""
SELECT {{key}}, kind, name, count(*), sum(coalesce(
  CASE kind WHEN '{SHEET}' THEN min(coalesce(stopped, paused), coalesce(paused, stopped)) ELSE stopped END <= due, 0))
FROM clock CROSS JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND (promise = 1 OR (kind, name) IN (VALUES {SHEETS}, {SLIPS})) AND {_AMONG}
  AND NOT (kind != '{SHEET}' AND stopped IS NULL AND paused IS NOT NULL AND paused <= due) AND {COUNTED}
GROUP BY 1, 2, 3"""
_VISITS = f"""
SELECT {{key}}, result, count(*) FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND action = 'visit' AND result IS NOT NULL AND kind != '{SHEET}' AND {_AMONG}
  AND {COUNTED} GROUP BY 1, 2"""
_REPEATS = f"""
SELECT {{key}}, count(*), count(json_extract(fields, '$.repeat_of')) FROM record
WHERE kind = 'complaint' AND began BETWEEN :start AND :at AND {COUNTED} GROUP BY 1"""
