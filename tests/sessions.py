"""Sessions in documents: what stands after `$ ` in a console block is run, and what it answers stands below.

A document's sessions share one empty folder and take place at the evening of the demo story. Blocks whose info string
names a path are files: where a document has such, its sessions run a copy of the program with these files added.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch
from zoneinfo import ZoneInfo

HOME = Path(__file__).parent.parent
EVENING = datetime(2026, 11, 21, 16, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
WIDE = "120"
"""Columns of the terminal that the documents show."""
FAILED = {2, 70, 127}
"""Exit codes that no document shows: mistyped, a defect, no such program."""

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
_FILE = re.compile(r"^```\w+ (\S+/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FOR_THE_SHELL = re.compile(r"[|<>;&$`*?~]")


class SessionFailed(Exception):
    """A command in a document does not do what a reader would expect of it."""


def documents() -> list[Path]:
    """Everything written for readers."""
    return sorted(path for folder in (HOME, HOME / "docs", HOME / "examples") for path in folder.glob("*.md"))


def files(text: str) -> dict[str, str]:
    """The files a document has, by their paths."""
    return dict(_FILE.findall(text))


def refreshed(text: str) -> str:
    """A document with the output of its sessions as the program gives it now; raises SessionFailed."""
    if not _BLOCK.search(text):
        return text
    with tempfile.TemporaryDirectory() as scratch:
        session = Session(Path(scratch).resolve(), files(text))

        def told(block: re.Match[str]) -> str:
            told = "".join(f"$ {command}\n{session.answer(command)}" for command in _COMMAND.findall(block[1]))
            return f"```console\n{told}```"

        return _BLOCK.sub(told, text)


class Session:
    """A reader at a terminal in an empty home, with `pm` on the path."""

    def __init__(self, folder: Path, added: dict[str, str]) -> None:
        self.home = self.place = folder / "home"
        self.home.mkdir()
        self.own = bool(added)
        _install(folder / "bin" / "pm", with_files(folder / "source", added) if added else HOME)
        self.surroundings = {
            "HOME": str(self.home),
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": WIDE,
            "NO_COLOR": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def answer(self, command: str) -> str:
        """What a command prints, messages included; raises SessionFailed."""
        words = [] if _FOR_THE_SHELL.search(command) else shlex.split(command.replace("\\\n", " "))
        match words:
            case ["export", *settings]:
                self.surroundings.update(setting.split("=", 1) for setting in settings)
                return ""
            case ["cd", folder]:
                self.place /= folder
                return ""
            case ["pm", *rest] if not self.own:
                code, said = self._here(rest)
            case _:
                code, said = self._shell(command, "terminal" if words else "pipe")
        if code in FAILED:
            raise SessionFailed(f"$ {command}\n{said}exit {code}")
        return "".join(f"{line.rstrip()}\n" for line in said.replace(str(self.home), "~").splitlines())

    def _here(self, words: list[str]) -> tuple[int, str]:
        """`pm` in this process, which is quick."""
        said = io.StringIO()
        with (
            patch.dict(os.environ, {**self.surroundings, "PM_LOOK": "terminal"}, clear=True),
            chdir(self.place),
            redirect_stdout(said),
            redirect_stderr(said),
        ):
            code = pm_in_the_evening(words)
        return code, said.getvalue()

    def _shell(self, command: str, look: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.place,
            env={**self.surroundings, "PM_LOOK": look},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


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


def pm_in_the_evening(words: list[str]) -> int:
    """`pm` as it answers at the end of the demo story; tables as on a terminal unless the output goes elsewhere.

    Salts are always the same, so that events of a name or telephone number have the same ids in every run.
    """
    from pm_cli.cli.root import run

    look = os.environ.get("PM_LOOK") == "terminal"
    if look and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    with (
        patch("pm_cli.store.ledger.now", lambda zone: EVENING.astimezone(zone)),
        patch("pm_cli.core.record.secrets", SimpleNamespace(token_hex=lambda size: "0" * 2 * size)),
        patch("pm_cli.core.event.secrets", SimpleNamespace(token_hex=lambda size: "0" * 2 * size)),
        patch("pm_cli.ui.console.on_terminal", lambda: look),
    ):
        return run(words)
