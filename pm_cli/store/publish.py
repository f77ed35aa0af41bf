"""From a durable intent to published and committed files: by the command itself, or by the next one if it died on the way."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.errors import LedgerTrouble
from pm_cli.core.fold import refold
from pm_cli.core.merge import NotOneRecord, merge
from pm_cli.core.text import _
from pm_cli.store import disk, files
from pm_cli.store.git import Author, GitFailed
from pm_cli.store.intent import Intent, IntentLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pm_cli.core.record import Record
    from pm_cli.store.ledger import Ledger

BULK = 64
"""From so many files on, one sync for all instead of one each."""


def recover(ledger: Ledger) -> None:
    """Roll forward what a command that died had promised, and commit what git has not got yet."""
    log = IntentLog(ledger.layout.local)
    try:
        intent = log.read()
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerTrouble(
            _("{file} is damaged: {reason}").format(file=log.file, reason=error),
            _("It may hold the last command. Keep a copy, remove it, then run: pm check"),
        ) from None
    if intent is not None:
        with suppress(GitFailed, OSError):
            if ledger.git is not None:
                ledger.git.unlock(log.file.stat().st_mtime)
        elsewhere = publish(ledger.root, log, intent)
        paths = [elsewhere.get(path, path) for path in intent.paths]
        to_git(ledger, log, intent, contents(ledger.root, paths), again=True)
    log.sweep()
    _catch_up(ledger)


def publish(root: Path, log: IntentLog, intent: Intent) -> dict[str, str]:
    """Give every prepared file its real name; safe to repeat after an interruption.

    Returns the files that came out otherwise than prepared, by path: where they are, which is the path itself if what
    was found there was joined with ours.
    """
    elsewhere: dict[str, str] = {}
    folders: dict[Path, None] = {}
    seen: set[str] = set()
    for entry in intent.entries:
        scratch, target = f"{log.scratch}/{entry.scratch}", f"{root}/{entry.path}"
        if not os.path.exists(scratch):
            continue  # published before the interruption
        if (above := entry.path.rpartition("/")[0]) not in seen:
            seen.add(above)
            folders.update(dict.fromkeys([*disk.make_folder(root / above), root / above]))
        if not os.path.exists(target):
            disk.publish(scratch, target, new=True)
        elif place := _joined(root, log.scratch / entry.scratch, entry.path):
            elsewhere[entry.path] = place
    if len(folders) >= BULK:
        disk.sync_everything()
    else:
        for folder in folders:
            disk.sync_folder(folder)
    return elsewhere


def _joined(root: Path, scratch: Path, path: str) -> str:
    """Publish a file where there is one; returns where it is if not just as prepared.

    A record that meanwhile has events we did not know, as a pull may bring, gets ours in addition; a number that
    meanwhile belongs to another record is left alone.
    """
    target = root / path
    mine, theirs = scratch.read_bytes(), target.read_bytes()
    try:
        joined = union(path, mine, theirs) if path.startswith(("journal/", "register/")) else mine
    except (NotOneRecord, files.Unreadable):
        stem, dot, suffix = path.rpartition(".")
        beside = f"{stem}~{scratch.name[:8]}{dot}{suffix}"
        disk.publish(scratch, root / beside, new=True)
        return beside
    if joined == mine:
        disk.publish(scratch, target, new=False)
        return ""
    again = scratch.with_name(scratch.name + "m")
    disk.remove(again)
    disk.write(again, joined)
    disk.publish(again, target, new=False)
    disk.remove(scratch)
    return path


def union(path: str, mine: bytes, theirs: bytes) -> bytes:
    """Our version of a record with every event that only the other one has; raises NotOneRecord, Unreadable."""
    ours, other = files.parse(path, mine), files.parse(path, theirs)
    if ours.identity == other.identity and {event.id for event in other.events} <= {event.id for event in ours.events}:
        return mine
    return dump(united(ours, other).to_node())


def united(one: Record, other: Record) -> Record:
    """Two versions of a record in one, folded again where the kind is known; raises NotOneRecord."""
    record = merge(one, other)
    if record.kind in kinds.names():
        refold(kinds.load(record.kind), record)
    return record


def to_git(
    ledger: Ledger,
    log: IntentLog,
    intent: Intent,
    published: Mapping[str, bytes],
    *,
    again: bool = False,
    packed: bool = False,
) -> str:
    """Commit what was published and forget the intent; returns why git did not take it, or ""."""
    failure = ""
    try:
        if ledger.git is not None:
            author = Author(intent.author, intent.email)
            ledger.git.commit(published, intent.message, author, ledger.now(), again=again, packed=packed)
    except (GitFailed, OSError) as error:
        failure = str(error) or "git"
        _remember(ledger, intent, list(published))
    log.done()
    return failure


def _pending(ledger: Ledger) -> Path:
    return ledger.layout.local / "pending.json"


def _waiting(ledger: Ledger) -> list[dict[str, Any]]:
    """Commits that git has not got yet: paths, message, author and email of each.

    If the list is damaged the records are still there, and `pm check` names those that git does not have.
    """
    try:
        return list(json.loads(_pending(ledger).read_bytes()))
    except (FileNotFoundError, ValueError):
        return []


def _remember(ledger: Ledger, intent: Intent, paths: list[str]) -> None:
    path = _pending(ledger)
    commit = {"paths": paths, "message": intent.message, "author": intent.author, "email": intent.email}
    scratch = path.with_name("tmp") / "pending"
    disk.remove(scratch)
    disk.write(scratch, json.dumps([*_waiting(ledger), commit], ensure_ascii=False).encode())
    disk.publish(scratch, path, new=False)
    disk.sync_folder(path.parent)


def _catch_up(ledger: Ledger) -> None:
    """Commit what earlier commands could not; quiet when git still refuses."""
    path = _pending(ledger)
    if not path.exists():
        return
    try:
        git = ledger.git
        if git is None or git.under_way() or not git.branch:
            return
        for item in _waiting(ledger):
            author = Author(item["author"], item["email"])
            git.commit(contents(ledger.root, item["paths"]), item["message"], author, ledger.now(), again=True)
    except (GitFailed, OSError):
        return
    disk.remove(path)


def contents(root: Path, paths: Iterable[str]) -> dict[str, bytes]:
    """Files as they are now; what somebody deleted meanwhile is theirs to explain to git."""
    return {path: (root / path).read_bytes() for path in paths if (root / path).is_file()}
