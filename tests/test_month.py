"""A month of an estate typed by public commands: whatever path a request takes, no step is refused and the books are sound."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from examples import make_demo, month


def test_some_days_of_it_are_sound_and_fill_the_weekly_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`pm check` finds nothing; every step that was typed is an event; what came in stands in the report."""
    folder = tmp_path / "estate"
    assert month.make(folder, date(2026, 10, 12), days=3, a_day=6, seed=7) == 0
    typed = int(capsys.readouterr().out.split()[0])
    events = [path.read_text(encoding="utf-8").count("\n- id: ") for path in folder.glob("[rj]*/**/*.yaml")]
    assert sum(events) == typed
    monday = datetime(2026, 10, 19, 8, tzinfo=make_demo.ZONE)
    words = ["report", "weekly", "--week", "2026-W42", "--format", "json", "--ledger", str(folder)]
    code, out, said = make_demo.run(words, monday)
    assert code == 0, said
    begun = [path for path in folder.glob("journal/2026/10/*/*.yaml") if path.name[:2] in {"CP", "RP", "CN"}]
    assert json.loads(out)["requests"]["total"]["received"] == len(begun)


def test_a_path_that_is_none_is_named_with_its_line() -> None:
    with pytest.raises(make_demo.StoryError, match="line 2"):
        month.routes("== repair, 1\nsometime somebody does something\n")
