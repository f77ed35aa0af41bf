"""Runs the case tables `cases/KIND.yaml`: each case reads like a day at the desk and names the rules it proves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pm_cli.core.errors import PmError
from pm_cli.core.model import InputErrors
from pm_cli.core.text import fold_width
from pm_cli.core.times import When, parse_when
from tests.memory import ZONE, MemoryBooks

CASES = Path(__file__).parent / "cases"
STAFF = {
    "admin": "admin",
    "li.na": "receptionist",
    "qian.yu": "receptionist",
    "liu.min": "cs_supervisor",
    "zhang.wei": "cs_manager",
    "chen.jun": "centre_director",
    "sun.li": "dispatcher",
    "wang.gang": "technician",
    "zhao.qiang": "department_manager",
    "zhou.bo": "security",
    "he.jing": "administration",
    "lin.fang": "building_manager",
    "gao.yuan": "property_department_manager",
}
OPENING = datetime(2010, 1, 1, tzinfo=ZONE)


def load(path: Path) -> list[dict[str, Any]]:
    """The cases of one table, every scalar as text."""
    return list(YAML(typ="base", pure=True).load(path.read_text(encoding="utf-8")) or [])


def all_cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.yaml"))
        for case in load(path)
    ]


@cache
def opened() -> MemoryBooks:
    """The staff and the two flats that every case finds registered."""
    books = MemoryBooks(staff={"admin": frozenset({"admin"})})
    for login, role in STAFF.items():
        if login != "admin":
            department = {"department": "engineering"} if login == "zhao.qiang" else {}
            books.do(
                "staff", "add", {"code": login, "name": login, "role": [role], **department}, by="admin", at=OPENING
            )
    for code in ("3-1502", "5-201"):
        books.do("unit", "add", {"code": code}, by="admin", at=OPENING)
    return books


class Day:
    """The books of one case and the names its records go by."""

    def __init__(self) -> None:
        self.books = replace(opened(), records=dict(opened().records))
        self.names: dict[str, str] = {}

    def step(self, step: dict[str, Any]) -> None:
        """One line of `given` or `when`: {do: sheet issue, on: S, with: {...}, by: li.na, at: 2026-03-02 10:00, as: S}."""
        kind, action = step["do"].split()
        on = self.names.get(step.get("on", ""), step.get("on", ""))
        outcome = self.books.do(
            kind,
            action,
            self.filled(step.get("with", {})),
            on=on,
            by=step.get("by", "li.na"),
            at=self.time(step["at"]),
            now=self.time(step.get("now", step["at"])),
            draft=step.get("draft") == "true",
        )
        self.names[step.get("as") or step.get("on") or kind] = outcome.record.id

    def filled(self, node: Any) -> Any:
        """`$S` in values stands for the number of the record called S."""
        if isinstance(node, str) and node.startswith("$"):
            return self.names[node[1:]]
        if isinstance(node, list):
            return [self.filled(item) for item in node]
        return {key: self.filled(item) for key, item in node.items()} if isinstance(node, dict) else node

    @staticmethod
    def time(text: str) -> datetime:
        return parse_when(text, When(datetime(2026, 11, 21, tzinfo=ZONE), ZONE))


@pytest.mark.parametrize("case", all_cases())
def test_case(case: dict[str, Any]) -> None:
    day = Day()
    for step in case.get("given", []):
        day.step(step)
    when = case.get("when")
    if "refused" in case:
        with pytest.raises((PmError, InputErrors)) as refused:
            day.step(when)
        assert fold_width(case["refused"]) in fold_width(str(refused.value))
        return
    if when:
        day.step(when)
    looked_at = day.names[
        case.get("look_at")
        or (when or case["given"][-1]).get("as")
        or (when or case["given"][-1]).get("on")
        or (when or case["given"][-1])["do"].split()[0]
    ]
    record = day.books.records[looked_at]
    if "state" in case:
        assert record.state == case["state"]
    for name, expected in case.get("fields", {}).items():
        found: Any = record.reveal(dict(record.fields))
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        assert str(found if found is not None else "") == expected, name
    runs = day.books.runs(looked_at)
    for name, expected in case.get("due", {}).items():
        assert name in runs, f"no clock {name}, only {sorted(runs)}"
        due = runs[name].due
        assert (f"{due.astimezone(ZONE):%Y-%m-%d %H:%M:%S}" if due else "unknown").startswith(expected), name
    for name in case.get("no_clock", []):
        assert name not in runs
    for moment, expected in case.get("late_at", {}).items():
        late = {run.clock.name for run in day.books.all_runs(looked_at) if run.late(day.time(moment))}
        assert sorted(late) == sorted(expected)
