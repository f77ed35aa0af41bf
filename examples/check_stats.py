"""Count a month again from what `pm export` writes, without pm, and hold it against what `pm stats` says.

    python check_stats.py LEDGER MONTH [MONTH ...] [--zone ZONE]

What an action means is written down here a second time, from the manuals: which ones resolve a request, take it up
again or end it. Says how many figures agree, and each one that does not; exit 1 then.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

RESOLVES = {
    "repair": {"finish"},
    "complaint": {"handle", "prove"},
    "consultation": {"answer", "direct"},
    "suggestion": {"reply"},
    "situation": {"answer"},
}
REOPENS = {"repair": {"reopen", "rework"}, "complaint": {"reopen", "rectify"}}
CLOSES = {"close", "explain", "write_off", "decline", "enter"}
SATISFIED_CLOSES = {"repair", "complaint", "consultation"}
KINDS = tuple(RESOLVES)
VOID = {"moved", "annulled"}
OVER = {"closed", "written_off", "declined"}


@dataclass
class Counted:
    """The figures of one kind in one month; `hours` from receipt to the last resolution in the month."""

    received: int = 0
    resolved: int = 0
    closed: int = 0
    reopened: int = 0
    open: int = 0
    at_once: int = 0
    settled: int = 0
    satisfied: int = 0
    visited: int = 0
    complaints: int = 0
    repeats: int = 0
    hours: list[float] = field(default_factory=list)


def instant(event: dict) -> datetime:
    return datetime.fromisoformat(event["at"])


def steps(record: dict) -> list[dict]:
    """What happened, in order of time, without what was struck out later."""
    struck = [event["with"]["event"] for event in record["events"] if event["do"] == "strike"]
    valid = [event for event in record["events"] if not any(event["id"].startswith(one) for one in struck)]
    return sorted(valid, key=instant)


def ends(kind: str, event: dict) -> bool:
    """Whether a request is over with this step."""
    said = event.get("with", {})
    if event["do"] == "visit":
        return kind in SATISFIED_CLOSES and said.get("result") == "satisfied"
    answered = kind == "consultation" and event["do"] == "ask" and "answer" in said
    return event["do"] in CLOSES or (answered and not {"important", "important_for", "major"} & said.keys())


def follow(record: dict, begin: datetime, end: datetime, found: Counted) -> bool:
    """Count one request; whether the way it went leads to the state it is exported in."""
    kind, first = record["kind"], True
    is_open, settled, attempts, resolved_at = False, False, 0, None
    events = steps(record)
    received_at = instant(events[0])
    open_then = False
    for event in events:
        do, within = event["do"], begin <= instant(event) < end
        was_open, over = is_open, ends(kind, event)
        resolves = do in RESOLVES[kind] or (first and over)
        reopens = do in REOPENS.get(kind, {"reopen"})
        is_open = not over and (first or was_open or reopens)
        if instant(event) < end:
            attempts += resolves + reopens
            settled = resolves or over or (settled and not reopens)
            open_then = is_open
        if within:
            found.received += first
            found.closed += over and (first or was_open)
            found.reopened += reopens
            resolved_at = instant(event) if resolves else resolved_at
            visited(event, found)
        first = False
    found.open += open_then
    if begin <= received_at < end:
        found.settled += settled
        found.complaints += kind == "complaint"
        found.repeats += kind == "complaint" and "repeat_of" in record["fields"]
    if resolved_at:
        found.resolved += 1
        found.at_once += attempts == 1
        found.hours.append((resolved_at - received_at).total_seconds() / 3600)
    return is_open == (record["state"] not in OVER)


def visited(event: dict, found: Counted) -> None:
    """Count what a resident said at a return visit."""
    result = event.get("with", {}).get("result") if event["do"] == "visit" else None
    if result in {"satisfied", "partly", "dissatisfied"}:
        found.visited += 1
        found.satisfied += result == "satisfied"


def count(folder: Path, month: str, zone: ZoneInfo) -> dict[str, Counted]:
    """The figures of a month from the exported files KIND.jsonl of a folder, kinds without any left out."""
    year, number = map(int, month.split("-"))
    begin = datetime(year, number, 1, tzinfo=zone)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    found = {}
    for kind in KINDS:
        counted = Counted()
        for line in (folder / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["state"] not in VOID and not follow(record, begin, end, counted):
                sys.stdout.write(f"{record['id']}: not followed to its state {record['state']}\n")
        found[kind] = counted
    return found


def expected(counted: Counted) -> dict[str, object]:
    """The figures as pm names them; rates as numerator and denominator."""
    hours = sorted(counted.hours)
    middle = (hours[(len(hours) - 1) // 2] + hours[len(hours) // 2]) / 2 if hours else None
    ninth = next((one for rank, one in enumerate(hours, 1) if 10 * rank >= 9 * len(hours)), None)
    return {
        **{figure: getattr(counted, figure) for figure in ("received", "resolved", "closed", "reopened", "open")},
        "first_resolution": (counted.at_once, counted.resolved),
        "total_resolution": (counted.settled, counted.received),
        "reopen_rate": (counted.reopened, counted.resolved),
        "satisfied": (counted.satisfied, counted.visited),
        "repeats": (counted.repeats, counted.complaints),
        "median": middle,
        "p90": ninth,
    }


def said(group: dict) -> dict[str, object]:
    """The same figures out of `pm stats --json`."""
    rates = ("first_resolution", "total_resolution", "reopen_rate", "satisfied", "repeats")
    return {
        **{figure: group[figure] for figure in ("received", "resolved", "closed", "reopened", "open")},
        **{name: (group[name]["numerator"], group[name]["denominator"]) for name in rates},
        **{name: group["hours"][name] for name in ("median", "p90")},
    }


def differences(counted: dict[str, Counted], stats: dict) -> list[str]:
    """Every figure on which the two disagree; hours by more than the rounding, 0/0 by nothing."""
    groups, found = {group["kind"]: said(group) for group in stats["groups"]}, []
    for kind, figures in counted.items():
        told = groups.get(kind, {})
        for name, value in expected(figures).items():
            other = told.get(name, 0)
            same = abs((value or 0) - (other or 0)) <= 0.0501 if name in {"median", "p90"} else value == other
            if not same and not (isinstance(value, tuple) and not value[1] and other in (0, (0, 0), (value[0], 0))):
                found.append(f"{kind} {name}: {value} counted, {other} said by pm")
    return found


def pm(ledger: str, *words: str) -> str:
    return subprocess.run(["pm", *words, "--ledger", ledger], check=True, capture_output=True, text=True).stdout


def main(ledger: str, months: list[str], zone: ZoneInfo) -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in KINDS:
            (folder / f"{kind}.jsonl").write_text(pm(ledger, "export", kind, "--format", "jsonl"), encoding="utf-8")
        for month in months:
            counted = count(folder, month, zone)
            found = differences(counted, json.loads(pm(ledger, "stats", "--month", month, "--by", "kind", "--json")))
            checked = sum(len(expected(one)) for one in counted.values())
            received = sum(one.received for one in counted.values())
            sys.stdout.write(f"{month}: {received} received, {checked} figures checked, {len(found)} differ\n")
            sys.stdout.writelines(f"  {line}\n" for line in found)
            wrong += len(found)
    return int(wrong > 0)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("ledger")
    asked.add_argument("months", nargs="+", metavar="MONTH")
    asked.add_argument("--zone", type=ZoneInfo, default=ZoneInfo("Asia/Shanghai"))
    given = asked.parse_args()
    sys.exit(main(given.ledger, given.months, given.zone))
