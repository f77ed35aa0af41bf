"""What the screens of a day consist of: each block is one question to the index at a moment, answered by rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pm_cli import kinds
from pm_cli.cli import query
from pm_cli.core.calendar import PmCalendarError
from pm_cli.core.kind import DRAFT
from pm_cli.core.text import N_, _, lasting, ngettext, word
from pm_cli.flows import duties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pm_cli.store.ledger import Ledger

Row = dict[str, Any]
"""A line of a block: `id`, `unit`, `what`, `who`, `say`, and what only JSON shows."""
AHEAD = 15
"""Days within which the office is expected to open again; no holiday is longer."""


@dataclass(frozen=True)
class Moment:
    """A ledger at an instant, with the bounds of the working day around it; seconds since the epoch."""

    ledger: Ledger
    now: datetime

    @cached_property
    def at(self) -> int:
        """The moment itself."""
        return int(self.now.timestamp())

    @cached_property
    def midnight(self) -> int:
        """The last midnight."""
        return self._seconds(self.now.date())

    @cached_property
    def tonight(self) -> int:
        """The next midnight."""
        return self._seconds(self.now.date() + timedelta(days=1))

    @cached_property
    def closed_since(self) -> int:
        """When the office closed last, the last midnight if the calendar does not say."""
        return max((close for _open, close in self._hours if close <= self.at), default=self.midnight)

    @cached_property
    def opens(self) -> int:
        """When the office opens on the next working day, the next midnight if the calendar does not say."""
        return min((opening for opening, _close in self._hours if opening >= self.tonight), default=self.tonight)

    @cached_property
    def _hours(self) -> list[tuple[int, int]]:
        """Opening and closing of each office day around this one."""
        try:
            return list(self._office_days())
        except PmCalendarError:
            return []

    def _office_days(self) -> Iterator[tuple[int, int]]:
        for days in range(-AHEAD, AHEAD):
            day = self.now.date() + timedelta(days=days)
            if hours := self.ledger.calendar.office_hours(day):
                midnight = datetime.combine(day, time(), self.ledger.zone)
                yield int((midnight + hours[0][0]).timestamp()), int((midnight + hours[-1][1]).timestamp())

    def _seconds(self, day: date) -> int:
        return int(datetime.combine(day, time(), self.ledger.zone).timestamp())


@dataclass(frozen=True)
class Block:
    """A block of a screen: its title and what it lists."""

    title: str
    rows: Callable[[Moment], list[Row]]


def gathered(moment: Moment, names: tuple[str, ...]) -> dict[str, tuple[str, list[Row]]]:
    """Some blocks by name, each with its title in the reader's language and its rows."""
    return {name: (_(BLOCKS[name].title), BLOCKS[name].rows(moment)) for name in names}


# -- terms ---------------------------------------------------------------------------------------------------


def overdue(moment: Moment) -> list[Row]:
    """Missed terms, the longest overdue first."""
    return [_term(moment, term) for term in query.overdue(moment.ledger, moment.at)]


def due_today(moment: Moment) -> list[Row]:
    """Terms that end before midnight."""
    return _due(moment, moment.at, moment.tonight)


def due_while_closed(moment: Moment) -> list[Row]:
    """Terms that end while nobody is at the desk: from midnight until the office opens again."""
    return _due(moment, moment.tonight, moment.opens)


def due_until_opening(moment: Moment) -> list[Row]:
    """Terms that end before the office opens again: what the next shift has to keep."""
    return _due(moment, moment.at, moment.opens)


def _due(moment: Moment, after: int, before: int) -> list[Row]:
    within = "clock.due >= ? AND clock.due < ? AND clock.paused IS NULL"
    return [_term(moment, term) for term in query.running(moment.ledger, moment.at, within, after, before)]


def _term(moment: Moment, term: query.Term) -> Row:
    ledger = moment.ledger
    late, clock, due = max(0, term.late_by(moment.at)), word("clock", term.clock), query.minute(ledger, term.due)
    if late:
        say = _("{clock} {late} late").format(clock=clock, late=lasting(late))
    else:
        today = (term.due or 0) < moment.tonight
        say = _("{clock} by {at}").format(clock=clock, at=due[11:] if today else due[5:])
    row = _row(term.id, term.unit, term.summary, term.handler, say)
    return {**row, "kind": term.kind, "clock": term.clock, "due": query.iso(ledger, term.due), "late_seconds": late}


