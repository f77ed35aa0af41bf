"""Settings of the whole estate: what `ledger.yaml` says, and changing it without losing comments."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pm_cli.store.channels import Channel


class Estate(NamedTuple):
    """What `ledger.yaml` says."""

    name: str
    timezone: str = "Asia/Shanghai"
    language: str = ""
    company: str = ""
    desks: Mapping[str, str] = MappingProxyType({})
    notify: object = None

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Estate:
        """The settings in the plain data of `ledger.yaml`."""
        desks = plain.get("desks") or {}
        return cls(
            str(plain.get("estate", "")),
            str(plain.get("timezone", "Asia/Shanghai")),
            str(plain.get("language") or ""),
            str(plain.get("company") or ""),
            {str(letter): str(name) for letter, name in desks.items()},
            plain.get("notify"),
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways in which staff are told of escalation, read only when somebody is; raises LedgerTrouble."""
        from pm_cli.store.channels import channels

        return channels(self.notify)


def edited(path: Path, changes: dict[str, object]) -> bytes:
    """A hand-edited YAML file with some top-level keys replaced; comments and order survive."""
    import io

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    loaded = yaml.load(path.read_text(encoding="utf-8"))
    loaded.update(changes)
    text = io.StringIO()
    yaml.dump(loaded, text)
    return text.getvalue().encode()
