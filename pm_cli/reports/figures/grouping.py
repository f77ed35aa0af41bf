"""Ways to group requests in statistics, each a key in SQL and how to read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pm_cli.reports.figures.demands import DEPARTMENTS

if TYPE_CHECKING:
    from pm_cli.reports.figures.scope import Scope

Key = tuple[str, ...]


@dataclass(frozen=True)
class Grouping:
    """How records fall into groups: `names` of the parts of a key, `columns` of the index that make it.

    `ranks` says that groups are people who answer for figures: small numbers are not held against them.
    """

    names: Key
    columns: str
    ranks: bool = False

    @property
    def key(self) -> str:
        """The key as one value in SQL."""
        return f"json_array({self.columns})"


_NAMES = ", ".join(f"json_extract(fields, '$.{name}[0]'), json_extract(fields, '$.{name}')" for name in DEPARTMENTS)
NAMED = f"coalesce({_NAMES})"
"""The first department named on a record, NULL for none."""
ALL = Grouping((), "")
GROUPINGS = {
    "kind": Grouping(("kind",), "kind"),
    "class": Grouping(("kind", "class"), "kind, class"),
    "building": Grouping(("building",), "building"),
    "department": Grouping(("department",), f"{NAMED}, handler", ranks=True),
    "person": Grouping(("person",), "handler", ranks=True),
    "channel": Grouping(("channel",), "source"),
}
"""By month there is no key: each month is a period of its own."""


def read_key(scope: Scope, grouping: Grouping, text: str) -> Key:
    """The key of a group; a demand belongs to the first department named on it, else to that of whoever handles it."""
    parts = json.loads(text)
    if grouping.names == ("department",):
        named, handler = parts
        return (str(named or scope.staff.get(handler, {}).get("department", "")),)
    return tuple(str(part or "") for part in parts)
