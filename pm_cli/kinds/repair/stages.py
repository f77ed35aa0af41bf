"""The states of a repair on its way, who works on it, and what several steps ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.person import CS, DESK, DIRECTORS
from pm_cli.core.request import later_than_now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.core.errors import Refusal
    from pm_cli.core.types import Instant

DISPATCH = DESK | {"engineering_supervisor", "department_manager"}
WORKERS = frozenset({"technician", "contractor", "environment"})
ON_SPOT = DISPATCH | WORKERS
CLOSERS = CS | {"admin"}
MANAGERS = DIRECTORS | {"cs_manager"}

BEFORE_WORK = ("received", "notified", "assigned", "on_site", "quoted")
UNDER_WAY = (*BEFORE_WORK, "working")


def ahead(now: Facts, *agreed: Instant | None) -> Refusal | None:
    """Times agreed with the resident lie ahead."""
    return next((refusal for when in agreed if (refusal := later_than_now(when, now))), None)


def count(fields: Mapping[str, Node], name: str) -> int:
    """How often something has happened so far."""
    return int(str(fields.get(name, "0")))
