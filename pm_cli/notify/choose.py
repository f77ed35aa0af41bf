"""The notifier of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.text import _
from pm_cli.notify.message import NotSent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pm_cli.notify.message import Message, Notifier
    from pm_cli.store.channels import Channel


class Printed:
    """Prints messages; cron mails what a command prints."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line

    def send(self, message: Message) -> None:
        """One line a message."""
        self._line("  ".join(message.lines))


def notifier(
    channel: Channel, variables: Mapping[str, str], now: Callable[[], datetime], line: Callable[[str], None]
) -> Notifier:
    """What sends the messages of a channel; `variables` hold its secrets, `now` says the time, `line` prints."""

    def secret(name: str) -> str:
        if value := variables.get(name, ""):
            return value
        raise NotSent(_("{name} is not set in the environment").format(name=name), again=True)

    if channel.kind == "mail":
        from pm_cli.notify.mail import Mail

        return Mail(channel, secret, now)
    if channel.kind == "webhook":
        from pm_cli.notify.webhook import Webhook

        return Webhook(channel, secret, now)
    return Printed(line)
