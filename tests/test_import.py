"""Importing: files as they come, rows that become chains of events, nothing in half, nothing twice."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from examples import check_late
from pm_cli.core.errors import Usage
from pm_cli.flows.importing import mapping, plan, table
from pm_cli.flows.importing.columns import Columns
from pm_cli.flows.importing.sift import code_of
from pm_cli.flows.importing.values import Times
from pm_cli.store import disk
from pm_cli.store.forked import forked
from tests.memory import MemoryBooks
from tests.sessions import HOME
from tests.store.desk import Desk, Said

EXAMPLES = HOME / "examples"
NEW_YORK = ZoneInfo("America/New_York")
TABLE = """\
Number,Type,Opened,Due,Closed,State,Where,Who
1,Lift stuck,2018-03-01 09:00,2018-03-02 09:00,2018-03-03 08:00,Closed,12 Main St,Ann
2,Complaint,2018-03-01 10:00,2018-03-05 10:00,,Open,12 main st,Bob
3,Leak,2018-03-01 08:00,,,New,Lobby,
"""
MAPPING = """\
zone: America/New_York
external: "old:{Number}"
at: "{Opened}"
kind: {column: Type, table: {Complaint: complaint}, default: repair}
unit: {code: {column: Where, default: elsewhere}, note: "{Where}"}
fields:
  channel: phone
  content: "{Type}"
  caller.name: "{Who}"
kinds:
  repair:
    fields: {finish_by: "{Due}"}
    steps:
    - do: finish
      when: {State: [Closed, Done]}
      at: "{Closed}"
    - do: close
      when: {State: Closed}
  complaint:
    fields: {reply_by: "{Due}"}
"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("empty") / "books")
    desk.pm("init", str(desk.root), "--estate", "X", "--timezone", "America/New_York", "--no-git")
    return desk


@pytest.fixture
def desk(empty: Desk, tmp_path: Path) -> Desk:
    return empty.copy(tmp_path / "books")


@pytest.fixture
def bring(desk: Desk, tmp_path: Path) -> Callable[..., Said]:
    """Import a table with a mapping; what is not given is the one above."""

    def bring(
        rows: str | bytes = TABLE, said: str = MAPPING, *options: str, kind: str = "request", code: int = 0
    ) -> Said:
        file, map_ = tmp_path / "rows.csv", tmp_path / "map.yaml"
        file.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        map_.write_text(said, encoding="utf-8")
        return desk.pm("import", kind, str(file), "--map", str(map_), "--as", "admin", "--json", *options, code=code)

    return bring


def test_rows_become_records_with_their_history(desk: Desk, bring: Callable[..., Said]) -> None:
    assert bring().json["records"] == {"repair": 2, "complaint": 1, "unit": 2}
    leak, lift, complaint = "RP-180301-Z01", "RP-180301-Z02", "CP-180301-Z03"  # numbered as they began
    assert desk.does(lift) == ["receive", "finish", "close"]
    assert [event.at for event in desk.record(lift).events] == [
        "2018-03-01T09:00:00-05:00",
        "2018-03-03T08:00:00-05:00",
        "2018-03-03T08:00:00-05:00",
    ]
    assert desk.record(leak).state == "received"
    assert desk.record(complaint).fields["reply_by"] == "2018-03-05T10:00:00-05:00"
    late = desk.pm("list repair --late --json").json
    assert [record["fields"]["external"] for record in late] == ["old:1"]
    assert desk.problems() == []


def test_an_import_is_one_commit(desk: Desk, bring: Callable[..., Said]) -> None:
    desk.git("init --quiet --initial-branch main")
    bring()
    assert desk.git("log --format=%an:%s") == "admin:import rows.csv: 1 complaint, 2 repair, 2 unit\n"
    assert desk.git("status --porcelain journal register") == ""


