"""The outbox in `.pm/outbox`: one file for each message that is not told yet, and the keys of those that were."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pm_cli.notify.message import Message
from pm_cli.store import disk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

READY = "ready"
SENDING = "sending"
UNKNOWN = "unknown"
GIVEN_UP = "given_up"
SENT = "sent"


@dataclass
class Entry:
    """A message on its way: of which record and event, by which channel, how often tried, when to be tried next."""

    key: str
    record: str
    event: str
    channel: str
    to_role: str
    recipients: list[str]
    lines: list[str]
    written: str
    state: str = READY
    attempts: int = 0
    next: str = ""
    reason: str = ""

    @property
    def message(self) -> Message:
        """What is sent."""
        return Message(self.key, self.to_role, tuple(self.recipients), tuple(self.lines))

    def waits(self, now: datetime) -> bool:
        """Whether it is too early for the next attempt."""
        return bool(self.next) and now < datetime.fromisoformat(self.next)


class Outbox:
    """The messages of one clone; whoever changes it holds its lock."""

    def __init__(self, local: Path) -> None:
        self._folder = local / "outbox"
        self.lock_file = self._folder / "lock"
        self._sent = self._folder / "sent"

    def prepare(self) -> None:
        """Make the folder; it is as private as everything in `.pm`."""
        if not self._folder.is_dir():
            for changed in disk.make_folder(self._folder):
                disk.sync_folder(changed)
            self._folder.chmod(0o700)

    def entries(self) -> list[Entry]:
        """What is not told yet, those tried least first, then the oldest; a damaged file is left out and left alone."""
        found = (_read(path) for path in self._folder.glob("*.json"))
        return sorted(
            (entry for entry in found if entry is not None),
            key=lambda entry: (entry.attempts, entry.written, entry.key),
        )

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in what is to be told, durably; what was told already, or is under way, stays as it is."""
        told = self.told()
        waiting = {entry.key: entry for entry in self.entries()}
        for entry in entries:
            if entry.key not in told and (entry.key not in waiting or waiting[entry.key].state == READY):
                self._write(entry)
        disk.sync_folder(self._folder)

    def save(self, entry: Entry) -> None:
        """Keep the state of one message, durably."""
        self._write(entry)
        disk.sync_folder(self._folder)

    def drop(self, entry: Entry) -> None:
        """Forget a message."""
        disk.remove(self._path(entry.key))
        disk.sync_folder(self._folder)

    def done(self, entry: Entry, now: datetime) -> None:
        """Remember that a message was told, and only then forget the message itself."""
        handle = os.open(self._sent, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, f"\n{entry.key} {now.isoformat(timespec='seconds')}".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        self.drop(entry)

    def told(self) -> set[str]:
        """The keys of all messages that were told from here."""
        if not self._sent.exists():
            return set()
        return {line.partition(" ")[0] for line in self._sent.read_text(encoding="utf-8").splitlines()}

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _write(self, entry: Entry) -> None:
        path = self._path(entry.key)
        scratch = path.with_suffix(".new")
        disk.remove(scratch)
        disk.write(scratch, json.dumps(asdict(entry), ensure_ascii=False, indent=1).encode())
        disk.publish(scratch, path, new=False)


def _read(path: Path) -> Entry | None:
    try:
        plain: dict[str, Any] = json.loads(path.read_bytes())
        return Entry(**plain)
    except (OSError, ValueError, TypeError):
        return None
