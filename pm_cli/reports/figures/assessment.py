"""What the records say of one person or department in a period, each figure with the records for and against it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pm_cli.core.text import N_
from pm_cli.reports.figures.grouping import NAMED
from pm_cli.reports.figures.handling import KIND, complaints, departments_of
from pm_cli.reports.figures.moves import AT_ONCE, MOVED, OF_REQUESTS
from pm_cli.reports.figures.rate import rate, unranked
from pm_cli.reports.figures.scope import COUNTED
from pm_cli.reports.figures.sheets import due_sheets
from pm_cli.reports.figures.stats import SHEET, SLIPS, min_base
from pm_cli.store.schema import LATE_ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pm_cli.reports.figures.handling import Case
    from pm_cli.reports.figures.scope import Plain, Scope
    from pm_cli.reports.figures.sheets import Answer

    Evidence = Iterator[tuple[str, bool]]
    """Numbers of records, and whether each speaks for whom it is about."""

PERSON, DEPARTMENT = "person", "department"


@dataclass(frozen=True)
class Subject:
    """Whom figures are about: a login or a department, and the period in which."""

    scope: Scope
    sort: str
    who: str

    @property
    def theirs(self) -> str:
        """The condition by which a request is theirs, the same as in `pm stats --by`."""
        if self.sort == PERSON:
            return "handler = :who"
        return f"coalesce({NAMED} = :who, handler IN (SELECT value FROM json_each(:members)))"

    @cached_property
    def members(self) -> list[str]:
        """Logins of those who belong to the department."""
        staff = self.scope.staff.items()
        return [login for login, person in staff if person.get("department", "") == self.who]

    def ask(self, query: str) -> Evidence:
        """A query to the index that gives numbers and what each says; `{theirs}` in it is the condition."""
        requests, text = self.scope.requests, query.format(theirs=self.theirs)
        for number, good in self.scope.ask(text, who=self.who, members=self.members, kinds=requests):
            yield str(number), bool(good)


@dataclass(frozen=True)
class Measure:
    """One figure: its title, and where its records come from.

    The share shown is of those that speak for the subject; `adverse`: of those that speak against it.
    """

    title: str
    evidence: Callable[[Subject], Evidence]
    adverse: bool = False

    def figure(self, subject: Subject, least: int) -> Plain:
        """The rate with its evidence, without percentage where the base is under `least`."""
        found = sorted(self.evidence(subject))
        numbers = {good: [number for number, held in found if held is good] for good in (True, False)}
        share = unranked(rate(len(numbers[not self.adverse]), len(found)), least)
        return {**share, "adverse": self.adverse, "for": numbers[True], "against": numbers[False]}


def assessment(scope: Scope, sort: str, who: str) -> Plain:
    """The figures of a person or a department (`sort`), as known to the scope (ASSESS-01, ASSESS-10)."""
    subject, least = Subject(scope, sort, who), min_base(scope, sort)
    return {name: measure.figure(subject, least) for name, measure in MEASURES[sort].items()}


# -- where the records come from -------------------------------------------------------------------------------------


def _asking(query: str) -> Callable[[Subject], Evidence]:
    return lambda subject: subject.ask(query)


def _sheets(said: Callable[[Answer], bool], subject: Subject) -> Evidence:
    """Sheets that fell due: those a person issued (SHEET-28), those a department had to answer (SHEET-05)."""
    for sheet in due_sheets(subject.scope):
        answer = sheet.answers.get(subject.who)
        if subject.sort == PERSON:
            answer = sheet.collected if sheet.issuer == subject.who else None
        if answer:
            yield sheet.id, said(answer)


def _cases(subject: Subject) -> Iterator[Case]:
    """Complaints that a person steers or that concern a department, as in the quarterly report."""
    for case in complaints(subject.scope):
        whose = [case.specialist] if subject.sort == PERSON else departments_of(subject.scope, case)
        if subject.who in whose:
            yield case


def _closure(subject: Subject) -> Evidence:
    return ((case.record.id, not case.open) for case in _cases(subject) if case.valid)


def _concerning(subject: Subject) -> Evidence:
    return ((case.record.id, not case.valid) for case in _cases(subject))


def _nonconformities(subject: Subject) -> Evidence:
    """Reports of the period whose cause lies in the department: settled by its end or not."""
    scope = subject.scope
    caused = "kind = 'nonconformity' AND began >= :start AND json_extract(fields, '$.cause_department') = :who"
    for record in scope.records(caused, who=subject.who):
        yield record.id, not scope.is_open(record.kind, record.state)


_RESOLVED = f"{MOVED} SELECT id, settled {OF_REQUESTS} AND received AND {{theirs}}"
_AT_ONCE = f"{MOVED} SELECT id, {AT_ONCE} {OF_REQUESTS} AND resolved_at IS NOT NULL AND {{theirs}}"
_TERMS = f"""
SELECT id, coalesce(stopped <= due, 0) FROM clock CROSS JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND %s
  AND NOT (stopped IS NULL AND paused IS NOT NULL AND paused <= due) AND {COUNTED} AND {{theirs}}"""
_REQUESTED = "kind IN (SELECT value FROM json_each(:kinds))"
_VISITED = f"""
SELECT id, result = 'satisfied' FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND action = 'visit' AND result != 'unreachable'
  AND {_REQUESTED} AND {COUNTED} AND {{theirs}}"""
_ABOUT_THEM = f"""
SELECT id, coalesce(json_extract(fields, '$.validity'), '') != 'valid' FROM record
WHERE kind = '{KIND}' AND began BETWEEN :start AND :at AND {COUNTED}
  AND json_extract(fields, '$.complained_person') = :who"""
_ENTERED = f"""
SELECT id, event.known <= event.at + {LATE_ENTRY} FROM event CROSS JOIN record USING (rid)
WHERE at BETWEEN :start AND :at AND event.by = :who AND imported = 0 AND path LIKE 'journal/%'
  AND NOT (n = 0 AND json_extract(fields, '$.moved_from') IS NOT NULL)"""

_DONE = {
    "resolved": Measure(N_("Resolved of those received"), _asking(_RESOLVED)),
    "first_resolution": Measure(N_("Resolved at once"), _asking(_AT_ONCE)),
    "promises": Measure(N_("Promises kept"), _asking(_TERMS % f"promise = 1 AND {_REQUESTED}")),
    "slips": Measure(N_("Slips in time"), _asking(_TERMS % f"(kind, name) = {SLIPS}")),
    "sheets": Measure(N_("Sheets collected"), partial(_sheets, lambda answer: answer.back)),
    "sheets_in_time": Measure(N_("Sheets in time"), partial(_sheets, lambda answer: answer.in_time)),
    "satisfied": Measure(N_("Satisfied of the visited"), _asking(_VISITED)),
    "closure": Measure(N_("Valid complaints closed"), _closure),
}
MEASURES = {
    PERSON: {
        **_DONE,
        "complaints": Measure(N_("Complaints about them found valid"), _asking(_ABOUT_THEM), adverse=True),
        "entries": Measure(N_("Late entries"), _asking(_ENTERED), adverse=True),
        "delays": Measure(N_("Terms missed"), _asking(_TERMS % f"kind != '{SHEET}'"), adverse=True),
    },
    DEPARTMENT: {
        **_DONE,
        "complaints": Measure(N_("Complaints concerning it found valid"), _concerning, adverse=True),
        "nonconformities": Measure(N_("Nonconformities caused there and settled"), _nonconformities),
    },
}
"""What is counted of each sort of subject, in the order in which it is shown."""
