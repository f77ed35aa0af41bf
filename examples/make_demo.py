"""Make the demo estate: type the commands of `demo/story.txt` into a fresh ledger, keep its records in `ledger/`."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shlex
import shutil
import sys
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from pm_cli.core.ident import linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).parent
STORY = HERE / "demo" / "story.txt"
PAPERS = HERE / "demo" / "papers"
"""Call notes, letters and photographs that the story attaches; commands run in this folder."""
STARTER = HERE.parent / "ledger"
PARTS = ("ledger.yaml", "register", "journal", "attachments")
BEGIN = ["--estate", "翠湖花园", "--desk", "A", "--desk-name", "客服前台", "--language", "zh_CN", "--no-git"]
ZONE = ZoneInfo("Asia/Shanghai")

_DAY = re.compile(r"== (\d{4}-\d\d-\d\d)")
_ENTRY = re.compile(r"(\d\d:\d\d) ([\w.]+) (?:([a-z][a-z0-9-]*): )?(.+)")
_REFERENCE = re.compile(r"@([a-z][a-z0-9-]*)(?:([:.])([a-z_]+))?")


class StoryError(Exception):
    """An entry that cannot be read, or a command that failed; the message names the line."""


@dataclass(frozen=True)
class Entry:
    """One command of the story: where it stands, when and by whom it was typed, the name given to its record."""

    line: int
    typed_at: datetime
    by: str
    label: str
    words: tuple[str, ...]


def entries(text: str) -> Iterator[Entry]:
    """The commands of a story in their order; raises StoryError."""
    day, last = "", datetime.min.replace(tzinfo=ZONE)
    for number, line in joined(text.splitlines()):
        if heading := _DAY.match(line):
            day = heading[1]
            continue
        match = _ENTRY.fullmatch(line)
        if not match or not day:
            raise StoryError(f"line {number}: not an entry: {line}")
        clock, by, label, command = match.groups()
        typed_at = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZONE)
        if typed_at < last:
            raise StoryError(f"line {number}: {typed_at:%m-%d %H:%M} comes after {last:%m-%d %H:%M}")
        last = typed_at
        yield Entry(number, typed_at, by, label or "", tuple(shlex.split(command)))


def joined(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, indented ones joined to the one before, remarks and blank lines left out."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(lines, 1):
        if held and line.startswith(" "):
            held = (held[0], f"{held[1]} {line.strip()}")
        elif line.strip() and not line.startswith("#"):
            if held:
                yield held
            held = (number, line.rstrip())
    if held:
        yield held


@dataclass
class Typist:
    """Types entries into a ledger, one after the other, at the time that each one names."""

    ledger: Path
    numbers: dict[str, str] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def type(self, entry: Entry) -> None:
        """Run one command; raises StoryError with what it said."""
        words = [_REFERENCE.sub(self._meant, word) if word.startswith("@") else word for word in entry.words]
        code, out, said = run([*words, "--ledger", str(self.ledger), "--as", entry.by, "--json"], entry.typed_at)
        if code:
            raise StoryError(f"line {entry.line}: pm {shlex.join(words)}: exit {code}\n{said}")
        if out.startswith("{"):
            record = json.loads(out)
            self.records[record["id"]] = record
            if entry.label:
                self.numbers[entry.label] = record["id"]

    def _meant(self, reference: re.Match[str]) -> str:
        label, mark, name = reference.groups()
        record = self.records[self.numbers[label]]
        if mark == ".":
            return linked(str(record["fields"][name]))
        if mark == ":":
            return next(str(event["id"])[:8] for event in reversed(record["events"]) if event["do"] == name)
        return str(record["id"])


def run(words: list[str], typed_at: datetime, beside: Path = PAPERS) -> tuple[int, str, str]:
    """One command line of `pm` at a given time and place: exit code, standard output, standard error."""
    from pm_cli.cli.root import run as pm

    out, said = io.StringIO(), io.StringIO()
    with (
        patch("pm_cli.store.ledger.now", lambda zone: typed_at.astimezone(zone)),
        redirect_stdout(out),
        redirect_stderr(said),
        chdir(beside),
    ):
        code = pm(words)
    return code, out.getvalue(), said.getvalue()


def tell(folder: Path, story: str) -> None:
    """Begin a ledger in a new folder and type a story into it; the same story gives the same bytes."""
    numbers = count(1)

    def drawn(size: int) -> str:
        return hashlib.sha256(f"demo {next(numbers)}".encode()).hexdigest()[: 2 * size]

    chance = SimpleNamespace(token_hex=drawn)
    with patch("pm_cli.core.record.secrets", chance), patch("pm_cli.core.event.secrets", chance):
        lines = list(entries(story))
        code, _out, said = run(["init", str(folder), *BEGIN], lines[0].typed_at)
        if code:
            raise StoryError(said)
        typist = Typist(folder)
        for line in lines:
            typist.type(line)


def main(target: Path = STARTER) -> None:
    """Tell the story and put the books it leaves behind in the place of those in `target`."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "estate"
        tell(made, STORY.read_text(encoding="utf-8"))
        for part in PARTS:
            old = target / part
            if old.is_dir():
                shutil.rmtree(old)
            if (made / part).is_dir():
                shutil.copytree(made / part, old)
            else:
                shutil.copy(made / part, old)


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:]))
    except StoryError as error:
        sys.exit(str(error))
