"""Countersign sheets that fell due in a period: collected, in time, still out; by issuer and by department; in whose hands."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli import kinds
from pm_cli.core.fold import fold
from pm_cli.core.ident import linked
from pm_cli.kinds.sheet.custody import copies
from pm_cli.kinds.sheet.keeping import BACK
from pm_cli.reports.figures.listing import listed
from pm_cli.reports.figures.rate import share
from pm_cli.reports.figures.sheet_filling import filling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pm_cli.reports.figures.scope import Plain, Scope

TARGET = "sheet.collection_rate"


class Answer(NamedTuple):
    """Whether something that was due in the period came back by its end, and whether it did so in time."""

    back: bool
    in_time: bool


class Sheet(NamedTuple):
    """A sheet due in the period; collected, explained, suspended or terminated it has come back (SHEET-27).

    `answers` says by department whether that one has done its part: for a sheet collected late the desk may be to blame.
    """

    id: str
    unit: str
    due: int
    issuer: str
    collected: Answer
    answers: dict[str, Answer]
    reminders: int


def sheets(scope: Scope) -> Plain:
    """Collection rate over the sheets due (AMB-11), the rate of those in time beside it; the target is the policy's.

    Late signatures are judged alike: those that fell due, and how many were there by then (SHEET-12). Beside the rates
    stands what sheets, whenever they were due, showed of attitude and service in the period (SHEET-04, SHEET-05), how
    soon they were filled in (SHEET-08), which went through other hands than those that began them (SHEET-18, SHEET-20),
    which a director accepted (SHEET-23), which were filed though the requester had not signed (SHEET-12), and which are
    back with copies that lie in no archive (SHEET-29).
    """
    due = list(due_sheets(scope))
    departments = {name for sheet in due for name in sheet.answers}
    return {
        "target": _target(scope),
        **rates(sheet.collected for sheet in due),
        "signed_in_time": share(bool(signed) for (signed,) in scope.ask(_SIGNATURES)),
        "by_issuer": [
            {
                "issuer": issuer,
                "name": scope.name_of(issuer),
                **rates(sheet.collected for sheet in due if sheet.issuer == issuer),
            }
            for issuer in sorted({sheet.issuer for sheet in due})
        ],
        "by_department": [
            {"department": name, **rates(sheet.answers[name] for sheet in due if name in sheet.answers)}
            for name in sorted(departments)
        ],
        "supervision": listed(_supervised(scope), lambda found: found),
        "still_out": listed([sheet for sheet in due if not sheet.collected.back], lambda sheet: _out(scope, sheet)),
        "filling": filling(scope),
        "other_hands": listed(list(_other_hands(scope)), lambda row: row),
        "by_director": _rows(scope, _BY_DIRECTOR, "director", "reason"),
        "filed_unsigned": _rows(scope, _UNSIGNED, "reason"),
        "to_file": listed(list(_to_file(scope)), lambda row: row),
    }


def _supervised(scope: Scope) -> list[Plain]:
    """The supervision notes of the period, the poor ones first."""
    numbers = [number for (number,) in scope.ask(_SUPERVISED)]
    found = [note for number in numbers for note in _notes(scope, number)]
    return sorted(found, key=lambda note: note["finding"] == "good")


def _notes(scope: Scope, number: str) -> Iterator[Plain]:
    record = scope.ledger.get(number)
    for step in fold(kinds.load("sheet"), record).steps if record else ():
        given, at = step.event.given, int(step.instant.timestamp())
        if step.event.do == "supervise" and scope.start <= at <= scope.at:
            said = {name: given[name] for name in ("department", "finding", "remark")}
            yield {"id": number, "at": scope.iso(at), **said, "served_by": linked(str(given.get("served_by", "")))}


def rates(answers: Iterable[Answer]) -> Plain:
    """The share that came back, and the share that came back in time."""
    counted = list(answers)
    return {"collected": share(one.back for one in counted), "in_time": share(one.in_time for one in counted)}


def _out(scope: Scope, sheet: Sheet) -> Plain:
    """A sheet to chase: with whom it still is, who has to collect it, how often its return was pressed for."""
    return {
        "id": sheet.id,
        "unit": sheet.unit,
        "due": scope.iso(sheet.due),
        "departments": [name for name, answer in sheet.answers.items() if not answer.back],
        "issuer": sheet.issuer,
        "reminders": sheet.reminders,
    }


def _other_hands(scope: Scope) -> Iterator[Plain]:
    """Sheets issued or collected in the period by somebody else than whoever filled them in, with the reason kept."""
    for number, unit, filled, issued, collected, delegated, absent in scope.ask(_HANDS):
        hands = {"filled_by": filled, "issued_by": issued, "collected_by": collected}
        why = "delegated" if delegated else "issuer_absent" if absent == "true" else ""
        if len({hand for hand in hands.values() if hand}) > 1:
            yield {"id": number, "unit": unit, **hands, "why": why, "delegated_by": delegated}


def _rows(scope: Scope, query: str, *names: str) -> Plain:
    """The sheets a query finds, by number and unit, and what it says of them under these names."""
    return listed(list(scope.ask(query)), lambda found: dict(zip(("id", "unit", *names), found, strict=True)))


def _to_file(scope: Scope) -> Iterator[Plain]:
    """Sheets that were back when stock is taken, with the copies that were in no archive then, the oldest first."""
    back = scope.standing("sheet", BACK)
    fields = scope.fields(back)
    for sheet in back:
        lying = copies(fields[sheet.rid]).items()
        names = [name for name, lies in lying if lies["place"] != "filed" or _seconds(str(lies["since"])) > scope.at]
        if names:
            yield {"id": sheet.id, "unit": sheet.unit, "state": sheet.state, "handler": sheet.handler, "copies": names}


def due_sheets(scope: Scope) -> Iterator[Sheet]:
    """The sheets that fell due in the period, the earliest due first."""
    for number, unit, due, stopped, paused, book, issuer, reminders in scope.ask(_DUE):
        back = _first(stopped, paused)
        lines: dict[str, Any] = json.loads(book or "{}")
        answers = {name: _answer(scope, due, _first(back, _returned(line))) for name, line in lines.items()}
        yield Sheet(number, unit, due, issuer, _answer(scope, due, back), answers, reminders)


def _answer(scope: Scope, due: int, back: int | None) -> Answer:
    return Answer(back is not None and back <= scope.at, back is not None and back <= min(due, scope.at))


def _returned(line: dict[str, str]) -> int | None:
    """When a department gave the sheet back, in seconds since the epoch."""
    return _seconds(line["returned_at"]) if "returned_at" in line else None


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def _first(*moments: int | None) -> int | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _target(scope: Scope) -> str | None:
    policy = scope.ledger.policy
    return policy.at(TARGET, scope.period.last).text if TARGET in policy else None


_DUE = """
SELECT id, unit, due, stopped, paused, json_extract(fields, '$.handover'),
  (SELECT by FROM event WHERE event.rid = record.rid AND action = 'issue' ORDER BY n LIMIT 1),
  (SELECT count(*) FROM event WHERE event.rid = record.rid AND action = 'remind' AND at <= :at)
