"""Documents say what the program does: made ones are current, sessions answer as shown, keys and links are real."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from examples import make_demo
from pm_cli.core.text import use_language
from tests import reference, sessions
from tests.sessions import EVENING, HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

UPDATE = "out of date: run `make docs`"
WITH_SESSIONS = [path for path in sessions.documents() if "```console" in path.read_text(encoding="utf-8")]
JSON = (HOME / "docs" / "json.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## `(pm.*?--json)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\| key(?: of `(\w+)`)? \|.*\n\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The demo estate speaks Chinese; what comes after does not."""
    yield
    use_language("en")


@pytest.mark.parametrize("name", reference.MADE)
def test_made_documents_are_current(name: str) -> None:
    assert (reference.DOCS / name).read_text(encoding="utf-8") == reference.made(name), UPDATE


@pytest.mark.parametrize("path", WITH_SESSIONS, ids=lambda path: path.relative_to(HOME).as_posix())
def test_sessions_answer_as_shown(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert sessions.refreshed(text) == text, UPDATE


def test_a_session_that_fails_is_named() -> None:
    with pytest.raises(sessions.SessionFailed, match=r"\$ pm complian\n"):
        sessions.refreshed("```console\n$ pm complian\n```\n")


def test_the_worked_example_passes_its_own_cases(tmp_path: Path) -> None:
    text = (HOME / "docs" / "architecture.md").read_text(encoding="utf-8")
    source = sessions.with_files(tmp_path / "source", sessions.files(text))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            os.devnull,
            "--rootdir",
            source,
            "tests/test_cases.py",
            "-k",
            "found_item",
        ],
        cwd=source,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("json") / "demo"
    make_demo.run(["init", str(folder), "--estate", "翠湖花园", "--demo", "--no-git"], EVENING)
    with (folder / "ledger.yaml").open("a", encoding="utf-8") as settings:
        settings.write("notify: [{name: cron, kind: stdout}]\n")
    return folder


@pytest.mark.parametrize(
    ("command", "section"), SECTION.findall(JSON), ids=[found[0] for found in SECTION.findall(JSON)]
)
def test_json_keys_are_those_documented(command: str, section: str, demo: Path) -> None:
    words = shlex.split(command)[1:]
    _code, out, said = make_demo.run([*words, "--ledger", str(demo)], EVENING, HOME / "examples")
    answer = json.loads(out)
    assert answer, said
    for within, rows in TABLE.findall(section):
        documented = {key for row in rows.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1])}
        assert documented == set(first(answer[within] if within else answer)), within or command


def first(answer: Any) -> dict[str, Any]:
    found = answer[0] if isinstance(answer, list) else answer
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("path", sessions.documents(), ids=lambda path: path.relative_to(HOME).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
