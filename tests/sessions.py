"""Sessions in documents: what stands after `$ ` in a console block is run in a shell, what it answers stands below.

A document's sessions share one empty folder and take place at the evening of the demo story. Blocks whose info string
names a path are files: where a document has such, its sessions run a copy of the program with these files added.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

HOME = Path(__file__).parent.parent
EVENING = datetime(2026, 11, 21, 16, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
WIDE = "110"
"""Columns of the terminal that the documents show."""
FAILED = {2, 70, 127}
"""Exit codes that no document shows: mistyped, a defect, no such program."""

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
_FILE = re.compile(r"^```\w+ (\S+/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "=-=-= "


class SessionFailed(Exception):
    """A command in a document does not do what a reader would expect of it."""


def documents() -> list[Path]:
    """Everything written for readers."""
    return sorted(path for folder in (HOME, HOME / "docs", HOME / "examples") for path in folder.glob("*.md"))


def refreshed(text: str) -> str:
    """A document with the output of its sessions as the program gives it now; raises SessionFailed."""
    typed = [command for block in _BLOCK.findall(text) for command in _COMMAND.findall(block)]
    if not typed:
        return text
    with tempfile.TemporaryDirectory() as scratch:
        answers = iter(_answers(typed, Path(scratch).resolve(), files(text)))

    def told(block: re.Match[str]) -> str:
        told = "".join(f"$ {command}\n{next(answers)}" for command in _COMMAND.findall(block[1]))
        return f"```console\n{told}```"

    return _BLOCK.sub(told, text)


def _answers(typed: list[str], folder: Path, added: dict[str, str]) -> list[str]:
    """What each of these commands answers, run one after the other in one shell."""
    home = folder / "home"
    home.mkdir()
    _install(folder / "bin" / "pm", with_files(folder / "source", added) if added else HOME)
    script = "".join(f"export PM_LOOK={_look(one)}\n{{ {one}\n}} 2>&1\necho '{_MARK}'$?\n" for one in typed)
    (folder / "session").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["sh", folder / "session"],
        cwd=home,
        env=_surroundings(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    parts = re.split(rf"^{_MARK}(\d+)\n", done.stdout.replace(str(home), "~"), flags=re.MULTILINE)
    answers, codes = parts[:-1:2], parts[1::2]
    if done.stderr or len(answers) != len(typed):
        raise SessionFailed(done.stderr or parts[-1])
    for command, answer, code in zip(typed, answers, codes, strict=True):
        if int(code) in FAILED:
            raise SessionFailed(f"$ {command}\n{answer}exit {code}")
    return ["".join(line.rstrip() + "\n" for line in answer.splitlines()) for answer in answers]


def files(text: str) -> dict[str, str]:
    """The files a document has, by their paths."""
    return dict(_FILE.findall(text))


def with_files(source: Path, added: dict[str, str]) -> Path:
    """A copy of the program with some files added."""
    for part in ("pm_cli", "ledger", "templates", "tests"):
        shutil.copytree(HOME / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, content in added.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(content, encoding="utf-8")
    return source


def _install(program: Path, source: Path) -> None:
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(source)!r})\n"
        "from tests.sessions import pm_in_the_evening\nsys.exit(pm_in_the_evening(sys.argv[1:]))\n",
        encoding="utf-8",
    )
    program.chmod(0o755)


def _look(command: str) -> str:
    return "pipe" if re.search(r"[|>]", command) else "terminal"


def _surroundings(folder: Path) -> dict[str, str]:
    return {
        "HOME": str(folder / "home"),
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": WIDE,
        "NO_COLOR": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def pm_in_the_evening(words: list[str]) -> int:
    """`pm` as it answers at the end of the demo story; tables as on a terminal unless the output goes elsewhere."""
    from pm_cli.cli.root import run

    look = os.environ.get("PM_LOOK") == "terminal"
    sys.stdout.reconfigure(line_buffering=look)  # type: ignore[union-attr]
    with (
        patch("pm_cli.store.ledger.now", lambda zone: EVENING.astimezone(zone)),
        patch("pm_cli.ui.console.on_terminal", lambda: look),
    ):
        return run(words)
