"""Hold what pm says is late or overdue against the file it was imported from, computed here without pm.

    python check_late.py FILE.csv LEDGER [DAY ...]

FILE.csv is the Baltimore table, LEDGER the ledger it was imported into with baltimore.yaml. Each DAY is looked at as
known when it begins. Says how many ids each comparison is about, and every id on which the two disagree; exit 1 then.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
PROMISES = {"finish", "reply"}


@dataclass(frozen=True)
class Ticket:
    """A row that has a due date; the times in UTC."""

    created: datetime
    due: datetime
    closed: datetime | None

    def open_at(self, moment: datetime) -> bool:
        return self.created <= moment and (self.closed is None or self.closed > moment)

    def missed(self, now: datetime) -> bool:
        return (self.closed or now) > self.due


def instant(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=ZONE).astimezone(UTC)


def tickets(path: str) -> dict[str, Ticket]:
    found = {}
    with Path(path).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            created, due = instant(row["CreatedDate"]), instant(row["DueDate"])
            if created and due:
                found["baltimore-311:" + row["SRRecordID"]] = Ticket(created, due, instant(row["CloseDate"]))
    return found


def pm(ledger: str, *arguments: str) -> list[dict]:
    command = ["pm", *arguments, "--json", "--ledger", ledger]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def compare(title: str, expected: set[str], said: set[str]) -> bool:
    sys.stdout.write(f"{title}: {len(expected)} expected, {len(said)} said by pm\n")
    for name, ids in (("only expected", expected - said), ("only said by pm", said - expected)):
        for one in sorted(ids):
            sys.stdout.write(f"  {name}: {one}\n")
    return expected == said


def main(path: str, ledger: str, days: list[str]) -> int:
    rows = tickets(path)
    externals = {}
    late = set()
    for kind in ("repair", "complaint"):
        externals |= {record["id"]: record["fields"]["external"] for record in pm(ledger, "list", kind)}
        late |= {record["fields"]["external"] for record in pm(ledger, "list", kind, "--late")}
    now = datetime.now(UTC)  # noqa: TID251 (stands alone, without pm)
    agree = compare("late", {one for one, ticket in rows.items() if ticket.missed(now)}, late & rows.keys())
    for day in days:
        moment = datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC)
        expected = {one for one, ticket in rows.items() if ticket.open_at(moment) and ticket.due < moment}
        terms = pm(ledger, "overdue", "--as-of", f"{day} 00:00")
        said = {externals[term["id"]] for term in terms if term["clock"] in PROMISES}
        agree = compare(f"overdue on {day}", expected, said & rows.keys()) and agree
    return 0 if agree else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
