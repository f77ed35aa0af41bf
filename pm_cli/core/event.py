"""An event: one thing that happened to a record, stored as text and chained by hash to what went before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

ID_LENGTH = 32
"""Hex digits of an event id: the first 128 bits of SHA-256."""


@dataclass(slots=True)
class Event:
    """One event; every value is text as it stands in the file, and never changed once it is there.

    `instant` is when it happened, `known` when `pm` learned it; raises ValueError when they are not instants.
    """

    at: str
    recorded: str
    by: str
    do: str
    given: Mapping[str, Node] = field(default_factory=dict)
    prev: tuple[str, ...] = ()
    id: str = ""
    sig: str = ""
    instant: datetime = field(init=False, repr=False, compare=False)
    known: datetime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.instant = datetime.fromisoformat(self.at)
        self.known = datetime.fromisoformat(self.recorded)

    def digest(self, identity: str) -> str:
        """The id this event must have within the record called `identity` (see `Record.identity_of`)."""
        content = [identity, list(self.prev), self.at, self.recorded, self.by, self.do, self.given]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]

    def to_node(self) -> dict[str, Node]:
        """The event as it is written in the file."""
        node: dict[str, Node] = {
            "id": self.id,
            "prev": list(self.prev),
            "at": self.at,
            "recorded": self.recorded,
            "by": self.by,
            "do": self.do,
        }
        if self.given:
            node["with"] = dict(self.given)
        if self.sig:
            node["sig"] = self.sig
        return node


def sealed(event: Event, identity: str) -> Event:
    """The same event with its id computed."""
    return Event(
        event.at,
        event.recorded,
        event.by,
        event.do,
        event.given,
        event.prev,
        event.digest(identity),
        event.sig,
    )
