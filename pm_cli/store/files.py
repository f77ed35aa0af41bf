"""Reading records from their files: every failure is named with file and line, nothing is skipped."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from pm_cli.core import codec
from pm_cli.core.errors import LedgerTrouble, Problem
from pm_cli.core.record import MalformedRecord, Record, from_node
from pm_cli.core.text import _

if TYPE_CHECKING:
    from pathlib import Path


class Unreadable(Exception):
    """A file that does not load; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_bytes(root: Path, path: str) -> bytes:
    """The content of a regular file of the ledger; raises Unreadable for links and oversized files."""
    full = f"{root}/{path}"
    found = os.lstat(full)
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(problem(path, 1, _("it is not a regular file")))
    if found.st_size > codec.MAX_BYTES:
        raise Unreadable(problem(path, 1, _("it is larger than {limit} bytes").format(limit=codec.MAX_BYTES)))
    with open(full, "rb", buffering=0) as file:
        return file.read()


def parse(path: str, content: bytes) -> Record:
    """The record in a file's content; raises Unreadable with the line."""
    try:
        record = from_node(codec.load(content))
    except codec.CodecError as error:
        raise Unreadable(problem(path, error.line, error.reason)) from None
    except MalformedRecord as error:
        line = codec.line_of(content, error.path) if error.path else 1
        raise Unreadable(problem(path, line, str(error))) from None
    if os.path.basename(path) != f"{record.id}.yaml":
        raise Unreadable(problem(path, 1, _("the file is named after another number than {id}").format(id=record.id)))
    return record


def read(root: Path, path: str) -> Record:
    """The record in a file; raises Unreadable, FileNotFoundError."""
    return parse(path, read_bytes(root, path))


def demand(root: Path, path: str) -> Record:
    """The record in a file, or LedgerTrouble that names file and line."""
    try:
        return read(root, path)
    except Unreadable as error:
        found = error.problem
        raise LedgerTrouble(f"{found.where}: {found.message}", found.hint) from None


def problem(path: str, line: int, reason: str) -> Problem:
    """A file that could not be read, with what to do about it."""
    return Problem(
        "unreadable", path, line, reason, _("Repair it, or restore it: git checkout -- {path}").format(path=path)
    )
