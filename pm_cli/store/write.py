"""Writing: under the lock, prepared files, the intent, publishing, git, index; after which the command may report success."""

from __future__ import annotations

import hashlib
import secrets
import signal
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.errors import LedgerTrouble, NotCommitted
from pm_cli.core.text import _
from pm_cli.store import disk
from pm_cli.store.git import GitFailed
from pm_cli.store.intent import Entry, Intent, IntentLog
from pm_cli.store.lock import locked, refuse_network
from pm_cli.store.publish import BULK, contents, publish, recover, to_git

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pm_cli.core.record import Record
    from pm_cli.store.git import Author
    from pm_cli.store.ledger import Ledger
    from pm_cli.store.rows import Row


@dataclass(frozen=True, slots=True)
class Prepared:
    """A new record as its file will hold it and as the index will know it; made in any process."""

    path: str
    content: bytes
    row: Row


class Writing:
    """What one command is going to write; nothing happens before `commit`."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.records: dict[str, Record] = {}
        self.files: dict[str, bytes] = {}
        self._taken: dict[str, Row] = {}
        self._entries: list[Entry] = []
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

    def prepare(self, record: Record, row: Row) -> Prepared:
        """One of very many new records, ready to be taken."""
        return Prepared(self._path(record), dump(record.to_node()), row)

    def take(self, prepared: Prepared) -> None:
        """Add a record that was prepared; its file is written at once, while others prepare the next ones."""
        self._taken[prepared.path] = prepared.row
        self.files[prepared.path] = prepared.content
        try:
            self._write(prepared.path, sync=False)
        except OSError as error:
            self.give_up()
            raise _not_saved(error) from None

    def give_up(self) -> None:
        """Remove what was written already, because it is not going to be published."""
        self._log.sweep()

    def _path(self, record: Record) -> str:
        """Where a record's file is; its folder never changes."""
        born = record.birth_number
        kind = kinds.load(record.kind)
        path = self.ledger.layout.file_of(record.kind, record.id, register=kind.register)
        if born != record.id:
            path = f"{self.ledger.layout.file_of(record.kind, born, register=kind.register).rpartition('/')[0]}/{record.id}.yaml"
        return path

    def commit(self, message: str, author: Author, notices: list[str] | None = None) -> None:
        """Make everything durable and commit it; `notices` receives what the user should also know.

        Raises LedgerTrouble when nothing was saved, NotCommitted when it is saved but something is left to do.
        """
        if not self.files:
            return
        entries = self._prepare()
        intent = Intent(entries, message, author.name, author.email, list(self.files))
        with undisturbed():
            try:
                self._log.write(intent)
            except OSError as error:
                self._undo(entries)
                raise _not_saved(error) from None
            self._carry_out(intent)
        if self.ledger.git is None and notices is not None:
            self._warn_once(notices)

    def _carry_out(self, intent: Intent) -> None:
        """Publish, commit, index; from here on the command has happened, whatever else fails."""
        try:
            elsewhere, failure = self._very_many(intent) if self._taken else self._few(intent)
        except OSError as error:
            raise NotCommitted(
                _("{what} is saved, but not finished: {reason}").format(
                    what=self._what(), reason=error.strerror or error
                ),
                _("The next command completes it; or run: pm check"),
            ) from None
        if beside := [place for path, place in elsewhere.items() if path != place]:
            raise NotCommitted(
                _("Its number was taken at the same moment, so it is saved as {file}.").format(file=", ".join(beside)),
                _("Give it a number of its own: pm merge"),
            )
        if failure:
            raise NotCommitted(
                _("{what} is saved, but git has not got it yet: {reason}").format(what=self._what(), reason=failure),
                _("The next command commits it; or solve it first: git status"),
            )

    def _few(self, intent: Intent) -> tuple[dict[str, str], str]:
        """Publish, then commit, then index; returns what came out elsewhere, and why git did not take it, or ""."""
        elsewhere = publish(self.ledger.root, self._log, intent)
        failure = to_git(self.ledger, self._log, intent, self._published(elsewhere))
        self._to_index(elsewhere)
        return elsewhere, failure

    def _very_many(self, intent: Intent) -> tuple[dict[str, str], str]:
        """The same, with git working beside: it stores the contents while the files are published."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as beside:
            packed = beside.submit(self._pack)
            elsewhere = publish(self.ledger.root, self._log, intent)
            published = self._published(elsewhere)
            told = beside.submit(lambda: to_git(self.ledger, self._log, intent, published, packed=packed.result()))
            self._to_index(elsewhere)
            return elsewhere, told.result()

    def _pack(self) -> bool:
        """Let git store the contents beforehand; whether it did. Why it did not, the commit says."""
        with suppress(GitFailed, OSError):
            if self.ledger.git is not None:
                self.ledger.git.pack(self.files.values())
                return True
        return False

    def _published(self, elsewhere: Mapping[str, str]) -> dict[str, bytes]:
        """The files as they were published."""
        as_prepared = {path: content for path, content in self.files.items() if path not in elsewhere}
        return as_prepared | contents(self.ledger.root, elsewhere.values())

    def _what(self) -> str:
        """What was written, in a few words."""
        names = [record.id for record in self.records.values()] or list(self.files)
        return ", ".join(names[:3]) + (" ..." if names[3:] else "")

    def _prepare(self) -> list[Entry]:
        """Write every file under a scratch name; on an error nothing is left behind."""
        bulk = bool(self._taken) or len(self.files) >= BULK
        try:
            for path in self.files:
                if path not in self._taken:
                    self._write(path, sync=not bulk)
            if bulk:
                disk.sync_everything()
        except OSError as error:
            self._undo(self._entries)
            raise _not_saved(error) from None
        return self._entries

    def _write(self, path: str, *, sync: bool) -> None:
        entry = Entry(secrets.token_hex(8), path)
        self._entries.append(entry)
        disk.write(self._log.scratch / entry.scratch, self.files[path], sync=sync)

    def _undo(self, entries: Iterable[Entry]) -> None:
        """Leave nothing behind: the promise goes before what it promises."""
        self._log.done()
        for entry in entries:
            (self._log.scratch / entry.scratch).unlink(missing_ok=True)
        self.ledger.forget_numbers()

    def _to_index(self, elsewhere: Mapping[str, str]) -> None:
        """Tell an index that this command has opened; opening it for a few files costs more than reading them later."""
        if "index" not in vars(self.ledger) and len(self.files) < BULK:
            return
        try:
            self.ledger.index.put((path, record) for path, record in self.records.items() if path not in elsewhere)
            if self._taken:
                self.ledger.index.add({path: row for path, row in self._taken.items() if path not in elsewhere})
        except Exception:  # only a cache: the next command sees that the files changed, and says what is wrong with it
            return

    def _warn_once(self, notices: list[str]) -> None:
        """Say, once in each clone, that without git nothing but the files themselves keeps the history."""
        settings = self.ledger.desk_settings
        if not settings.told_no_git:
            settings.told_no_git = True
            with suppress(OSError):
                settings.write(self.ledger.layout.local / "settings.json")
            notices.append(_("This ledger is not under git: there are no other copies of it. Begin: git init"))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait its turn where stopping half-way would only make the next command go on; git inherits this."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def writing(ledger: Ledger) -> Iterator[Writing]:
    """Hold the ledger for one command: finish what an interrupted one left, then read and write undisturbed."""
    refuse_network(ledger.root)
    prepare_local(ledger.layout.local)
    with locked(ledger.layout.lock_file):
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


def content_hash(content: bytes) -> str:
    """SHA-256 of an attachment, as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def _not_saved(error: OSError) -> LedgerTrouble:
    return LedgerTrouble(
        _("Nothing was saved: {reason}").format(reason=error.strerror or error),
        _("Make room or repair the disk, then enter it again."),
    )
