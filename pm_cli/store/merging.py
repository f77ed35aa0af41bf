"""Resolving what git could not merge: a record is the union of its versions' events, whatever was done on either side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.errors import Problem, Refusal
from pm_cli.core.event import Event
from pm_cli.core.fold import refold
from pm_cli.core.ident import parse_number
from pm_cli.core.text import _
from pm_cli.store import disk, files
from pm_cli.store.publish import united
from pm_cli.store.write import writing

if TYPE_CHECKING:
    from datetime import datetime

    from pm_cli.core.record import Record
    from pm_cli.store.git import Git
    from pm_cli.store.ledger import Ledger

OURS, THEIRS = 2, 3


@dataclass
class Merged:
    """What became of the unmerged files: records by path, numbers given anew, and what is left to a person."""

    records: dict[str, Record] = field(default_factory=dict)
    renumbered: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)


def resolve(ledger: Ledger) -> Merged:
    """Resolve all unmerged records of a clone, write them and tell git; the commit is the caller's. Safe to repeat."""
    git = ledger.git
    if git is None:
        raise Refusal(_("This ledger is not under git: there is nothing to merge."))
    with writing(ledger):
        found = Merged()
        for path, stages in sorted(git.unmerged().items()):
            _resolve(ledger, git, path, stages, found)
        if not found.left:
            _set_beside(ledger, found)
        for path, record in found.records.items():
            scratch = ledger.layout.local / "tmp" / "merged"
            disk.remove(scratch)
            disk.write(scratch, dump(record.to_node()))
            disk.make_folder((ledger.root / path).parent)
            disk.publish(scratch, ledger.root / path, new=False)
        for path in found.gone:
            disk.remove(ledger.root / path)
        git.take([*found.records, *found.kept, *found.gone])
    return found


def _resolve(ledger: Ledger, git: Git, path: str, stages: dict[int, str], found: Merged) -> None:
    """Decide about one unmerged path."""
    if not path.startswith(("journal/", "register/")):
        message = _("This is no record, so it cannot be merged by its events.")
        found.left.append(Problem("unmerged", path, 1, message, _by_hand(path)))
        return
    sides = [stages[side] for side in (OURS, THEIRS) if side in stages]
    try:
        versions = [files.parse(path, git.blob(blob)) for blob in sides]
    except files.Unreadable as error:
        message = _("One side cannot be read: {reason}").format(reason=error.problem.message)
        found.left.append(Problem("unmerged", path, error.problem.line, message, _by_hand(path)))
        return
    if not versions:
        found.gone.append(path)  # renamed differently on both sides: both new names are unmerged paths of their own
        return
    if len(versions) == 1:
        found.kept.append(path)
    _join(ledger, path, [*versions, *_in_work_tree(ledger, path)], found)


def _by_hand(path: str) -> str:
    return _("Repair it in an editor, then: git add {path}").format(path=path)


def _in_work_tree(ledger: Ledger, path: str) -> list[Record]:
    """The version that lies in the folder: a command may have added to it while the merge was under way."""
    try:
        return [files.read(ledger.root, path)]
    except files.Unreadable:
        return []


def _join(ledger: Ledger, path: str, versions: list[Record], found: Merged) -> None:
    """One record for each identity; the first recorded keeps the number, the others get new ones."""
    records: dict[str, Record] = {}
    for version in versions:
        known = records.get(version.identity)
        records[version.identity] = version if known is None else united(known, version)
    first, *later = sorted(records.values(), key=_registered)
    found.records[path] = first
    for record in later:
        _renumber(ledger, path, record, versions, found)


def _registered(record: Record) -> tuple[datetime, datetime, str]:
    """The order in which records came to be known, the same on every desk."""
    first = record.events[0]
    return first.known, first.instant, record.identity


def _renumber(ledger: Ledger, path: str, record: Record, versions: list[Record], found: Merged) -> None:
    """Give a record whose number belongs to another one a number of its own; the old one stays as an alias.

    Time, author and nonce of the event follow from the versions, so that two desks which resolve this each for
    themselves write the same.
    """
    old, number = record.id, _free_number(ledger, path, record.id)
    latest = max((event for version in versions for event in version.events), key=lambda event: event.known)
    aliases = record.fields.get("aliases")
    fresh = record.copy()
    fresh.fields["aliases"] = [*(aliases if isinstance(aliases, list) else []), old]
    fresh.id = number
    fresh.append(Event(latest.recorded, latest.recorded, "admin", "renumber", {"old": old}, nonce=record.heads[-1][:8]))
    if fresh.kind in kinds.names():
        refold(kinds.load(fresh.kind), fresh)
    found.records[f"{path.rpartition('/')[0]}/{number}.yaml"] = fresh
    found.renumbered.append((old, number))


def _free_number(ledger: Ledger, path: str, taken: str) -> str:
    """The next number of the same desk and day; for a register, the code with a figure behind it."""
    number = parse_number(taken)
    if number is not None and path.startswith("journal/"):
        return ledger.next_number(number.prefix, number.day, number.desk)
    folder = (ledger.root / path).parent
    return next(code for count in range(2, 1000) if not (folder / f"{(code := f'{taken}.{count}')}.yaml").exists())


def _set_beside(ledger: Ledger, found: Merged) -> None:
    """Records saved as `NUMBER~....yaml`, because their number was taken while they were written (see `publish`)."""
    for problem in ledger.index.problems():
        folder, _slash, name = problem.path.rpartition("/")
        number, tilde, _rest = name.partition("~")
        if not tilde:
            continue
        path = f"{folder}/{number}.yaml"
        try:
            beside = files.parse(path, files.read_bytes(ledger.root, problem.path))
        except files.Unreadable:
            continue
        _renumber(ledger, path, beside, [beside], found)
        found.gone.append(problem.path)
