"""Required and made return visits of months and their shares, counted again from exports alone, and held against pm.

`python -m examples.check_quota LEDGER [MONTH ...] [--zone ZONE]` exports the requests with `pm export`, counts
every month (those in which the handling of a request ended, if none is named) without any code of pm, and says where
`pm visit quota` or `pm stats` says something else; exit 1 then. What was imported was handled elsewhere and is owed no
visit, but it is counted beside: that its handling ended, and who was visited about it.
The figures of the starter policy stand below on purpose: a second opinion reads no policy either.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

RATES = {"complaint": 100, "suggestion": 100, "request": 100, "repair": 30}
GROUPS = {"complaint": ("complaint",), "suggestion": ("suggestion",), "request": ("situation",), "repair": ("repair",)}
ENDS = {"complaint": {"handle", "prove"}, "suggestion": {"reply"}, "situation": {"answer"}, "repair": {"finish"}}
BEGINS_AGAIN = {"repair": {"reopen", "rework"}, "complaint": {"reopen", "rectify"}}
VISITED = ("complaint", "suggestion", "situation", "repair", "consultation")
LEAST = {"cs_manager": 3, "centre_director": 1}
REACHED = {"satisfied", "partly", "dissatisfied"}
ZONE = ZoneInfo("Asia/Shanghai")


class Step(NamedTuple):
    """What happened, as it counts after corrections."""

    at: datetime
    do: str
    by: str
    given: dict[str, Any]


def steps(record: dict[str, Any], zone: ZoneInfo) -> list[Step]:
    """The events that count in the order of time, in local time: struck ones left out, corrections applied."""
    events = record["events"]
    struck = {event["with"].get("event") for event in events if event["do"] == "strike"}
    found = {
        event["id"]: Step(local(event["at"], zone), event["do"], event["by"], dict(event.get("with") or {}))
        for event in events
        if event["id"] not in struck
    }
    for event in events:
        said = event.get("with") or {}
        if event["do"] == "correct" and said.get("event") in found:
            wrong = found[said["event"]]
            moved = local(said["happened_at"], zone) if "happened_at" in said else wrong.at
            found[said["event"]] = wrong._replace(at=moved, given={**wrong.given, **(said.get("set") or {})})
    return sorted(found.values(), key=lambda step: step.at)


def local(instant: str, zone: ZoneInfo) -> datetime:
    """An instant as the clock of the estate shows it."""
    return datetime.fromisoformat(instant).astimezone(zone)


class Request(NamedTuple):
    """A record, or a member of staff, with what has happened by the moment looked at."""

    fields: dict[str, Any]
    steps: list[Step]

    def is_ours(self) -> bool:
        """Whether it was not imported."""
        return "external" not in self.fields

    def visits(self) -> list[Step]:
        """The visits that reached somebody."""
        return [step for step in self.steps if step.do == "visit" and step.given.get("result") in REACHED]

    def can_be_visited(self) -> bool:
        """Whether it is valid, and somebody is known."""
        known = (self.fields.get("caller") or {}).get("phone") or self.fields.get("anonymous") != "true"
        return bool(known) and self.fields.get("validity") != "invalid"


class Books(NamedTuple):
    """What was exported: requests by kind, members of staff at work by login."""

    requests: dict[str, list[Request]]
    staff: dict[str, Request]


def read(folder: Path, until: datetime | None = None, zone: ZoneInfo = ZONE) -> Books:
    """The files `KIND.jsonl` of a folder, as known at a moment."""

    def requests(kind: str) -> Iterator[Request]:
        for record in exported(folder, kind):
            if record["state"] not in {"annulled", "moved"}:
                yield Request(record["fields"], [step for step in steps(record, zone) if not until or step.at <= until])

    staff = {one["id"]: Request(one["fields"], []) for one in exported(folder, "staff") if one["state"] == "active"}
    return Books({kind: list(requests(kind)) for kind in VISITED}, staff)


def exported(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The records of a kind."""
    with (folder / f"{kind}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def ends(kind: str, request: Request) -> list[int]:
    """Which of its steps ended the handling."""
    return [number for number, step in enumerate(request.steps) if step.do in ENDS[kind]]


def within(step: Step, period: str) -> bool:
    """Whether it happened in a year or month."""
    return step.at.isoformat().startswith(period)


def counted(books: Books, month: str) -> dict[str, Any]:
    """Finished, required, done and missing by group, the shares, and who made how many complaint visits."""
    ours = {kind: [one for one in requests if one.is_ours()] for kind, requests in books.requests.items()}
    made = {kind: [step for one in requests for step in one.visits()] for kind, requests in ours.items()}
    year = [step for kinds in GROUPS.values() for kind in kinds for step in made[kind] if within(step, month[:4])]
    now = [step for kind in VISITED for step in made[kind] if within(step, month)]
    by = [step.by for step in made["complaint"] if within(step, month)]
    return {
        "groups": {group: quota(ours, group, month) for group in GROUPS},
        "phone_share": [sum(step.given["way"] == "phone" for step in year), len(year)],
        "home_share": [sum(step.given["way"] == "home" for step in now), len(now)],
        "complaint_visits": {
            f"{role} {login}": [by.count(login), LEAST[role]]
            for role in LEAST
            for login in [one for one, person in books.staff.items() if role in person.fields["role"]] or [""]
        },
    }


def quota(ours: dict[str, list[Request]], group: str, month: str) -> dict[str, int]:
    """What one rate asks for, of the requests whose handling last ended in the month and was not begun again since."""
    finished = done = 0
    for kind in GROUPS[group]:
        for request in ours[kind]:
            last = max(ends(kind, request), default=None)
            if last is None or not within(request.steps[last], month) or not request.can_be_visited():
                continue
            after = request.steps[last + 1 :]
            if not any(step.do in BEGINS_AGAIN.get(kind, {"reopen"}) for step in after):
                finished += 1
                done += bool(request._replace(steps=after).visits())
    required = -(-finished * RATES[group] // 100)
    return {"finished": finished, "required": required, "done": done, "missing": max(0, required - done)}


def handled(books: Books, month: str) -> dict[str, list[int]]:
    """Of each kind, imported ones too: requests whose handling ended in the month, and visits made in it."""
    return {
        kind: [
            sum(any(within(one.steps[number], month) for number in ends(kind, one)) for one in books.requests[kind]),
            sum(within(step, month) for one in books.requests[kind] for step in one.visits()),
        ]
        for kind in ENDS
    }


def months(books: Books) -> list[str]:
    """The months in which the handling of something ended."""
    found = {
        f"{one.steps[number].at:%Y-%m}" for kind in ENDS for one in books.requests[kind] for number in ends(kind, one)
    }
    return sorted(found)


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """The same figures out of what pm answered."""
    names = ("finished", "required", "done", "missing")
    shares = {name: answer[name]["share"] for name in ("phone_share", "home_share")}
    return {
        "groups": {row["group"]: {name: row[name] for name in names} for row in answer["by_group"]},
        **{name: [share["numerator"], share["denominator"]] for name, share in shares.items()},
        "complaint_visits": {
            f"{row['role']} {row['who']}": [row["done"], row["required"]]
            for row in answer["least"]
            if row["duty"] == "complaint_visits"
        },
    }


def stated(stats: dict[str, Any]) -> dict[str, list[int]]:
    """Resolved requests and visits by kind out of what `pm stats --by kind` answered; what it does not name is nothing."""
    rows = {row["kind"]: [row["resolved"], row["satisfied"]["denominator"]] for row in stats["groups"]}
    return {kind: rows.get(kind, [0, 0]) for kind in ENDS}


def pm(ledger: str, *words: str) -> str:
    """What a command of pm answers."""
    said = [sys.executable, "-m", "pm_cli", *words, "--ledger", ledger]
    return subprocess.run(said, check=True, capture_output=True, text=True).stdout


def exported_by_pm(ledger: str, folder: Path, zone: ZoneInfo = ZONE) -> Books:
    """The books of a ledger, by way of the exports that are left in a folder."""
    for kind in (*VISITED, "staff"):
        (folder / f"{kind}.jsonl").write_text(pm(ledger, "export", kind, "--format", "jsonl"), encoding="utf-8")
    return read(folder, zone=zone)


def compared(ledger: str, books: Books, month: str) -> Iterator[str]:
    """One line for each figure of a month on which pm does not agree, after one that sums it up."""
    mine, said = counted(books, month), told(json.loads(pm(ledger, "visit", "quota", "--month", month, "--json")))
    mine["handled"] = handled(books, month)
    said["handled"] = stated(json.loads(pm(ledger, "stats", "--month", month, "--by", "kind", "--json")))
    base, due, done = (
        sum(group[name] for group in mine["groups"].values()) for name in ("finished", "required", "done")
    )
    theirs = [sum(group[name] for group in said["groups"].values()) for name in ("finished", "required", "done")]
    all_in, pm_all = (sum(number for number, _visits in one["handled"].values()) for one in (mine, said))
    yield (
        f"{month}: handling ended of {all_in} (pm: {pm_all}), ours {base} ({theirs[0]}), "
        f"visits due {due} ({theirs[1]}), done {done} ({theirs[2]})"
    )
    for name in mine:
        if mine[name] != said[name]:
            yield f"  {name}: counted {json.dumps(mine[name])}, pm says {json.dumps(said[name])}"


def main() -> int:
    """Print a line for each month and one for each difference; 1 where there are such."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger")
    parser.add_argument("months", nargs="*", metavar="MONTH")
    parser.add_argument("--zone", type=ZoneInfo, default=ZONE)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        books = exported_by_pm(asked.ledger, Path(name), asked.zone)
    lines = [line for month in asked.months or months(books) for line in compared(asked.ledger, books, month)]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return int(any(line.startswith(" ") for line in lines))


if __name__ == "__main__":
    sys.exit(main())
