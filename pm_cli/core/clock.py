"""Clocks: what starts, pauses and stops a term, and when it is due; all derived from events, policy and calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.calendar import PmCalendarError, UnknownYear
from pm_cli.core.duration import Duration, due, extend
from pm_cli.core.policy import PolicyError
from pm_cli.core.times import span

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
    stopping action really fulfils it. `promise`: the resident was promised it; otherwise the centre owes it itself.
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
    promise: bool = False
    rules: tuple[str, ...] = ()

    def key(self, fields: Fields) -> str:
        """The policy key that applies to a record with these fields."""
        return self.within if isinstance(self.within, str) else self.within(fields)


@dataclass
class Run:
    """One running or stopped clock of one record.

    `due` None means unknown: the calendar lacks a year (`unknown` names it) or no term applies.
    """

    clock: Clock
    start: datetime
    started_by: str
    key: str = ""
    value: Value | None = None
    agreed: datetime | None = None
    agreed_at: datetime | None = None
    stopped: datetime | None = None
    stopped_by: str = ""
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    base: datetime | None = None
    due: datetime | None = None
    unknown: str = ""

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


class Tracker:
    """Follows the clocks of one record while its events are folded."""

    def __init__(self, clocks: tuple[Clock, ...], closed: Callable[[str], bool]) -> None:
        self._clocks = clocks
        self._closed = closed
        self._current: dict[str, Run] = {}
        self._applies: dict[str, bool] = {}
        self._past: list[tuple[Run, bool]] = []

    def step(self, step: Step, fields: Fields) -> None:
        """Take one applied event into account."""
        for clock in self._clocks:
            run = self._current.get(clock.name)
            if run is not None and step.event.do in clock.renews:
                if run.stopped is None:
                    self._stop(run, step)
                self._past.append((run, self._applies[clock.name]))
                run = self._start(clock, step)
            elif run is None:
                if step.event.do not in clock.starts:
                    continue
                run = self._start(clock, step)
            elif run.stopped and step.event.do in clock.resumes:
                run.stopped, run.stopped_by = None, ""
            if run.stopped is None:
                self._follow(run, step, fields)

    def _start(self, clock: Clock, step: Step) -> Run:
        run = self._current[clock.name] = Run(clock, step.instant, step.event.id)
        return run

    def _follow(self, run: Run, step: Step, fields: Fields) -> None:
        clock = run.clock
        self._applies[clock.name] = clock.when is None or clock.when(fields)
        run.key = clock.key(fields)
        if clock.agreed or clock.no_later:
            self._agree(run, step, fields)
        paused = run.paused_since
        if step.after in clock.pauses and paused is None:
            run.pauses.append((step.instant, None))
        elif paused is not None and step.after not in clock.pauses:
            run.pauses[-1] = (paused, step.instant)
        fulfilled = step.event.do in clock.stops and (clock.done is None or clock.done(fields))
        if fulfilled or (self._closed(step.after) and step.event.id != run.started_by):
            self._stop(run, step)

    @staticmethod
    def _agree(run: Run, step: Step, fields: Fields) -> None:
        stored = fields.get(run.clock.agreed or run.clock.no_later)
        wished = datetime.fromisoformat(stored) if isinstance(stored, str) else None
        if wished != run.agreed:
            run.agreed, run.agreed_at = wished, step.instant

    @staticmethod
    def _stop(run: Run, step: Step) -> None:
        run.stopped, run.stopped_by = step.instant, step.event.id

    def runs(self, policy: Policy, calendar: Calendar) -> list[Run]:
        """All clocks that apply, with their due times."""
        runs = [run for run, applies in self._past if applies]
        runs += [run for name, run in self._current.items() if self._applies.get(name)]
        found = []
        for run in runs:
            if run.key or run.agreed:
                _compute(run, policy, calendar)
                found.append(run)
        return found


def _compute(run: Run, policy: Policy, calendar: Calendar) -> None:
    """Fill in value and due time of a run."""
    pauses = [(begin, end) for begin, end in run.pauses if end is not None]
    try:
        if run.key:
            run.value = policy.at(run.key, run.start.astimezone(calendar.zone))
        if run.agreed and run.clock.agreed:
            since = run.agreed_at or run.start
            run.base = run.agreed
            run.due = _moved(run.agreed, [(max(begin, since), end) for begin, end in pauses if end > since])
            return
        if run.value is None:
            return
        run.base = due(run.value.duration, run.start, calendar)
        run.due = extend(run.base, run.value.duration, pauses, calendar, start=run.start)
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
    for number, (name, offset) in enumerate(value.escalate if value else (), start=1):
        if now >= _offset(due_at, offset, calendar):
            reached, role = number, name
    return reached, role


def warn_at(value: Value | None, due_at: datetime) -> datetime | None:
    """When a running clock is to be shown as nearly due."""
    if value is None or not value.warn:
        return None
    return due_at - span(value.warn)


def _offset(start: datetime, text: str, calendar: Calendar) -> datetime:
    try:
        return due(Duration.parse(text), start, calendar)
    except UnknownYear:
        return start
