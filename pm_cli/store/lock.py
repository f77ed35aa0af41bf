"""One exclusive lock per ledger, on a file that is never deleted; released by the system when a process dies."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pm_cli.core.errors import Busy, LedgerTrouble
from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 60.0
"""Seconds a command waits for its turn."""
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "davfs"})
"""File-system types on which locks and renames cannot be trusted."""
MOUNTS = "/proc/self/mounts"


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock; raises Busy when somebody else keeps it for longer than `patience` seconds."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + patience
        pause = 0.002
        while not _try(handle):
            if time.monotonic() > deadline:
                raise Busy(
                    _("Another command has been writing to this ledger for {seconds:.0f} seconds.").format(
                        seconds=patience
                    ),
                    _("Try again in a moment."),
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        yield
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def refuse_network(root: Path) -> None:
    """Raise LedgerTrouble when the ledger lies on a network file system."""
    kind = file_system(root)
    if kind in NETWORK:
        raise LedgerTrouble(
            _("{path} is on a network file system ({kind}), where two desks could overwrite each other.").format(
                path=root, kind=kind
            ),
            _("Keep the ledger on a local disk, one clone per desk, and share it with git."),
        )


def file_system(root: Path) -> str:
    """The type of the file system a folder is on, or "" where the system does not tell."""
    try:
        with open(MOUNTS, encoding="utf-8", errors="replace") as mounts:
            rows = [line.split()[1:3] for line in mounts]
    except OSError:
        return ""
    place = str(root.resolve())
    found = [(len(point), kind) for point, kind in rows if place == point or place.startswith(point.rstrip("/") + "/")]
    return max(found, default=(0, ""))[1]
