"""Which cases and tests name which rule: `python -m tests.rule_cases` writes `pm_cli/catalogue/cases.json`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.test_cases import CASES, load

TESTS = Path(__file__).parent
TARGET = TESTS.parent / "pm_cli/catalogue/cases.json"
RULE = re.compile(r"\b[A-Z]{2,6}-\d{2}\b")
FUNCTION = re.compile(r'def (test_\w+)\([^)]*\)[^:]*:\s+"""(.*?)"""', re.DOTALL)


def collect() -> dict[str, list[str]]:
    """Rule to the cases (`sheet: a copy printed again ...`) and tests (`test_report.py::test_...`) that name it."""
    found: dict[str, list[str]] = {}
    for path in sorted(CASES.glob("*.yaml")):
        for case in load(path):
            for rule in case.get("rules", []):
                found.setdefault(rule, []).append(f"{path.stem}: {case['name']}")
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, text in FUNCTION.findall(path.read_text(encoding="utf-8")):
            for rule in dict.fromkeys(RULE.findall(text)):
                if not rule.startswith(("AMB-", "D-")):
                    found.setdefault(rule, []).append(f"{path.name}::{name}")
    return {rule: found[rule] for rule in sorted(found)}


def text() -> str:
    """The file as it is kept."""
    return json.dumps(collect(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