def owed(moment: Moment) -> list[Row]:
    """Readings, records and reports that the calendar asks for and nobody has done, one row for each duty and person."""
    found: dict[tuple[str, str], list[duties.Owed]] = {}
    for duty in duties.owed(moment.ledger, moment.at):
        found.setdefault((duty.name, duty.who or word("role", duty.role)), []).append(duty)
    return [_owed(moment, who, missed) for (_name, who), missed in found.items()]


def _owed(moment: Moment, who: str, missed: list[duties.Owed]) -> Row:
    first = min(missed, key=lambda duty: duty.due)
    said = ngettext("{count} time, since {period}", "{count} times, since {period}", len(missed))
    periods = said.format(count=len(missed), period=first.period) if len(missed) > 1 else first.period
    say = _("{periods}, due {at}").format(periods=periods, at=query.minute(moment.ledger, first.due))
    row = {"id": first.rule, "unit": "", "what": _(first.title), "who": who, "say": say}
    return {**row, "duty": first.name, "due": query.iso(moment.ledger, first.due), "count": len(missed)}


# -- records -------------------------------------------------------------------------------------------------


def contested(moment: Moment) -> list[Row]:
    """Records in which two steps contradict each other after a merge."""
    return _records(moment, "contested = 1")


def drafts(moment: Moment) -> list[Row]:
    """Intakes that were broken off."""
    return _records(moment, "state = ?", DRAFT)


def keys_out(moment: Moment) -> list[Row]:
    """Keys that are lent (KEY-11)."""
    return _records(moment, "open = 1 AND kind = 'key_loan'")


def sheets(moment: Moment) -> list[Row]:
    """Countersign sheets that are out at departments (SHEET-26)."""
    return _records(moment, "open = 1 AND kind = 'sheet' AND state IN ('issued', 'received')")


def since_closing(moment: Moment) -> list[Row]:
    """Requests that came in while the office was closed: the front desk takes them over (D-40)."""
    from pm_cli.core.request import REQUESTS

    return _records(moment, f"kind IN {REQUESTS} AND began >= ?", moment.closed_since)


def incidents(moment: Moment) -> list[Row]:
    """Emergencies and outages that last, with what residents are told."""
    return _records(moment, "open = 1 AND kind = 'incident'", say="residents_told")


def visitors(moment: Moment) -> list[Row]:
    """Visits announced and not yet arrived (DISP-14)."""
    return _records(moment, "state = 'announced' AND kind = 'contact'", say="expected")


def important(moment: Moment) -> list[Row]:
    """Open work that a handover names beside emergencies: urgent and major requests, keys without return time (AMB-73)."""
    return _records(moment, f"open = 1 AND ({_IMPORTANT})")


def seal_to_open(moment: Moment) -> list[Row]:
    """The sealed cabinet key, which two people unseal together (KEY-08, CAL-07)."""
    return _records(moment, "open = 1 AND kind = 'key_seal'")


def keys_to_count(moment: Moment) -> list[Row]:
    """The day's count of the key cabinet, while it is missing (KEY-10, CAL-06)."""
    return _missing(moment, "key_count", _("no count of the key cabinet today: pm key-count count"))


def keys_to_seal(moment: Moment) -> list[Row]:
    """The evening's sealing of the cabinet key, while it is missing (KEY-08, CAL-07)."""
    return _missing(moment, "key_seal", _("the cabinet key is not sealed yet: pm key-seal seal"))


def signatures(moment: Moment) -> list[Row]:
    """Records in a state in which a signature is awaited that is not there yet (KEY-03, SHEET-12, SHEET-14, COMP-27)."""
    found: list[Row] = []
    for name in kinds.names():
        kind = kinds.load(name)
        for field, states in kind.signatures.items():
            marks = ", ".join("?" * len(states))
            rows = moment.ledger.index.db.execute(
                f"SELECT id, unit, summary, handler, fields FROM record WHERE kind = ? AND state IN ({marks}) AND imported = 0"
                " AND json_extract(fields, ?) IS NULL ORDER BY began, id",
                (name, *states, f"$.{field}"),
            )
            found += [
                {**_row(number, unit, summary, handler, word("field", field)), "field": field}
                for number, unit, summary, handler, fields in rows
                if kind.declared.awaits(field, json.loads(fields))
            ]
    return found


