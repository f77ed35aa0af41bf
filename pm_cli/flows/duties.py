"""Duties of the calendar that nobody has done: declared in one table, held against the index. Rules CAL-03, CAL-04, CAL-14."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.calendar import UnknownYear
from pm_cli.core.duration import END_OF_DAY, due
from pm_cli.core.person import CS_LEADERS
from pm_cli.core.policy import span
from pm_cli.core.rule import computed, guidance
from pm_cli.core.text import N_
from pm_cli.flows import assessments, reviews, survey_months, visit_duties, work_orders
from pm_cli.flows.reviews import Call, Look
from pm_cli.kinds.work_record import GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pm_cli.core.policy import Value
    from pm_cli.store.ledger import Ledger


class Owed(NamedTuple):
    """A duty of a period that is not done, or was done late: whose it is, and by when in seconds since the epoch.

    `who` is the one person who owes it, "" where the role does; `done` is when it was done after all, 0 for not yet.
    """

    name: str
    title: str
    period: str
    role: str
    due: int
    rule: str
    who: str = ""
    done: int = 0

    def late_by(self, at: int) -> int:
        """Seconds by which it was done too late, or is late at a moment."""
        return max(0, (self.done or at) - self.due)


@dataclass(frozen=True)
class Duty:
    """A row of the reporting calendar.

    `called` gives the periods in which it is called for, `done` how often each was done, by (period, who).
    `term` is the policy key that says by when, counted from the last day of the period; `times` the one that
    says how often. `when` gives the instants at which it was done, of duties that may be done late.
    """

    name: str
    title: str
    role: str
    rule: str
    term: str
    called: Callable[[Look], Iterable[Call]]
    done: Callable[[Look], Counter[tuple[str, str]]]
    times: str = ""
    when: Callable[[Look], Mapping[tuple[str, str], Sequence[int]]] | None = None


def on_duty(look: Look) -> Iterator[Call]:
    """Members of the CS group on the days on which they made entries; rosters do not exist yet (CAL-04)."""
    members = _members(look.ledger)
    rows = look.ledger.index.db.execute(_ENTERED, (look.begins, look.at))
    for day, login in sorted({(look.day(at), login) for at, login in rows if login in members}):
        yield Call(day.isoformat(), day, login, members[login])


def recorded_days(look: Look) -> Counter[tuple[str, str]]:
    """Who has written a work record of which day."""
    return Counter(map(tuple, look.ledger.index.db.execute(_WRITTEN, (look.begins, look.at))))


def _members(ledger: Ledger) -> dict[str, str]:
    """Who belongs to the CS group without leading it, with the role that makes them a member."""
    found = {}
    for login, held in ledger.index.db.execute(_STAFF):
        roles = set(json.loads(held or "[]"))
        if roles & GROUP and not roles & CS_LEADERS:
            found[str(login)] = min(roles & GROUP)
    return found


TABLE = (
    Duty(
        "daily_reading",
        N_("Front-desk ledger read by the supervisor"),
        "cs_supervisor",
        "CAL-03",
        term="review.daily",
        called=reviews.days,
        done=reviews.read,
        when=reviews.read_at,
    ),
    Duty(
        "work_record",
        N_("Daily work record of the CS group"),
        "",
        "CAL-04",
        term="work_record.due",
        called=on_duty,
        done=recorded_days,
    ),
    Duty(
        "weekly_reading",
        N_("Front-desk ledger read by the property manager"),
        "centre_director",
        "CAL-14",
        term="review.weekly",
        called=reviews.weeks,
        done=reviews.read,
        times="consultation.weekly_reviews",
        when=reviews.read_at,
    ),
    Duty(
        "order_batch",
        N_("The day's work orders handed over to dispatch"),
        "receptionist",
        "CAL-05",
        term="order_batch.due",
        called=work_orders.days,
        done=work_orders.none,
    ),
    Duty(
        "order_bundle",
        N_("The month's work orders handed over to the archivist"),
        "dispatcher",
        "CAL-21",
        term="order_batch.monthly",
        called=work_orders.bundles,
        done=work_orders.bundled,
    ),
    Duty(
        "charge_month",
        N_("Finance charge report of the month drawn up"),
        "finance",
        "CAL-22",
        term="charge_month.due",
        called=work_orders.charges,
        done=work_orders.none,
    ),
    Duty(
        "survey",
        N_("Residents asked how satisfied they are"),
        "cs_supervisor",
        "CAL-19",
        term="survey.retry",
        called=survey_months.months,
        done=survey_months.asked,
    ),
    Duty(
        "return_visits",
        N_("Return visits of the month's services made"),
        "dispatcher",
        "CAL-24",
        term="rv.due",
        called=visit_duties.unvisited,
        done=visit_duties.none,
    ),
    Duty(
        "visit_checks",
        N_("Return visits spot-checked"),
        "cs_manager",
        "CAL-25",
        term="rv.month_end",
        called=visit_duties.unchecked,
        done=visit_duties.none,
    ),
    Duty(
        "own_visits",
        N_("Own complaint return visits made"),
        "cs_manager",
        "CAL-26",
        term="rv.month_end",
        called=visit_duties.not_made,
        done=visit_duties.none,
    ),
    Duty(
        "phone_share",
        N_("Share of return visits by phone brought down"),
        "cs_manager",
        "CAL-36",
        term="rv.month_end",
        called=visit_duties.too_many_calls,
        done=visit_duties.none,
    ),
    Duty(
        "staff_assessment",
        N_("Staff of the customer-service centre assessed for the quarter"),
        "cs_manager",
        "CAL-29",
        term="assess.due",
        called=assessments.staff_left,
        done=assessments.none,
    ),
    Duty(
        "centre_assessment",
        N_("Customer-service centre assessed for the quarter"),
        "company_leader",
        "CAL-29",
        term="assess.due",
        called=assessments.centre_left,
        done=assessments.none,
    ),
    Duty(
        "department_evaluation",
        N_("Departments that complaints concern evaluated for the quarter"),
        "centre_director",
        "CAL-31",
        term="assess.due",
        called=assessments.departments_left,
        done=assessments.none,
    ),
)
"""Recurring duties whose misses nobody would notice; a further row of the calendar is one more entry."""


def owed(ledger: Ledger, at: int) -> list[Owed]:
    """What is not done at a moment, the earliest due first: missed, or due later in a period that has begun."""
    return [one for one in standing(ledger, at) if not one.done]


def standing(ledger: Ledger, at: int) -> list[Owed]:
    """What is owed at a moment, and what has been done since but too late, the earliest due first."""
    now = datetime.fromtimestamp(at, ledger.zone)
    back = _in_force(ledger, "review.look_back", now.date())
    look = Look(ledger, at, (now - span(str(back.text)) if back else now).date())
    return sorted((one for duty in TABLE for one in _of(duty, look)), key=lambda one: (one.due, one.name, one.who))


def _of(duty: Duty, look: Look) -> Iterator[Owed]:
    """The periods of one duty in which it was called for and not done often enough, or too late."""
    done, when = duty.done(look), duty.when(look) if duty.when else {}
    for call in duty.called(look):
        term = _in_force(look.ledger, duty.term, call.last)
        if term is None:
            continue
        often = _in_force(look.ledger, duty.times, call.last)
        times, key = int(often.number) if often else 1, (call.period, call.who)
        one = Owed(
            duty.name,
            duty.title,
            call.period,
            call.role or duty.role,
            _due(term, call.last, look.ledger),
            duty.rule,
            call.who,
        )
        if done[key] < times:
            yield one
        elif key in when and when[key][times - 1] > one.due:
            yield one._replace(done=when[key][times - 1])


def _in_force(ledger: Ledger, key: str, day: date) -> Value | None:
    """The policy value of a day; None where the estate has none, or has ended the rule."""
    return ledger.policy.entry(key).at(day) if key in ledger.policy else None


def _due(term: Value, last: date, ledger: Ledger) -> int:
    """By when, in seconds since the epoch; the night of the last day where the calendar does not reach."""
    try:
        return int(due(term.duration, datetime.combine(last, time(), ledger.zone), ledger.calendar).timestamp())
    except UnknownYear:
        return int(datetime.combine(last, END_OF_DAY, ledger.zone).timestamp())


UNFINISHED = N_("Important work is open: it is not handed over, unless the supervisor allows it and says why.")
"""Said at a handover while an emergency or other important work is open (AMB-73, AMB-74)."""
RULES = (
    *guidance("handover", "DUTY-09", note=UNFINISHED),
    *computed("duties", "CAL-03", note="days with entries that the supervisor has not read, or not in time"),
    *computed("duties", "CAL-04", note="days on which a member of the CS group made entries and wrote no work record"),
    *computed("duties", "CAL-14", note="weeks that the property manager has not read, or not in time"),
    *computed("duties", "CAL-19", note="months with entries in which nobody was asked; the sample: pm survey plan"),
    *computed("duties", "CAL-24", note="months of which visits are missing; who could not be reached is counted apart"),
    *computed("duties", "CAL-25", "CAL-26", note="by person: fewer spot checks or complaint visits than asked for"),
    *computed("duties", "CAL-29", note="quarters that are over: its staff, and the centre itself (AMB-80)"),
    *computed("duties", "CAL-31", note="quarters in which a department that complaints concern was not evaluated"),
    *computed("duties", "CAL-36", note="years whose share by phone is over the limit; always in pm visit quota"),
)

_ENTERED = """
SELECT event.at, event.by FROM event CROSS JOIN record USING (rid)
WHERE event.at BETWEEN ? AND ? AND imported = 0"""
_WRITTEN = """
SELECT json_extract(fields, '$.day'), json_extract(fields, '$.author') FROM record
WHERE kind = 'work_record' AND began BETWEEN ? AND ? AND state NOT IN ('draft', 'annulled')"""
_STAFF = "SELECT id, json_extract(fields, '$.role') FROM record WHERE kind = 'staff' AND open = 1"
