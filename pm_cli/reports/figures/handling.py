"""Complaint handling over a quarter: closure rate, per specialist and department. Rules CAL-30, CAL-31, ASSESS-04 to 06."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pm_cli.core.flow import Flow
from pm_cli.core.person import HEADS
from pm_cli.flows.assessments import concerned
from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import rate, share, unranked
from pm_cli.reports.figures.stats import min_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pm_cli.reports.figures.scope import Plain, Scope, Seen

KIND = "complaint"
GRADES = ("urgent", "grave", "major")


@dataclass(frozen=True)
class Case:
    """A complaint received in the period, as it stood when stock was taken.

    `replied` says whether the reply that was due by then came in time, `heard` what the resident said at each visit.
    """

    record: Seen
    fields: Plain
    open: bool
    reopened: bool
    replied: bool | None
    heard: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether it was judged valid, as far as is known when the report is drawn up."""
        return self.fields.get("validity") == "valid"

    @property
    def repeats(self) -> bool:
        """Whether it is about the same matter as an earlier one (COMP-57)."""
        return "repeat_of" in self.fields

    @property
    def specialist(self) -> str:
        """Who steers it through the departments, else who handles it."""
        return str(self.fields.get("case_owner") or self.record.handler)


def complaint_handling(scope: Scope) -> Plain:
    """All complaints of the period together, by class, and those that deserve to be told as cases."""
    cases = complaints(scope)
    telling = [
        case for case in cases if case.repeats or case.reopened or any(_has(case, grade) for grade in GRADES[1:])
    ]
    return {
        **_judged(cases),
        **{grade: sum(_has(case, grade) for case in cases) for grade in GRADES},
        "by_class": list(_grouped(cases, "class", lambda case: [case.record.sort])),
        "cases": listed(telling, lambda case: _told(scope, case)),
    }


def complaint_departments(scope: Scope) -> list[Plain]:
    """Complaints concerning each department, with its heads, who are answerable for them (ASSESS-05, ASSESS-06)."""
    rows = _grouped(
        complaints(scope), "department", lambda case: departments_of(scope, case), min_base(scope, "department")
    )
    return [{**row, "heads": _heads(scope, row["department"])} for row in rows]


def complaint_specialists(scope: Scope) -> list[Plain]:
    """Closure rate of each specialist (ASSESS-04)."""
    rows = _grouped(complaints(scope), "specialist", lambda case: [case.specialist], min_base(scope, "person"))
    return [{**row, "name": scope.name_of(row["specialist"])} for row in rows]


# -- figures ---------------------------------------------------------------------------------------------------------


def _judged(cases: Sequence[Case], least: int = 0) -> Plain:
    """The figures of some complaints; the closure rate counts valid ones only (AMB-29)."""
    valid = [case for case in cases if case.valid]
    asked = [result for case in cases for result in case.heard if result != "unreachable"]
    return {
        "received": len(cases),
        "valid": len(valid),
        "invalid": sum(case.fields.get("validity") == "invalid" for case in cases),
        "open": sum(case.open for case in cases),
        "closure": unranked(share(not case.open for case in valid), least),
        "replied": unranked(share(case.replied for case in cases if case.replied is not None), least),
        "reopened": unranked(share(case.reopened for case in cases), least),
        "repeats": unranked(share(case.repeats for case in cases), least),
        "satisfied": unranked(rate(asked.count("satisfied"), len(asked)), least),
    }


def _grouped(cases: Iterable[Case], name: str, of: Callable[[Case], Iterable[str]], least: int = 0) -> Iterator[Plain]:
    """The figures of each group, the largest first."""
    groups: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for group in of(case):
            groups[group].append(case)
    for group, members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        yield {name: group, **_judged(members, least)}


def _told(scope: Scope, case: Case) -> Plain:
    """One case as the special report names it."""
    marks = [grade for grade in GRADES if _has(case, grade)]
    marks += [mark for mark, held in (("reopened", case.reopened), ("repeated", case.repeats)) if held]
    record = case.record
    return {
        **record.plain,
        "received": scope.iso(record.began),
        "class": record.sort,
        "marks": marks,
        "departments": list(departments_of(scope, case)),
        "handler": record.handler,
        "summary": record.summary,
    }


def _has(case: Case, grade: str) -> bool:
    return bool(case.fields.get(grade) == "true")


def departments_of(scope: Scope, case: Case) -> Iterable[str]:
    """Each department the complaint concerns."""
    return concerned(case.fields, scope.staff.get(case.record.handler, {}).get("department", ""))


def _heads(scope: Scope, department: str) -> list[str]:
    """The names of those who lead a department."""
    return sorted(
        str(person.get("name", login))
        for login, person in scope.staff.items()
        if person.get("department") == department and HEADS.intersection(person.get("role", ()))
    )


# -- what is counted -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def complaints(scope: Scope) -> list[Case]:
    """The complaints received in the period, the oldest first; not to be changed."""
    records = scope.records("kind = :kind AND began >= :start", kind=KIND)
    rids = [record.rid for record in records]
    fields, replied = scope.fields(records), dict(scope.ask(_REPLIES, rids=rids).fetchall())
    heard: defaultdict[int, list[str]] = defaultdict(list)
    for rid, result in scope.ask(_HEARD, rids=rids):
        heard[rid].append(result)
    reopened = {rid for (rid,) in scope.ask(_REOPENED, rids=rids)}
    return [
        Case(
            record,
            fields[record.rid],
            open=scope.is_open(record.kind, record.state),
            reopened=record.rid in reopened,
            replied=bool(replied[record.rid]) if record.rid in replied else None,
            heard=tuple(heard[record.rid]),
        )
        for record in records
    ]


_AMONG = "rid IN (SELECT value FROM json_each(:rids)) AND at <= :at"
_HEARD = f"SELECT rid, result FROM event WHERE {_AMONG} AND result IS NOT NULL ORDER BY rid, n"
_REOPENED = f"SELECT DISTINCT rid FROM event WHERE {_AMONG} AND flow & {Flow.REOPENED:d} > 0"
_REPLIES = """
SELECT rid, min(coalesce(stopped <= due, 0)) FROM clock
WHERE rid IN (SELECT value FROM json_each(:rids)) AND +name = 'reply' AND due <= :at
  AND NOT (stopped IS NULL AND paused IS NOT NULL AND paused <= due) GROUP BY rid"""