def done_today(moment: Moment) -> list[Row]:
    """How many records of each kind began and how many were closed since midnight."""
    counted = moment.ledger.index.db.execute(
        "SELECT kind, sum(began >= ?1), sum(closed >= ?1) FROM record"
        " WHERE touched >= ?1 AND began <= ?2 AND imported = 0 GROUP BY kind ORDER BY kind",
        (moment.midnight, moment.at),
    )
    return [
        {**_row(word("kind", kind), "", "", "", _counts(began, closed or 0)), "kind": kind, "begun": began, "closed": closed or 0}
        for kind, began, closed in counted
        if began or closed
    ]  # fmt: skip


def _counts(began: int, closed: int) -> str:
    begun = ngettext("{count} entered", "{count} entered", began).format(count=began)
    return f"{begun}, " + ngettext("{count} closed", "{count} closed", closed).format(count=closed)


def _missing(moment: Moment, kind: str, say: str) -> list[Row]:
    """One row while no record of a kind has begun today."""
    known = moment.ledger.index.db.execute("SELECT 1 FROM record WHERE kind = 'key' AND open = 1 LIMIT 1").fetchone()
    query_ = "SELECT 1 FROM record WHERE kind = ? AND began BETWEEN ? AND ? AND state != 'annulled'"
    done = moment.ledger.index.db.execute(query_, (kind, moment.midnight, moment.at)).fetchone()
    return [] if done or not known else [_row("", "", say, "", "")]


def _records(moment: Moment, where: str, *values: object, say: str = "") -> list[Row]:
    """Records, the oldest first, with when they began or what one of their fields says."""
    found = moment.ledger.index.db.execute(
        "SELECT id, unit, summary, handler, state, began, json_extract(fields, ?) FROM record"
        f" WHERE {where} ORDER BY began, id",
        (f"$.{say or 'none'}", *values),
    )
    return [
        {
            **_row(number, unit, summary, handler, _said(said, moment) or query.minute(moment.ledger, began)),
            "state": state,
            "began": query.iso(moment.ledger, began),
        }
        for number, unit, summary, handler, state, began, said in found
    ]


def _said(text: str | None, moment: Moment) -> str:
    """What a field of a record holds, an instant as people read it."""
    try:
        return query.minute(moment.ledger, int(datetime.fromisoformat(text or "").timestamp()))
    except ValueError:
        return text or ""


def _row(number: str, unit: str, summary: str, handler: str, say: str) -> Row:
    return {"id": number, "unit": unit, "what": summary[:30], "who": handler, "say": say}


_IMPORTANT = """json_extract(fields, '$.urgent') = 'true' OR json_extract(fields, '$.major') = 'true'
 OR json_extract(fields, '$.priority') = 'urgent'
 OR (kind = 'key_loan' AND json_extract(fields, '$.due') IS NULL)"""

BLOCKS = {
    "overdue": Block(N_("Overdue"), overdue),
    "due_today": Block(N_("Due today"), due_today),
    "due_while_closed": Block(N_("Due before the office opens again"), due_while_closed),
    "due_until_opening": Block(N_("To be kept before the office opens again"), due_until_opening),
    "owed": Block(N_("Duties not done"), owed),
    "contested": Block(N_("Contested after a merge"), contested),
    "drafts": Block(N_("Drafts to complete"), drafts),
    "signatures": Block(N_("Waiting for signature"), signatures),
    "keys_out": Block(N_("Keys out"), keys_out),
    "sheets": Block(N_("Sheets to chase"), sheets),
    "since_closing": Block(N_("Came in while the office was closed"), since_closing),
    "incidents": Block(N_("Emergencies and outages"), incidents),
    "visitors": Block(N_("Announced visits"), visitors),
    "important": Block(N_("Important open work"), important),
    "seal_to_open": Block(N_("Key cabinet to unseal"), seal_to_open),
    "keys_to_count": Block(N_("Key count missing"), keys_to_count),
    "keys_to_seal": Block(N_("Key cabinet to seal"), keys_to_seal),
    "done_today": Block(N_("Today"), done_today),
}
