"""Return visits, spot checks and shares that a month or a year still lacks. Rules CAL-24, CAL-25, CAL-26, CAL-36."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from pm_cli.flows.reviews import Call
from pm_cli.flows.service_month import ServiceMonth
from pm_cli.flows.visit_numbers import least, of_year, over_limit, visits
from pm_cli.flows.visits import quotas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.flows.reviews import Look


def unvisited(look: Look) -> Iterator[Call]:
    """Months of services of which somebody is still to be visited (CAL-24)."""
    for month in _months(look):
        if any(quota.left for quota in quotas(month)):
            yield Call(month.name, month.last)


def _short(duty: str, look: Look) -> Iterator[Call]:
    for month in _months(look):
        if _could(month, duty):
            for one in least(month):
                if one.duty == duty and one.done < one.required:
                    yield Call(month.name, month.last, one.who, one.role)


unchecked = partial(_short, "spot_checks")
"""Who has made too few spot checks in a month in which there were visits (CAL-25)."""
not_made = partial(_short, "complaint_visits")
"""Which leaders have made too few complaint visits in a month in which complaints were finished (CAL-26)."""


def too_many_calls(look: Look) -> Iterator[Call]:
    """Years in which more visits were made by phone than allowed (CAL-36)."""
    for year in range(look.first.year, look.day(look.at).year + 1):
        last = date(year, 12, 31)
        month = ServiceMonth(look.ledger, look.at, last)
        if over_limit(month, "rv.phone_share_max_year", "phone", of_year(month)):
            yield Call(f"{year}", last)


def none(_look: Look) -> Counter[tuple[str, str]]:
    """Periods are only called for while something is missing in them."""
    return Counter()


def _months(look: Look) -> Iterator[ServiceMonth]:
    """The months from the first day looked back at; none for an estate without these rules."""
    day, until = look.first.replace(day=1), look.day(look.at)
    while "rv.due" in look.ledger.policy and day <= until:
        yield ServiceMonth(look.ledger, look.at, day)
        day = (day + timedelta(days=31)).replace(day=1)


def _could(month: ServiceMonth, duty: str) -> bool:
    """Whether there was anything to check or to visit about."""
    if duty == "spot_checks":
        return bool(visits(month))
    return any(quota.cases for quota in quotas(month) if quota.group == "complaint")
