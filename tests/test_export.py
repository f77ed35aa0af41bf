"""Exporting: tables that spreadsheets open without changing or running anything, and lines of JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from pm_cli.cli.commands.export import guarded
from pm_cli.flows.importing import table
from tests.store.desk import Desk

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("export") / "books")
    desk.pm("init", str(desk.root), "--estate", "翠湖花园", "--no-git")
    desk.pm("unit add 3-12 --as admin", "--contact-name", "王强", "--contact-phone", "075512345678")
    desk.pm("unit add 大堂 --as admin", "--note", "=HYPERLINK(1)", "--use", "public_place")
    receive = ("repair receive --channel phone --content 漏水 --as admin --at", "2026-03-02 09:00")
    desk.pm(*receive, "--unit", "3-12", "--finish-by", "2026-03-03 18:00", "--caller-phone", "+8613912345678")
    desk.pm("repair cancel A01 --as admin --at", "2026-03-02 10:00", "--reason", "不修了")
    desk.pm("repair write-off A01 --as admin --at", "2026-03-04 10:00")
    desk.pm("repair receive --unit 大堂 --channel visit --as admin --at", "2026-03-05 09:00", "--content", "灯坏\n两盏")
    return desk


def rows(desk: Desk, *words: str) -> list[dict[str, str]]:
    text = desk.pm("export", *words).out
    assert text.startswith(MARK), "Excel takes UTF-8 without a mark for the local encoding"
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK), newline="")))


def test_one_row_a_record_with_dotted_columns(desk: Desk) -> None:
    first, second = rows(desk, "repair")
    assert list(first) == [
        *("id", "state", "began", "closed", "unit", "channel", "content", "caller.phone", "priority"),
        *("finish_by", "cancel_reason", "handed_in_at", "written_off_at"),
    ]
    assert (first["id"], first["state"], first["cancel_reason"]) == ("RP-260302-A01", "written_off", "不修了")
    assert (second["content"], second["closed"], second["finish_by"]) == ("灯坏\n两盏", "", "")


def test_times_are_local_and_plain(desk: Desk) -> None:
    (first, _second) = rows(desk, "repair")
    assert (first["began"], first["closed"]) == ("2026-03-02 09:00:00", "2026-03-04 10:00:00")
    assert first["finish_by"] == "2026-03-03 18:00:00"


def test_rooms_and_phones_stay_text_and_formulas_sleep(desk: Desk) -> None:
    flat, hall = rows(desk, "unit")
    assert (flat["id"], flat["contact.phone"], flat["contact.name"]) == ("\t3-12", "\t075512345678", "王强")
    assert (hall["id"], hall["note"]) == ("大堂", "\t=HYPERLINK(1)")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86139",
        "-5+3",
        "@SUM(A1)",
        "＝1+1",
        "|x",
        "007",
        "1e3",
        "3-12",
        "3/12",
        "12 a",
        "Mar-15",
        "1,5",
        "2月3日",
    ],
)
def test_what_a_spreadsheet_would_change_isguarded(text: str) -> None:
    assert guarded(text) == "\t" + text


@pytest.mark.parametrize("text", ["漏水", "12 Main St", "K-3-1502-1", "marmalade", "", "a-5 b", "jan" * 50 + "!"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_hidden_characters_do_not_leave(desk: Desk) -> None:
    assert "\u202e" not in guarded("abc\u202etxt.exe")


def test_import_takes_the_guard_off_again(desk: Desk, tmp_path: Path) -> None:
    desk.pm("export unit --output", str(tmp_path / "units.csv"))
    found = table.read(tmp_path / "units.csv")
    assert found.columns[0] == "id"
    assert [row.cells[0] for row in found.rows] == ["3-12", "大堂"]


def test_lines_of_json_are_the_records_as_shown(desk: Desk) -> None:
    lines = [json.loads(line) for line in desk.pm("export repair --format jsonl").out.splitlines()]
    assert [line["id"] for line in lines] == ["RP-260302-A01", "RP-260305-A01"]
    for line in lines:
        shown = desk.pm(f"show {line['id']} --json").json
        assert line.items() <= shown.items()
    assert desk.pm("export repair --json").out == desk.pm("export repair --format jsonl").out


@pytest.mark.parametrize(
    ("words", "days"),
    [
        (("--open",), ["260305"]),
        (("--since", "2026-03-05"), ["260305"]),
        (("--until", "2026-03-04"), ["260302"]),
        (("--since", "2026-03-03", "--until", "2026-03-04"), []),
    ],
)
def test_only_some_records(desk: Desk, words: tuple[str, ...], days: list[str]) -> None:
    assert [row["id"][3:9] for row in rows(desk, "repair", *words)] == days


def test_formats_and_kinds_are_checked(desk: Desk) -> None:
    assert "csv, jsonl" in desk.pm("export repair --format xml", code=2).err
    assert "There is no kind" in desk.pm("export lift", code=2).err
