"""Measure whole processes: `python -m bench [SIZE ...] [--runs N] [--write docs/benchmarks.md]`."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from bench import generate, peers
from pm_cli.store.now import now

PM = [sys.executable, "-m", "pm_cli"]


def timed(command: list[str], environment: dict[str, str], runs: int) -> float:
    """The median wall time of some runs after one that is not counted, in seconds."""
    spent = []
    for _run in range(runs + 1):
        begin = time.perf_counter()
        subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent[1:])


def once(command: list[str], environment: dict[str, str]) -> float:
    """The wall time of a single run, in seconds."""
    begin = time.perf_counter()
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
    if done.returncode not in (0, 10):
        sys.exit(f"{command}: {done.stderr.decode()}")
    return time.perf_counter() - begin


def measure(size: int, folder: Path, today: datetime, runs: int) -> list[tuple[str, float]]:
    """All figures at one size: the name of what was run and its seconds."""
    root = folder / f"ledger-{size}"
    generate.build(root, size, today)
    environment = {"PM_LEDGER": str(root), "PM_AS": "li.na", "PM_LANG": "en"}
    add = [*PM, "complaint", "receive", "--unit", generate.units(size)[0], "--channel", "phone", "--content", "漏水"]
    found = [("pm overdue, cold index", once([*PM, "overdue"], environment))]
    commands = {
        "pm --version": [*PM, "--version"],
        "pm overdue": [*PM, "overdue"],
        "pm complaint receive (durable, committed)": add,
        "pm list repair --open": [*PM, "list", "repair", "--open"],
        "pm report weekly": [*PM, "report", "weekly"],
        "pm find": [*PM, "find", "漏水"],
    }
    found += [(name, timed(command, environment, runs)) for name, command in commands.items()]
    for name, (command, extra) in peers.prepare(folder / f"peers-{size}", size, today).items():
        found.append((name, timed(command, extra, runs)))
    return found


def main() -> None:
    """Run all sizes and print a table of seconds and of ratios to a bare interpreter of the same run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    today = now(generate.ZONE)
    rows = ["| size | what | seconds | times a bare interpreter |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            bare = timed([sys.executable, "-c", "pass"], {}, asked.runs)
            rows.append(f"| {size:,} | python -c pass | {bare:.3f} | 1.0 |")
            for name, seconds in measure(size, Path(folder), today, asked.runs):
                rows.append(f"| {size:,} | {name} | {seconds:.3f} | {seconds / bare:.1f} |")
                print(rows[-1], flush=True)
    machine = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    text = (
        f"Measured on {today:%Y-%m-%d}; {machine}; medians of {asked.runs} runs, whole processes.\n\n"
        + "\n".join(rows)
        + "\n"
    )
    if asked.write:
        asked.write.write_text("# Benchmarks\n\n" + text, encoding="utf-8")
    print("\n" + text)


if __name__ == "__main__":
    main()