def test_a_record_is_the_one_that_typing_it_in_would_have_made(desk: Desk, bring: Callable[..., Said]) -> None:
    bring()
    imported = desk.record("RP-180301-Z02")
    books = MemoryBooks(zone=NEW_YORK, staff={"admin": frozenset({"admin"})}, desk="Z")
    opened, closed = (datetime(2018, 3, day, hour, tzinfo=NEW_YORK) for day, hour in ((1, 9), (3, 8)))
    now = imported.events[0].known.astimezone(NEW_YORK)
    books.do("unit", "add", {"code": "12_Main_St"}, by="admin", at=now)
    raw = {
        "unit": "12_Main_St",
        "channel": "phone",
        "content": "Lift stuck",
        "caller": {"name": "Ann"},
        "external": "old:1",
        "finish_by": "2018-03-02 09:00",
    }
    typed = books.do("repair", "receive", raw, by="admin", at=opened, now=now).record
    for action in ("finish", "close"):
        typed = books.do("repair", action, on=typed.id, by="admin", at=closed, now=now).record
    assert typed.state == imported.state
    assert typed.reveal(typed.fields) == imported.reveal(imported.fields)
    assert list(typed.fields) == list(imported.fields)
    for ours, theirs in zip(imported.events, typed.events, strict=True):
        assert (ours.at, ours.recorded, ours.by, ours.do) == (theirs.at, theirs.recorded, theirs.by, theirs.do)
        assert list(ours.given) == list(theirs.given)
        assert imported.reveal(dict(ours.given)) == typed.reveal(dict(theirs.given))


def test_names_of_residents_enter_events_only_as_commitments(desk: Desk, bring: Callable[..., Said]) -> None:
    bring()
    kept, events = desk.path("RP-180301-Z02").read_text(encoding="utf-8").split("events:")
    assert "Ann" in kept
    assert "Ann" not in events


def test_a_group_is_filled_for_rows_that_have_something_for_it(desk: Desk, bring: Callable[..., Said]) -> None:
    rows = TABLE + "4,Complaint,2018-03-01 11:00,,,Open,Roof,\n"
    bring(rows, MAPPING.replace("{reply_by", "{signature.who: '{Who}', reply_by"))
    signed, unsigned = desk.record("CP-180301-Z03"), desk.record("CP-180301-Z04")
    assert signed.reveal(signed.fields["signature"]) == {"who": "Bob", "how": "ink"}
    assert "signature" not in unsigned.fields


def test_an_import_may_be_run_again(desk: Desk, bring: Callable[..., Said]) -> None:
    bring()
    before = desk.records()
    more = TABLE + "3,Leak,2018-03-01 08:00,,,New,Lobby,\n4,Smell,2018-03-02 08:00,,,New,Lobby,\n" * 2
    again = bring(more).json
    assert (again["known"], again["repeated"], again["records"]) == (5, 1, {"repair": 1})
    assert before.items() <= desk.records().items()


def test_one_kind_of_a_file_of_several(bring: Callable[..., Said]) -> None:
    said = bring(kind="complaint").json
    assert (said["records"], said["other_kind"]) == ({"complaint": 1, "unit": 1}, 2)


def test_a_file_with_bad_rows_imports_nothing(desk: Desk, bring: Callable[..., Said]) -> None:
    rows = TABLE + "4,Smell,2018-02-30 08:00,soon,,New,Roof,\n"
    said = bring(rows, code=1).json
    assert not said["written"]
    assert [(bad["line"], bad["column"], bad["value"]) for bad in said["bad"]] == [(5, "Opened", "2018-02-30 08:00")]
    assert desk.records() == {}
    assert list((desk.root / ".pm" / "tmp").iterdir()) == []
    said = bring(rows, MAPPING, "--skip-bad").json
    assert said["records"] == {"repair": 2, "complaint": 1, "unit": 2}, "no unit for a row that is left out"


