"""Clocks: what starts, pauses and stops a term, and when it is due; all derived from events, policy and calendar."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.calendar import PmCalendarError, UnknownYear
from pm_cli.core.duration import Duration, due, extend
from pm_cli.core.policy import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.codec import Node
    from pm_cli.core.fold import Step
    from pm_cli.core.policy import Policy, Value

    Fields = Mapping[str, Node]


@dataclass(frozen=True)
class Clock:
    """A term declared by a kind.

    `starts`, `stops`, `renews` (stop and start anew) and `resumes` (a reopening that cancels the stop: the first term
    goes on) name actions; `pauses` names states. `within` is the policy key, or a function of the fields giving it
    ("" for no term of its own). `agreed` names a field that holds an instant agreed with the resident, which outranks
    the policy; `no_later` one that may only shorten it. `when` says whether the clock applies at all, `done` whether a
    stopping action really fulfils it. `upon`: it begins only where this holds, and anew only where it comes to hold.
    `promise`: the resident was promised it; otherwise the centre owes it itself.
    """

    name: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    within: str | Callable[[Fields], str] = ""
    agreed: str = ""
    no_later: str = ""
    pauses: tuple[str, ...] = ()
    renews: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    when: Callable[[Fields], bool] | None = None
    done: Callable[[Fields], bool] | None = None
    upon: Callable[[Fields], bool] | None = None
    promise: bool = False
    rules: tuple[str, ...] = ()

    def key(self, fields: Fields) -> str:
        """The policy key that applies to a record with these fields."""
        return self.within if isinstance(self.within, str) else self.within(fields)


class Agreement(NamedTuple):
    """An instant agreed with the resident (None: taken back), when that was, and by which event."""

    due: datetime | None
    at: datetime
    by: str


@dataclass(slots=True)
class Run:
    """One running or stopped clock of one record.

    `due` None means unknown: the calendar lacks a year (`unknown` names it) or no term applies. `lapsed`: it ended with
    its record and not by what it asks for, so that it was never met.
    """

    clock: Clock
    start: datetime
    started_by: str
    key: str = ""
    value: Value | None = None
    agreements: list[Agreement] = field(default_factory=list)
    stopped: datetime | None = None
    stopped_by: str = ""
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    agreed_text: Node | None = None
    applies: bool = True
    lapsed: bool = False
    due: datetime | None = None
    unknown: str = ""

    def settle(self, fields: Fields) -> None:
        """Decide with these fields whether the clock applies and which term it has."""
        self.applies = self.clock.when is None or self.clock.when(fields)
        self.key = self.clock.key(fields) if self.applies else ""

    @property
    def agreed(self) -> datetime | None:
        """The instant that counts as agreed."""
        return self.agreements[-1].due if self.agreements else None

    @property
    def paused_since(self) -> datetime | None:
        """The beginning of a pause that still lasts."""
        return self.pauses[-1][0] if self.pauses and self.pauses[-1][1] is None else None

    def judged_at(self, now: datetime) -> datetime:
        """The instant that is held against the due time: the stop, the pause that lasts, or now."""
        return min(moment for moment in (self.stopped, self.paused_since, now) if moment)

    def late(self, now: datetime) -> bool:
        """Whether the term was or is missed: strictly after the due time (AMB-05)."""
        return self.due is not None and self.judged_at(now) > self.due


class Plan:
    """The clocks of a kind, sorted by the actions that concern them; made once per kind."""

    def __init__(self, clocks: tuple[Clock, ...]) -> None:
        self.by_action: dict[str, list[Clock]] = {}
        for clock in clocks:
            for action in dict.fromkeys((*clock.starts, *clock.stops, *clock.renews, *clock.resumes)):
                self.by_action.setdefault(action, []).append(clock)


class Tracker:
    """Follows the clocks of one record while its events are folded.

    What applies to a clock (`when`, `within`) is asked with the fields as they are when it stops, before it begins anew,
    or at the end.
    """

    def __init__(self, plan: Plan, closed: Callable[[str], bool]) -> None:
        self._by_action = plan.by_action
        self._closed = closed
        self._running: dict[str, Run] = {}
        self._stopped: dict[str, Run] = {}
        self._done: list[Run] = []
        self._fields: Fields = {}

    def step(self, step: Step, fields: Fields) -> None:
        """Take one applied event into account."""
        before, self._fields = self._fields, fields
        do, running = step.event.do, self._running
        began: list[str] = []
        for clock in self._by_action.get(do, ()):
            name, upon = clock.name, clock.upon
            begins = upon is None or upon(fields)
            if do in clock.renews and (name in running or name in self._stopped):
                if not begins or (upon and upon(before)):
                    continue
                if name in running:
                    self._stop(running[name], step, before)
                self._done.append(self._stopped.pop(name))
            elif do in clock.resumes and name in self._stopped:
                run = running[name] = self._stopped.pop(name)
                run.stopped, run.stopped_by, run.lapsed = None, "", False
                continue
            elif not begins or name in running or name in self._stopped or do not in clock.starts:
                continue
            running[name] = Run(clock, step.instant, step.event.id)
            began.append(name)
        moved = step.before != step.after
        for run in running.values():
            clock = run.clock
            if clock.agreed or clock.no_later:
                _agree(run, step, fields)
            if moved and clock.pauses:
                _pause(run, step)
        self._end(step, fields, began)

    def _end(self, step: Step, fields: Fields, began: list[str]) -> None:
        """Stop what this event fulfils; a record that closes stops everything but what it began itself."""
        closed = step.before != step.after and self._closed(step.after)
        for clock in self._by_action.get(step.event.do, ()):
            run = self._running.get(clock.name)
            if run and step.event.do in clock.stops and (clock.done is None or clock.done(fields)):
                self._stop(run, step, fields)
        if closed:
            for name in [name for name in self._running if name not in began]:
                self._running[name].lapsed = True
                self._stop(self._running[name], step, fields)

    def _stop(self, run: Run, step: Step, fields: Fields) -> None:
        run.stopped, run.stopped_by = step.instant, step.event.id
        run.settle(fields)
        self._stopped[run.clock.name] = self._running.pop(run.clock.name)

    def runs(self, policy: Policy, calendar: Calendar) -> list[Run]:
        """All clocks that apply, with their due times; of those that lapsed only the ones missed by then.

        A new time agreed after the old one was missed begins a run of its own: both are kept, one missed (AMB-24).
        """
        for run in self._running.values():
            run.settle(self._fields)
        found = []
        for run in (*self._done, *self._stopped.values(), *self._running.values()):
            if run.applies and (run.key or run.agreed):
                _compute(run, policy, calendar)
                found += _terms(run, policy, calendar)
        return [run for run in found if not run.lapsed or (run.stopped and run.late(run.stopped))]


def _agree(run: Run, step: Step, fields: Fields) -> None:
    """Notice an instant agreed with the resident, and when it was agreed."""
    stored = fields.get(run.clock.agreed or run.clock.no_later)
    if stored is not run.agreed_text:
        run.agreed_text = stored
        due_at = datetime.fromisoformat(stored) if isinstance(stored, str) else None
        run.agreements.append(Agreement(due_at, step.instant, step.event.id))


def _terms(run: Run, policy: Policy, calendar: Calendar) -> list[Run]:
    """A run, after the terms of it that had been missed when a new time was agreed; it goes on from the last of these."""
    missed: list[Run] = []
    for number, (_due, at, by) in enumerate(run.agreements):
        if at <= run.start or run.due is None or run.due <= at:
            continue
        pauses = [(begin, end if end and end <= at else None) for begin, end in run.pauses if begin < at]
        before = replace(run, agreements=run.agreements[:number], stopped=at, stopped_by=by, pauses=pauses, due=None)
        _compute(before, policy, calendar)
        if before.late(at):
            missed.append(before)
            run = replace(run, start=at, started_by=by)
    return [*missed, run]


def _pause(run: Run, step: Step) -> None:
    """Notice the beginning and the end of a pause."""
    since = run.paused_since
    if step.after in run.clock.pauses and since is None:
        run.pauses.append((step.instant, None))
    elif since is not None and step.after not in run.clock.pauses:
        run.pauses[-1] = (since, step.instant)


def _compute(run: Run, policy: Policy, calendar: Calendar) -> None:
    """Fill in value and due time of a run."""
    pauses = [(begin, end) for begin, end in run.pauses if end is not None] if run.pauses else []
    try:
        if run.key:
            run.value = policy.at(run.key, run.start.astimezone(calendar.zone))
        if run.agreed and run.clock.agreed:
            since = run.agreements[-1].at
            run.due = _moved(run.agreed, [(max(begin, since), end) for begin, end in pauses if end > since])
            return
        if run.value is None:
            return
        run.due = due(run.value.duration, run.start, calendar)
        if pauses:
            run.due = extend(run.due, run.value.duration, pauses, calendar, start=run.start)
        if run.agreed:
            run.due = min(run.due, run.agreed)
    except (PmCalendarError, PolicyError) as error:
        run.unknown = str(error)


def _moved(due_at: datetime, pauses: list[tuple[datetime, datetime]]) -> datetime:
    """An agreed instant moved by the time of the pauses that began before it."""
    for begin, end in pauses:
        if begin <= due_at:
            due_at += end - begin
    return due_at


def level(value: Value | None, due_at: datetime, now: datetime, calendar: Calendar) -> tuple[int, str]:
    """Escalation reached by a missed term: its level from 1 and the role to be told; (0, "") when none is set."""
    reached, role = 0, ""
    for number, (name, after) in enumerate(value.escalate if value else (), start=1):
        if now >= offset(due_at, after, calendar):
            reached, role = number, name
    return reached, role


def offset(start: datetime, text: str, calendar: Calendar) -> datetime:
    """So long after an instant; the instant itself where the calendar does not reach."""
    try:
        return due(Duration.parse(text), start, calendar)
    except UnknownYear:
        return start
