"""The same work in the plain-text tools that are installed: taskwarrior, hledger, ledger."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from bench.generate import DAYS

Commands = dict[str, tuple[list[str], dict[str, str]]]
"""What is measured: name to command and extra environment."""


def prepare(folder: Path, count: int, today: datetime) -> Commands:
    """Fill each installed tool with as many entries and return the commands to time."""
    folder.mkdir(parents=True, exist_ok=True)
    commands: Commands = {}
    if shutil.which("task"):
        commands |= _taskwarrior(folder, count, today)
    journal = _journal(folder, count, today)
    if shutil.which("hledger"):
        commands["hledger: open entries"] = (["hledger", "-f", str(journal), "register", "--pending"], {})
        commands["hledger: summary"] = (["hledger", "-f", str(journal), "balance", "--monthly"], {})
    if shutil.which("ledger"):
        commands["ledger: open entries"] = (["ledger", "-f", str(journal), "register", "--pending"], {})
        commands["ledger: summary"] = (["ledger", "-f", str(journal), "balance"], {})
    return commands


def _entries(count: int, today: datetime) -> list[tuple[datetime, datetime, bool]]:
    """Begin, due and whether still open, spread as the records of `bench.generate` are."""
    chance = random.Random(20240131)
    found = []
    for index in range(count):
        begin = today - timedelta(days=DAYS - index * DAYS // count)
        is_open = chance.random() < 0.10
        due = (
            today + timedelta(days=chance.randrange(-60, 61))
            if is_open
            else begin + timedelta(days=chance.choice((1, 2, 3, 7)))
        )
        found.append((begin, due, is_open))
    return found


def _taskwarrior(folder: Path, count: int, today: datetime) -> Commands:
    chance = random.Random(7)
    tasks = [
        {
            "uuid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "description": f"3-{index % 900} water leak in the kitchen",
            "project": "repair",
            "entry": f"{begin:%Y%m%dT%H%M%SZ}",
            "due": f"{due:%Y%m%dT%H%M%SZ}",
            "status": "pending" if is_open else "completed",
            **({} if is_open else {"end": f"{begin + timedelta(hours=20):%Y%m%dT%H%M%SZ}"}),
        }
        for index, (begin, due, is_open) in enumerate(_entries(count, today))
    ]
    (folder / "task.json").write_text(
        "[\n" + ",\n".join(json.dumps(task) for task in tasks) + "\n]\n", encoding="utf-8"
    )
    settings = folder / "taskrc"
    settings.write_text(
        f"data.location={folder}/task\nconfirmation=no\nverbose=nothing\nnews.version=2.6.0\n", encoding="utf-8"
    )
    (folder / "task").mkdir(exist_ok=True)
    environment = {"TASKRC": str(settings)}
    for arguments in (["import", str(folder / "task.json")], ["next"]):
        subprocess.run(
            ["task", *arguments],
            env=os.environ | environment,
            capture_output=True,
            check=arguments[0] == "import",
        )
    return {
        "taskwarrior: add": (["task", "add", "3-1502 water leak", "due:tomorrow"], environment),
        "taskwarrior: overdue": (["task", "overdue"], environment),
        "taskwarrior: summary": (["task", "summary"], environment),
    }


def _journal(folder: Path, count: int, today: datetime) -> Path:
    path = folder / "main.journal"
    lines = []
    for index, (begin, due, is_open) in enumerate(_entries(count, today)):
        lines.append(
            f"{begin:%Y-%m-%d} {'!' if is_open else '*'} 3-{index % 900} water leak\n    ; due: {due:%Y-%m-%d}\n"
            f"    income:repair    -{index % 500}.00 CNY\n    assets:unit\n"
        )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