def test_what_was_imported_is_on_the_disk_before_it_has_its_name(
    bring: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("sync_everything", "publish"):
        real = getattr(disk, name)
        monkeypatch.setattr(disk, name, lambda *a, _name=name, _real=real, **k: (done.append(_name), _real(*a, **k)))
    bring()
    assert done[0] == "sync_everything"


def test_a_full_disk_saves_nothing(desk: Desk, bring: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    real = disk.write

    def write(path: Path, content: bytes, *, sync: bool = True) -> None:
        if b"kind: complaint" in content:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, content, sync=sync)

    monkeypatch.setattr(disk, "write", write)
    assert "Nothing was saved: No space left on device" in bring(code=4).err
    monkeypatch.undo()
    assert desk.records() == {}
    assert bring().json["records"] == {"repair": 2, "complaint": 1, "unit": 2}


def test_a_dry_run_writes_nothing_and_tells_all(desk: Desk, bring: Callable[..., Said]) -> None:
    said = bring(TABLE, MAPPING, "--dry-run").json
    assert (said["written"], said["records"]) == (False, {"repair": 2, "complaint": 1, "unit": 2})
    assert desk.records() == {}


def test_the_report_to_people(desk: Desk, tmp_path: Path, bring: Callable[..., Said]) -> None:
    bring(TABLE + "4,Smell,yesterday,,,New,Roof,\n", code=1)
    said = desk.run(
        "import", "request", str(tmp_path / "rows.csv"), "--map", str(tmp_path / "map.yaml"), "--as", "admin"
    )
    assert "bad\t1\n" in said.out
    assert "5\tOpened\tyesterday\t" in said.out
    assert "Nothing was imported." in said.err
    assert "--skip-bad" in said.err


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("9,,2018-03-01 09:00,,,New,Roof,", "Type", "content is missing"),
        ("9,Smell,,,,New,Roof,", "Opened", "the time is missing"),
        ("9,Smell,2999-03-01 09:00,,,New,Roof,", "Opened", "lies in the future"),
        ("9,Smell,2018-03-01 09:00,soon,,New,Roof,", "Due", "'soon' is not a time"),
        ("9,Smell,2018-03-01 09:00,,2018-02-01 09:00,Closed,Roof,", "Closed", "it lies before 2018-03-01 09:00"),
        ("9,Smell,2018-03-01 09:00,,,Closed,Roof,", "Closed", "the time is missing"),
        ("9,Smell,2018-03-01 09:00,,2999-02-01 09:00,Closed,Roof,", "Closed", "lies in the future"),
        (f"9,Smell,2018-03-01 09:00,,,New,{'x' * 70},", "Where", "cannot be a number"),
        ("9,Smell,2018-03-01 09:00,,,New,Roof,\x07", "Who", "control characters"),
        ("9,Smell,2018-03-01 09:00,,,New", "", "it has 6 cells, the header 8"),
        (",Smell,2018-03-01 09:00,,,New,Roof,", "Number", "it is empty"),
    ],
)
def test_each_value_that_does_not_fit_is_named(bring: Callable[..., Said], row: str, column: str, reason: str) -> None:
    (bad,) = bring(TABLE + row + "\n", code=1).json["bad"]
    assert (bad["line"], bad["column"]) == (5, column)
    assert reason in bad["reason"]


def test_everything_wrong_with_a_row_is_told_at_once(bring: Callable[..., Said]) -> None:
    bad = bring(TABLE + "9,Smell,2018-03-01 09:00,soon,later,Closed,Roof,\x07\n", code=1).json["bad"]
    assert [one["column"] for one in bad] == ["Who", "Due", "Closed"]


def test_what_the_kind_forbids_is_a_bad_row(bring: Callable[..., Said]) -> None:
    steps = "    steps:\n    - {do: visit, at: '{Opened}', with: {way: phone, result: satisfied}}\n"
    (bad,) = bring(said=MAPPING + steps, code=1).json["bad"]
    assert (bad["line"], bad["value"], bad["reason"]) == (3, "visit", "visit is not possible from recorded")


def test_who_may_not_do_a_step_may_not_import_it(desk: Desk, bring: Callable[..., Said]) -> None:
    desk.pm("staff add wang --name Wang --role technician --as admin")
    said = bring(TABLE, MAPPING, "--as", "wang", code=1)
    assert "wang may not" in said.err


def test_units_are_registered_as_they_come_up(desk: Desk, bring: Callable[..., Said]) -> None:
    desk.pm("unit add LOBBY --as admin")
    bring()
    assert sorted(path for path in desk.records() if "unit" in path) == [
        "register/unit/12_Main_St.yaml",
        "register/unit/LOBBY.yaml",
    ]
    assert desk.record("12_Main_St").fields["note"] == "12 Main St"
    assert desk.record("RP-180301-Z01").fields["unit"] == "LOBBY", "capitals make no other place"


