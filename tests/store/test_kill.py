"""kill -9 before every single call to the system, in commands of all sorts: nothing acknowledged is lost, nothing half done.

Between two calls the disk does not change, so these, over two hundred, are all the states that a killed command can
leave behind.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pm_cli import kinds
from pm_cli.core.perform import Order, perform
from pm_cli.store import files
from pm_cli.store.check_across import across
from pm_cli.store.check_record import Examined, examine
from pm_cli.store.git import Author
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from pm_cli.store.write import BULK, writing
from tests.store.desk import Desk, ended, forked
from tests.store.faults import instrument, killed

REQUEST = "--unit 3-1502 --channel phone --content 漏水 --as li.na"

COMMANDS = {
    "a new record": "complaint receive " + REQUEST,
    "one more event": "complaint urge A01 --as li.na",
    "two records at once": "complaint move {number} --to-kind repair --reason plumbing --as li.na",
    "a record with two attachments": "complaint receive " + REQUEST + " --attachments {photo} --attachments {letter}",
    "a member of the register": "unit add 5-{step} --as admin",
    "a setting": "config set company 公司{step} --as admin",
}


class Estate:
    """A ledger to which things happen, and what is known to be in it."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.folder = desk, folder
        self.looked_at: dict[bytes, tuple[Examined, frozenset[str]]] = {}
        self.known: dict[str, frozenset[str]] = {}
        self.number = ""
        self.goes_on()

    def records(self) -> list[tuple[Examined, frozenset[str]]]:
        """All records with their events; only those that changed are looked at again."""
        found = []
        for path, content in self.desk.records().items():
            if path.endswith(".yaml"):
                if content not in self.looked_at:
                    events = frozenset(event.id for event in files.parse(path, content).events)
                    self.looked_at[content] = examine(self.desk.root, path), events
                found.append(self.looked_at[content])
        return found

    def does(self, command: str, step: int) -> bool:
        """Run a command that is killed before its n-th call; whether it came to that."""
        words = {"step": str(step), "number": self.number}
        for name in ("photo", "letter"):
            words[name] = str(self.folder / f"{name}.jpg")
            Path(words[name]).write_bytes(os.urandom(2000))
        typed = command.format(**words).split()
        return self.killed(lambda: self.desk.run(*typed).code, step)

    def killed(self, work: Callable[[], int], step: int) -> bool:
        """Do something in a process that is killed before its n-th call; whether it came to that."""

        def stopped() -> int:
            instrument(killed(step))
            return work()

        log = self.folder / "log"
        code = ended(forked(stopped, log))
        assert code in {0, -signal.SIGKILL}, log.read_text()
        return code != 0

    def goes_on(self) -> None:
        """The next command works without help; after it nothing is lost or half done, and git has everything."""
        self.number = self.desk.pm("complaint receive --json " + REQUEST).json["id"]
        records = self.records()
        events = {record.identity: ids for record, ids in records}
        assert all(events[identity] >= ids for identity, ids in self.known.items())
        self.known = events
        assert [record.problems for record, _ids in records if record.problems] == []
        layout = Layout(self.desk.root)
        assert list(across(layout, [record for record, _ids in records])) == []
        assert self.desk.git("status --short") == ""
        assert not list((layout.local / "tmp").iterdir())


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_killed_anywhere(command: str, quick: Desk, tmp_path: Path) -> None:
    estate = Estate(quick, tmp_path)
    steps = 0
    while estate.does(command, steps + 1):
        steps += 1
        estate.goes_on()
    estate.goes_on()
    assert steps >= 20


def test_killed_while_it_finishes_what_another_began(quick: Desk, tmp_path: Path) -> None:
    """The second command dies while it rolls the first one forward, at any call; the third one finds both."""
    estate = Estate(quick, tmp_path)
    promise, move = quick.root / ".pm/intent.json", COMMANDS["two records at once"]
    half = 1
    while estate.does(move, half) and not promise.exists():
        estate.goes_on()
        half += 1
    half, steps = half + 4, 0
    estate.goes_on()
    while estate.does(move, half) and promise.exists() and estate.does("complaint urge A01 --as li.na", steps + 1):
        steps += 1
        estate.goes_on()
    assert steps >= 25


def test_killed_while_it_commits_for_one_that_could_not(quick: Desk, tmp_path: Path) -> None:
    """Git was locked by somebody else's command when the last records were saved."""
    estate = Estate(quick, tmp_path)
    lock = quick.root / ".git/index.lock"
    steps = 0
    while True:
        lock.touch()
        quick.pm("complaint urge A01 --as li.na", code=6)
        estate.known = {record.identity: ids for record, ids in estate.records()}
        lock.unlink()
        if not estate.does("complaint urge A01 --as qian.yu", steps + 1):
            break
        steps += 1
        estate.goes_on()
    assert steps >= 20


def test_git_killed_together_with_its_pm(quick: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the power fails: git's own lock files stay behind, and nobody at the desk knows what they are."""
    monkeypatch.setattr("pm_cli.store.git.PATIENCE", 0.1)
    estate = Estate(quick, tmp_path)
    before_git = 1 + next(
        step for step in range(1, 40) if estate.does("complaint urge A01 --as li.na", step) and waiting(quick)
    )
    for name in ("index.lock", "refs/heads/main.lock", "HEAD.lock"):
        assert estate.does("complaint urge A01 --as li.na", before_git)
        (quick.root / ".git" / name).touch()
        estate.goes_on()


def waiting(desk: Desk) -> bool:
    """Whether a record is published that git does not have yet."""
    return desk.git("status --short") != ""


def bulk(desk: Desk, step: int) -> int:
    """Many records in one go, as an import writes them."""
    ledger = Ledger(Layout(desk.root))
    kind = kinds.load("unit")
    with writing(ledger) as batch:
        for number in range(BULK):
            order = Order(kind.actions["add"], {"code": f"{step}-{number}"}, "admin", ledger.now(), ledger.now())
            batch.put(perform(ledger, kind, order).record)
        batch.commit("many units\n", Author("admin", "admin@pm"))
    return 0


def test_killed_in_the_middle_of_very_many(quick: Desk, tmp_path: Path) -> None:
    estate = Estate(quick, tmp_path)
    for step in range(40, 6 * BULK, 40):
        before = len(estate.known)
        estate.killed(lambda step=step: bulk(quick, step), step)
        estate.goes_on()
        assert len(estate.known) - before - 1 in {0, BULK}, "all of them or none"
