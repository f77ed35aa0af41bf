"""Duties nobody has done are listed; the information file speaks up beside a question; what an estate may settle otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.core.errors import Refusal
from pm_cli.core.policy import Policy, PolicyError, read_entry
from pm_cli.core.rung import Rung, rungs
from pm_cli.core.times import When
from pm_cli.core.week import WeekType
from pm_cli.flows import hints
from pm_cli.flows.information import Entry, matching
from pm_cli.share import share
from pm_cli.store.compiled import read_policy
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from tests.memory import ZONE, MemoryBooks

STORY = """
== 2026-11-09
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add gao.yuan --name 高远 --role property_department_manager
08:00 admin staff add sun.hao --name 孙浩 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.gang --name 王刚 --role technician
08:01 admin unit add 3-1502
08:10 li.na info add 派出所 --topic 派出所电话 --content 二十四小时值班 --phone 62010110 --source 社区公告栏
08:12 li.na info add 电信 --topic 宽带电信报修电话 --content 电信公司 --phone 10000 --source 营业厅
08:14 li.na info add 车位 --topic 车位租售 --content 每月三百元起 --source 停车管理办法
== 2026-11-12 Thursday: the first entry of the ledger, read and recorded
09:00 li.na q1: consultation ask --unit 3-1502 --channel phone --content 班车时间 --topic other --answer 每半小时一班
17:00 sun.hao review read-day
17:30 li.na work-record write --work-done 接待三人
== 2026-11-16 Monday: nobody reads, the technician has no record to write
09:00 li.na q2: consultation ask --unit 3-1502 --channel phone --content 车位何时可租
10:00 wang.gang repair receive --unit 3-1502 --channel patrol --content 灯不亮
== 2026-11-17 Tuesday: read the next morning
09:00 li.na q3: consultation ask --unit 3-1502 --channel phone --content 会所何时开放 --important-for press --sensitive
09:05 li.na consultation report @q3 --reported-to sun.hao
09:10 sun.hao consultation report @q3 --reported-to gao.yuan
10:00 li.na consultation answer @q3 --topic other --answer 每天九点 --came-twice
== 2026-11-18 Wednesday
08:30 sun.hao review read-day --day 2026-11-17 --follow-up 今天答复 --concerns @q3 --handler li.na
17:30 li.na work-record write --work-done 整理台账
"""
WEEKLY = """
17:40 admin staff add ma.jun --name 马军 --role company_leader
17:41 zhou.li consultation report @q3 --reported-to ma.jun
17:45 zhou.li review read-week --guidance 答复附文件 --escalations @q3 --reported-to ma.jun
"""
THURSDAY = datetime(2026, 11, 19, 9, tzinfo=ZONE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("duties") / "estate"
    make_demo.tell(folder, STORY)
    return folder


def pm(root: Path, *words: str, at: datetime = THURSDAY) -> tuple[str, str]:
    code, out, said = make_demo.run(["--lang", "en", *words, "--ledger", str(root)], at)
    assert code == 0, said
    return out, said


def owed(root: Path, *words: str, at: datetime = THURSDAY) -> list[dict[str, Any]]:
    return list(json.loads(pm(root, "duties", "--json", *words, at=at)[0]))


def periods(found: list[dict[str, Any]], duty: str) -> list[str]:
    """The periods in which a duty has not been done at all."""
    return [one["period"] for one in found if one["duty"] == duty and not one["done"]]


def test_a_day_with_entries_that_nobody_read_is_listed(root: Path) -> None:
    """CAL-03, CONS-16: Thursday was read the same day, Tuesday the next morning; Monday was not, other days have none."""
    found = owed(root)
    assert periods(found, "daily_reading") == ["2026-11-16"]
    (one,) = [one for one in found if one["duty"] == "daily_reading" and not one["done"]]
    assert (one["role"], one["due"], one["rule"]) == ("cs_supervisor", "2026-11-16T23:59:59+08:00", "CAL-03")
    assert one["late_seconds"] == 2 * 86400 + 9 * 3600 + 1


def test_a_week_without_a_reading_is_missed_from_monday_on(root: Path) -> None:
    """CAL-14, CONS-17: the week of the first entry and this one; none before the ledger was begun."""
    found = owed(root)
    assert periods(found, "weekly_reading") == ["2026-W46", "2026-W47"]
    assert periods(owed(root, "--missed"), "weekly_reading") == ["2026-W46"]
    sunday, monday = (datetime(2026, 11, day, 0, tzinfo=ZONE) for day in (22, 23))
    assert periods(owed(root, "--missed", at=sunday), "weekly_reading") == ["2026-W46"]
    assert periods(owed(root, "--missed", at=monday), "weekly_reading") == ["2026-W46", "2026-W47"]


def test_a_week_without_entries_is_missed_too(root: Path) -> None:
    """CONS-17: at least once a week, whatever stands in it; further back than the policy says nothing is listed."""
    later = datetime(2026, 12, 24, 9, tzinfo=ZONE)
    assert periods(owed(root, at=later), "weekly_reading") == [
        "2026-W48",
        "2026-W49",
        "2026-W50",
        "2026-W51",
        "2026-W52",
    ]
    assert periods(owed(root, at=later), "daily_reading") == []


def test_a_member_of_the_group_owes_a_record_of_every_day_with_entries(root: Path) -> None:
    """CAL-04: li.na wrote one on Thursday and Wednesday; neither technician nor supervisor owes any."""
    found = [one for one in owed(root) if one["duty"] == "work_record"]
    assert [(one["period"], one["who"], one["role"]) for one in found] == [
        ("2026-11-09", "li.na", "receptionist"),
        ("2026-11-16", "li.na", "receptionist"),
        ("2026-11-17", "li.na", "receptionist"),
    ]
    assert owed(root, "--who", "sun.hao") == []


def test_what_is_due_tonight_is_owed_and_not_missed(root: Path) -> None:
    """CAL-03: on Thursday at three the reading of the day is still ahead."""
    then = ("--as-of", "2026-11-12 15:00")
    assert periods(owed(root, *then), "daily_reading") == ["2026-11-12"]
    assert periods(owed(root, *then, "--missed"), "daily_reading") == []


def test_a_reading_made_late_shows_as_late(root: Path) -> None:
    """CONS-16, CAL-03: Tuesday was read on Wednesday morning, in the list and in the daily report."""
    late = [one for one in owed(root) if one["done"]]
    assert [(one["duty"], one["period"], one["done"], one["late_seconds"]) for one in late] == [
        ("daily_reading", "2026-11-17", "2026-11-18T08:30:00+08:00", 8 * 3600 + 1801)
    ]
    assert "2026-11-17 23:59\t2026-11-18 08:30\t8h 30m" in pm(root, "duties")[0]
    day = json.loads(pm(root, "report", "daily", "--date", "2026-11-18", "--format", "json")[0])
    assert [one["period"] for one in day["duties"]["rows"] if one["done"]] == ["2026-11-17"]
    shown = {one["duty"]: one for one in json.loads(pm(root, "morning", "--json")[0])["owed"]}
    assert shown["daily_reading"]["count"] == 1
    assert "2026-11-16, due 2026-11-16 23:59" in pm(root, "morning")[0]


def test_what_comes_in_after_the_reading_is_for_the_next_one(tmp_path: Path) -> None:
    """CONS-16: a reading covers everything since the one before, and nothing that came after it."""
    estate = tmp_path / "estate"
    late_call = """
