"""Stopping a command at its n-th call to the system: by a kill, or by a disk that refuses."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
from collections.abc import Callable
from typing import Any

CALLS = ("open", "write", "fsync", "link", "replace", "rename", "unlink", "mkdir", "sync")
"""What changes the disk, in the module `os`; `git` counts as a call too."""
GROWING = frozenset({"open", "write", "fsync", "link", "mkdir"})
"""Calls that a full disk refuses; it still removes and renames."""


def instrument(reached: Callable[[int, str], None]) -> None:
    """Tell before each call which one it is; only for a forked child, since nothing is put back."""
    count = 0

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            nonlocal count
            if name == "write" and not stat.S_ISREG(os.fstat(given[0]).st_mode):
                return call(*given, **more)  # a pipe to git
            count += 1
            reached(count, name)
            return call(*given, **more)

        return run

    for name in CALLS:
        setattr(os, name, counted(name, getattr(os, name)))
    subprocess.run = counted("git", subprocess.run)  # type: ignore[assignment]


def killed(at: int) -> Callable[[int, str], None]:
    """kill -9 before the call with this number."""

    def reached(number: int, _name: str) -> None:
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def full(at: int) -> Callable[[int, str], None]:
    """From this call on there is no room on the disk."""

    def reached(number: int, name: str) -> None:
        if number >= at and name in GROWING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return reached


def failing(at: int) -> Callable[[int, str], None]:
    """This one call fails."""

    def reached(number: int, _name: str) -> None:
        if number == at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    return reached
