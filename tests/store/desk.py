"""A clone of a ledger with somebody at the keyboard; commands run in this process, or in forks of it that may be killed."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pm_cli.cli import session
from pm_cli.cli.root import run
from pm_cli.core.record import Record
from pm_cli.store import files
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger

COMPLAINT = "CP-260302-A01"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A ledger folder and what is done to it."""

    root: Path

    def run(self, *words: str) -> Said:
        """Run a command and take whatever it answers."""
        out, err = io.StringIO(), io.StringIO()
        before = os.environ.get("PM_LEDGER")
        os.environ["PM_LEDGER"] = str(self.root)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = run(list(words))
        finally:
            os.environ.pop("PM_LEDGER")
            if before is not None:
                os.environ["PM_LEDGER"] = before
            session.begin()  # closes the index: SQLite must not be carried through a fork
        assert "Traceback" not in err.getvalue()
        return Said(code, out.getvalue(), err.getvalue())

    def pm(self, command: str, *more: str, code: int = 0) -> Said:
        """Run a command line that must end with this code."""
        said = self.run(*command.split(), *more)
        assert said.code == code, f"pm {command}: exit {said.code}\n{said.out}{said.err}"
        return said

    def git(self, command: str, *more: str, code: int = 0) -> str:
        """Run git as the user would."""
        done = subprocess.run(["git", *command.split(), *more], cwd=self.root, capture_output=True, text=True)
        assert done.returncode == code, f"git {command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def path(self, number: str) -> Path:
        """The file of a record."""
        return self.root / Ledger(Layout(self.root)).path_of(number)

    def record(self, number: str) -> Record:
        """A record as it lies in the folder."""
        path = self.path(number)
        return files.read(self.root, path.relative_to(self.root).as_posix())

    def does(self, number: str) -> list[str]:
        """What was done to a record, in the order of its file."""
        return [event.do for event in self.record(number).events]

    def records(self) -> dict[str, bytes]:
        """All files of the books by path."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for book in ("journal", "register", "attachments")
            for path in sorted((self.root / book).rglob("*"))
            if path.is_file()
        }

    def problems(self) -> list[str]:
        """Names of the errors that `pm check` finds."""
        return [one["name"] for one in self.run("check", "--json").json if one["severity"] == "error"]

    def copy(self, root: Path) -> Desk:
        """The same ledger once more, with history, settings and what is cached of policy and calendar.

        Their files are shared, so nobody may write into them; commands and git replace files.
        """
        shutil.copytree(self.root, root, copy_function=_shared)
        return Desk(root)

    def edit(self, path: str, *changes: tuple[str, str]) -> None:
        """Edit a file by hand, as an editor does that writes a new one."""
        text = (self.root / path).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (self.root / path).unlink()
        (self.root / path).write_text(text, encoding="utf-8")

    def clone(self, root: Path, letter: str) -> Desk:
        """Another desk: a git clone that numbers under a letter of its own."""
        self.git("clone --quiet . ", str(root))
        other = Desk(root)
        other.pm(f"config desk {letter} --as admin")
        return other


def _shared(source: str, target: str) -> None:
    """Copy a file, or link it if it is one of those whose time and inode the cache of rules goes by."""
    if Path(source).suffix == ".yaml" and Path(source).parent.name in {"policy", "calendar", "estate"}:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def opened(root: Path, *options: str) -> Desk:
    """A new estate: two members of staff, a manager, a flat and one complaint."""
    desk = Desk(root)
    desk.pm("init", str(root), "--estate", "翠湖花园", "--desk", "A", *options)
    for login, role in (("li.na", "receptionist"), ("qian.yu", "receptionist"), ("zhang.wei", "cs_manager")):
        desk.pm(f"staff add {login} --name {login} --role {role} --as admin")
    desk.pm("unit add 3-1502 --as admin")
    desk.pm("complaint receive --unit 3-1502 --channel phone --content 漏水 --caller-name 王强 --as li.na")
    return desk


def forked(work: Callable[[], int], log: Path) -> int:
    """Run in a child process of its own, output to a file; returns the child's process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # children of a test runner with threads only run `work`
        child = os.fork()
    if child:
        return child
    code = 70
    try:
        with log.open("w", encoding="utf-8") as file:
            sys.stdout = sys.stderr = file
            code = work()
            file.flush()
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a child; its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