FROM clock JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND name = 'return' AND +kind = 'sheet' AND state != 'annulled'
ORDER BY due, id"""
_SUPERVISED = """
SELECT DISTINCT id FROM event JOIN record USING (rid)
WHERE action = 'supervise' AND at BETWEEN :start AND :at AND kind = 'sheet' AND state != 'annulled' ORDER BY id"""
_HANDS = """
SELECT id, unit, (SELECT by FROM event WHERE event.rid = record.rid AND n = 0),
  (SELECT by FROM event WHERE event.rid = record.rid AND action = 'issue' AND at <= :at ORDER BY n LIMIT 1),
  (SELECT by FROM event WHERE event.rid = record.rid AND action = 'collect' AND at <= :at ORDER BY n DESC LIMIT 1),
  (SELECT by FROM event WHERE event.rid = record.rid AND action = 'delegate' AND at <= :at ORDER BY n DESC LIMIT 1),
  json_extract(fields, '$.issuer_absent')
FROM record
WHERE rid IN (SELECT rid FROM event WHERE action IN ('issue', 'collect') AND at BETWEEN :start AND :at)
  AND kind = 'sheet' AND state != 'annulled' ORDER BY began, id"""
_BY_DIRECTOR = """
SELECT id, unit, json_extract(fields, '$.accepted_by'), json_extract(fields, '$.special_case_reason') FROM record
WHERE rid IN (SELECT rid FROM event WHERE action = 'accept' AND at BETWEEN :start AND :at)
  AND kind = 'sheet' AND state != 'annulled' AND json_extract(fields, '$.accepted_by') IS NOT NULL ORDER BY began, id"""
_UNSIGNED = """
SELECT id, unit, json_extract(fields, '$.unsigned_reason') FROM record
WHERE rid IN (SELECT rid FROM event WHERE action = 'file' AND at BETWEEN :start AND :at)
  AND kind = 'sheet' AND state != 'annulled' AND json_extract(fields, '$.unsigned_reason') IS NOT NULL
  AND json_extract(fields, '$.requester_signature') IS NULL ORDER BY began, id"""
_SIGNATURES = """
SELECT stopped IS NOT NULL AND stopped <= due AND json_extract(fields, '$.requester_signature') IS NOT NULL
FROM clock JOIN record USING (rid)
WHERE due BETWEEN :start AND :at AND name = 'late_signature' AND +kind = 'sheet' AND state != 'annulled'"""
