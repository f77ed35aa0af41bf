"""Required and made return visits of a month and their shares, counted again from exports alone, without any code of pm.

`python -m examples.check_quota FOLDER MONTH [--at TIME] [--against FILE]`: FOLDER holds `KIND.jsonl` of
`pm export KIND --format jsonl`, `--against` the answer of `pm visit quota --month MONTH --json`, which has to agree.
The figures of the starter policy stand below on purpose: a second opinion reads no policy either.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

RATES = {"complaint": 100, "suggestion": 100, "request": 100, "repair": 30}
GROUPS = {"complaint": ("complaint",), "suggestion": ("suggestion",), "request": ("situation",), "repair": ("repair",)}
ENDS = {"complaint": {"handle", "prove"}, "suggestion": {"reply"}, "situation": {"answer"}, "repair": {"finish"}}
BEGINS_AGAIN = {"repair": {"reopen", "rework"}}
VISITED = ("complaint", "suggestion", "situation", "repair", "consultation")
LEAST = {"cs_manager": 3, "centre_director": 1}
REACHED = {"satisfied", "partly", "dissatisfied"}


class Step(NamedTuple):
    """What happened, as it counts after corrections."""

    at: datetime
    do: str
    by: str
    given: dict[str, Any]


def steps(record: dict[str, Any]) -> list[Step]:
    """The events that count in the order of time: struck ones left out, corrections applied."""
    events = record["events"]
    struck = {event["with"].get("event") for event in events if event["do"] == "strike"}
    found = {
        event["id"]: Step(datetime.fromisoformat(event["at"]), event["do"], event["by"], dict(event.get("with") or {}))
        for event in events
        if event["id"] not in struck
    }
    for event in events:
        said = event.get("with") or {}
        if event["do"] == "correct" and said.get("event") in found:
            wrong = found[said["event"]]
            moved = datetime.fromisoformat(said["happened_at"]) if "happened_at" in said else wrong.at
            found[said["event"]] = wrong._replace(at=moved, given={**wrong.given, **(said.get("set") or {})})
    return sorted(found.values(), key=lambda step: step.at)


def records(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The records of a kind that count and are our own."""
    path = folder / f"{kind}.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        record = json.loads(line)
        if record["state"] not in {"annulled", "moved"} and "external" not in record["fields"]:
            yield record


def visits(folder: Path, kinds: tuple[str, ...], until: datetime) -> list[Step]:
    """All visits that reached somebody."""
    made = [step for kind in kinds for record in records(folder, kind) for step in steps(record)]
    return [step for step in made if step.at <= until and step.do == "visit" and step.given.get("result") in REACHED]


def counted(folder: Path, month: str, until: datetime) -> dict[str, Any]:
    """Finished, required, done and missing by group, the shares, and who made how many complaint visits."""
    groups = {}
    for group, kinds in GROUPS.items():
        finished = done = 0
        for kind in kinds:
            for record in records(folder, kind):
                happened = [step for step in steps(record) if step.at <= until]
                last = max((n for n, step in enumerate(happened) if step.do in ENDS[kind]), default=None)
                if last is None or f"{happened[last].at:%Y-%m}" != month:
                    continue
                after, fields = happened[last + 1 :], record["fields"]
                if any(step.do in BEGINS_AGAIN.get(kind, {"reopen"}) for step in after):
                    continue
                known = (fields.get("caller") or {}).get("phone") or fields.get("anonymous") != "true"
                if fields.get("validity") == "invalid" or not known:
                    continue
                finished += 1
                done += any(step.do == "visit" and step.given.get("result") in REACHED for step in after)
        required = -(-finished * RATES[group] // 100)
        groups[group] = {
            "finished": finished,
            "required": required,
            "done": done,
            "missing": max(0, required - done),
        }
    rated = tuple(kind for kinds in GROUPS.values() for kind in kinds)
    year = [step for step in visits(folder, rated, until) if f"{step.at:%Y}" == month[:4]]
    now = [step for step in visits(folder, VISITED, until) if f"{step.at:%Y-%m}" == month]
    complaints = [step for step in visits(folder, ("complaint",), until) if f"{step.at:%Y-%m}" == month]
    staff = [record for record in records(folder, "staff") if record["state"] == "active"]
    return {
        "groups": groups,
        "phone_share": [sum(step.given["way"] == "phone" for step in year), len(year)],
        "home_share": [sum(step.given["way"] == "home" for step in now), len(now)],
        "complaint_visits": {
            record["id"]: [sum(step.by == record["id"] for step in complaints), LEAST[role]]
            for record in staff
            for role in LEAST
            if role in record["fields"]["role"]
        },
    }


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """The same figures out of what pm answered."""
    names = ("finished", "required", "done", "missing")
    shares = {name: answer[name]["share"] for name in ("phone_share", "home_share")}
    return {
        "groups": {row["group"]: {name: row[name] for name in names} for row in answer["by_group"]},
        **{name: [share["numerator"], share["denominator"]] for name, share in shares.items()},
        "complaint_visits": {
            row["who"]: [row["done"], row["required"]] for row in answer["least"] if row["duty"] == "complaint_visits"
        },
    }


def main() -> int:
    """Print the figures; 1 where pm says something else."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("month")
    parser.add_argument(
        "--at", type=datetime.fromisoformat, default=datetime.fromisoformat("9999-12-31T00:00:00+00:00")
    )
    parser.add_argument("--against", type=Path)
    asked = parser.parse_args()
    found = counted(asked.folder, asked.month, asked.at)
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    if asked.against is None:
        return 0
    said = told(json.loads(asked.against.read_text(encoding="utf-8")))
    differing = [name for name in found if found[name] != said[name]]
    for name in differing:
        sys.stdout.write(f"{name}: pm says {json.dumps(said[name], ensure_ascii=False)}\n")
    sys.stdout.write("differs\n" if differing else "agrees\n")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
