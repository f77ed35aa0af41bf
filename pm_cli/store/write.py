"""Writing: under the lock, prepared files, the intent, publishing, git, index; after which the command may report success."""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.errors import LedgerTrouble, NotCommitted
from pm_cli.core.merge import NotOneRecord, merge
from pm_cli.core.record import Record
from pm_cli.core.text import _
from pm_cli.store import disk, files
from pm_cli.store.git import Author, GitFailed
from pm_cli.store.intent import Entry, Intent, IntentLog
from pm_cli.store.lock import locked, refuse_network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pm_cli.store.ledger import Ledger

BULK = 64
"""From so many files on, one sync for all instead of one each."""


class Writing:
    """What one command is going to write; nothing happens before `commit`."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.records: dict[str, Record] = {}
        self.files: dict[str, bytes] = {}
        self._log = IntentLog(ledger.layout.local)

    def put(self, record: Record) -> None:
        """Add a new or changed record."""
        path = self._path(record)
        self.records[path] = record
        self.files[path] = dump(record.to_node())
        self.ledger.reserve(record)

    def put_file(self, path: str, content: bytes) -> None:
        """Add another file of the ledger: an attachment, a policy."""
        self.files[path] = content

    def _path(self, record: Record) -> str:
        """Where a record's file is; its folder never changes."""
        born = record.birth_number
        kind = kinds.load(record.kind)
        path = self.ledger.layout.file_of(record.kind, record.id, register=kind.register)
        if born != record.id:
            path = f"{self.ledger.layout.file_of(record.kind, born, register=kind.register).rpartition('/')[0]}/{record.id}.yaml"
        return path

    def commit(self, message: str, author: Author, notices: list[str] | None = None) -> None:
        """Make everything durable and commit it; raises NotCommitted when only git failed, LedgerTrouble when nothing changed."""
        if not self.files:
            return
        entries = self._prepare()
        intent = Intent(entries, message, author.name, author.email, list(self.files))
        try:
            self._log.write(intent)
        except OSError as error:
            self._undo(entries)
            raise _not_saved(error) from None
        try:
            _publish(self.ledger.root, self._log, intent)
        except OSError as error:
            raise NotCommitted(
                _("Saved, but not finished: {reason}").format(reason=error),
                _("The next command completes it; or run: pm check"),
            ) from None
        failure = _to_git(self.ledger, self._log, intent, self.files)
        self._to_index()
        if failure:
            raise NotCommitted(
                _("Saved, but git has not got it yet: {reason}").format(reason=failure),
                _("The next command commits it; or solve it first: git status"),
            )

    def _prepare(self) -> list[Entry]:
        """Write every file under a scratch name; on an error nothing is left behind."""
        entries: list[Entry] = []
        bulk = len(self.files) >= BULK
        try:
            for path, content in self.files.items():
                scratch = secrets.token_hex(8)
                entries.append(Entry(scratch, path, not (self.ledger.root / path).exists()))
                disk.write(self._log.scratch / scratch, content, sync=not bulk)
            if bulk:
                disk.sync_everything()
        except OSError as error:
            self._undo(entries)
            raise _not_saved(error) from None
        return entries

    def _undo(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            (self._log.scratch / entry.scratch).unlink(missing_ok=True)
        self.ledger.forget_numbers()

    def _to_index(self) -> None:
        import sqlite3

        try:
            self.ledger.index.put(self.records.items())
        except (OSError, sqlite3.Error):
            return  # only a cache: the next command sees that the files changed


@contextmanager
def writing(ledger: Ledger) -> Iterator[Writing]:
    """Hold the ledger for one command: finish what an interrupted one left, then read and write undisturbed."""
    refuse_network(ledger.root)
    prepare_local(ledger.layout.local)
    with locked(ledger.layout.lock):
        recover(ledger)
        ledger.forget_numbers()
        if "index" in vars(ledger):
            ledger.index.refresh()
        yield Writing(ledger)


def prepare_local(local: Path) -> None:
    """Make the folder of this clone's own things; it is readable by its owner alone because the index holds names."""
    if not (local / "tmp").is_dir():
        (local / "tmp").mkdir(parents=True, exist_ok=True)
        local.chmod(0o700)


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
    if intent is None:
        log.sweep()
        _catch_up(ledger)
        return
    _publish(ledger.root, log, intent)
    _to_git(ledger, log, intent, {path: (ledger.root / path).read_bytes() for path in intent.paths})
    _catch_up(ledger)


def _publish(root: Path, log: IntentLog, intent: Intent) -> None:
    """Give every prepared file its real name; safe to repeat after an interruption."""
    folders: dict[Path, None] = {}
    for entry in intent.entries:
        scratch, target = log.scratch / entry.scratch, root / entry.path
        if not scratch.exists():
            continue  # published before the interruption
        folders.update(dict.fromkeys(disk.make_folder(target.parent)))
        folders[target.parent] = None
        try:
            disk.publish(scratch, target, new=entry.new)
        except FileExistsError:
            _join(scratch, target, entry.path)
    if len(folders) >= BULK:
        disk.sync_everything()
        return
    for folder in folders:
        disk.sync_folder(folder)


def _join(scratch: Path, target: Path, path: str) -> None:
    """A new file's name was taken meanwhile: by our own half-done publishing, or by a pull that brought the same record."""
    mine, theirs = scratch.read_bytes(), target.read_bytes()
    if mine != theirs and path.startswith(("journal/", "register/")):
        try:
            merged = merge(files.parse(path, mine), files.parse(path, theirs))
        except (NotOneRecord, files.Unreadable):
            return  # both stay; `check` names the scratch file
        content = dump(merged.to_node())
        again = scratch.with_name(scratch.name + "m")
        disk.remove(again)
        disk.write(again, content)
        disk.publish(again, target, new=False)
    disk.remove(scratch)


def _to_git(ledger: Ledger, log: IntentLog, intent: Intent, contents: dict[str, bytes]) -> str:
    """Commit what was published and forget the intent; returns why it was not possible, or ""."""
    git = ledger.git
    failure = ""
    if git is not None:
        try:
            git.commit(contents, intent.message, Author(intent.author, intent.email), ledger.now())
        except (GitFailed, OSError) as error:
            failure = str(error) or "git"
            _remember(ledger, intent)
    log.done()
    return failure


def _pending(ledger: Ledger) -> Path:
    return ledger.layout.local / "pending.json"


def _remember(ledger: Ledger, intent: Intent) -> None:
    path = _pending(ledger)
    waiting = json.loads(path.read_bytes()) if path.exists() else []
    waiting.append({"paths": intent.paths, "message": intent.message, "author": intent.author, "email": intent.email})
    scratch = path.with_name("tmp") / "pending"
    disk.remove(scratch)
    disk.write(scratch, json.dumps(waiting, ensure_ascii=False).encode())
    disk.publish(scratch, path, new=False)
    disk.sync_folder(path.parent)


def _catch_up(ledger: Ledger) -> None:
    """Commit what earlier commands could not; quiet when git still refuses."""
    path = _pending(ledger)
    if not path.exists():
        return
    git = ledger.git
    if git is None or git.under_way() or not git.branch:
        return
    try:
        for item in json.loads(path.read_bytes()):
            contents = {name: (ledger.root / name).read_bytes() for name in item["paths"] if (ledger.root / name).is_file()}
            git.commit(contents, item["message"], Author(item["author"], item["email"]), ledger.now())
    except (GitFailed, OSError):
        return
    disk.remove(path)


def content_hash(content: bytes) -> str:
    """SHA-256 of an attachment, as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def _not_saved(error: OSError) -> LedgerTrouble:
    return LedgerTrouble(
        _("Nothing was saved: {reason}").format(reason=error.strerror or error),
        _("Make room or repair the disk, then enter it again."),
    )
