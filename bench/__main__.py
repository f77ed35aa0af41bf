"""Measure whole processes: `python -m bench [SIZE ...] [--runs N] [--import FILE MAP] [--write docs/benchmarks.md]`."""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import generate, peers
from pm_cli.store.now import now

if TYPE_CHECKING:
    from collections.abc import Iterator

PM = [sys.executable, "-m", "pm_cli"]


BARE = [sys.executable, "-c", "pass"]
KEPT = "## Read with care"
"""From this heading on a file of results is written by hand and stays."""


class Figure(NamedTuple):
    """Wall time of a whole process, and how many times that of a bare interpreter run just before it."""

    seconds: float
    ratio: float


def once(command: list[str], environment: dict[str, str]) -> float:
    """The wall time of a single run, in seconds."""
    begin = time.perf_counter()
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
    if done.returncode not in (0, 10):
        sys.exit(f"{command}: {done.stderr.decode()}")
    return time.perf_counter() - begin


def timed(command: list[str], environment: dict[str, str], runs: int) -> Figure:
    """The medians of some runs after one that is not counted.

    Each run has a bare interpreter before it, so that a machine whose speed drifts does not blur the ratio.
    """
    once(command, environment)
    pairs = [(once(BARE, {}), once(command, environment)) for _run in range(runs)]
    return Figure(
        statistics.median(spent for _bare, spent in pairs),
        statistics.median(spent / bare for bare, spent in pairs),
    )


def measure(size: int, folder: Path, today: datetime, runs: int) -> Iterator[tuple[str, Figure]]:
    """All figures at one size, with the name of what was run."""
    root = folder / f"ledger-{size}"
    generate.build(root, size, today)
    environment = {"PM_LEDGER": str(root), "PM_AS": "li.na", "PM_LANG": "en"}
    add = [*PM, "complaint", "receive", "--unit", generate.units(size)[0], "--channel", "phone", "--content", "漏水"]
    yield "python -c pass", timed(BARE, {}, runs)
    bare, cold = once(BARE, {}), once([*PM, "overdue"], environment)
    yield "pm overdue, cold index", Figure(cold, cold / bare)
    commands = {
        "pm --version": [*PM, "--version"],
        "pm overdue": [*PM, "overdue"],
        "pm complaint receive (durable, committed)": add,
        "pm list repair --open": [*PM, "list", "repair", "--open"],
        "pm report weekly": [*PM, "report", "weekly"],
        "pm find": [*PM, "find", "漏水"],
    }
    for name, command in commands.items():
        yield name, timed(command, environment, runs)
    for name, (command, extra) in peers.prepare(folder / f"peers-{size}", size, today).items():
        yield name, timed(command, extra, runs)


def imported(file: Path, mapping: Path, folder: Path, runs: int) -> tuple[int, Figure]:
    """The rows of a table, and the time of importing them all into a new ledger under git."""
    pairs = []
    for run in range(runs):
        root = folder / f"imported-{run}"
        once([*PM, "init", str(root), "--estate", "bench", "--desk", "A"], {})
        environment = {"PM_LEDGER": str(root), "PM_AS": "admin", "PM_LANG": "en"}
        pairs.append((once(BARE, {}), once([*PM, "import", "request", str(file), "--map", str(mapping)], environment)))
    with file.open(encoding="utf-8", newline="") as lines:
        count = sum(1 for _row in csv.reader(lines)) - 1
    seconds = statistics.median(spent for _bare, spent in pairs)
    return count, Figure(seconds, statistics.median(spent / bare for bare, spent in pairs))


def main() -> None:
    """Run all sizes and print a table of seconds and of ratios to a bare interpreter of the same run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--import", dest="table", nargs=2, type=Path, metavar=("FILE", "MAP"))
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    today = now(generate.ZONE)
    rows = ["| size | what | seconds | times a bare interpreter |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            for name, (seconds, ratio) in measure(size, Path(folder), today, asked.runs):
                rows.append(f"| {size:,} | {name} | {seconds:.3f} | {ratio:.1f} |")
                print(rows[-1], flush=True)
        if asked.table:
            file, mapping = asked.table
            count, (seconds, ratio) = imported(file, mapping, Path(folder), asked.runs)
            rows.append(
                f"| {count:,} | pm import, {count / seconds:,.0f} rows a second | {seconds:.3f} | {ratio:.1f} |"
            )
            print(rows[-1], flush=True)
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    text = (
        f"Measured on {today:%Y-%m-%d}; {machine}; whole processes, medians of {asked.runs} runs,\n"
        f"each paired with a bare interpreter.\n\n" + "\n".join(rows) + "\n"
    )
    if asked.write:
        before = asked.write.read_text(encoding="utf-8") if asked.write.exists() else ""
        _table, heading, kept = before.partition(KEPT)
        asked.write.write_text(f"# Benchmarks\n\n{text}{heading and chr(10)}{heading}{kept}", encoding="utf-8")
    print("\n" + text)


if __name__ == "__main__":
    main()
