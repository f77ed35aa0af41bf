"""The weekly statistics of demands (业主/住户诉求统计表): what came in by class, department and state (STAT-01)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pm_cli.reports.figures.scope import Plain, Scope, Seen

DEPARTMENTS = ("executing_department", "departments", "department", "complained_department")
"""Fields that name the department dealing with a request, the nearest first."""
Key = tuple[str, ...]


def demands(scope: Scope) -> Plain:
    """Requests received in the period, each once; with several departments, once for each of these."""
    begun = [
        record for kind in scope.requests for record in scope.records("kind = :kind AND began >= :start", kind=kind)
    ]
    fields = scope.fields(begun)

    def table(keys: tuple[str, ...], of: Callable[[Seen], Iterable[Key]]) -> list[Plain]:
        received, still = Counter[Key](), Counter[Key]()
        for record in begun:
            for key in of(record):
                received[key] += 1
                still[key] += scope.is_open(record.kind, record.state)
        return [
            {**dict(zip(keys, key, strict=True)), "received": count, "open": still[key], "closed": count - still[key]}
            for key, count in sorted(received.items(), key=lambda item: (item[0][:-1], -item[1], item[0]))
        ]

    return {
        "received": len(begun),
        "by_class": table(("kind", "class"), lambda record: [(record.kind, record.sort)]),
        "by_department": table(
            ("department",), lambda record: [(name,) for name in _departments(scope, record, fields[record.rid])]
        ),
        "by_state": table(("kind", "state"), lambda record: [(record.kind, record.state)]),
    }


def _departments(scope: Scope, record: Seen, fields: Plain) -> Iterator[str]:
    """Those named on the record, else that of whoever handles it."""
    named = next((fields[name] for name in DEPARTMENTS if fields.get(name)), None)
    if named is None:
        named = scope.staff.get(record.handler, {}).get("department", "")
    yield from ([named] if isinstance(named, str) else named)
