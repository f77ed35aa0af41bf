"""A book of the manuals (台帐) as a view of the records: which ones it lists, one line each or several, in which columns."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pm_cli.core.fold import fold
from pm_cli.core.text import _, language, word
from pm_cli.core.times import shown
from pm_cli.reports.figures.periods import MONTH
from pm_cli.reports.figures.scope import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.reports.figures.periods import Rhythm
    from pm_cli.reports.figures.scope import Plain, Scope, Seen


@dataclass(frozen=True)
class Line:
    """What one line of a book is drawn from: a record as it is known, with all its steps.

    `fields` also hold `id`, `kind`, `unit` and `state` (the present one; `record.state` is that at the end of the period).
    """

    scope: Scope
    record: Seen
    fields: Plain
    steps: tuple[Step, ...]

    def get(self, name: str) -> Any:
        """A field by its dotted name, None when it is not there."""
        found: Any = self.fields
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def last(self, actions: tuple[str, ...]) -> Step | None:
        """The last step that was one of these actions."""
        return next((step for step in reversed(self.steps) if step.action in actions), None)

    def with_fields(self, **more: Any) -> Line:
        """The same line with further fields."""
        return replace(self, fields={**self.fields, **more})


Value = Callable[[Line], Any]


@dataclass(frozen=True)
class Column:
    """A column: its key in JSON, its title (default: the word of the field), how it reads (see `ui.cells.Reader.way`).

    `value` says what stands there; by default the field that `name` names, which may be dotted.
    """

    name: str
    title: str = ""
    how: str = ""
    value: Value | None = None

    def of(self, line: Line) -> Any:
        """What stands in this column."""
        return line.get(self.name) if self.value is None else self.value(line)

    @property
    def heading(self) -> str:
        """The title in the reader's language."""
        return _(self.title) if self.title else word("field", self.name.rpartition(".")[2])


@dataclass(frozen=True)
class Book:
    """One book: form number and names in the manuals, what it lists, its columns; the first one is the time of a line.

    `rhythm` is the period shown by default, `signatures` are the lines to sign at its foot.
    """

    form: str
    zh: str
    en: str
    records: Callable[[Scope], list[Seen]]
    columns: tuple[Column, ...]
    lines: Callable[[Line], Iterable[Line]] = lambda line: (line,)
    rhythm: Rhythm = MONTH
    signatures: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.zh if language() == "zh_CN" else self.en


def draw_up(name: str, book: Book, scope: Scope, author: str = "") -> Plain:
    """The book as JSON shows it and templates read it."""
    period, known = scope.period, scope.known
    running = _("The period is not over: figures up to {at}.").format(at=shown(known, scope.ledger.zone))
    return {
        "book": name,
        "form": book.form,
        "title": book.title,
        "estate": scope.ledger.estate.name,
        "period": {"name": period.name, "from": period.first.isoformat(), "to": period.last.isoformat()},
        "known_at": known.isoformat(timespec="seconds"),
        "author": scope.name_of(author) if author else "",
        "rules": list(book.rules),
        "remarks": [] if scope.over else [running],
        "lines": _lines(book, scope),
    }


def _lines(book: Book, scope: Scope) -> list[Plain]:
    chosen = book.records(scope)
    known, steps = _known(scope, chosen), _steps(scope, chosen)
    drawn = (Line(scope, record, {**record.plain, **known[record.rid]}, tuple(steps[record.rid])) for record in chosen)
    found = [{column.name: column.of(line) for column in book.columns} for one in drawn for line in book.lines(one)]
    return sorted(found, key=lambda line: datetime.fromisoformat(line[book.columns[0].name]))


def _known(scope: Scope, records: list[Seen]) -> dict[int, Plain]:
    """Fields and present state of some records, by their number in the index."""
    query = "SELECT rid, state, fields FROM record WHERE rid IN (SELECT value FROM json_each(:rids))"
    found = scope.ask(query, rids=[record.rid for record in records])
    return {rid: {**json.loads(fields), "state": state} for rid, state, fields in found}


def _steps(scope: Scope, records: list[Seen]) -> dict[int, list[Step]]:
    """All steps of some records, by their number in the index."""
    query = (
        "SELECT rid, at, action, by, before, after FROM event WHERE rid IN (SELECT value FROM json_each(:rids))"
        " ORDER BY rid, n"
    )
    found: dict[int, list[Step]] = defaultdict(list)
    for row in scope.ask(query, rids=[record.rid for record in records]):
        found[row[0]].append(Step._make(row))
    return found


# -- which records --------------------------------------------------------------------------------------------------


def begun(*kinds: str) -> Callable[[Scope], list[Seen]]:
    """Records of these kinds that began in the period; a kind that is not there has none."""
    return lambda scope: [
        record for kind in kinds for record in scope.records("kind = :kind AND began >= :start", kind=kind)
    ]


def moved(kind: str, *actions: str) -> Callable[[Scope], list[Seen]]:
    """Records of a kind to which one of these actions, or anything, happened in the period."""

    def chosen(scope: Scope) -> list[Seen]:
        rids = {step.rid for step in scope.steps(kind) if not actions or step.action in actions}
        return scope.records("rid IN (SELECT value FROM json_each(:rids))", rids=sorted(rids))

    return chosen


# -- which lines ----------------------------------------------------------------------------------------------------


def entries(*actions: str) -> Callable[[Line], Iterator[Line]]:
    """A line for each step of these actions, or of any, in the period: its own fields are what was given with it."""

    def lines(line: Line) -> Iterator[Line]:
        scope = line.scope
        record = scope.ledger.get(line.record.id)
        assert record is not None
        for step in fold(scope.ledger.kind(record.kind), record, scope.known).steps:
            given = record.reveal(dict(step.given))
            if scope.start <= step.instant.timestamp() <= scope.at and (not actions or step.event.do in actions):
                when = {"at": step.instant.isoformat(), "by": step.event.by}
                yield line.with_fields(given=given, action=step.event.do, then=step.after, **when)

    return lines


# -- what stands in a column ----------------------------------------------------------------------------------------


def began(line: Line) -> str | None:
    """When the record began."""
    return line.scope.iso(line.record.began)


def at(*actions: str) -> Value:
    """When the last step of these actions was."""
    return lambda line: line.scope.iso(step.at) if (step := line.last(actions)) else None


def by(*actions: str) -> Value:
    """Who carried out the last of these actions, by name."""
    return lambda line: line.scope.name_of(step.by) if (step := line.last(actions)) else None


def staff(*names: str, otherwise: Value = lambda _line: None) -> Value:
    """The name of the member of staff in the first of these fields that holds one."""

    def value(line: Line) -> Any:
        login = first(*names)(line)
        return line.scope.name_of(login) if login else otherwise(line)

    return value


def first(*names: str) -> Value:
    """The first of these fields that holds something."""
    return lambda line: next((found for name in names if (found := line.get(name))), None)


def together(*names: str) -> Value:
    """What these fields hold, one after the other."""
    return lambda line: [
        item for name in names if (found := line.get(name)) for item in (found if isinstance(found, list) else [found])
    ]
