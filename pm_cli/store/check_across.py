"""Checking records against one another: numbers, copies, external references, links, actors, attachments."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from pm_cli.core import codec
from pm_cli.core.errors import Problem
from pm_cli.core.kind import ANNULLED
from pm_cli.core.text import _
from pm_cli.store.check_values import ATTACHMENT
from pm_cli.store.ledger import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pm_cli.store.check_record import Examined, Mention
    from pm_cli.store.check_values import Steps
    from pm_cli.store.layout import Layout


def across(layout: Layout, records: list[Examined]) -> Iterator[Problem]:
    """What does not hold between records, or between records and the files they attach."""
    named = [record for record in records if record.id]
    yield from _doubles(layout.root, named)
    yield from _imported_twice(layout.root, named)
    yield from _dangling(layout.root, named)
    yield from _attachments(layout, named)


def _problem(root: Path, name: str, record: Examined, steps: Steps, message: str, hint: str) -> Problem:
    line = codec.line_of((root / record.path).read_bytes(), steps)
    return Problem(name, record.path, line, message, hint)


def _doubles(root: Path, records: Iterable[Examined]) -> Iterator[Problem]:
    """A number in two files, or one record in two."""
    by_number: dict[str, Examined] = {}
    by_identity: dict[str, Examined] = {}
    for record in records:
        first = by_number.setdefault(record.id, record)
        same = by_identity.setdefault(record.identity, record)
        if first is not record:
            message = _("The number {id} stands in {other} too.").format(id=record.id, other=first.path)
            hint = _("Delete the one that is a copy; if both are real, keep one under another name and run: pm merge")
            yield _problem(root, "number-twice", record, ("id",), message, hint)
        elif same is not record:
            message = _("{id} is the same record as {other}.").format(id=record.id, other=same.path)
            yield _problem(
                root, "copied", record, ("id",), message, _("Delete the copy: git rm {path}").format(path=record.path)
            )


def _imported_twice(root: Path, records: Iterable[Examined]) -> Iterator[Problem]:
    first: dict[str, Examined] = {}
    for record in records:
        if record.external and record.state != ANNULLED and first.setdefault(record.external, record) is not record:
            message = _("{external} was imported twice: {id} and {other}.").format(
                external=record.external, id=record.id, other=first[record.external].id
            )
            hint = _("Annul one of them: pm {kind} annul {id} --reason TEXT").format(
                kind=record.kind.replace("_", "-"), id=record.id
            )
            yield _problem(root, "external-twice", record, ("external",), message, hint)


def _dangling(root: Path, records: list[Examined]) -> Iterator[Problem]:
    """Links whose target is missing or has another identity, and actors nobody registered."""
    known: defaultdict[str, list[Examined]] = defaultdict(list)
    for record in records:
        for number in (record.id, *record.aliases):
            known[number].append(record)
    staff = {record.id for record in records if record.kind == "staff"} | BUILT_IN.keys()
    for record in records:
        for login, steps in record.actors:
            if login not in staff:
                message = _("{who} is not registered as staff.").format(who=login)
                hint = _("Register: pm staff add {who} --name NAME --role receptionist --as admin").format(who=login)
                yield _problem(root, "unknown-actor", record, steps, message, hint)
        for mention in record.links:
            if message := _astray(mention, known, staff):
                hint = _("Correct the link, or restore what it leads to: git log --all -- '*{number}*'").format(
                    number=mention.text.partition("@")[0]
                )
                yield _problem(root, "dangling-link", record, mention.steps, message, hint)


def _astray(mention: Mention, known: dict[str, list[Examined]], staff: set[str]) -> str:
    """Why a link leads nowhere, or ""."""
    number, _at, identity = mention.text.partition("@")
    if "staff" in mention.kinds and number in staff:
        return ""
    found = [record for record in known.get(number, ()) if not mention.kinds or record.kind in mention.kinds]
    if not found:
        return _("There is no record {number}.").format(number=number)
    if not any(record.identity.startswith(identity) for record in found):
        return _("{number} is another record than the one that was meant.").format(number=number)
    return ""


def _attachments(layout: Layout, records: Iterable[Examined]) -> Iterator[Problem]:
    """Attached files that are missing, or that are no longer what was attached."""
    seen: dict[str, str] = {}
    for record in records:
        for mention in record.attachments:
            match = ATTACHMENT.fullmatch(mention.text)
            if match is None:
                continue  # named as a misfit already
            digest, name = match.groups()
            path = layout.attachment(digest, _suffix(name))
            if path not in seen:
                seen[path] = _damage(layout.root / path, digest)
            if seen[path]:
                what = (
                    _("The attachment {name} is missing: {path}")
                    if seen[path] == "attachment-missing"
                    else _("The attachment {name} is not the file that was attached: {path}")
                )
                hint = _("Restore it: git checkout -- {path}").format(path=path)
                yield _problem(layout.root, seen[path], record, mention.steps, what.format(name=name, path=path), hint)


def _suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def _damage(path: Path, digest: str) -> str:
    try:
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return "attachment-missing"
    return "" if same else "attachment-damaged"
