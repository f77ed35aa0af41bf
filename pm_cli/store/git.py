"""Git by plumbing: one commit per command on exactly the files written, without touching what else lies in the work tree."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

SAFE = (
    "-c", "core.fsync=all",
    "-c", "core.hooksPath=" + os.devnull,
    "-c", "core.fsmonitor=false",
    "-c", "core.quotePath=false",
    "-c", "gc.auto=0",
)  # fmt: skip
IMPORT = ("fast-import", "--quiet")
PACK = 100
"""From so many files on their contents go into one pack beforehand: each of as many loose objects costs a sync."""
ROOMY = {"MALLOC_MMAP_THRESHOLD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "67108864"}
"""glibc keeps zlib's work space from one object to the next; given back each time, fast-import takes thrice as long."""
PATIENCE = 1.0
"""Seconds that another git, orphaned or somebody else's, may take to finish."""
UNDER_WAY = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG")


class GitFailed(Exception):
    """Git said no; the message is what it said."""


@dataclass(frozen=True)
class Author:
    """Who acted, as git writes it."""

    name: str
    email: str

    def stamp(self, when: datetime) -> bytes:
        """`Name <email> seconds zone`."""
        name = "".join(char for char in self.name if char not in "<>\n").strip() or "pm"
        return f"{name} <{self.email}> {int(when.timestamp())} {when:%z}".encode()