@pytest.mark.parametrize(
    ("called", "code"),
    [
        ("3-1502", "3-1502"),
        ("３－１５０２", "3-1502"),
        ("大堂", "大堂"),
        ("72-10 41 AVENUE", "72_10_41_AVENUE"),
        ("12 S. STOCKTON  ST", "12_S._STOCKTON_ST"),
        ("#4 (rear)", "4_rear"),
    ],
)
def test_the_code_of_a_unit(called: str, code: str) -> None:
    assert code_of(called) == code


def test_a_constant_place(desk: Desk, bring: Callable[..., Said]) -> None:
    bring(said=MAPPING.replace('unit: {code: {column: Where, default: elsewhere}, note: "{Where}"}', "unit: lobby"))
    assert desk.record("RP-180301-Z01").fields["unit"] == "lobby"


CHINESE = '编号;时间;内容\n1;2020-01-06 12:09;"　　漏水，\n三楼　"\n'
CHINESE_MAPPING = 'external: "旧:{编号}"\nat: "{时间}"\nunit: 大堂\nfields: {content: "{内容}", channel: online}\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encoding_delimiter_and_line_breaks_are_found_out(
    desk: Desk, bring: Callable[..., Said], encoding: str, delimiter: str
) -> None:
    rows = CHINESE.replace(";", delimiter).replace("\n", "\r\n")
    bring(rows.encode(encoding), CHINESE_MAPPING, kind="repair")
    assert desk.record("RP-200106-Z01").fields["content"] == "漏水，\n三楼"


def test_lines_are_counted_as_an_editor_counts_them(bring: Callable[..., Said]) -> None:
    rows = CHINESE + '\n2;"heute";x\n'
    assert [bad["line"] for bad in bring(rows, CHINESE_MAPPING, kind="repair", code=1).json["bad"]] == [5]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"a,b\n1,\xff\xff\xff", "cannot be read as utf-8, gb18030"), (b'a,b\n1,"x', ":2: ")],
)
def test_a_file_that_cannot_be_read_is_refused(bring: Callable[..., Said], content: bytes, said: str) -> None:
    assert said in bring(content, code=2).err


