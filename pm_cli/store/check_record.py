"""Checking one record by itself: its place, its chain, its values, and that its events add up to what stands above them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core import codec
from pm_cli.core.errors import Problem
from pm_cli.core.fold import Fold, refold
from pm_cli.core.ident import parse_number
from pm_cli.core.text import _, word
from pm_cli.core.types import AttachmentType, Link
from pm_cli.store import files
from pm_cli.store.check_values import Steps, leaves, shape_of, strange_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pm_cli.core.kind import Kind
    from pm_cli.core.record import Record


@dataclass(frozen=True, slots=True)
class Mention:
    """A link or an attachment that counts: what it says and where it stands in the file."""

    text: str
    steps: Steps
    kinds: tuple[str, ...] = ()


@dataclass
class Examined:
    """What one file is, what is wrong with it alone, and what it says about others.

    `refold`: nothing is wrong but that its events add up to something else.
    """

    path: str
    id: str = ""
    kind: str = ""
    state: str = ""
    identity: str = ""
    aliases: tuple[str, ...] = ()
    external: str = ""
    actors: tuple[tuple[str, Steps], ...] = ()
    links: list[Mention] = field(default_factory=list)
    attachments: list[Mention] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refold: bool = False


def examine(root: Path, path: str) -> Examined:
    """Read and check one file of the journal or the register."""
    try:
        content = files.read_bytes(root, path)
        record = files.parse(path, content)
    except files.Unreadable as error:
        return Examined(path, problems=[error.problem])
    found = _Examination(path, content, record)
    try:
        found.run()
    except Exception as error:  # a record no kind could have written is named; the others are still checked
        found.add("misfit", ("events",), _("its events do not fit its kind ({error})").format(error=repr(error)))
    return found.result


class _Examination:
    """The checks of one record, with what they share."""

    def __init__(self, path: str, content: bytes, record: Record) -> None:
        self.content, self.record = content, record
        self.kind: Kind | None = kinds.load(record.kind) if record.kind in kinds.names() else None
        aliases, external = record.fields.get("aliases"), record.fields.get("external")
        self.result = Examined(
            path,
            record.id,
            record.kind,
            record.state,
            record.identity,
            tuple(str(alias) for alias in aliases) if isinstance(aliases, list) else (),
            external if isinstance(external, str) else "",
            tuple({event.by: ("events", number, "by") for number, event in enumerate(record.events)}.items()),
        )

    def add(self, name: str, steps: Steps, message: str, hint: str = "") -> None:
        line = codec.line_of(self.content, steps)
        self.result.problems.append(Problem(name, self.result.path, line, message, hint))

    def run(self) -> None:
        self._chain()
        if self.kind is None:
            message = _("This version of pm does not know the kind {kind}.").format(kind=self.record.kind)
            self.add("unknown-kind", ("kind",), message, _("Install the version that wrote it."))
            return
        self._place(self.kind)
        sound = True
        for number, event in enumerate(self.record.events):
            if event.do not in self.kind.actions:
                sound = False
                message = _("This version of pm does not know the action {action}.").format(action=event.do)
                self.add("unknown-action", ("events", number, "do"), message, _("Install the version that wrote it."))
                continue
            for name, steps, message in strange_values(self.kind, self.record, event):
                self.add(name, ("events", number, "with", *steps), message)
        if sound:
            self._fold(self.kind)

    def _place(self, kind: Kind) -> None:
        """The file lies where its number says, and the number is one of its kind."""
        number, born = parse_number(self.record.id), parse_number(self.record.birth_number)
        if kind.register:
            folder = f"register/{kind.name}"
        elif number and born and number.prefix == born.prefix == kind.declared.prefix:
            folder = born.folder
        else:
            message = _("{id} is no number of the kind {kind}.").format(id=self.record.id, kind=word("kind", kind.name))
            self.add("wrong-number", ("id",), message, self._restore())
            return
        if self.result.path.rpartition("/")[0] != folder:
            message = _("The file of {id} belongs in {folder}.").format(id=self.record.id, folder=folder)
            self.add("wrong-folder", ("id",), message, _("Move it there, or delete it if it is a copy."))

    def _chain(self) -> None:
        for number, reason in self.record.chain_problems():
            self.add("chain-broken", ("events", number), reason, self._restore())
        seen: set[str] = set()
        for number, event in enumerate(self.record.events):
            if event.id in seen:
                message = _("The event {id} stands here a second time.").format(id=event.id[:8])
                self.add("chain-broken", ("events", number), message, self._restore())
            seen.add(event.id)
        for reason in self.record.seal_problems():
            self.add("seal-broken", ("private",), reason, self._restore())

    def _fold(self, kind: Kind) -> None:
        """What stands above the events is what they add up to; what contradicts itself is somebody's to settle."""
        fresh = self.record.copy()
        folded = refold(kind, fresh)
        differing = [
            name
            for name in dict.fromkeys((*self.record.fields, *fresh.fields))
            if self.record.fields.get(name) != fresh.fields.get(name)
        ]
        differing += ["state"] * (self.record.state != fresh.state)
        differing += ["contested"] * (self.record.contested != fresh.contested)
        if differing:
            self.result.refold = not self.result.problems
            names = ", ".join(word("field", name) for name in differing)
            message = _("The events of {id} add up to something else: {fields}").format(id=self.record.id, fields=names)
            self.add("fold-differs", (differing[0],), message, _("Write what they add up to: pm check --fix"))
        self._contested(kind, folded)
        self.result.links, self.result.attachments = _mentions(kind, self.record, folded)

    def _contested(self, kind: Kind, folded: Fold) -> None:
        places = {event.id: number for number, event in enumerate(self.record.events)}
        for event, reason in folded.illegal:
            message = _("{action} of {id} is contested: {reason}").format(
                action=word("action", event.do), id=self.record.id, reason=reason
            )
            hint = settle_hint(kind, self.record, [event.id])
            self.add("contested", ("events", places[event.id]), message, hint)

    def _restore(self) -> str:
        return _("Restore it: git log -p -- {path}; git checkout COMMIT -- {path}").format(path=self.result.path)


def settle_hint(kind: Kind, record: Record, events: Sequence[str]) -> str:
    """How to settle a contested record in favour of one of these events."""
    kept = ", ".join(event[:8] for event in events)
    return _("Decide which step counts: pm {kind} settle {id} --keep EVENT ({events}, or one it contradicts)").format(
        kind=kind.name.replace("_", "-"), id=record.id, events=kept
    )


def _mentions(kind: Kind, record: Record, folded: Fold) -> tuple[list[Mention], list[Mention]]:
    """Links and attachments in the steps that count, corrected as they are."""
    places = {event.id: number for number, event in enumerate(record.events)}
    links: list[Mention] = []
    attachments: list[Mention] = []
    for step in folded.steps:
        for steps, type_, text in leaves(shape_of(kind, record, step.event), step.given):
            where = ("events", places[step.event.id], "with", *steps)
            if isinstance(type_, Link):
                links.append(Mention(text, where, type_.kinds))
            elif isinstance(type_, AttachmentType):
                attachments.append(Mention(text, where))
    return links, attachments