== 2026-11-19 Thursday
08:40 li.na consultation ask --unit 3-1502 --channel phone --content 班车改了吗
08:45 sun.hao review read-day
08:50 li.na contact log --channel phone --reason other --content 拾物 --result 已登记
"""
    make_demo.tell(estate, STORY + late_call)
    friday = THURSDAY.replace(day=20)
    assert periods(owed(estate), "daily_reading") == ["2026-11-16"]
    assert periods(owed(estate, at=friday), "daily_reading") == ["2026-11-16", "2026-11-20"]
    assert "1 entries in the ledger." in pm(estate, "review", "read-day", "--as", "sun.hao", at=friday)[1]
    assert periods(owed(estate, at=friday), "daily_reading") == ["2026-11-16"]


def test_a_day_read_again_in_the_evening_leaves_nothing(tmp_path: Path) -> None:
    """CONS-16: read in the morning, and once more after the last entry; later on it counts for that day alone."""
    estate = tmp_path / "estate"
    day = """
== 2026-11-19 Thursday
08:40 li.na consultation ask --unit 3-1502 --channel phone --content 班车改了吗
08:45 sun.hao review read-day
08:50 li.na contact log --channel phone --reason other --content 拾物 --result 已登记
08:55 sun.hao review read-day
"""
    make_demo.tell(estate, STORY + day)
    assert periods(owed(estate, at=THURSDAY.replace(day=20)), "daily_reading") == ["2026-11-16"]


def test_a_reading_before_the_entries_does_not_count_for_an_older_day(tmp_path: Path) -> None:
    """CONS-16: Monday read on Tuesday morning, and a note of Monday that was entered only afterwards."""
    estate = tmp_path / "estate"
    late_note = """
