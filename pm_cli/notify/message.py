"""A message and what sends one."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """What somebody is told; `key` is the same whenever the same thing is told the same way, `lines[0]` the subject.

    `recipients` are addresses; a group has none, because its members are those of the robot's chat.
    """

    key: str
    to_role: str
    recipients: tuple[str, ...]
    lines: tuple[str, ...]


class NotSent(Exception):
    """The message certainly did not arrive; `again`: a later attempt may succeed."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.reason, self.again = reason, again


class Notifier(Protocol):
    """One way of telling."""

    def send(self, message: Message) -> None:
        """Return once the message was taken; raises NotSent, and anything else when nobody knows what became of it."""
