"""Checking what the records are judged by: settings, policy and calendar."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from pm_cli import kinds
from pm_cli.core.duration import Duration
from pm_cli.core.errors import LedgerTrouble, Problem
from pm_cli.core.ident import IMPORT_DESK
from pm_cli.core.person import ROLES
from pm_cli.core.policy import PolicyError, span
from pm_cli.core.text import _
from pm_cli.store.compiled import FOLDERS, lacking, plain_yaml
from pm_cli.store.layout import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.policy import Value
    from pm_cli.store.ledger import Ledger

AHEAD = 11
"""Month from which the calendar of the next year is missed: the notice of the State Council comes in November."""


def unreadable(ledger: Ledger) -> list[Problem]:
    """Hand-edited files without which nothing can be judged: those that do not load, and an unknown time zone."""
    try:
        _digest = ledger.rules_digest
    except LedgerTrouble:
        return [problem for path in _rule_files(ledger.root) for problem in _unreadable(ledger.root, path)]
    try:
        _zone = ledger.zone
    except LedgerTrouble as error:
        line = line_of(ledger.root / SETTINGS, "timezone")
        return [Problem("settings-misfit", SETTINGS, line, str(error), _("Such as Asia/Shanghai"))]
    return []


def _rule_files(root: Path) -> list[str]:
    return [
        SETTINGS,
        *(f"{folder}/{file.name}" for folder in FOLDERS for file in sorted((root / folder).glob("*.yaml"))),
    ]


def _unreadable(root: Path, path: str) -> Iterator[Problem]:
    try:
        loaded = plain_yaml(root / path)
    except (LedgerTrouble, OSError) as error:
        hint = _("Repair it, or restore it: git checkout -- {path}").format(path=path)
        yield Problem("rules-unreadable", path, _line_in(str(error)), str(error), hint)
        return
    for key, entry in loaded.items() if path.startswith("policy/") else ():
        if not isinstance(entry, dict):
            message = _("{key} must be a mapping").format(key=key)
            yield Problem("rules-unreadable", path, line_of(root / path, key), message)


def _line_in(message: str) -> int:
    """The line that a message about a file names as `file.yaml:7`."""
    match = re.search(r"\.yaml:(\d+)", message)
    return int(match[1]) if match else 1


def rules(ledger: Ledger) -> Iterator[Problem]:
    """What is wrong with settings, policy and calendar that load."""
    yield from _settings(ledger)
    yield from _policy(ledger)
    yield from _calendar(ledger)


def line_of(path: Path, key: str) -> int:
    """The line at which a top-level key of a hand-edited file stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), 1)


def _settings(ledger: Ledger) -> Iterator[Problem]:
    for letter in ledger.estate.desks:
        if len(letter) != 1 or not "A" <= letter <= "Z" or letter == IMPORT_DESK:
            message = _("A desk is one letter from A to Y ({letter} is kept for imports).").format(letter=IMPORT_DESK)
            yield Problem("settings-misfit", SETTINGS, line_of(ledger.root / SETTINGS, "desks"), message)
    try:
        _channels = ledger.estate.channels
    except LedgerTrouble as error:
        line = line_of(ledger.root / SETTINGS, "notify")
        yield Problem("settings-misfit", SETTINGS, line, error.message, error.hint)


def _policy(ledger: Ledger) -> Iterator[Problem]:
    terms = {
        clock.within for name in kinds.names() for clock in kinds.load(name).clocks if isinstance(clock.within, str)
    }
    added = lacking(ledger.root)
    for key in added:
        message = _("{key} is not in the policy of this ledger; the figure that comes with pm counts.").format(key=key)
        path = f"policy/{key.partition('.')[0]}.yaml"
        yield Problem("policy-default", path, 1, message, _("Take it over: pm policy adopt"))
    for key in ledger.policy:
        if key in added:
            continue
        system, _dot, name = key.partition(".")
        path = f"policy/{system}.yaml"
        for problem, message in _entry_problems(ledger, key, key in terms):
            yield Problem(problem, path, line_of(ledger.root / path, name), message)


def _entry_problems(ledger: Ledger, key: str, term: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry of the policy, as (problem name, message)."""
    try:
        entry = ledger.policy.entry(key)
    except PolicyError as error:
        yield "policy-misfit", str(error)
        return
    for value in entry.values:
        if not (value.source and value.rule):
            message = _("{key} since {day} names no rule or no source.").format(key=key, day=value.since)
            yield "policy-source", message
        for text in _misfits(value, term):
            yield (
                "policy-misfit",
                _("{key} since {day}: {text} does not fit.").format(key=key, day=value.since, text=text),
            )


def _misfits(value: Value, term: bool) -> Iterator[str]:
    """Texts of a value that cannot be read as what they are used for."""
    if value.text is not None and (term or value.warn or value.escalate) and not _reads(Duration.parse, value.text):
        yield repr(value.text)
    if value.warn and not _reads(span, value.warn):
        yield f"warn {value.warn!r}"
    for role, after in value.escalate:
        if role not in ROLES or not _reads(Duration.parse, after):
            yield f"escalate {role}: {after!r}"


def _reads(read: Any, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _misread(calendar: Calendar, year: int) -> str:
    """Why the days or hours of a year cannot be read, with the file first; or ""."""
    try:
        calendar.office_hours(date(year, 12, 31))
    except LedgerTrouble as error:
        return str(error)
    return ""


def _calendar(ledger: Ledger) -> Iterator[Problem]:
    calendar, today = ledger.calendar, ledger.now().date()
    years = [year for year in range(calendar.first_year, calendar.last_year + 1) if calendar.covers(year)]
    for message in sorted({reason for year in years if (reason := _misread(calendar, year))}):
        yield Problem("calendar-misfit", message.partition(":")[0], 1, message)
    missing = [today.year] * (not calendar.covers(today.year))
    missing += [today.year + 1] * (today.month >= AHEAD and not calendar.covers(today.year + 1))
    for year in missing:
        name = "calendar-missing" if year == today.year else "calendar-ahead"
        message = _("There is no calendar for {year}.").format(year=year)
        hint = _("Add calendar/{year}.yaml with the days of the State Council notice.").format(year=year)
        yield Problem(name, f"calendar/{year}.yaml", 1, message, hint)
    rows = ledger.index.db.execute(
        "SELECT DISTINCT record.path, record.id, clock.name, clock.unknown FROM clock JOIN record USING (rid)"
        " WHERE clock.unknown != '' AND clock.stopped IS NULL AND record.open = 1"
    )
    for path, number, clock, reason in rows:
        message = _("When {id} is due ({clock}) is unknown: {reason}").format(id=number, clock=clock, reason=reason)
        yield Problem("due-unknown", path, 1, message)