def test_a_spreadsheet(desk: Desk, tmp_path: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    book = xlsxwriter.Workbook(str(tmp_path / "rows.xlsx"), {"default_date_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["编号", "时间", "内容"])
    sheet.write_row(1, 0, [7, datetime.fromisoformat("2020-01-06T12:09"), "漏水"])
    book.close()
    (tmp_path / "map.yaml").write_text(CHINESE_MAPPING, encoding="utf-8")
    desk.pm("import", "repair", str(tmp_path / "rows.xlsx"), "--map", str(tmp_path / "map.yaml"), "--as", "admin")
    record = desk.record("RP-200106-Z01")
    assert (record.fields["external"], record.events[0].at[:16]) == ("旧:7", "2020-01-06T12:09")


def test_a_register(desk: Desk, bring: Callable[..., Said]) -> None:
    rows = "Room,Owner,Phone\n3-1502,王强,075512345678\n3-1503,,\n"
    said = 'fields: {code: "{Room}", contact.name: "{Owner}", contact.phone: "{Phone}"}\n'
    assert bring(rows, said, kind="unit").json["records"] == {"unit": 2}
    record = desk.record("3-1502")
    assert record.reveal(record.fields["contact"]) == {"name": "王强", "phone": "075512345678"}
    assert desk.record("3-1503").fields["use"] == "home"
    assert bring(rows, said, kind="unit").json["known"] == 2


# -- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("7/4/2018 1:05 PM", "2018-07-04T13:05:00-04:00"),
        ("2018-07-04 13:05:10", "2018-07-04T13:05:10-04:00"),
        ("2018-07-04T13:05:10+00:00", "2018-07-04T09:05:10-04:00"),
        ("３/11/2018 2:43 AM", "2018-03-11T03:43:00-04:00"),  # skipped by the spring change
        ("11/4/2018 1:30 AM", "2018-11-04T01:30:00-04:00"),  # the first of two
    ],
)
def test_times_in_the_zone_of_the_file(text: str, stored: str) -> None:
    times = Times(("%m/%d/%Y %I:%M %p",), NEW_YORK, NEW_YORK)
    assert times.instant(text).isoformat() == stored


def test_the_second_of_two_equal_times_when_the_first_would_come_too_early() -> None:
    times = Times((), NEW_YORK, NEW_YORK)
    opened = times.instant("2018-11-04 01:50")
    assert times.instant("2018-11-04 01:10", after=opened).isoformat() == "2018-11-04T01:10:00-05:00"
    assert times.instant("2018-11-04 00:10", after=opened).isoformat() == "2018-11-04T00:10:00-04:00"


def test_midnight_may_only_name_the_day(desk: Desk, bring: Callable[..., Said]) -> None:
    rows = TABLE.replace("2018-03-03 08:00", "2018-03-01")
    said = MAPPING.replace('at: "{Closed}"', "at: {column: Closed, midnight: day_end}")
    bring(rows, said)
    assert desk.record("RP-180301-Z02").events[1].at == "2018-03-01T23:59:59-05:00"


# -- the mapping file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"{Opened}"', '"{Begun}"', ":3: there is no column 'Begun'"),
        ("channel: phone", "chanel: phone", ":7: receive has no field chanel"),
        ("do: finish", "do: finnish", ":14: 'finnish' is none of: "),
        ("  channel: phone\n", "", ":11: receive needs channel"),
        ('external: "old:{Number}"\n', "", "external is missing"),
        ("America/New_York", "America/York", ":1: there is no time zone 'America/York'"),
        ("channel: phone", "channel: [phone, visit]", ":7: channel holds one value"),
        ("State: Closed", "Sate: Closed", ":18: there is no column 'Sate'"),
        ("column: Type,", "column: Type, template: x,", ":4: one of column and template"),
        ("channel: phone", "channel: {column: Who, take: '('}", ":7: missing )"),
        ("zone:", "zne:", ":1: 'zne' is none of: "),
        ("zone: America", "zone: [America", " is not YAML: "),
        ("channel: phone", "channel: phone\n  channel: visit", ":8: 'channel' is there twice"),
        ("kind: {column: Type, table: {Complaint: complaint}, default: repair}\n", "", "what a row becomes"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_named_with_its_line(
    bring: Callable[..., Said], old: str, new: str, reason: str
) -> None:
    assert old in MAPPING
    assert reason in bring(said=MAPPING.replace(old, new, 1), code=2).err


def test_everything_wrong_with_a_mapping_is_told_at_once(bring: Callable[..., Said]) -> None:
    said = MAPPING.replace("do: finish", "do: finnish").replace("do: close", "do: cloze").replace("reply_by", "reply")
    err = bring(said=said, code=2).err
    assert all(word in err for word in ("finnish", "cloze", "has no field reply"))


@pytest.mark.parametrize(
    ("said", "cells", "meant"),
    [
        ("{A}-{B}", "1,2", "1-2"),
        ("{{{A}}}", "1,2", "{1}"),
        ("{A}-{B}", ",", ""),
        ("lobby", ",", "lobby"),
        ("{column: A, blank: [n/a, '-']}", "n/a,", ""),
        ("{column: A, blank: [n/a, '-'], default: B}", "-,", "B"),
        ("{column: A, take: '[^,]+'}", "12 Main St,", "12 Main St"),
        ("{column: A, take: 'No (\\d+)'}", "flat No 7 left,", "7"),
        ("{column: A, take: 'No (\\d+)'}", "flat,", ""),
        ("{column: A, table: {Ｔｅｌ: phone}}", "TEL,", "phone"),
        ("{column: A, table: {Tel: phone}, default: other}", "Fax,", "other"),
        ("{template: '{A} {B}', contains: {leak: water, LIFT: lift}}", "the lift,leaks", "water"),
        ("{template: '{A} {B}', contains: {leak: water, LIFT: lift}}", "the,door", ""),
    ],
)
def test_values(tmp_path: Path, said: str, cells: str, meant: str) -> None:
    (tmp_path / "map.yaml").write_text(f"value: {said if ': ' in said else json.dumps(said)}\n", encoding="utf-8")
    columns = Columns(("A", "B"), Times((), NEW_YORK, NEW_YORK))
    drawn = columns.drawn(mapping.load(tmp_path / "map.yaml").entries()["value"])
    assert columns.text(table.Row(1, cells.split(",")), drawn) == meant


MANUAL = "RequestID,CreatedDate,Type,Address,District,Description,Name,Due,Status,ClosedDate,Result"
HEADERS = {
    "baltimore": "SRRecordID,SRType,MethodReceived,CreatedDate,SRStatus,DueDate,CloseDate,Agency,Address,Neighborhood",
    "chicago_no_heat": "Service Request Number,Service Request: Type Name,Work Order Number,Date/Time Opened,"
    "Date/Time Closed,Service Request Status,Street Block,Zip Code",
    "zh_messages": "留言编号,留言主题,留言时间,留言详情,答复意见,答复时间",
}


@pytest.mark.parametrize("name", HEADERS)
def test_shipped_mapping_files_fit_their_tables(name: str) -> None:
    said = mapping.load(EXAMPLES / f"{name}.yaml")
    planned = plan.plan(said, tuple(HEADERS[name].split(",")), "repair", NEW_YORK)
    assert planned.chains


def test_the_mapping_file_of_the_manual(tmp_path: Path) -> None:
    (manual,) = re.findall(r"```yaml\n(.*?)```", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "map.yaml").write_text(manual, encoding="utf-8")
    planned = plan.plan(mapping.load(tmp_path / "map.yaml"), tuple(MANUAL.split(",")), "request", NEW_YORK)
    assert planned.chains.keys() == {"repair", "complaint"}


def test_the_shipped_sample(desk: Desk) -> None:
    said = desk.pm(
        "import request",
        str(EXAMPLES / "sample" / "nyc_elevators.csv"),
        "--map",
        str(EXAMPLES / "nyc_elevators.yaml"),
        *("--as", "admin", "--json"),
    ).json
    assert (said["rows"], said["records"]["repair"], said["records"]["complaint"]) == (58, 49, 9)
    assert desk.problems() == []


BALTIMORE = """\
SRRecordID,SRType,MethodReceived,CreatedDate,SRStatus,DueDate,CloseDate,Agency,Address,Neighborhood
in-time,Leak,Phone,03/01/2018 09:00:00 AM,Closed,03/02/2018 09:00:00 AM,03/02/2018 09:00:00 AM,Water,,
late,Leak,Phone,03/01/2018 09:00:00 AM,Closed,03/02/2018 09:00:00 AM,03/02/2018 09:00:01 AM,Water,,
skipped-hour,Leak,API,03/10/2018 02:30:00 AM,Closed,03/11/2018 02:30:00 AM,03/11/2018 03:30:00 AM,Water,,
open,Complaint,Mail,03/01/2018 09:00:00 AM,New,03/05/2018 09:00:00 AM,,Water,,
duplicate,Leak,Web,03/01/2018 09:00:00 AM,Closed (Duplicate),03/05/2018 09:00:00 AM,03/06/2018 09:00:00 AM,Water,,
told-late,Complaint,Mail,03/01/2018 09:00:00 AM,Closed,03/05/2018 09:00:00 AM,03/07/2018 09:00:00 AM,Water,,
no-due-date,Leak,Mail,03/01/2018 09:00:00 AM,Closed,,03/07/2018 09:00:00 AM,Water,,
"""


def test_late_and_overdue_as_worked_out_from_the_file_alone(
    desk: Desk,
    tmp_path: Path,
    bring: Callable[..., Said],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bring(BALTIMORE, (EXAMPLES / "baltimore.yaml").read_text(encoding="utf-8"))
    monkeypatch.setattr(check_late, "pm", lambda _ledger, *words: desk.pm(*words, "--json").json)
    days = ["2018-03-02", "2018-03-06", "2018-03-07", "2018-03-12"]
    assert check_late.main(str(tmp_path / "rows.csv"), "", days) == 0
    assert [line.split(":")[1].split()[0] for line in capsys.readouterr().out.splitlines()] == ["4", "0", "3", "2", "1"]


# -- all processors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processors", [1, 3])
def test_results_come_in_the_order_of_the_batches(monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert list(forked(lambda batch: batch * 2, [1, 2, 3, 4, 5])) == [2, 4, 6, 8, 10]


def test_what_a_child_raises_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def work(batch: int) -> int:
        raise Usage(f"no {batch}")

    with pytest.raises(Usage, match="no 1"):
        list(forked(work, [1, 2]))


def test_a_child_that_dies_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(ChildProcessError):
        list(forked(lambda batch: os._exit(batch), [1, 2]))
