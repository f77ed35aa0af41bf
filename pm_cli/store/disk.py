"""Durable file operations; every call that changes the disk goes through here, so that tests can break each one."""

from __future__ import annotations

import os
from pathlib import Path

CHUNK = 1 << 20


def write(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Create a file that is not there yet and write it completely; with `sync` it is on the disk afterwards."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view[:CHUNK]) :]
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)


def publish(scratch: str | Path, target: str | Path, *, new: bool) -> None:
    """Give a written file its real name in one step; a new one never replaces what is there (FileExistsError)."""
    if not new:
        os.replace(scratch, target)
        return
    try:
        os.link(scratch, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.exists(target):
            raise FileExistsError(str(target)) from None
        os.rename(scratch, target)
        return
    os.unlink(scratch)


def remove(path: Path) -> None:
    """Delete a file if it is there."""
    path.unlink(missing_ok=True)


def make_folder(path: Path) -> list[Path]:
    """Create a folder with its parents; returns the folders whose entries changed."""
    changed: list[Path] = []
    missing = path
    while not missing.is_dir():
        changed.append(missing.parent)
        missing = missing.parent
    path.mkdir(parents=True, exist_ok=True)
    return changed


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_everything() -> None:
    """Make all that was written durable; cheaper than one call per file from some hundred files on."""
    if hasattr(os, "sync"):
        os.sync()
