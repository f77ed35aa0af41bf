"""Figures that came with a newer `pm`, put into the policy files of a ledger as they stand in those of pm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pm_cli.share import share
from pm_cli.store.compiled import lacking

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY = re.compile(r"^([\w.]+):\n(?:[ #].*\n|\n)*", re.MULTILINE)
"""A key at the left margin with all that is indented below it, remarks and blank lines included."""


def lacking_text(root: Path) -> dict[str, bytes]:
    """The policy files of a ledger with the entries they lack added at their ends, by path; empty when none does."""
    wanted = lacking(root)
    found: dict[str, bytes] = {}
    for file in sorted({key.partition(".")[0] for key in wanted}):
        path = f"policy/{file}.yaml"
        theirs = (share("ledger") / path).read_text(encoding="utf-8")
        own = (root / path).read_text(encoding="utf-8") if (root / path).is_file() else ""
        added = [entry[0].rstrip("\n") for entry in _ENTRY.finditer(theirs) if f"{file}.{entry[1]}" in wanted]
        text = "\n\n".join([own.rstrip(), *added]) + "\n" if own else theirs
        found[path] = text.encode()
    return found
