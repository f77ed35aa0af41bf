"""A new ledger: one estate, this desk's letter, rules and attributes in place, under git unless told otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from pm_cli.cli.commands.init import desk_letter
from pm_cli.core.errors import Refusal, Usage
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from pm_cli.store.starter import Start, begin


def test_a_ledger_belongs_to_one_estate(tmp_path: Path) -> None:
    """SHEET-02, COMP-04: every record lies in the ledger of its estate; another estate is another ledger."""
    begin(tmp_path / "one", Start("翠湖花园", "A"))
    begin(tmp_path / "two", Start("云景苑", "A", timezone="Asia/Urumqi"))
    assert Ledger(Layout(tmp_path / "one")).estate.name == "翠湖花园"
    assert str(Ledger(Layout(tmp_path / "two")).zone) == "Asia/Urumqi"


def test_it_begins_with_rules_and_a_clean_commit(tmp_path: Path) -> None:
    ledger = begin(tmp_path / "one", Start("翠湖花园", "B", "后台"))
    assert ledger.desk == "B"
    assert ledger.estate.desks == {"B": "后台"}
    assert "sheet.collect" in ledger.policy
    assert ledger.calendar.covers(2026)
    assert ledger.git is not None
    assert ledger.git.changed() == []


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(Refusal, match="not empty"):
        begin(tmp_path, Start("翠湖花园", "A"))


def test_the_letter_of_imports_is_not_a_desk() -> None:
    with pytest.raises(Usage):
        desk_letter("Z")
    assert desk_letter("b") == "B"
