"""A month of an invented estate, typed by public commands: rich reports, and a soak test that must end in a sound ledger.

`python -m examples.month FOLDER [--first DAY] [--days N] [--a-day N] [--seed N]` makes the ledger FOLDER. Each request
takes one of the paths of `demo/paths.txt`; all are typed in the order of time, each step by who would do it, with `--at`.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path

from examples.make_demo import HERE, STORY, ZONE, StoryError, entries, joined, run

PATHS = HERE / "demo" / "paths.txt"
OPENS, CLOSES = time(8, 30), time(17, 30)
TYPING = timedelta(minutes=2)
"""Between a step and its entry."""
STOCK = ("key", "add", "K-5-402", "--room", "5-402", "--count", "20")
"""Keys enough for every loan that chance wants."""
PREPARED = 30
"""Minutes before the first day in which staff, units and keys are entered."""

_CHOICE = re.compile(r"(\w+) = (.+)")
_TITLE = re.compile(r"== (.+), (\d+)")
_STEP = re.compile(r"(\d+)(?:-(\d+))? (\S+) (?:(\w+): )?(.+)")
_AGREED = re.compile(r"\{\+(\d+)(?: (\d\d:\d\d))?\}")


@dataclass(frozen=True)
class Step:
    """What somebody types, so many minutes after the step before; `label` names the record it begins beside the request."""

    soonest: int
    latest: int
    by: str
    label: str
    command: str


@dataclass
class Routes:
    """The paths with their weights, and the lists from which chance fills them in."""

    choices: dict[str, list[str]]
    paths: list[list[Step]]
    weights: list[int]


@dataclass
class Request:
    """One request on its way: the steps still to come, what chance chose for it, and the numbers of what goes with it."""

    steps: Iterator[Step]
    chosen: dict[str, str]
    number: str = ""


def routes(text: str) -> Routes:
    """Read the paths; raises StoryError."""
    found = Routes({}, [], [])
    for number, line in joined(text.splitlines()):
        if title := _TITLE.fullmatch(line):
            found.paths.append([])
            found.weights.append(int(title[2]))
        elif step := _STEP.fullmatch(line):
            found.paths[-1].append(Step(int(step[1]), int(step[2] or step[1]), step[3], step[4] or "", step[5]))
        elif choice := _CHOICE.fullmatch(line):
            found.choices[choice[1]] = [word.strip() for word in choice[2].split("|")]
        else:
            raise StoryError(f"line {number}: neither path nor step: {line}")
    return found


def at_the_desk(moment: datetime) -> datetime:
    """The moment, or the next one at which the desk is open, which it is every day."""
    opening = datetime.combine(moment.date(), OPENS, ZONE) + timedelta(minutes=moment.minute)
    if moment.time() < OPENS:
        return opening
    return opening + timedelta(days=1) if moment.time() >= CLOSES else moment


@dataclass
class Month:
    """The ledger that is written, by chance."""

    folder: Path
    chance: random.Random
    typed: int = 0

    def type(self, at: datetime, by: str, command: str) -> str:
        """Run one command as if it were that time; the number of its record. Raises StoryError for what pm refuses."""
        words = shlex.split(command)
        said = [*words, "--ledger", str(self.folder), "--as", by, "--at", f"{at:%Y-%m-%d %H:%M}", "--json"]
        code, out, error = run(said, at + TYPING)
        if code:
            raise StoryError(f"{at:%m-%d %H:%M} {by}: pm {command}: exit {code}\n{error}")
        self.typed += 1
        return str(json.loads(out)["id"]) if out.startswith("{") else ""

    def registers(self, at: datetime) -> None:
        """Enter staff, units and keys of the demo estate."""
        for line in entries(STORY.read_text(encoding="utf-8")):
            if line.words[1] == "add":
                self.type(at, line.by, shlex.join(line.words))
        self.type(at, "admin", shlex.join(STOCK))

    def requests(self, found: Routes, first: date, days: int, a_day: int) -> Iterator[tuple[datetime, Request]]:
        """All requests with the moments at which they come in."""
        for day in range(days):
            opening = datetime.combine(first + timedelta(days=day), OPENS, ZONE)
            for path in self.chance.choices(found.paths, found.weights, k=a_day):
                chosen = {name: self.chance.choice(words) for name, words in found.choices.items()}
                yield opening + timedelta(minutes=self.chance.randrange(500)), Request(iter(path), chosen)

    def tell(self, requests: Iterator[tuple[datetime, Request]], until: datetime) -> None:
        """Type all steps in the order of time, up to the end of the month: some requests stay open."""
        order = count()
        queue: list[tuple[datetime, int, Step, Request]] = []

        def expect(after: datetime, request: Request) -> None:
            if step := next(request.steps, None):
                then = at_the_desk(after + timedelta(minutes=self.chance.randint(step.soonest, step.latest)))
                heapq.heappush(queue, (then, next(order), step, request))

        for begins, request in requests:
            expect(begins, request)
        while queue and queue[0][0] < until:
            at, _order, step, request = heapq.heappop(queue)
            command = _filled(step.command, request, at)
            number = self.type(at, _filled(step.by, request, at), command)
            request.number = request.number or number
            if step.label:
                request.chosen[step.label] = number
            expect(at, request)


def _filled(text: str, request: Request, at: datetime) -> str:
    """A step with the number of its record, what chance chose and the times agreed."""

    def agreed(found: re.Match[str]) -> str:
        day = at.date() + timedelta(days=int(found[1]))
        if not found[2]:
            return day.isoformat()
        then = datetime.combine(day, time.fromisoformat(found[2]), ZONE)
        return f"{max(then, at + timedelta(hours=1)):%Y-%m-%d %H:%M}"

    return _AGREED.sub(agreed, text).replace(" @", f" {request.number}").format_map(request.chosen)


def main() -> None:
    """Make the ledger and say how much was typed; exits 1 when pm refuses a step or its check finds an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 10, 1))
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--a-day", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(make(asked.folder, asked.first, asked.days, asked.a_day, asked.seed))


def make(folder: Path, first: date, days: int, a_day: int, seed: int) -> int:
    """The same ledger for the same arguments; returns the exit code of `pm check` over it. Raises StoryError."""
    begin, until = (datetime.combine(first + timedelta(days=more), time(), ZONE) for more in (0, days))
    month = Month(folder.resolve(), random.Random(seed))
    prepared = begin - timedelta(minutes=PREPARED)
    code, _out, said = run(
        ["init", str(month.folder), "--estate", "翠湖花园", "--desk", "A", "--language", "zh_CN"], prepared
    )
    if code:
        raise StoryError(said)
    month.registers(prepared)
    found = routes(PATHS.read_text(encoding="utf-8"))
    month.tell(month.requests(found, first, days, a_day), until)
    code, _out, said = run(["check", "--ledger", str(month.folder)], until)
    sys.stdout.write(f"{month.typed} commands\n{said}")
    return code


if __name__ == "__main__":
    main()
