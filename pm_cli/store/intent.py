"""The intent log: what a command is about to publish, durable before the first file changes, rolled forward by the next command."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from pm_cli.store import disk

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One file: where it was prepared (a name in `.pm/tmp`) and where it goes."""

    scratch: str
    path: str


@dataclass
class Intent:
    """Everything a command publishes, with what git is to be told about it."""

    entries: list[Entry]
    message: str
    author: str
    email: str
    paths: list[str] = field(default_factory=list)


class IntentLog:
    """The single intent file of a ledger and the folder in which files are prepared."""

    def __init__(self, local: Path) -> None:
        self.file = local / "intent.json"
        self.scratch = local / "tmp"

    def read(self) -> Intent | None:
        """What a command that did not finish left behind."""
        try:
            plain = json.loads(self.file.read_bytes())
        except FileNotFoundError:
            return None
        entries = [Entry(**entry) for entry in plain.pop("entries")]
        return Intent(entries, **plain)

    def write(self, intent: Intent) -> None:
        """Make the intent durable: from here on the command happens, whatever else fails."""
        prepared = self.scratch / "intent"
        disk.remove(prepared)
        disk.write(prepared, json.dumps(asdict(intent), ensure_ascii=False).encode())
        disk.sync_folder(self.scratch)
        disk.publish(prepared, self.file, new=False)
        disk.sync_folder(self.file.parent)

    def done(self) -> None:
        """Forget the intent: all of it is published."""
        disk.remove(self.file)

    def sweep(self) -> None:
        """Remove what was prepared by a command that died before its intent was durable; only without an intent."""
        for left in self.scratch.iterdir():
            disk.remove(left)