class Git:
    """The repository a ledger lies in; `prefix` is the ledger's folder within it ("" or "estate/")."""

    def __init__(self, top: Path, folder: Path, common: Path, prefix: str) -> None:
        self.top, self.folder, self.common, self.prefix = top, folder, common, prefix

    @classmethod
    def around(cls, root: Path) -> Git | None:
        """The repository around a ledger, None when there is none."""
        for top in (root, *root.parents):
            mark = top / ".git"
            if not mark.exists():
                continue
            prefix = root.relative_to(top).as_posix()
            if mark.is_dir():
                return cls(top, mark, mark, "" if prefix == "." else prefix + "/")
            folder = (top / mark.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
            shared = folder / "commondir"
            common = (folder / shared.read_text(encoding="utf-8").strip()).resolve() if shared.exists() else folder
            return cls(top, folder, common, "" if prefix == "." else prefix + "/")
        return None

    @property
    def branch(self) -> str:
        """The ref HEAD names, or "" when it is detached."""
        head = (self.folder / "HEAD").read_text(encoding="utf-8").strip()
        return head.removeprefix("ref: ") if head.startswith("ref: ") else ""

    def exists(self, ref: str) -> bool:
        """Whether a branch has a commit yet."""
        if (self.common / ref).exists():
            return True
        packed = self.common / "packed-refs"
        return packed.exists() and any(
            line.endswith(" " + ref) for line in packed.read_text(encoding="utf-8").splitlines()
        )

    def under_way(self) -> str:
        """What the user is in the middle of (`MERGE_HEAD`, `rebase-merge`, ...), or ""."""
        return next((name for name in UNDER_WAY if (self.folder / name).exists()), "")

    def unlock(self, since: float) -> None:
        """Remove locks that a git left which was killed together with its `pm`, not before `since` (a file's time).

        One that only lost its `pm` finishes by itself; it is given the time to.
        """
        deadline = time.monotonic() + PATIENCE
        for name in ("index.lock", "HEAD.lock", "packed-refs.lock", f"{self.branch or 'HEAD'}.lock"):
            lock = (self.folder if name in {"index.lock", "HEAD.lock"} else self.common) / name
            while lock.exists() and lock.stat().st_mtime >= since:
                if time.monotonic() > deadline:
                    lock.unlink(missing_ok=True)
                time.sleep(0.02)

    def pack(self, contents: Iterable[bytes]) -> None:
        """Store the contents of very many files that are going to be committed; raises GitFailed."""
        feed(self.top, b"".join(b"blob\ndata %d\n%s\n" % (len(each), each) for each in contents), *IMPORT)

    def commit(
        self,
        files: Mapping[str, bytes],
        message: str,
        author: Author,
        when: datetime,
        *,
        again: bool = False,
        packed: bool = False,
    ) -> None:
        """Commit these files (paths relative to the ledger) on the present branch; raises GitFailed.

        `again`: after an interruption, when it may have been done already; `packed`: git has the contents.
        """
        ref = self.branch
        if not ref:
            raise GitFailed(_("HEAD is detached: check out a branch first"))
        if busy := self.under_way():
            raise GitFailed(_("a merge or rebase is under way ({what})").format(what=busy))
        contents = {self.prefix + path: content for path, content in files.items()}
        if len(contents) >= PACK and not packed:
            self.pack(contents.values())
        # git's index first: a commit can be asked for again, but one that the index does not know looks like a deletion
        self._take(listed(contents), "--add")
        if again and self.exists(ref):
            lacking = set(run(self.top, "diff-index", "--cached", "--name-only", "-z", "HEAD").split("\0"))
            contents = {name: content for name, content in contents.items() if name in lacking}
        if not contents:
            return
        stamp = author.stamp(when)
        parts = [b"commit " + ref.encode(), b"author " + stamp, b"committer " + stamp]
        text = message.encode()
        parts.append(b"data %d\n%s" % (len(text), text))
        if self.exists(ref):
            parts.append(b"from " + ref.encode() + b"^0")
        for name, content in contents.items():
            parts.append(b"M 100644 inline " + quoted(name.encode()))
            parts.append(b"data %d\n%s" % (len(content), content))
        feed(self.top, b"\n".join(parts) + b"\n", *IMPORT, "--date-format=raw")

    def unmerged(self) -> dict[str, dict[int, str]]:
        """Paths relative to the ledger that git could not merge, with the blob of each stage (1 base, 2 ours, 3 theirs)."""
        found: dict[str, dict[int, str]] = {}
        for row in run(self.top, "ls-files", "--unmerged", "-z").split("\0"):
            if row:
                meta, name = row.split("\t", 1)
                _mode, blob, stage = meta.split()
                if name.startswith(self.prefix):
                    found.setdefault(name[len(self.prefix) :], {})[int(stage)] = blob
        return found

    def blob(self, name: str) -> bytes:
        """The content of a blob or of `REV:path`."""
        return run_bytes(self.top, "cat-file", "blob", name)

    def take(self, paths: Iterable[str]) -> None:
        """Put these files of the ledger, or that they are gone, into git's index; so they are no longer unmerged."""
        self._take(listed(self.prefix + path for path in paths), "--add", "--remove")

    def _take(self, names: bytes, *how: str) -> None:
        """Update git's index, after a moment if another git, an editor's perhaps, is just doing so; raises GitFailed."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                feed(self.top, names, "update-index", *how, "-z", "--stdin")
            except GitFailed:
                if not (self.folder / "index.lock").exists() or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def conclude(self) -> None:
        """Commit the merge that is under way; raises GitFailed."""
        run(self.top, "commit", "--quiet", "--no-edit")

    def changed(self) -> list[tuple[str, str]]:
        """Files of the ledger that differ from HEAD as (two-letter status, path)."""
        told = run(
            self.top, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", self.prefix or "."
        )
        rows = told.split("\0")
        return [(row[:2], row[3:][len(self.prefix) :]) for row in rows if len(row) > 3]

    def tidy(self) -> None:
        """Pack what many small commits left behind."""
        run(self.top, "repack", "-d", "-l", "-q", "--geometric=2", "--threads=2")
        run(self.top, "prune-packed", "-q")
        run(self.top, "pack-refs", "--all")
        run(self.top, "commit-graph", "write", "--reachable")


def listed(names: Iterable[str]) -> bytes:
    """Paths as git reads them with -z."""
    return b"".join(name.encode() + b"\0" for name in names)


def quoted(name: bytes) -> bytes:
    """A path as fast-import reads it."""
    if name.startswith(b'"') or b"\n" in name:
        return b'"' + name.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    return name


def start(root: Path) -> None:
    """Make a folder a repository with the settings that keep many small files fast."""
    run(root, "init", "-q", "-b", "main")
    for key, value in (
        ("core.splitIndex", "true"),
        ("core.untrackedCache", "true"),
        ("index.version", "4"),
        ("core.quotePath", "false"),
        ("gc.auto", "0"),
    ):
        run(root, "config", key, value)


def feed(folder: Path, content: bytes, *arguments: str) -> bytes:
    """Run git with standard input; raises GitFailed."""
    try:
        done = subprocess.run(
            ["git", *SAFE, *arguments], cwd=folder, input=content, capture_output=True, check=False, env=environment()
        )
    except FileNotFoundError:
        raise GitFailed(_("git is not to be found")) from None
    except OSError as error:
        raise GitFailed(str(error)) from None
    if done.returncode:
        raise GitFailed(done.stderr.decode(errors="replace").strip().split("\n")[0] or f"git {arguments[0]}")
    return done.stdout


def run_bytes(folder: Path, *arguments: str) -> bytes:
    """Run git and return what it prints."""
    return feed(folder, b"", *arguments)


def run(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints as text."""
    return run_bytes(folder, *arguments).decode(errors="surrogateescape").rstrip("\n")


def environment() -> dict[str, str]:
    """The caller's environment without variables that would point git elsewhere; who only looks locks nothing."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return {**ROOMY, **kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
