"""A full or failing disk, at every single call: a clear message, nothing lost, and what is said to be saved is saved."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.desk import COMPLAINT, Desk, ended, forked
from tests.store.faults import failing, full, instrument

MOVE = "complaint move {number} --to-kind repair --reason plumbing"
RECEIVE = "complaint receive --unit 3-1502 --channel phone --content 漏水 --as li.na"
NOT_SAVED, NOT_COMMITTED = 4, 6


def told(desk: Desk, line: str, fault: Callable[[int, str], None], log: Path) -> tuple[int, str]:
    """Exit code and messages of a command that meets a fault; no traceback, whatever happens."""

    def work() -> int:
        instrument(fault)
        said = desk.run(*line.split())
        print(said.err)
        return said.code

    code = ended(forked(work, log))
    return code, log.read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", [full, failing])
def test_every_call_may_fail(quick: Desk, tmp_path: Path, fault: Callable[[int], Callable[[int, str], None]]) -> None:
    """Exit 4: nothing happened. Exit 0 or 6: it did, and the next command brings it to git."""
    quick.pm("config as li.na")
    step, codes = 0, []
    while True:
        step += 1
        number = quick.pm("--json " + RECEIVE).json["id"]
        before = len(quick.records())
        code, messages = told(quick, MOVE.format(number=number), fault(step), tmp_path / "log")
        codes.append(code)
        assert code in {0, NOT_SAVED, NOT_COMMITTED}, messages
        assert code == 0 or "No space left" in messages or "Input/output error" in messages, messages
        quick.pm("complaint urge A01 --as li.na")
        saved = code != NOT_SAVED
        assert quick.record(number).state == ("moved" if saved else "recorded"), (step, messages)
        assert len(quick.records()) == before + saved
        assert quick.git("status --short") == ""
        if code == 0 and step > 30:
            break
    assert {NOT_SAVED, NOT_COMMITTED} <= set(codes)
    assert quick.problems() == []


def test_a_message_says_what_to_do(quick: Desk, tmp_path: Path) -> None:
    quick.pm("complaint list")
    code, messages = told(quick, RECEIVE, full(2), tmp_path / "log")
    assert code == NOT_SAVED
    assert "Nothing was saved: No space left on device" in messages
    assert "enter it again" in messages


SCRIPT = """
import shutil, sys
from pathlib import Path
from tests.store.desk import Desk
starter, root = Path(sys.argv[1]), Path(sys.argv[2])
for room in (4, 16, 32, 64, 512):
    desk = Desk(root / "estate")
    shutil.copytree(starter, desk.root)
    desk.pm("complaint list")
    filler = root / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            size = file.tell()
    with filler.open("r+b") as file:
        file.truncate(size - room * 1024)
    said = desk.run(*"complaint urge A01 --as li.na".split())
    filler.unlink()
    desk.pm("complaint urge A01 --as qian.yu")
    events = len(desk.does("%s"))
    assert said.code in (0, 4, 6), said
    assert events == 2 + (said.code != 4), (room, said, events)
    assert desk.problems() == []
    assert desk.git("status --short") == ""
    print(room, said.code)
    shutil.rmtree(desk.root)
"""


def test_a_disk_that_is_really_full(starter: Desk, tmp_path: Path) -> None:
    """On a small file system of our own, where the system allows to mount one without being root."""
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "script.py").write_text(SCRIPT % COMPLAINT, encoding="utf-8")
    mounted = f"mount -t tmpfs -o size=24m none {disk}"
    if (
        not shutil.which("unshare")
        or subprocess.run(["unshare", "-Urm", "sh", "-c", mounted], capture_output=True).returncode
    ):
        pytest.skip("no user namespaces here")
    run = f"{mounted} && exec {sys.executable} {tmp_path / 'script.py'} {starter.root} {disk}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", run], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    codes = {line.split()[1] for line in done.stdout.splitlines()}
    assert {"0", "4"} <= codes, done.stdout