== 2026-11-19 Thursday
08:40 sun.hao review read-day --day 2026-11-16
08:50 li.na contact log --channel phone --reason other --content 拾物 --result 已登记 --at "2026-11-16 20:00"
"""
    make_demo.tell(estate, STORY + late_note)
    assert periods(owed(estate), "daily_reading") == ["2026-11-16"]


def test_whatever_stands_in_the_desk_journal_is_read(tmp_path: Path) -> None:
    """D-39, CONS-16: a day with nothing but a contact and an emergency is one to read, and both are shown."""
    estate = tmp_path / "estate"
    story = """
== 2026-11-19 Thursday
08:30 li.na contact log --channel phone --reason other --content 拾物 --result 已登记
08:40 li.na incident discover --unit 3-1502 --matter fire --what 厨房冒烟
"""
    make_demo.tell(estate, STORY + story)
    assert periods(owed(estate), "daily_reading") == ["2026-11-16", "2026-11-19"]
    said = pm(
        estate, "review", "read-day", "--escalations", "IN-261119-A02", "--reported-to", "gao.yuan", "--as", "sun.hao"
    )[1]
    assert "2 entries in the ledger." in said
    assert "Important (1): IN-261119-A02" in said


def test_an_answer_put_off_is_shown_to_the_reader(tmp_path: Path) -> None:
    """CONS-09: an agreed time that moves is counted, and the daily reading names it."""
    estate = tmp_path / "estate"
    story = """
