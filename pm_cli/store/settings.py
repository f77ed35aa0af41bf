"""Settings: `ledger.yaml` for the whole estate, `.pm/settings.json` for this desk (its letter, who is acting)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pm_cli.store import disk

if TYPE_CHECKING:
    from pathlib import Path

IDLE = timedelta(hours=4)
"""After so long without a command the person acting at this desk has to say who they are again."""


@dataclass(frozen=True)
class Estate:
    """What `ledger.yaml` says."""

    name: str
    timezone: str = "Asia/Shanghai"
    language: str = ""
    company: str = ""
    desks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Estate:
        """The settings in the plain data of `ledger.yaml`."""
        desks = plain.get("desks") or {}
        return cls(
            str(plain.get("estate", "")),
            str(plain.get("timezone", "Asia/Shanghai")),
            str(plain.get("language") or ""),
            str(plain.get("company") or ""),
            {str(letter): str(name) for letter, name in desks.items()},
        )


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
        scratch = path.with_name(path.name + ".new")
        disk.remove(scratch)
        disk.write(scratch, json.dumps(asdict(self), ensure_ascii=False, indent=1).encode(), sync=False)
        disk.publish(scratch, path, new=False)

    def acting_at(self, now: datetime) -> str:
        """Who acts at this desk, or "" when the setting has expired."""
        if not self.acting or not self.used:
            return ""
        return self.acting if now - datetime.fromisoformat(self.used) <= IDLE else ""


def edited(path: Path, changes: dict[str, object]) -> bytes:
    """A hand-edited YAML file with some top-level keys replaced; comments and order survive."""
    import io

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    loaded = yaml.load(path.read_text(encoding="utf-8"))
    loaded.update(changes)
    text = io.StringIO()
    yaml.dump(loaded, text)
    return text.getvalue().encode()
