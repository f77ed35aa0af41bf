"""A record: its events, the personal values they commit to, and the fields that are their fold."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pm_cli.core.event import Event
from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pm_cli.core.codec import Node

HEAD = ("id", "kind", "state")
TAIL = ("contested", "private", "events")
SEAL_LENGTH = 32


class MalformedRecord(ValueError):
    """The document is YAML but not a record; `path` leads to the offending place."""

    def __init__(self, reason: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason)
        self.path = path


@dataclass
class Record:
    """One file of the ledger. `fields` and `state` are the fold of `events`, kept for people to read and grep."""

    id: str
    kind: str
    state: str = ""
    fields: dict[str, Node] = field(default_factory=dict)
    private: dict[str, dict[str, str]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    contested: bool = False

    @property
    def identity(self) -> str:
        """The id of the first event: what the record is, whatever number it carries."""
        return next((event.id for event in self.events if not event.prev), "")

    @property
    def heads(self) -> tuple[str, ...]:
        """Events that no other event follows."""
        followed = {link for event in self.events for link in event.prev}
        return tuple(sorted(event.id for event in self.events if event.id not in followed))

    def identity_of(self, event: Event) -> str:
        """What an event's hash is bound to: the first event to kind and number, every other one to the first."""
        return self.identity if event.prev else f"{self.kind}/{self.birth_number}"

    @property
    def birth_number(self) -> str:
        """The number the record was born with; a renumbering adds an alias but does not change what was hashed."""
        return next((str(event.given["old"]) for event in self.events if event.do == "renumber"), self.id)

    def append(self, event: Event) -> Event:
        """Chain a new event behind the present heads and add it."""
        event.chain(self.identity or f"{self.kind}/{self.birth_number}", self.heads)
        self.events.append(event)
        return event

    def copy(self) -> Record:
        """An independent copy; events are immutable and shared."""
        return Record(
            self.id,
            self.kind,
            self.state,
            dict(self.fields),
            {key: dict(value) for key, value in self.private.items()},
            list(self.events),
            self.contested,
        )

    def commit_to(self, value: str, salt: str = "") -> str:
        """Replace a personal value by a salted commitment and keep value and salt in `private`.

        The same value gets the same commitment within one record, so that a correction shows what changed.
        """
        for seal, kept in self.private.items():
            if kept.get("value") == value:
                return seal
        salt = salt or secrets.token_hex(16)
        seal = "#" + hashlib.sha256(f"{salt}\n{value}".encode()).hexdigest()[:SEAL_LENGTH]
        self.private[seal] = {"salt": salt, "value": value}
        return seal

    def reveal(self, node: Node) -> Node:
        """The node with commitments replaced by the values they stand for, as far as those are still kept."""
        if isinstance(node, str):
            kept = self.private.get(node) if node.startswith("#") else None
            return kept.get("value", node) if kept else node
        if isinstance(node, list):
            return [self.reveal(item) for item in node]
        return {key: self.reveal(item) for key, item in node.items()}

    def to_node(self) -> dict[str, Node]:
        """The record as it is written, keys in their canonical order."""
        node: dict[str, Node] = {"id": self.id, "kind": self.kind, "state": self.state}
        node.update(self.fields)
        if self.contested:
            node["contested"] = "true"
        if self.private:
            node["private"] = {seal: dict(self.private[seal]) for seal in sorted(self.private)}
        node["events"] = [event.to_node() for event in self.events]
        return node

    def chain_problems(self) -> Iterator[tuple[int, str]]:
        """Breaks of the hash chain as (index of the event, reason); needs no code of the kind."""
        seen = {event.id for event in self.events}
        if sum(not event.prev for event in self.events) != 1:
            yield 0, _("The record must have exactly one first event.")
        for index, event in enumerate(self.events):
            if event.digest(self.identity_of(event)) != event.id:
                yield index, _("The event {id} was changed after it was written.").format(id=event.id[:8])
            if not seen.issuperset(event.prev):
                yield index, _("The event {id} follows one that is missing.").format(id=event.id[:8])

    def seal_problems(self) -> Iterator[str]:
        """Personal values that no longer match the commitment they stand under."""
        for seal, kept in self.private.items():
            if "value" in kept:
                expected = hashlib.sha256(f"{kept.get('salt', '')}\n{kept['value']}".encode()).hexdigest()[:SEAL_LENGTH]
                if seal != "#" + expected:
                    yield _("The personal value under {seal} was changed after it was written.").format(seal=seal[:9])


def from_node(node: Mapping[str, Node]) -> Record:
    """Read a record from a loaded document; raises MalformedRecord with the path of what is wrong."""
    head = []
    for key in HEAD:
        value = node.get(key)
        if not isinstance(value, str) or not value:
            raise MalformedRecord(_("{key} is missing").format(key=key))
        head.append(value)
    events = node.get("events")
    if not isinstance(events, list) or not events:
        raise MalformedRecord(_("a record needs at least one event"))
    fields = {key: value for key, value in node.items() if key not in HEAD and key not in TAIL}
    return Record(
        head[0],
        head[1],
        head[2],
        fields,
        _private(node.get("private", {})),
        [_event(item, index) for index, item in enumerate(events)],
        node.get("contested") == "true",
    )


def _event(node: Node, index: int) -> Event:
    if type(node) is not dict:
        raise MalformedRecord(_("an event must be a mapping"), ("events", index))
    get = node.get
    prev, given, sig = get("prev", []), get("with", {}), get("sig", "")
    if type(prev) is not list or type(given) is not dict or type(sig) is not str:
        raise MalformedRecord(_("prev must be a list and with a mapping"), ("events", index))
    at, recorded, by, do = get("at"), get("recorded"), get("by"), get("do")
    event_id, nonce = get("id"), get("nonce")
    if not (type(at) is type(recorded) is type(by) is type(do) is type(event_id) is type(nonce) is str and event_id):
        raise MalformedRecord(_("an event needs id, nonce, at, recorded, by and do as text"), ("events", index))
    links = tuple(link for link in prev if type(link) is str)
    if len(links) != len(prev):
        raise MalformedRecord(_("prev must be a list and with a mapping"), ("events", index))
    try:
        event = Event(at, recorded, by, do, given, links, nonce, event_id, sig)
        zoned = event.instant.tzinfo is not None and event.known.tzinfo is not None
    except ValueError:
        zoned = False
    if not zoned:
        raise MalformedRecord(_("at and recorded must be instants with an offset"), ("events", index))
    return event


def _private(node: Node) -> dict[str, dict[str, str]]:
    if not isinstance(node, dict):
        raise MalformedRecord(_("private must be a mapping"), ("private",))
    private: dict[str, dict[str, str]] = {}
    for seal, kept in node.items():
        if not isinstance(kept, dict) or any(not isinstance(value, str) for value in kept.values()):
            raise MalformedRecord(_("a private value needs salt and value as text"), ("private", seal))
        private[seal] = {key: str(value) for key, value in kept.items()}
    return private
