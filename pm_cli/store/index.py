"""The index: a disposable SQLite cache of all records, derived from the files alone and brought up to date before every read."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pm_cli import __version__, kinds
from pm_cli.core.errors import LedgerTrouble, Problem
from pm_cli.core.ident import linked
from pm_cli.core.text import _
from pm_cli.store.schema import INDEXES, INSERT_CLOCK, INSERT_EVENT, INSERT_RECORD, TABLES, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from pm_cli.core.record import Record
    from pm_cli.store.ledger import Ledger
    from pm_cli.store.rows import Row

EVERYTHING = 20_000
"""Up to so many records every file is looked at; above, folders and the files of open journal records."""
YOUNG = 50_000_000
"""Nanoseconds within which a second change might leave the same time stamp."""
COLD = 400
"""From so many changed files on they are read by all processors."""
STROKE = 1_000
"""Records written at once while an index is filled."""
MAPPED = 1 << 30
"""Bytes of the index that SQLite may read as memory."""

Stamp = tuple[int, int, int]
"""Size, modification time in nanoseconds (0: look again) and inode of a file."""


class Index:
    """An open index of one ledger."""

    def __init__(self, ledger: Ledger, connection: sqlite3.Connection) -> None:
        self._ledger = ledger
        self._root = ledger.root
        self.db = connection

    # -- opening and refreshing ------------------------------------------------------------------------------

    @classmethod
    def open(cls, ledger: Ledger) -> Index:
        """The cache, brought up to date; made anew when it is missing, damaged or of another version.

        Where the folder cannot be written to, or is full, it is made in memory for this command alone.
        """
        path = ledger.layout.index_file
        for _attempt in ("use", "rebuild"):
            try:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                return cls._ready(ledger, _connect(path))
            except (OSError, sqlite3.OperationalError):
                break
            except sqlite3.DatabaseError:
                with suppress(OSError):
                    _delete(path)
        return cls._ready(ledger, sqlite3.connect(":memory:", isolation_level=None))

    @classmethod
    def left(cls, ledger: Ledger) -> Index | None:
        """The cache as the last command left it, None if it is of no use; whether it is still `current` is not known."""
        path = ledger.layout.index_file
        if path.exists():
            with suppress(OSError, sqlite3.Error):
                index = cls(ledger, _connect(path))
                return index if index._version() == _version_for(ledger) else None
        return None

    def current(self) -> bool:
        """Whether no file changed since the cache was last brought up to date."""
        return not any(self._differences(thorough=False))

    @classmethod
    def _ready(cls, ledger: Ledger, connection: sqlite3.Connection) -> Index:
        index = cls(ledger, connection)
        wanted = _version_for(ledger)
        if index._version() == wanted:
            index.refresh()
            return index
        with index._change():  # others go on reading the old one until the new one is complete
            if index._version() == wanted:
                index.refresh()
                return index
            index._make(wanted)
            index._fill()
        return index

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One transaction, whatever is done in it."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def _version(self) -> str:
        found = self.db.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchone()
        row = self.db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone() if found else None
        return str(row[0]) if row else ""

    def _make(self, version: str) -> None:
        for (name,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            self.db.execute(f"DROP TABLE {name}")
        for statement in TABLES.split(";"):
            self.db.execute(statement)
        self.db.execute("INSERT INTO meta VALUES ('version', ?)", (version,))

    def _fill(self) -> None:
        """Take in all files of an index that is still empty, and only then make its SQL indexes."""
        changed, _gone, folders = self._differences(thorough=False)
        self._add(self._read(changed))
        self.db.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?)", folders.items())
        self._sort()

    def _add(self, found: Iterable[tuple[str, Stamp, Row | Problem]]) -> None:
        """Take in files that the index does not know, in large strokes."""
        (last,) = self.db.execute("SELECT max(rid) FROM record").fetchone()
        records: list[tuple[object, ...]] = []
        events: list[tuple[object, ...]] = []
        clocks: list[tuple[object, ...]] = []
        for rid, (path, stamp, row) in enumerate(found, start=1 + (last or 0)):
            if isinstance(row, Problem):
                self._note(path, stamp, row)
                continue
            records.append((rid, path, path.rpartition("/")[0], *stamp, *row.record))
            events += [(rid, *event) for event in row.events]
            clocks += [(rid, *clock) for clock in row.clocks]
            self._alias(rid, row)
            if len(records) >= STROKE:
                self._write(records, events, clocks)
        self._write(records, events, clocks)

    def _write(
        self,
        records: list[tuple[object, ...]],
        events: list[tuple[object, ...]],
        clocks: list[tuple[object, ...]],
    ) -> None:
        for statement, collected in ((INSERT_RECORD, records), (INSERT_EVENT, events), (INSERT_CLOCK, clocks)):
            self.db.executemany(statement, collected)
            collected.clear()

    def _sort(self) -> None:
        """Make the SQL indexes, quicker at once than record by record."""
        for statement in INDEXES.split(";"):
            self.db.execute(statement)

    def _unsort(self) -> None:
        made = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        for (name,) in self.db.execute(made).fetchall():
            self.db.execute(f"DROP INDEX {name}")

    def _note(self, path: str, stamp: Stamp, found: Problem) -> None:
        self.db.execute("INSERT INTO problem VALUES (?,?,?,?,?,?)", (path, *stamp, found.line, found.message))

    def _alias(self, rid: int, row: Row) -> None:
        self.db.executemany("INSERT INTO alias VALUES (?, ?)", [(alias, rid) for alias in row.aliases])

    def refresh(self, *, thorough: bool = False) -> None:
        """Take in every file that changed since the last time; `thorough` looks at all of them whatever their number."""
        changed, gone, folders = self._differences(thorough)
        if not changed and not gone and not folders:
            return
        with self._change():
            for path in gone:
                self.drop(path)
            for path, stamp, result in self._read(changed):
                self.drop(path)
                if isinstance(result, Problem):
                    self._note(path, stamp, result)
                else:
                    self.insert(path, stamp, result)
            self.db.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?)", folders.items())

    def _differences(self, thorough: bool) -> tuple[dict[str, Stamp], list[str], dict[str, int]]:
        """Files to read with their stamps, files that are gone, and folders whose time stamp changed."""
        horizon = time.time_ns() - YOUNG
        known = dict(self.db.execute("SELECT path, mtime FROM folder"))
        changed: dict[str, Stamp] = {}
        gone: list[str] = []
        folders: dict[str, int] = {}
        queue = list(dict.fromkeys(["journal", "register", *known]))
        seen: set[str] = set()
        while queue:
            folder = queue.pop()
            if folder in seen:
                continue
            seen.add(folder)
            try:
                mtime = os.stat(f"{self._root}/{folder}").st_mtime_ns
            except FileNotFoundError:
                gone += self._below(folder) if folder in known else []
                continue
            if known.get(folder) != mtime:
                folders[folder] = mtime if mtime < horizon else 0
                queue += self._scan(folder, changed, gone, folders, horizon)
        self._look_again(thorough, folders, changed, gone, horizon)
        return changed, gone, folders

    def _scan(
        self, folder: str, changed: dict[str, Stamp], gone: list[str], folders: dict[str, int], horizon: int
    ) -> list[str]:
        """Compare one folder with what is known of it; returns its subfolders."""
        known = {
            path: (size, mtime, inode)
            for path, size, mtime, inode in self.db.execute(
                "SELECT path, size, mtime, inode FROM record WHERE folder = ?", (folder,)
            )
        }
        below: list[str] = []
        found: set[str] = set()
        for entry in os.scandir(f"{self._root}/{folder}"):
            path = f"{folder}/{os.fsencode(entry.name).decode(errors='backslashreplace')}"
            if not path.endswith(entry.name):  # no UTF-8: named as a problem, and looked for again next time
                changed[path], folders[folder] = (0, 0, 0), 0
            elif entry.is_dir(follow_symlinks=False):
                below.append(path)
            elif entry.name.endswith(".yaml"):
                found.add(path)
                stamp = _stamp(entry.stat(follow_symlinks=False), horizon)
                if known.get(path) != stamp or not stamp[1]:
                    changed[path] = stamp
        gone += [path for path in known if path not in found]
        return below

    def _look_again(
        self, thorough: bool, scanned: dict[str, int], changed: dict[str, Stamp], gone: list[str], horizon: int
    ) -> None:
        """Files that may have been edited in place: those of open records, or all while they are few; and unreadable ones."""
        (total,) = self.db.execute("SELECT count(*) FROM record").fetchone()
        condition = "" if thorough or total <= EVERYTHING else " WHERE open = 1 AND path < 'k'"
        query = f"SELECT path, folder, size, mtime, inode FROM record{condition}"
        broken = "SELECT path, '', size, mtime, inode FROM problem"
        root = f"{self._root}/"
        look = os.lstat
        for path, folder, size, mtime, inode in self.db.execute(f"{query} UNION ALL {broken}"):
            if folder in scanned:
                continue
            try:
                found = look(root + path)
            except FileNotFoundError:
                gone.append(path)
                continue
            if found.st_mtime_ns != mtime or found.st_size != size or found.st_ino != inode:
                changed[path] = _stamp(found, horizon)

    def _below(self, folder: str) -> list[str]:
        self.db.execute("DELETE FROM folder WHERE path = ?", (folder,))
        return [path for (path,) in self.db.execute("SELECT path FROM record WHERE folder = ?", (folder,))]

    def _read(self, changed: Mapping[str, Stamp]) -> Iterable[tuple[str, Stamp, Row | Problem]]:
        if len(changed) >= COLD and (os.cpu_count() or 1) > 1 and hasattr(os, "fork"):
            from pm_cli.store.cold import read_all

            yield from read_all(self._ledger, changed)
            return
        for path, stamp in changed.items():
            yield path, stamp, digest(self._ledger, path)

    # -- writing ---------------------------------------------------------------------------------------------

    def put(self, records: Iterable[tuple[str, Record]]) -> None:
        """Take in records that were just written."""
        horizon = time.time_ns() - YOUNG
        fresh = [(path, self._stamp(path, horizon), self._row(record)) for path, record in records]
        with self._change():
            for path, stamp, row in fresh:
                self.drop(path)
                self.insert(path, stamp, row)

    def add(self, rows: Mapping[str, Row]) -> None:
        """Take in the rows of very many records that were just written and are new, by the paths of their files."""
        horizon = time.time_ns() - YOUNG
        with self._change():
            (before,) = self.db.execute("SELECT count(*) FROM record").fetchone()
            anew = len(rows) > before
            if anew:
                self._unsort()
            self._add((path, self._stamp(path, horizon), row) for path, row in rows.items())
            if anew:
                self._sort()

    def _stamp(self, path: str, horizon: int) -> Stamp:
        return _stamp(os.lstat(f"{self._root}/{path}"), horizon)

    def _row(self, record: Record) -> Row:
        from pm_cli.store import rows

        return rows.from_record(record, self._ledger.policy, self._ledger.calendar)

    def insert(self, path: str, stamp: Stamp, row: Row) -> None:
        rid = self.db.execute(INSERT_RECORD, (None, path, path.rpartition("/")[0], *stamp, *row.record)).lastrowid
        assert rid is not None
        self.db.executemany(INSERT_EVENT, [(rid, *event) for event in row.events])
        self.db.executemany(INSERT_CLOCK, [(rid, *clock) for clock in row.clocks])
        self._alias(rid, row)

    def drop(self, path: str) -> None:
        self.db.execute("DELETE FROM problem WHERE path = ?", (path,))
        found = self.db.execute("SELECT rid FROM record WHERE path = ?", (path,)).fetchone()
        if found:
            for table in ("record", "event", "clock", "alias"):
                self.db.execute(f"DELETE FROM {table} WHERE rid = ?", found)

    # -- asking ----------------------------------------------------------------------------------------------

    def path_of(self, number: str) -> str:
        """The file of a number or alias, or ""."""
        row = self.db.execute("SELECT path FROM record WHERE id = ?", (number,)).fetchone()
        return str(row[0]) if row else next(iter(self.aliased(number)), "")

    def aliased(self, number: str) -> list[str]:
        """The files of records that once went by a number."""
        found = self.db.execute("SELECT path FROM alias JOIN record USING (rid) WHERE alias.id = ?", (number,))
        return [str(path) for (path,) in found]

    def tails(self, tail: str, kinds: tuple[str, ...]) -> list[tuple[str, str, str]]:
        """Records whose number or alias ends with a tail, as (number, unit, first words)."""
        marks = ", ".join("?" * len(kinds))
        within = f" AND kind IN ({marks})" if kinds else ""
        escaped = "%-" + tail.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = self.db.execute(
            "SELECT id, unit, summary FROM record WHERE (id LIKE ? ESCAPE '\\' AND kind NOT IN ('unit', 'staff')"
            " OR rid IN (SELECT rid FROM alias WHERE id = ? OR id LIKE ? ESCAPE '\\'))"
            + within
            + " ORDER BY open DESC, began DESC, id",
            (escaped, tail, escaped, *kinds),
        )
        return [(str(number), str(unit), str(summary)) for number, unit, summary in found]

    def near(self, kind: str, fragment: str) -> list[str]:
        """A few numbers of a register that contain a fragment."""
        found = self.db.execute(
            "SELECT id FROM record WHERE kind = ? AND instr(id, ?) ORDER BY id LIMIT 5", (kind, fragment)
        )
        return [str(number) for (number,) in found]

    def matching_paths(self, kind: str, equal: Mapping[str, str], at: datetime | None = None) -> list[tuple[str, str]]:
        """Number and file of records of a kind that may have these field values (the caller looks closer).

        Those open now, with an instant also those touched since: they may have been open then.
        """
        query = "SELECT id, path FROM record WHERE (open = 1 OR touched > ?) AND kind = ?"
        query += " AND instr(fields, ?)" * len(equal)
        since = int(at.timestamp()) if at else sys.maxsize
        return self.db.execute(query, (since, kind, *(linked(text) for text in equal.values()))).fetchall()

    def problems(self) -> list[Problem]:
        """Files that do not load."""
        found = self.db.execute("SELECT path, line, reason FROM problem ORDER BY path").fetchall()
        if not found:
            return []
        from pm_cli.store.files import problem

        return [problem(path, line, reason) for path, line, reason in found]


def digest(ledger: Ledger, path: str) -> Row | Problem:
    """The row of one file, or what is wrong with it."""
    from pm_cli.store import rows
    from pm_cli.store.files import Unreadable, problem, read_bytes

    try:
        return rows.from_content(path, read_bytes(ledger.root, path), ledger.policy, ledger.calendar)
    except Unreadable as error:
        return error.problem
    except OSError as error:
        return problem(path, 1, str(error))
    except LedgerTrouble:
        raise
    except Exception as error:  # one record with values its kind never wrote must not close the whole ledger
        return problem(path, 1, _("its events do not fit its kind ({error})").format(error=repr(error)))


def _version_for(ledger: Ledger) -> str:
    """What the rows of an index depend on besides the records."""
    return f"{VERSION} {_code()} {ledger.rules_digest}"


def _code() -> str:
    """The version of the kinds' code: rows are made anew when what computes them has changed."""
    stats = []
    for folder, _below, names in os.walk(kinds.FOLDER):
        stats += [os.stat(f"{folder}/{name}") for name in names if name.endswith(".py")]
    return f"{__version__}-{max(found.st_mtime_ns for found in stats)}-{sum(found.st_size for found in stats)}"


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # a cache: after a power cut it is built anew
    connection.execute("PRAGMA cache_size = -20000")
    connection.execute(f"PRAGMA mmap_size = {MAPPED}")
    return connection


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _stamp(found: os.stat_result, horizon: int) -> Stamp:
    young = found.st_mtime_ns >= horizon or stat.S_ISLNK(found.st_mode)
    return found.st_size, 0 if young else found.st_mtime_ns, found.st_ino
