"""An event: one thing that happened to a record, stored as text and chained by hash to what went before."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

ID_LENGTH = 32
"""Hex digits of an event id: the first 128 bits of SHA-256."""
NONCE_BYTES = 4


@dataclass(slots=True)
class Event:
    """One event; every value is text as it stands in the file, and never changed once it is there.

    The nonce is random: two desks that do the same thing in the same second do two things, and a merge keeps both.
    `instant` is when it happened, `known` when `pm` learned it; raises ValueError when they are not instants.
    """

    at: str
    recorded: str
    by: str
    do: str
    given: Mapping[str, Node] = field(default_factory=dict)
    prev: tuple[str, ...] = ()
    nonce: str = ""
    id: str = ""
    sig: str = ""
    instant: datetime = field(init=False, repr=False, compare=False)
    known: datetime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.instant = datetime.fromisoformat(self.at)
        self.known = datetime.fromisoformat(self.recorded)

    def digest(self, identity: str) -> str:
        """The id this event must have within the record called `identity` (see `Record.identity_of`)."""
        content = [identity, self.nonce, list(self.prev), self.at, self.recorded, self.by, self.do, self.given]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]

    def chain(self, identity: str, prev: tuple[str, ...]) -> None:
        """Put an event that is in no record yet behind others; it now has a nonce, if it came without one, and its id."""
        self.prev = prev
        self.nonce = self.nonce or secrets.token_hex(NONCE_BYTES)
        self.id = self.digest(identity)

    def to_node(self) -> dict[str, Node]:
        """The event as it is written in the file."""
        node: dict[str, Node] = {
            "id": self.id,
            "nonce": self.nonce,
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
