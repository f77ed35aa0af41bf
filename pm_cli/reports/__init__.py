"""Reports: one small module each, found by its file name; adding or removing a file adds or removes a report."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pm_cli.core.text import catalogue

if TYPE_CHECKING:
    from pm_cli.reports.figures.report import Report

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Names of all reports, without importing any."""
    return tuple(sorted(path.stem for path in FOLDER.glob("[a-z]*.py")))


def load(name: str) -> Report:
    """The declaration of a report; raises KeyError for an unknown name."""
    if name not in names():
        raise KeyError(name)
    report: Report = import_module(f"{__name__}.{name}").REPORT
    return report


def meant(typed: str) -> str:
    """The name of the report somebody typed in English or Chinese, "" for none."""
    if typed in names():
        return typed
    chinese = catalogue("zh_CN").gettext
    return next((name for name in names() if chinese(load(name).title) == typed), "")


def __getattr__(attribute: str) -> Any:
    """`RULES`: the rules all reports honour, gathered when somebody asks."""
    if attribute != "RULES":
        raise AttributeError(attribute)
    return tuple(rule for name in names() for rule in load(name).rules)
