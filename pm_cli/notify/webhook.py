"""Group robots of WeCom (企业微信) and DingTalk (钉钉): one HTTP request a message, the answer's errcode decides."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

from pm_cli.core.text import _
from pm_cli.notify.message import NotSent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pm_cli.notify.message import Message
    from pm_cli.store.channels import Channel

PATIENCE = 20
"""Seconds to wait for a server that does not answer."""
BUSY = frozenset({-1, 45009, 130101})
"""errcodes that mean later: the system is busy, or too many messages in a minute."""
UNCERTAIN = frozenset({502, 504})
"""HTTP answers of somebody in between who does not know whether the robot got it."""
LATER = frozenset({408, 429})
ANSWER = 1 << 16
"""Bytes of an answer that are looked at."""


class Webhook:
    """The robot of one group."""

    def __init__(self, channel: Channel, secret: Callable[[str], str], now: Callable[[], datetime]) -> None:
        self._channel, self._secret, self._now = channel, secret, now

    def send(self, message: Message) -> None:
        """Post it; whoever falls silent once the request is out may have taken it."""
        address = urlsplit(self._url())
        link = _connected(address.scheme, address.netloc)
        try:
            body = json.dumps(payload(self._channel, message), ensure_ascii=False).encode()
            target = (address.path or "/") + (f"?{address.query}" if address.query else "")
            link.request("POST", target, body, {"Content-Type": "application/json; charset=utf-8"})
            answer = link.getresponse()
            _taken(answer.status, answer.read(ANSWER))
        finally:
            link.close()

    def _url(self) -> str:
        """The robot's address, signed where it wants that."""
        url = self._secret(self._channel.url_env)
        if not self._channel.secret_env:
            return url
        stamp = str(int(self._now().timestamp() * 1000))
        sign = signature(stamp, self._secret(self._channel.secret_env))
        return f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote_plus(sign)}"


def payload(channel: Channel, message: Message) -> dict[str, Any]:
    """The request's body as the robot's interface defines it."""
    if channel.body == "text":
        return {"msgtype": "text", "text": {"content": "\n".join(message.lines)}}
    title, *rest = message.lines
    shown = "\n\n".join([f"**{title}**", *rest])
    if channel.format == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": shown}}
    return {"msgtype": "markdown", "markdown": {"title": title, "text": shown}}


def signature(stamp: str, secret: str) -> str:
    """How DingTalk wants a request signed: HMAC-SHA256 over time stamp (milliseconds) and secret, as base64."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _connected(scheme: str, place: str) -> http.client.HTTPConnection:
    """An open connection; raises NotSent. The address holds a secret, so that no message shows it."""
    if scheme not in {"http", "https"} or not place:
        raise NotSent(_("the address of the robot is none"), again=False)
    try:
        link = (
            http.client.HTTPSConnection(place, timeout=PATIENCE, context=ssl.create_default_context())
            if scheme == "https"
            else http.client.HTTPConnection(place, timeout=PATIENCE)
        )
        link.connect()
    except http.client.InvalidURL:
        raise NotSent(_("the address of the robot is none"), again=False) from None
    except OSError as error:
        raise NotSent(error.strerror or str(error), again=True) from None
    return link


def _taken(status: int, content: bytes) -> None:
    """Raise NotSent unless the robot took it, ValueError when its answer does not say."""
    if status in UNCERTAIN:
        raise ValueError(f"HTTP {status}")
    if status != http.client.OK:
        raise NotSent(f"HTTP {status}", again=status in LATER or status >= http.client.INTERNAL_SERVER_ERROR)
    answer = json.loads(content)
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(code, int):
        raise ValueError(_("the answer has no errcode"))
    if code:
        raise NotSent(f"errcode {code} {str(answer.get('errmsg', ''))[:200]}", again=code in BUSY)
