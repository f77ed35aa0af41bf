"""Policy and calendar files, parsed once and kept in `.pm/` keyed by their digest, so that no command pays for YAML."""

from __future__ import annotations

import json
import os
import zlib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pm_cli import __version__
from pm_cli.core.errors import LedgerTrouble
from pm_cli.core.text import _
from pm_cli.share import share
from pm_cli.store.layout import SETTINGS
from pm_cli.store.settings import Estate

if TYPE_CHECKING:
    from datetime import tzinfo

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.policy import Policy

FOLDERS = ("policy", "calendar")
LARGEST = 1_000_000
"""Bytes: a longer hand-edited file is refused before the YAML parser sees it."""


class Compiled:
    """The rules of one ledger and the digest of the files they came from."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self.plain = plain

    @property
    def digest(self) -> str:
        """Changes whenever one of the files does."""
        return str(self.plain["digest"])

    @cached_property
    def policy(self) -> Policy:
        """The dated figures."""
        from pm_cli.core.policy import Policy

        return Policy(self.plain["policy"])

    @cached_property
    def estate(self) -> Estate:
        """The settings of the whole estate."""
        return Estate.of(self.plain["estate"])

    def calendar(self, zone: tzinfo) -> Calendar:
        """The working days in a time zone."""
        from pm_cli.core.calendar import Calendar

        return Calendar.from_data(**self.plain["calendar"], tz=zone)


def compiled(root: Path, cache: Path) -> Compiled:
    """Settings, policy and calendar of a ledger, from the cache when no file has changed since."""
    digest = signature(root)
    plain = _cached(cache, digest)
    if plain is None:
        plain = {
            "digest": digest,
            "estate": plain_yaml(root / SETTINGS),
            "policy": {**lacking(root), **read_policy(root)},
            "calendar": read_calendar(root),
        }
        _keep(cache, plain)
    return Compiled(plain)


def _keep(cache: Path, plain: dict[str, Any]) -> None:
    """Write the cache in one step; a ledger that cannot be written to works without."""
    scratch = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        scratch.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        scratch.replace(cache)
    except OSError:
        return


def signature(root: Path) -> str:
    """A digest over names, sizes and times of the policy and calendar files, of the policy that comes with pm as well."""
    stat = os.stat(root / SETTINGS)
    parts = [__version__, f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ino}"]
    for folder in (*(root / name for name in FOLDERS), share("ledger") / "policy"):
        entries = list(os.scandir(folder)) if folder.is_dir() else []
        for entry in sorted((one for one in entries if one.name.endswith(".yaml")), key=lambda one: one.name):
            stat = entry.stat()
            parts.append(f"{folder.name}/{entry.name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}")
    text = "\n".join(parts).encode()
    return f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}"


def _cached(cache: Path, digest: str) -> dict[str, Any] | None:
    try:
        plain = json.loads(cache.read_bytes())
    except (OSError, ValueError):
        return None
    return plain if isinstance(plain, dict) and plain.get("digest") == digest else None


def read_policy(root: Path) -> dict[str, dict[str, Any]]:
    """All policy entries of a ledger as plain data by `system.key`; raises LedgerTrouble naming the file."""
    entries: dict[str, dict[str, Any]] = {}
    for path in sorted((root / "policy").glob("*.yaml")):
        entries |= _entries(path, plain_yaml(path))
    return entries


def _entries(path: Path, plain: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries of one file by `system.key`; raises LedgerTrouble naming what is none."""
    for key, entry in plain.items():
        if not isinstance(entry, dict):
            raise LedgerTrouble(_("{path}: {key} must be a mapping").format(path=path.name, key=key))
    return {f"{path.stem}.{key}": entry for key, entry in plain.items()}


def lacking(root: Path) -> dict[str, dict[str, Any]]:
    """Entries that come with pm and that the policy of a ledger, begun with an earlier version, does not have yet."""
    own, others = root / "policy", share("ledger") / "policy"
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(others.glob("*.yaml")):
        mine = own / path.name
        if not mine.is_file():
            found |= _entries(path, plain_yaml(path))
        elif mine.read_bytes() != path.read_bytes():
            known = plain_yaml(mine)
            found |= _entries(path, {key: entry for key, entry in plain_yaml(path).items() if key not in known})
    return found


def read_calendar(root: Path) -> dict[str, Any]:
    """The calendar as arguments of `Calendar.from_data`: years by number, and the office hours."""
    years: dict[int, Any] = {}
    office: dict[str, Any] = {}
    for path in sorted((root / "calendar").glob("*.yaml")):
        if path.stem.isdigit():
            years[int(path.stem)] = plain_yaml(path)
        elif path.stem == "office":
            office = plain_yaml(path)
    return {"years": years, "office": office}


def plain_yaml(path: Path) -> dict[str, Any]:
    """A hand-edited YAML file as plain data with text keys; raises LedgerTrouble with file and line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if path.stat().st_size > LARGEST:
        raise LedgerTrouble(_("{path} is larger than a megabyte").format(path=path))
    try:
        loaded = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise LedgerTrouble(
            _("{path}{line} is not YAML: {reason}").format(
                path=path, line=line, reason=getattr(error, "problem", None) or error
            )
        ) from None
    if not isinstance(loaded, dict):
        raise LedgerTrouble(_("{path} must be a mapping").format(path=path))
    return _plain(loaded)  # type: ignore[no-any-return]


def _plain(node: Any) -> Any:
    """Dates and other scalars as text, so that the data can be cached as JSON."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node if node is None or isinstance(node, str | bool | int | float) else str(node)
