"""Satisfaction of residents: the month's sample, whom it still lacks, and what those asked have answered. Rule STAT-06."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.draw import drawn
from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import rate
from pm_cli.store.scores import scores

if TYPE_CHECKING:
    from pm_cli.core.policy import Value
    from pm_cli.reports.figures.scope import Plain, Scope

UNDONE = "not_reached"


def surveys(scope: Scope) -> Plain:
    """The interviews of a month beside its sample; what was said in months before is in reports of those."""
    asked, sampled = interviews(scope), sample(scope)
    results = Counter(state if state in {"unwilling", "given_up", UNDONE} else "answered" for state in asked.values())
    given = Counter(_scores(scope))
    return {
        "homes": len(homes(scope)),
        "sample": len(sampled),
        "to_ask": listed(to_ask(scope), lambda unit: {"unit": unit, "state": asked.get(unit, "")}),
        **{name: results[name] for name in ("answered", "unwilling", "given_up", UNDONE)},
        "satisfied": satisfaction(scope),
        "by_score": [{"score": score, "answers": given[score]} for score in sorted(given, reverse=True)],
        "needs": listed(scope.ask(_NEEDS, **_months(scope)).fetchall(), lambda row: dict(zip(_NEED, row, strict=True))),
    }


def satisfaction(scope: Scope) -> Plain:
    """Answers whose score counts as satisfied, out of all answers of the period's months (AMB-69)."""
    least, answers = int(_policy(scope, "survey.satisfied").number), _scores(scope)
    return rate(sum(score >= least for score in answers), len(answers))


def sample(scope: Scope) -> list[str]:
    """The homes to be asked in a month, the same for everybody who draws: estate and month are the seed (AMB-69)."""
    share, seed = _policy(scope, "survey.share").number, (scope.ledger.estate.name, _months(scope)["first"])
    return drawn(homes(scope), share, *seed)


def to_ask(scope: Scope) -> list[str]:
    """The homes of the sample that nobody has asked yet, or where nobody was reached; in order of their numbers."""
    asked = interviews(scope)
    return sorted(unit for unit in sample(scope) if asked.get(unit, UNDONE) == UNDONE)


def homes(scope: Scope) -> list[str]:
    """The homes that were occupied when stock is taken."""
    return [unit for (unit,) in scope.ask(_HOMES)]


def interviews(scope: Scope) -> dict[str, str]:
    """The state of each home's interview of the month."""
    return dict(scope.ask(_INTERVIEWS, **_months(scope)).fetchall())


def _scores(scope: Scope) -> list[int]:
    months = _months(scope)
    return scores(scope.index, months["first"], months["last"])


def _months(scope: Scope) -> dict[str, str]:
    return {"first": f"{scope.period.first:%Y-%m}", "last": f"{scope.period.last:%Y-%m}"}


def _policy(scope: Scope, key: str) -> Value:
    return scope.ledger.policy.at(key, datetime.fromtimestamp(scope.at, scope.ledger.zone))


_HOMES = """
SELECT id FROM record WHERE kind = 'unit' AND json_extract(fields, '$.use') = 'home' AND 'in_use' =
  (SELECT after FROM event WHERE event.rid = record.rid AND at <= :at ORDER BY n DESC LIMIT 1) ORDER BY id"""
_OF_MONTHS = """
FROM record WHERE kind = 'survey' AND state NOT IN ('draft', 'annulled')
  AND json_extract(fields, '$.month') BETWEEN :first AND :last"""
_INTERVIEWS = f"SELECT unit, state {_OF_MONTHS}"
_NEED = ("id", "unit", "needs", "offer", "state")
_NEEDS = f"""
SELECT id, unit, json_extract(fields, '$.needs') AS needs, json_extract(fields, '$.offer'), state {_OF_MONTHS}
  AND needs IS NOT NULL ORDER BY began, id"""
