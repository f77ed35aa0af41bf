"""E-mail to one person at a time, over SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING

from pm_cli.core.text import _
from pm_cli.notify.message import NotSent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pm_cli.notify.message import Message
    from pm_cli.store.channels import Channel

PATIENCE = 20
"""Seconds to wait for a server that does not answer."""
TAKEN = frozenset({250, 251})
PERMANENT = 500
"""SMTP answers from here on stay the same however often one asks."""


class Mail:
    """A mail server and the account that sends."""

    def __init__(self, channel: Channel, secret: Callable[[str], str], now: Callable[[], datetime]) -> None:
        self._channel, self._secret, self._now = channel, secret, now

    def send(self, message: Message) -> None:
        """Hand the letter over; a server that falls silent once it has the text may have taken it."""
        text = self.letter(message).as_bytes(policy=SMTP)
        with _certainly_not_sent():
            server = self._opened()
        try:
            with _certainly_not_sent():
                _accepted(server.mail(self._channel.sender))
                for address in message.recipients:
                    _accepted(server.rcpt(address))
            try:
                answer = server.data(text)
            except smtplib.SMTPDataError as error:  # it did not want the text in the first place
                answer = (error.smtp_code, _bytes(error.smtp_error))
            _accepted(answer)
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def letter(self, message: Message) -> EmailMessage:
        """The message as e-mail; its Message-ID follows from its key, so that a copy can be recognised."""
        sender = self._channel.sender
        letter = EmailMessage()
        letter["Subject"] = message.lines[0]
        letter["From"] = sender
        letter["To"] = ", ".join(message.recipients)
        letter["Date"] = format_datetime(self._now())
        letter["Message-ID"] = f"<{message.key}@{sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content("\n".join(message.lines) + "\n", charset="utf-8", cte="base64")
        return letter

    def _opened(self) -> smtplib.SMTP:
        """A connection, encrypted and logged in as the channel says."""
        channel = self._channel
        host, _colon, port = channel.server.rpartition(":")
        password = self._secret(channel.password_env) if channel.password_env else ""
        if channel.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, int(port), timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, int(port), timeout=PATIENCE)
        try:
            if channel.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if channel.login:
                server.login(channel.login, password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server


@contextmanager
def _certainly_not_sent() -> Iterator[None]:
    """Errors in here come before the text was handed over."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        reason = f"{error.smtp_code} {_bytes(error.smtp_error).decode(errors='replace')}"
        raise NotSent(reason, again=error.smtp_code < PERMANENT) from None
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(str(error), again=False) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(str(error) or _("the server does not answer"), again=True) from None


def _accepted(answer: tuple[int, bytes]) -> None:
    """Raise NotSent unless the server agreed."""
    code, said = answer
    if code not in TAKEN:
        raise NotSent(f"{code} {said.decode(errors='replace')}", again=code < PERMANENT)


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said
