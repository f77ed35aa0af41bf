"""A month of an estate typed by public commands: whatever path a request takes, no step is refused and the books are sound."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest

from examples import check_quota, make_demo, month

MONDAY = datetime(2026, 10, 19, 8, tzinfo=make_demo.ZONE)
REQUESTS = {"CP", "RP", "CN", "SG", "SR"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of it, in which `pm check` finds nothing wrong."""
    made = tmp_path_factory.mktemp("month") / "estate"
    with redirect_stdout(StringIO()) as said:
        assert month.make(made, date(2026, 10, 12), days=4, a_day=6, seed=36) == 0
    events = [path.read_text(encoding="utf-8").count("\n- id: ") for path in made.glob("[rj]*/**/*.yaml")]
    assert sum(events) == int(said.getvalue().split()[0]), "every step that was typed is an event"
    return made


def pm(ledger: str, *words: str) -> str:
    """What a command answers a week later."""
    code, out, said = make_demo.run([*words, "--ledger", ledger], MONDAY)
    assert code == 0, said
    return out


def test_what_was_typed_stands_in_the_weekly_report(folder: Path) -> None:
    begun = [path for path in folder.glob("journal/2026/10/*/*.yaml") if path.name[:2] in REQUESTS]
    report = json.loads(pm(str(folder), "report", "weekly", "--week", "2026-W42", "--format", "json"))
    assert report["requests"]["total"]["received"] == len(begun) > 10


def test_the_visits_it_owes_are_counted_alike(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """RV-08, RV-09, RV-10, RV-11: of every kind with a rate something was finished and visited, and pm agrees."""
    monkeypatch.setattr(check_quota, "pm", pm)
    books = check_quota.exported_by_pm(str(folder), tmp_path)
    (line,) = check_quota.compared(str(folder), books, "2026-10")
    assert line.startswith("2026-10: handling ended of ")
    groups = check_quota.counted(books, "2026-10")["groups"]
    assert all(group[name] for group in groups.values() for name in ("finished", "required", "done")), groups


def test_a_path_that_is_none_is_named_with_its_line() -> None:
    with pytest.raises(make_demo.StoryError, match="line 2"):
        month.routes("== repair, 1\nsometime somebody does something\n")
