"""The summary of service information (客户服务信息统计分析汇总表, F-66). Rules STAT-02, STAT-03, CAL-27."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import rate
from pm_cli.reports.figures.scope import COUNTED
from pm_cli.reports.figures.stats import statistics
from pm_cli.store.files import demand

if TYPE_CHECKING:
    from collections.abc import Callable

    from pm_cli.reports.figures.scope import Plain, Scope

MAIN = 10
"""Items a summary names at most."""


def summary_of(*kinds: str) -> Callable[[Scope], Plain]:
    """The block for some kinds of request, for all of them without any."""

    def service_summary(scope: Scope) -> Plain:
        """What residents were content and discontent with, why, and what they asked and complained about most."""
        items, wanted = statistics(scope, "class", kinds)["groups"], list(kinds) or scope.requests
        return {
            "visited": sum(item["satisfied"]["denominator"] for item in items),
            "content": _items(items, lambda item: int(item["visits"]["satisfied"])),
            "discontent": _items(items, _discontent),
            "remarks": _remarks(scope, wanted),
            "causes": _causes(scope),
            "questions": _questions(scope, items),
        }

    return service_summary


def _discontent(item: Plain) -> int:
    return int(item["visits"]["partly"] + item["visits"]["dissatisfied"])


def _items(items: list[Plain], of: Callable[[Plain], int]) -> list[Plain]:
    """The classes of request most often named, with their share of those visited for them."""
    found = [
        {"kind": item["kind"], "class": item["class"], "share": rate(of(item), item["satisfied"]["denominator"])}
        for item in items
        if of(item)
    ]
    return sorted(found, key=lambda row: (-row["share"]["numerator"], row["kind"], row["class"]))[:MAIN]


# -- causes ----------------------------------------------------------------------------------------------------------


class Heard(NamedTuple):
    """A visit at which somebody was not, or not quite, satisfied."""

    id: str
    path: str
    kind: str
    sort: str
    unit: str
    handler: str
    result: str
    at: int


def _remarks(scope: Scope, kinds: list[str]) -> Plain:
    """The discontent heard at return visits, in the words of the residents, the latest first."""
    return listed(list(map(Heard._make, scope.ask(_HEARD, kinds=kinds))), lambda heard: _said(scope, heard))


def _said(scope: Scope, heard: Heard) -> Plain:
    """One of them; the words themselves are in the record alone."""
    record = demand(scope.ledger.root, heard.path)
    visits = [event for event in record.events if event.do == "visit" and int(event.instant.timestamp()) == heard.at]
    return {
        "id": heard.id,
        "kind": heard.kind,
        "class": heard.sort,
        "unit": heard.unit,
        "at": scope.iso(heard.at),
        "result": heard.result,
        "remark": next((str(record.reveal(visit.given["remark"])) for visit in visits if "remark" in visit.given), ""),
        "handler": heard.handler,
    }


def _causes(scope: Scope) -> list[Plain]:
    """Complaints of the period by what they are about, whose work it is and the cause that was found."""
    counts = {tuple(key): count for *key, count in scope.ask(_CAUSES)}
    all_of_them = sum(counts.values())
    return [
        {"class": sort, "department": department, "cause": cause, "share": rate(count, all_of_them)}
        for (sort, department, cause), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ][:MAIN]


# -- questions -------------------------------------------------------------------------------------------------------


def _questions(scope: Scope, items: list[Plain]) -> list[Plain]:
    """What came in most, with its share of all and how many it were in the period before."""
    before = Counter({(kind, sort): count for kind, sort, count in scope.before.ask(_RECEIVED, kinds=scope.requests)})
    received = sum(item["received"] for item in items)
    most = sorted(items, key=lambda item: (-item["received"], item["kind"], item["class"]))[:MAIN]
    return [
        {
            "kind": item["kind"],
            "class": item["class"],
            "share": rate(item["received"], received),
            "before": before[item["kind"], item["class"]],
        }
        for item in most
        if item["received"]
    ]


_HEARD = f"""
SELECT id, path, kind, class, unit, handler, result, at FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND action = 'visit' AND result IN ('partly', 'dissatisfied')
  AND kind IN (SELECT value FROM json_each(:kinds)) AND {COUNTED}
ORDER BY at DESC, id"""
_CAUSES = f"""
SELECT class, coalesce(json_extract(fields, '$.complained_department'), ''), coalesce(json_extract(fields, '$.cause'), ''),
  count(*)
FROM record WHERE kind = 'complaint' AND began BETWEEN :start AND :at AND {COUNTED} GROUP BY 1, 2, 3"""
_RECEIVED = f"""
SELECT kind, class, count(*) FROM record
WHERE kind IN (SELECT value FROM json_each(:kinds)) AND began BETWEEN :start AND :at AND {COUNTED} GROUP BY 1, 2"""
