"""Where things are in a ledger folder, and how the folder is found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from pm_cli.core.errors import NotFound
from pm_cli.core.ident import parse_number
from pm_cli.core.text import _

SETTINGS = "ledger.yaml"


class Layout(NamedTuple):
    """Paths of one ledger."""

    root: Path

    @property
    def local(self) -> Path:
        """What belongs to this clone alone and is not in git."""
        return self.root / ".pm"

    @property
    def index_file(self) -> Path:
        """The disposable cache."""
        return self.local / "index.sqlite3"

    @property
    def lock_file(self) -> Path:
        """The file the exclusive lock is on."""
        return self.local / "lock"

    def file_of(self, kind: str, number: str, *, register: bool) -> str:
        """Path of a record relative to the ledger."""
        if register:
            return f"register/{kind}/{number}.yaml"
        parsed = parse_number(number)
        if parsed is None:
            raise NotFound(_("{id} is not a record number.").format(id=number))
        return f"{parsed.folder}/{number}.yaml"

    def attachment(self, digest: str, suffix: str) -> str:
        """Path of an attachment by the hash of its content."""
        return f"attachments/{digest[:2]}/{digest}{suffix}"


def find(start: Path | None = None, named: str = "") -> Layout:
    """The ledger named by `--ledger` or PM_LEDGER, else the one around the working folder; raises NotFound."""
    named = named or os.environ.get("PM_LEDGER", "")
    if named:
        root = Path(named).expanduser().resolve()
        if (root / SETTINGS).is_file():
            return Layout(root)
        raise NotFound(
            _("{path} is not a ledger.").format(path=named), _("Make one: pm init DIR --estate NAME --desk A")
        )
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS).is_file():
            return Layout(folder)
    raise NotFound(
        _("There is no ledger here."),
        _("Make one: pm init DIR --estate NAME --desk A; or name it: --ledger DIR or PM_LEDGER"),
    )
