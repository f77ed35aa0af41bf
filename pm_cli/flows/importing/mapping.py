"""The mapping file as its author wrote it: every scalar as text, every node with its line for messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from pm_cli.core.errors import Usage
from pm_cli.core.text import _

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml.nodes import Node

LARGEST = 1_000_000
"""Bytes: a longer file is refused before the YAML parser sees it."""
Content = "str | list[Said] | dict[str, Said]"


@dataclass(frozen=True)
class Said:
    """One node of a mapping file: a text, a list or a mapping of nodes, and `where` it stands (`file:line`)."""

    content: str | list[Said] | dict[str, Said]
    where: str

    def wrong(self, reason: str) -> NoReturn:
        """Raise Usage for what is written here."""
        raise Usage(f"{self.where}: {reason}")

    def text(self) -> str:
        """The text written here."""
        return self.content if isinstance(self.content, str) else self.wrong(_("a text is expected"))

    def texts(self) -> list[str]:
        """A list of texts; a single text is a list of one."""
        return [item.text() for item in self.items()]

    def items(self) -> list[Said]:
        """The items of a list; anything else is a list of one."""
        return self.content if isinstance(self.content, list) else [self]

    def entries(self, *known: str) -> dict[str, Said]:
        """The entries of a mapping, checked against the keys that are known here, if those are fixed."""
        if not isinstance(self.content, dict):
            self.wrong(_("a mapping is expected"))
        for key, node in self.content.items():
            if known and key not in known:
                node.wrong(_("{key!r} is none of: {names}").format(key=key, names=", ".join(known)))
        return self.content


def load(path: Path) -> Said:
    """The nodes of a mapping file; raises Usage with file and line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        if path.stat().st_size > LARGEST:
            raise Usage(_("{path} is larger than a megabyte").format(path=path))
        root = YAML(typ="rt", pure=True).compose(path.read_text(encoding="utf-8"))
        if root is None:
            raise Usage(_("{file} is empty.").format(file=path))
        return _said(path, root)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Usage(_("{file} cannot be read: {reason}").format(file=path, reason=reason)) from None
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        raise Usage(_("{path}{line} is not YAML: {reason}").format(path=path, line=line, reason=reason)) from None


def _said(path: Path, node: Node) -> Said:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    where = f"{path}:{node.start_mark.line + 1}"
    if isinstance(node, SequenceNode):
        return Said([_said(path, item) for item in node.value], where)
    if not isinstance(node, MappingNode):
        return Said(str(node.value), where)
    entries: dict[str, Said] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in entries:
            _said(path, key).wrong(_("{key!r} is there twice").format(key=name))
        entries[name] = _said(path, value)
    return Said(entries, where)
