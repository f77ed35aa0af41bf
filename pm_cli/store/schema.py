"""Tables of the index; imports nothing, so that a read which finds nothing changed costs little."""

from __future__ import annotations

VERSION = "10"
"""Raise it whenever the tables or what is kept in them change; the index is then built anew."""

RECORD_COLUMNS = (
    "id", "kind", "state", "open", "contested", "imported", "unit", "building", "handler", "summary", "source", "class",
    "began", "closed", "touched", "known", "late_entries", "fields", "search",
)  # fmt: skip
EVENT_COLUMNS = ("n", "at", "known", "action", "by", "before", "after", "flow", "result", "way")
"""`flow` is what it counts as in statistics (bits of `core.flow`); of a return visit what was said and how it was made."""
CLOCK_COLUMNS = (
    "name", "promise", "start", "due", "agreed", "stopped", "paused", "warn", "key", "since", "unknown", "alert",
)  # fmt: skip
LINKED = "substr(json_extract(fields, '$.request'), 1, instr(json_extract(fields, '$.request') || '@', '@') - 1)"
"""The number of the request a record of the index is about."""
LATE_ENTRY = 1800
"""Seconds between happening and being entered from which an entry is shown as late (及时, AMB-08)."""

TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE folder (path TEXT PRIMARY KEY, mtime INTEGER) WITHOUT ROWID;
CREATE TABLE record (rid INTEGER PRIMARY KEY, path TEXT UNIQUE, folder TEXT, size INTEGER, mtime INTEGER, inode INTEGER,
  {", ".join(RECORD_COLUMNS)});
CREATE TABLE event (rid INTEGER, {", ".join(EVENT_COLUMNS)}, PRIMARY KEY (rid, n)) WITHOUT ROWID;
CREATE TABLE clock (rid INTEGER, {", ".join(CLOCK_COLUMNS)});
CREATE TABLE alias (id TEXT, rid INTEGER);
CREATE TABLE problem (path TEXT PRIMARY KEY, size INTEGER, mtime INTEGER, inode INTEGER, line INTEGER, reason TEXT);
"""
INDEXES = f"""
CREATE INDEX record_id ON record (id);
CREATE INDEX record_folder ON record (folder);
CREATE INDEX record_face ON record (rid, open, id, kind, state, unit, handler, summary);
CREATE INDEX record_open ON record (path, folder, size, mtime, inode) WHERE open = 1;
CREATE INDEX record_standing ON record (kind, state, source, building, touched, began) WHERE open = 1;
CREATE INDEX record_began ON record (kind, began);
CREATE INDEX record_span ON record (touched, began);
CREATE INDEX record_unit ON record (unit);
CREATE INDEX record_known ON record (known);
CREATE INDEX event_at ON event (at, action);
CREATE INDEX event_flow ON event (at, flow) WHERE flow > 0;
CREATE INDEX clock_rid ON clock (rid);
CREATE INDEX event_late ON event (known) WHERE known > at + {LATE_ENTRY};
CREATE INDEX clock_running ON clock (due, rid, start, paused, name, promise, warn, key, since, unknown) WHERE stopped IS NULL;
CREATE INDEX clock_term ON clock (due);
CREATE INDEX clock_unknown ON clock (unknown) WHERE unknown != '' AND stopped IS NULL;
CREATE INDEX clock_alert ON clock (alert, rid) WHERE alert IS NOT NULL;
CREATE INDEX alias_id ON alias (id);
"""
INSERT_RECORD = f"INSERT INTO record VALUES ({', '.join('?' * (6 + len(RECORD_COLUMNS)))})"
INSERT_EVENT = f"INSERT INTO event VALUES ({', '.join('?' * (1 + len(EVENT_COLUMNS)))})"
INSERT_CLOCK = f"INSERT INTO clock VALUES ({', '.join('?' * (1 + len(CLOCK_COLUMNS)))})"
