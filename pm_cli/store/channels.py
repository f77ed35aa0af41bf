"""Channels of escalation, as `notify` in `ledger.yaml` names them: read strictly, secrets by the name of a variable only."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli.core.errors import LedgerTrouble
from pm_cli.core.person import ROLES
from pm_cli.core.text import _
from pm_cli.store.layout import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ENVIRONMENT = re.compile(r"[A-Z_][A-Z0-9_]*")
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
SERVER = re.compile(r"[^\s:/]+:\d{1,5}")
SECRETS = {"url": "url_env", "secret": "secret_env", "password": "password_env"}
"""What nobody writes into a ledger, and the key that names the variable of the environment instead."""


class Channel(NamedTuple):
    """One way of telling; which of the fields are used depends on `kind`."""

    name: str
    kind: str
    roles: tuple[str, ...] = ()
    server: str = ""
    security: str = "starttls"
    sender: str = ""
    login: str = ""
    password_env: str = ""
    to: Mapping[str, str] = MappingProxyType({})
    format: str = ""
    body: str = "text"
    url_env: str = ""
    secret_env: str = ""

    def for_role(self, role: str) -> bool:
        """Whether what a role is told goes this way; without roles named everything does."""
        return not self.roles or role in self.roles


def channels(plain: object) -> tuple[Channel, ...]:
    """The channels in the plain data of `notify`; raises LedgerTrouble naming file and key."""
    if plain is None:
        return ()
    if not isinstance(plain, list):
        raise misfit("notify", _("a list of channels is expected"))
    found = tuple(_channel(f"notify[{number}]", item) for number, item in enumerate(plain, 1))
    names = [channel.name for channel in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise misfit("notify", _("two channels are called {name!r}").format(name=twice))
    return found


def misfit(key: str, reason: str) -> LedgerTrouble:
    """The error for a key of `ledger.yaml` that does not say what is asked of it."""
    return LedgerTrouble(
        _("{file}: {key}: {reason}").format(file=SETTINGS, key=key, reason=reason),
        _("How it is written: docs/escalation.md"),
    )


def _channel(place: str, item: Any) -> Channel:
    if not isinstance(item, dict):
        raise misfit(place, _("a channel is a mapping"))
    kind = item.get("kind")
    if not isinstance(kind, str) or kind not in KEYS:
        raise misfit(f"{place}.kind", _("one of {names} is expected").format(names=", ".join(KEYS)))
    required, allowed = KEYS[kind]
    for key in item:
        if key in SECRETS:
            reason = _("secrets stay out of the ledger: name a variable of the environment with {key}")
            raise misfit(f"{place}.{key}", reason.format(key=SECRETS[key]))
        if key not in {*required, *allowed}:
            raise misfit(f"{place}.{key}", _("a channel of kind {kind} has no such key").format(kind=kind))
    if missing := next((key for key in required if key not in item), ""):
        raise misfit(f"{place}.{missing}", _("is missing"))
    read: dict[str, Any] = {
        FIELDS.get(str(key), str(key)): READERS[key](f"{place}.{key}", value) for key, value in item.items()
    }
    if bool(read.get("login")) != bool(read.get("password_env")):
        raise misfit(f"{place}.login", _("login and password_env go together"))
    if read.get("secret_env") and read["format"] != "dingtalk":
        raise misfit(f"{place}.secret_env", _("only robots of DingTalk sign"))
    return Channel(**read)


def _text(pattern: str | re.Pattern[str], expected: str) -> Callable[[str, object], str]:
    def read(place: str, value: object) -> str:
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        raise misfit(place, _("{expected} is expected, not {value!r}").format(expected=expected, value=value))

    return read


def _one_of(*options: str) -> Callable[[str, object], str]:
    return _text("|".join(options), " | ".join(options))


def _roles(place: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise misfit(place, _("a list of roles is expected"))
    return tuple(_role(f"{place}[{number}]", role) for number, role in enumerate(value, 1))


def _addresses(place: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not value:
        raise misfit(place, _("a mapping of logins to addresses is expected"))
    return {str(login): _address(f"{place}.{login}", address) for login, address in value.items()}


_address = _text(ADDRESS, "name@example.com")
_role = _one_of(*ROLES)
_variable = _text(ENVIRONMENT, "PM_NAME_OF_VARIABLE")

READERS: dict[str, Callable[[str, object], Any]] = {
    "name": _text(r"[a-z0-9][a-z0-9-]*", "house-mail"),
    "kind": _text(".+", ""),
    "roles": _roles,
    "server": _text(SERVER, "smtp.example.com:587"),
    "security": _one_of("starttls", "tls", "none"),
    "from": _address,
    "login": _text(r"\S+", "login"),
    "password_env": _variable,
    "to": _addresses,
    "format": _one_of("wecom", "dingtalk"),
    "body": _one_of("text", "markdown"),
    "url_env": _variable,
    "secret_env": _variable,
}
FIELDS = {"from": "sender"}
"""Keys whose field is called otherwise."""
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "stdout": (("name",), ("kind", "roles")),
    "mail": (("name", "server", "from", "to"), ("kind", "roles", "security", "login", "password_env")),
    "webhook": (("name", "format", "url_env"), ("kind", "roles", "body", "secret_env")),
}
"""Kinds of channel with the keys they must and may have."""
