"""Rungs by which important matters go up: who reports, and to whom. Rule D-28."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.person import RANK
from pm_cli.core.policy import PolicyError
from pm_cli.core.rank import rank_of
from pm_cli.core.text import _

if TYPE_CHECKING:
    from pm_cli.core.action import Facts
    from pm_cli.core.policy import Value

CHAIN = "consultation.escalation_chain"


class Rung(NamedTuple):
    """One step up: the role that reports and the role that is told."""

    level: int
    by: str
    to: str


def rungs(chain: Value) -> list[Rung]:
    """The rungs in `receptionist > cs_officer, cs_supervisor > ...`, the lowest first; raises PolicyError."""
    found = []
    for level, item in enumerate(chain.items, 1):
        by, _sign, to = (part.strip() for part in item.partition(">"))
        if by not in RANK or to not in RANK:
            raise PolicyError(
                _("policy {key}: {item!r} is no rung; write ROLE > ROLE").format(key=chain.key, item=item)
            )
        found.append(Rung(level, by, to))
    return found


def rungs_of(now: Facts) -> list[Rung]:
    """The rungs in force at an event; none where the estate has ended the rule."""
    try:
        chain = now.value(CHAIN)
    except PolicyError:
        return []
    return rungs(chain)


def reached(now: Facts, told: str) -> Rung | None:
    """The highest rung on which a member of staff who is told stands; None below the lowest."""
    rank = rank_of(now, told)
    return next((rung for rung in reversed(rungs_of(now)) if RANK[rung.to] <= rank), None)
