"""Settings of this desk alone, in `.pm/settings.json`: its letter, and who is acting."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pm_cli.store import disk

if TYPE_CHECKING:
    from pathlib import Path

IDLE = timedelta(hours=4)
"""After so long without a command the person acting at this desk has to say who they are again."""


@dataclass
class DeskSettings:
    """What this clone knows about itself."""

    desk: str = ""
    acting: str = ""
    used: str = ""
    told_no_git: bool = False

    @classmethod
    def read(cls, path: Path) -> DeskSettings:
        """Read the settings; a missing or damaged file means none."""
        try:
            plain = json.loads(path.read_bytes())
            return cls(**{key: plain[key] for key in ("desk", "acting", "used", "told_no_git") if key in plain})
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        """Save the settings in one step."""
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        disk.remove(scratch)
        disk.write(scratch, json.dumps(asdict(self), ensure_ascii=False, indent=1).encode(), sync=False)
        disk.publish(scratch, path, new=False)

    def acting_at(self, now: datetime) -> str:
        """Who acts at this desk, or "" when the setting has expired."""
        if not self.acting or not self.used:
            return ""
        return self.acting if now - datetime.fromisoformat(self.used) <= IDLE else ""