== 2026-11-19 Thursday
08:30 li.na q4: consultation ask --unit 3-1502 --channel phone --content 班车改了吗 --answer-by "2026-11-19 12:00"
08:40 li.na consultation agree @q4 --answer-by "2026-11-20 12:00" --reason 等车队回话
"""
    make_demo.tell(estate, STORY + story)
    said = pm(estate, "review", "read-day", "--as", "sun.hao")[1]
    assert "Answer put off (1): CN-261119-A01" in said


def test_the_list_reads_well(root: Path) -> None:
    """CAL-03, CAL-04: duty, period, whose it is, by when."""
    out, _said = pm(root, "duties")
    assert (
        "2026-11-16 23:59\t\t2d 9h\tFront-desk ledger read by the supervisor\t2026-11-16\tcs supervisor\t\tCAL-03"
        in out
    )
    assert "Daily work record of the CS group\t2026-11-17\treceptionist\t李娜\tCAL-04" in out


def test_the_daily_report_lists_them_as_they_were_that_evening(root: Path) -> None:
    """CAL-03, CAL-04: the report of Monday names Monday, that of Thursday before does not."""
    monday, thursday = (
        json.loads(pm(root, "report", "daily", "--date", day, "--format", "json")[0])["duties"]["rows"]
        for day in ("2026-11-16", "2026-11-12")
    )
    assert periods(monday, "daily_reading") == ["2026-11-16"]
    assert periods(thursday, "daily_reading") == []
    assert "Front-desk ledger read by the supervisor" in pm(root, "report", "daily", "--format", "txt")[0]


def test_the_reader_is_shown_what_there_is_to_read(root: Path) -> None:
    """CONS-16, CONS-17, CONS-11, CONS-25: entries of day or week; which are open, overdue, important, sensitive, asked twice."""
    _out, said = pm(root, "review", "read-day", "--day", "2026-11-16", "--as", "sun.hao", "--dry-run")
    assert "2 entries in the ledger.\nOpen (2): CN-261116-A01, RP-261116-A02\nOverdue (" in said
    assert "Important" not in said
    ledger = Ledger(Layout(root))
    week = hints.before(ledger, "review", "read_week", {}, None, THURSDAY)
    assert week[0] == "3 entries in the ledger."
    assert week[-3:] == [
        f"{title} (1): CN-261117-A01" for title in ("Important", "Touches company or developer", "Had to come twice")
    ]
    assert hints.before(ledger, "review", "read_week", {"week": "2026-W60"}, None, THURSDAY) == []


def test_a_duty_that_the_estate_has_ended_is_owed_no_more(tmp_path: Path) -> None:
    """CAL-03: `value: null` ends a rule; deleting its file ends nothing, because then the figures of pm count."""
    estate = tmp_path / "estate"
    make_demo.tell(estate, STORY)
    policy = estate / "policy" / "review.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("      value: same day", "      value: null", 1), encoding="utf-8")
    assert {one["duty"] for one in owed(estate)} == {"work_record", "weekly_reading", "survey"}
    policy.unlink()
    assert {one["duty"] for one in owed(estate)} == {"work_record", "weekly_reading", "survey", "daily_reading"}


def test_answers_in_the_agreed_time_stand_beside_their_target(root: Path) -> None:
    """CONS-21: answered in time of those due, and the 100 % the manual asks for."""
    week = ("report", "weekly", "--week", "2026-W47")
    (row,) = (
        row
        for row in json.loads(pm(root, *week, "--format", "json")[0])["promises"]["by_clock"]
        if row["kind"] == "consultation"
    )
    assert (row["kept"]["numerator"], row["kept"]["denominator"], row["target"]) == (1, 2, "100 %")
    assert "50 % (1/2), target 100 %" in pm(root, *week, "--format", "md")[0]


# -- the information file ---------------------------------------------------------------------------------------------


def ask(root: Path, content: str, *more: str, at: datetime = THURSDAY) -> str:
    words = ("--unit", "3-1502", "--channel", "phone", "--content", content, "--as", "li.na", "--dry-run")
    return pm(root, "consultation", "ask", *words, *more, at=at)[1]


def test_entries_that_answer_a_question_are_shown_when_it_comes_in(root: Path) -> None:
    """CONS-08, CONS-11: what fits and nothing else, with the phone and the day it was checked."""
    said = ask(root, "请问派出所的电话是多少")
    assert "派出所  派出所电话  二十四小时值班  62010110  (checked 2026-11-09)" in said
    assert "10000" not in said
    assert "宽带" in ask(root, "家里宽带坏了找谁")


def test_an_entry_nobody_has_checked_for_a_year_says_so(root: Path) -> None:
    """CONS-08: it is still shown, and not to be trusted blindly."""
    assert "(not checked since 2026-11-09)" in ask(root, "派出所电话", at=datetime(2027, 11, 10, 9, tzinfo=ZONE))
    overdue = pm(root, "overdue", "--kind", "info", "--json", at=datetime(2027, 11, 10, 9, tzinfo=ZONE))[0]
    assert [one["id"] for one in json.loads(overdue)] == ["派出所", "电信", "车位"]


def test_what_the_file_lacks_is_said_and_what_is_answered_needs_no_hint(root: Path) -> None:
    """CONS-11: a good answer is worth keeping; with the answer typed there is nothing to look up."""
    assert "nothing on this" in ask(root, "游泳池水温")
    assert "nformation file" not in ask(root, "派出所电话", "--topic", "other", "--answer", "62010110")


def test_a_question_still_open_is_looked_up_again_when_it_is_answered(root: Path) -> None:
    """CONS-11: by the words in which it was asked, before the answer is typed."""
    ledger = Ledger(Layout(root))
    lines = hints.before(ledger, "consultation", "answer", {}, "CN-261116-A01", THURSDAY)
    assert [line.split()[0] for line in lines[1:]] == ["车位"]
    assert hints.before(ledger, "consultation", "answer", {"info": ["车位"]}, "CN-261116-A01", THURSDAY) == []


def test_common_words_count_less_than_rare_ones() -> None:
    """CONS-11: every entry speaks of repairs, one of lifts."""
    entries = [Entry(name, {"topic": f"{name}报修", "words": words}, False) for name, words in
               (("电梯", ["升降"]), ("燃气", []), ("宽带", ["网络"]), ("有线电视", []))]  # fmt: skip
    assert [entry.code for entry in matching("电梯报修找谁", entries)] == ["电梯"]
    assert [entry.code for entry in matching("网络不通", entries)] == ["宽带"]
    assert matching("什么时候", entries) == []
    assert len(matching("报修", entries)) == 3


# -- what an estate may settle otherwise ------------------------------------------------------------------------------


@dataclass
class OwnBooks(MemoryBooks):
    """Books of an estate that has changed a figure."""

    changed: tuple[tuple[str, str], ...] = ()

    @property
    def policy(self) -> Policy:
        plain = dict(read_policy(share("ledger")))
        for key, value in self.changed:
            plain[key] = {**plain[key], "values": {"2000-01-01": {"value": value}}}
        return Policy(plain)


def books(**changed: str) -> OwnBooks:
    roles = {"li.na": "receptionist", "admin": "admin"}
    made = OwnBooks(
        staff={login: frozenset({role}) for login, role in roles.items()},
        changed=tuple((f"consultation.{name}", value) for name, value in changed.items()),
    )
    made.do("unit", "add", {"code": "3-1502"}, by="admin", at=THURSDAY)
    return made


QUESTION = {"unit": "3-1502", "channel": "phone", "content": "班车时间"}


def test_where_questions_are_classed_with_complaints_they_are_taken_as_such() -> None:
    """CONS-27, D-27: by default they are a kind of their own."""
    assert books().do("consultation", "ask", QUESTION, at=THURSDAY).record.state == "recorded"
    with pytest.raises(Refusal, match="complaint procedure") as refused:
        books(flow="complaint").do("consultation", "ask", QUESTION, at=THURSDAY)
    assert "pm complaint receive" in refused.value.hint


def test_the_estate_says_what_makes_a_question_important() -> None:
    """CONS-12, AMB-31."""
    pressing = {**QUESTION, "important_for": "press"}
    assert books().do("consultation", "ask", pressing, at=THURSDAY).record.fields["important"] == "true"
    with pytest.raises(Refusal, match="does not make a question important"):
        books(important="law, safety").do("consultation", "ask", pressing, at=THURSDAY)


def test_a_return_visit_after_a_later_answer_may_be_demanded() -> None:
    """CONS-26, AMB-34: optional by default."""
    for demanded in ("optional", "required"):
        made = books(return_visit=demanded)
        at = [THURSDAY.replace(hour=hour) for hour in (9, 10, 11, 12)]
        number = made.do("consultation", "ask", {**QUESTION, "answer_by": at[2].isoformat()}, at=at[0]).record.id
        made.do("consultation", "answer", {"topic": "other", "answer": "每半小时"}, on=number, at=at[1])
        if demanded == "required":
            with pytest.raises(Refusal, match="followed by a return visit"):
                made.do("consultation", "close", on=number, at=at[3])
        else:
            assert made.do("consultation", "close", on=number, at=at[3]).record.state == "closed"


def test_two_readings_a_week_where_the_policy_says_so(root: Path, tmp_path: Path) -> None:
    """CONS-17, CAL-14: one of two leaves the week owed."""
    estate = tmp_path / "estate"
    make_demo.tell(estate, STORY + WEEKLY)
    assert periods(owed(estate), "weekly_reading") == ["2026-W46"]
    policy = estate / "policy" / "consultation.yaml"
    text = policy.read_text(encoding="utf-8")
    assert "value: 1\n" in text
    policy.write_text(text.replace("value: 1\n", "value: 2\n"), encoding="utf-8")
    assert periods(owed(estate), "weekly_reading") == ["2026-W46", "2026-W47"]


def test_the_rungs_are_read_from_the_policy() -> None:
    """CONS-12, D-28: who reports, to whom, in order."""
    value = books().policy.at("consultation.escalation_chain", THURSDAY)
    assert rungs(value)[1] == Rung(2, "cs_supervisor", "property_department_manager")
    entry = read_entry("consultation.escalation_chain", {"values": {"2000-01-01": {"value": "receptionist, mayor"}}})
    wrong = entry.at(THURSDAY.date())
    assert wrong is not None
    with pytest.raises(PolicyError, match="is no rung"):
        rungs(wrong)


@pytest.mark.parametrize(
    ("typed", "week"), [("2026-W47", "2026-W47"), ("2026w1", "2026-W01"), ("2027-01-01", "2026-W53")]
)
def test_weeks_run_from_monday_to_sunday(typed: str, week: str) -> None:
    """CAL-14, AMB-68."""
    assert WeekType().parse(typed, When(THURSDAY, ZONE)) == week
