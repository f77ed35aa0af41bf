"""The lock: one writer at a time, nothing left behind by the dead, and no ledger where locks cannot be trusted."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pm_cli.core.errors import Busy, LedgerTrouble
from pm_cli.store import lock
from tests.store.desk import Desk, ended, forked


def test_whoever_waits_too_long_is_told(tmp_path: Path) -> None:
    with (
        lock.locked(tmp_path / "lock"),
        pytest.raises(Busy, match="Another command"),
        lock.locked(tmp_path / "lock", 0),
    ):
        pass


def test_a_command_that_finds_the_ledger_busy_exits_5(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pm_cli.store.write.locked", lambda path: lock.locked(path, 0))
    with lock.locked(desk.root / ".pm/lock"):
        assert "Try again" in desk.pm("complaint urge A01 --as li.na", code=5).err
        desk.pm("complaint list")
    desk.pm("complaint urge A01 --as li.na")


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    def die() -> int:
        with lock.locked(tmp_path / "lock"):
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    assert ended(forked(die, tmp_path / "log")) == -signal.SIGKILL
    with lock.locked(tmp_path / "lock", 0):
        pass
    assert (tmp_path / "lock").exists(), "it is never deleted, so nobody can hold a deleted one"


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_network_file_systems_are_refused_politely(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {desk.root.parent} {kind} rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(lock, "MOUNTS", str(mounts))
    said = desk.pm("complaint urge A01 --as li.na", code=4)
    assert f"network file system ({kind})" in said.err
    assert "one clone per desk" in said.err
    desk.pm("complaint list")


def test_the_innermost_mount_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A local disk below a network one is fine, and so is a neighbour whose name begins alike."""
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"server:/x / nfs4 rw 0 0\n/dev/vda {tmp_path} ext4 rw 0 0\nserver:/y {tmp_path}/estate2 nfs rw 0 0\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(lock, "MOUNTS", str(mounts))
    (tmp_path / "estate").mkdir()
    lock.refuse_network(tmp_path / "estate")
    (tmp_path / "estate2").mkdir()
    with pytest.raises(LedgerTrouble):
        lock.refuse_network(tmp_path / "estate2")


def test_systems_that_do_not_tell_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "MOUNTS", str(tmp_path / "nothing"))
    lock.refuse_network(tmp_path)
