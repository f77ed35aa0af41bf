"""Reports say what a person counting by hand would say, the same again at any later time, in every format."""

from __future__ import annotations

import json
import re
import shutil
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli import reports
from pm_cli.core.times import When
from pm_cli.flows.catalogue import claimed
from pm_cli.reports.figures.periods import DAY, WEEK, Period
from pm_cli.reports.figures.rate import compared, rate
from pm_cli.reports.figures.report import draw_up
from pm_cli.reports.figures.scope import Scope
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from pm_cli.ui.console import width

ZONE = make_demo.ZONE
STORY = """
== 2026-11-02
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add sun.hao --name 孙浩 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.fang --name 王芳 --role receptionist
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:01 admin unit add 3-1502
08:01 admin unit add 5-402
08:01 admin key add K-5-402 --room 5-402 --count 2
== 2026-11-10 the week before
09:00 li.na old: complaint receive --unit 3-1502 --channel phone --content "楼上<b>噪音</b> | 夜里"
== 2026-11-13 two sheets for Monday, one of which comes back
10:00 li.na s1: sheet fill --unit 3-1502 --channel visit --reason-kind other --reason-for-visit 请协调
  --requester-name 周敏 --requester-phone 138 --signature-who 周敏 --signature-how ink
10:05 li.na sheet issue @s1 --cs-opinion 请处理 --departments engineering
10:10 wang.fang s2: sheet fill --unit 5-402 --channel visit --reason-kind other --reason-for-visit 请协调
  --requester-name 许静 --requester-phone 139 --signature-who 许静 --signature-how ink
10:15 wang.fang sheet issue @s2 --cs-opinion 请处理 --departments security
10:20 li.na sheet receive @s1 --receiver-who 陈刚 --receiver-how ink
15:00 li.na sheet return @s1 --opinion 已办 --signatory-who 陈刚 --signatory-how ink
15:10 li.na sheet accept @s1 --opinion 满意 --signature-who 周敏 --signature-how ink
15:15 sun.hao sheet delegate @s1 --collector wang.fang --reason 李娜当班在前台
15:20 wang.fang sheet collect @s1
== 2026-11-16 Monday
08:30 li.na r1: repair receive --unit 3-1502 --channel phone --content 厨房漏水
08:35 li.na repair assign @r1 --worker zhang.wei --told 张伟上门
09:00 zhang.wei repair arrive @r1
10:00 zhang.wei repair finish @r1
10:05 zhang.wei repair accept @r1 --signature-who 周敏 --signature-how ink
10:30 li.na c1: complaint receive --unit 5-402 --channel visit --content 保洁态度不好 --urgent
10:35 li.na complaint report @c1 --reported-to cs_manager
11:00 li.na complaint reply @c1 --told 马上处理
11:30 li.na complaint judge @c1 --validity valid
12:00 li.na sheet fill --request @c1 --requester-name 许静 --requester-phone 139
15:00 li.na repair return-slip @r1
16:00 li.na repair close @r1
17:30 li.na key-count count --all-right
18:00 li.na seal: key-seal seal
== 2026-11-17 Tuesday
08:35 li.na key-seal unseal @seal --unsealed-with wang.fang
09:00 li.na q1: consultation ask --unit 3-1502 --channel visit --content 供暖费怎么交 --topic other --answer 线上缴纳
09:30 li.na q2: consultation ask --unit 3-1502 --channel phone --content 几点能开工 --answer-by "2026-11-18 12:00"
10:00 sun.hao complaint handle @c1 --result 已道歉 --handler sun.hao
11:00 li.na complaint tell-outcome @c1 --outcome 已告知
11:30 li.na complaint visit @c1 --way phone --result satisfied
14:00 li.na loan: key-loan lend --key K-5-402 --count 1 --borrower-name 马军 --borrower-department engineering
  --purpose 检修 --due "2026-11-17 17:00"
== 2026-11-18 Wednesday
09:00 li.na r2: repair receive --unit 5-402 --channel wechat --content 灯不亮
09:10 li.na repair assign @r2 --worker zhang.wei --told 张伟上门
09:20 zhang.wei repair wait @r2 --wait-reason not_at_home
10:00 li.na repair reopen @r1 --reason 又漏了
15:00 li.na consultation answer @q2 --topic other --answer 八点
== 2026-11-19 Thursday
09:00 li.na m1: complaint receive --unit 3-1502 --channel phone --content 门锁坏了
09:30 li.na complaint move @m1 --to-kind repair --reason 是报修
== 2026-11-20 Friday
14:00 li.na c2: complaint receive --unit 5-402 --channel phone --content 停车位被占 --at 09:00
== 2026-11-23 Monday, from the paper log of the night
08:00 li.na r3: repair receive --unit 5-402 --channel phone --content 停电 --priority urgent --at "2026-11-22 20:00"
"""
MONDAY = datetime(2026, 11, 23, 12, tzinfo=ZONE)


class Estate:
    """A ledger at a moment, and what `pm report` says there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, at: datetime = MONDAY) -> tuple[int, str, str]:
        return make_demo.run(["--lang", "en", *words, "--ledger", str(self.root)], at)

    def report(self, *words: str, at: datetime = MONDAY) -> str:
        code, out, said = self.pm("report", *words, at=at)
        assert code == 0, said
        return out

    def figures(self, *words: str, at: datetime = MONDAY) -> dict[str, Any]:
        return dict(json.loads(self.report(*words, "--format", "json", at=at)))


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    root = tmp_path_factory.mktemp("report") / "estate"
    make_demo.tell(root, STORY)
    return Estate(root)


@pytest.fixture(scope="module")
def week(estate: Estate) -> dict[str, Any]:
    return estate.figures("weekly", "--week", "2026-W47")


def rows(listed: dict[str, Any], name: str) -> list[str]:
    assert listed["count"] == len(listed["rows"])
    return [row[name] for row in listed["rows"]]


# -- figures ---------------------------------------------------------------------------------------------------------


def test_requests_are_counted_once_and_balance(week: dict[str, Any]) -> None:
    """STAT-01: one open before, eight came in (the moved one as its successor), three closed, one again open."""
    assert week["requests"]["total"] == {
        "open_before": 1, "received": 8, "resolved": 4, "closed": 3, "reopened": 1, "reopened_closed": 1, "open": 7,
    }  # fmt: skip
    received = {row["kind"]: row["received"] for row in week["requests"]["by_kind"]}
    assert received == {"repair": 4, "complaint": 2, "consultation": 2}
    assert {row["source"]: row["received"] for row in week["requests"]["by_source"]} == {
        "phone": 5,
        "visit": 2,
        "wechat": 1,
    }
    assert {row["building"]: row["open"] for row in week["requests"]["by_building"]} == {"3": 4, "5": 3}


def test_every_group_balances_and_adds_up(week: dict[str, Any]) -> None:
    total = week["requests"].pop("total")
    for rows_of_group in week["requests"].values():
        for row in rows_of_group:
            assert row["open_before"] + row["received"] + row["reopened_closed"] - row["closed"] == row["open"]
        assert {name: sum(row[name] for row in rows_of_group) for name in total} == total
    week["requests"]["total"] = total


def test_the_week_before_is_beside_it(week: dict[str, Any]) -> None:
    assert week["comparison"]["received"] == {"now": 8, "before": 1, "difference": 7}
    assert week["comparison"]["open"] == {"now": 7, "before": 1, "difference": 6}
    assert week["comparison"]["sheets_collected"]["before"]["percent"] is None
    assert week["comparison"]["sheets_collected"]["difference"] is None


def test_sheets_due_and_back_by_issuer_and_department(week: dict[str, Any]) -> None:
    """SHEET-05, SHEET-27, SHEET-28: two fell due, one had come back in time; each issuer and department has its own rate."""
    half, all_of_one = rate(1, 2), rate(1, 1)
    assert (week["sheets"]["collected"], week["sheets"]["in_time"]) == (half, half)
    assert week["sheets"]["target"] == "100 %"
    assert week["sheets"]["by_issuer"] == [
        {"issuer": "li.na", "name": "李娜", "collected": all_of_one, "in_time": all_of_one},
        {"issuer": "wang.fang", "name": "王芳", "collected": rate(0, 1), "in_time": rate(0, 1)},
    ]
    assert [row["department"] for row in week["sheets"]["by_department"]] == ["engineering", "security"]


def test_consultations_answered_in_the_agreed_time(week: dict[str, Any]) -> None:
    """CONS-21: two were due, one of them at an agreed time that was missed."""
    kept = {(row["kind"], row["clock"]): row for row in week["promises"]["by_clock"]}
    assert kept["consultation", "answer"]["kept"] == rate(1, 2)
    assert kept["consultation", "answer"]["agreed_kept"] == rate(0, 1)


def test_complaints_the_manager_has_not_seen(week: dict[str, Any]) -> None:
    """COMP-19: neither the old one nor Friday's was reported; the one that was, and the moved one, are not named."""
    assert rows(week["unseen_complaints"], "summary") == ["楼上<b>噪音</b> | 夜里", "停车位被占"]


def test_demands_by_class_department_and_state(week: dict[str, Any]) -> None:
    """STAT-01, CAL-13: the table for the centre director counts each demand of the week under each heading once."""
    demands = week["demands"]
    assert demands["received"] == sum(row["received"] for row in demands["by_class"]) == 8
    assert {row["department"]: row["received"] for row in demands["by_department"]} == {
        "customer_service": 6,
        "engineering": 2,
    }
    assert {(row["kind"], row["state"]) for row in demands["by_state"]} >= {
        ("repair", "waiting"),
        ("complaint", "closed"),
    }
    assert week["audience"] == ["centre_director"]
    assert week["due"] == "2026-11-23T23:59:59+08:00"


def test_overdue_promises_stand_apart(week: dict[str, Any]) -> None:
    promised, internal = (
        [(row["kind"], row["clock"]) for row in week["overdue"][name]["rows"]] for name in ("promised", "internal")
    )
    assert ("complaint", "reply") in promised
    assert {("sheet", "return"), ("key_loan", "back"), ("complaint", "seen")} <= set(internal)
    assert set(promised).isdisjoint(internal)
    late = [row["late_seconds"] for row in week["overdue"]["internal"]["rows"]]
    assert late == sorted(late, reverse=True)


def test_paused_with_reason(week: dict[str, Any]) -> None:
    assert rows(week["paused"], "reason") == ["not_at_home"]
    assert rows(week["paused"], "since") == ["2026-11-18T09:20:00+08:00"]


def test_key_days_name_what_is_missing(week: dict[str, Any]) -> None:
    """KEY-08, KEY-10, KEY-12, CAL-06, CAL-07: lent, returned, open; a day without count or without seal is named."""
    days = {day["day"][-2:]: day for day in week["keys"]["days"]}
    assert [days["16"][name] for name in ("lent", "returned", "open", "missing")] == [0, 0, 0, []]
    assert [days["17"][name] for name in ("lent", "returned", "open")] == [1, 0, 1]
    assert days["17"]["missing"] == ["key_count", "key_seal"]
    assert days["16"]["counts"][0]["state"] == "right"
    assert days["17"]["unsealed"] == [{"at": "2026-11-17T08:35:00+08:00", "by": "li.na"}]
    (loan,) = week["keys"]["out"]["rows"]
    assert (loan["unit"], loan["borrower"], loan["out"], loan["overdue"]) == ("K-5-402", "马军", 1, True)


def test_the_daily_complaint_report_lists_cases_with_their_state(estate: Estate) -> None:
    """COMP-56, CAL-01, CAL-02: what moved that day first, then what is open; for the manager by six in the evening."""
    day = estate.figures("daily", "--date", "2026-11-17")
    cases = [(row["summary"], row["state"], row["steps"]) for row in day["complaint_cases"]["rows"]]
    assert cases == [
        ("保洁态度不好", "closed", ["handle", "tell_outcome", "visit"]),
        ("楼上<b>噪音</b> | 夜里", "recorded", []),
    ]
    assert day["due"] == "2026-11-17T18:00:00+08:00"
    assert day["audience"] == ["cs_manager", "centre_director"]


def test_stock_is_taken_at_the_end_of_the_day_reported(estate: Estate) -> None:
    """The report of a past day shows that evening, although the index knows what came later."""
    for day in ("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"):
        afterwards = estate.figures("daily", "--date", day)
        then = estate.figures("daily", "--as-of", f"{day} 23:59:59")
        for figure in ("requests", "promises", "paused"):
            assert afterwards[figure] == then[figure], day
        assert rows(afterwards["complaint_cases"], "state") == rows(then["complaint_cases"], "state")
        assert afterwards["overdue"]["promised"] == then["overdue"]["promised"]
        assert afterwards["keys"]["out"] == then["keys"]["out"]


# -- what was known when ---------------------------------------------------------------------------------------------


def test_a_late_entry_changes_the_report_and_is_named(estate: Estate) -> None:
    sunday = estate.figures("weekly", "--as-of", "2026-11-22 23:59")
    assert sunday["requests"]["total"]["received"] == 7
    assert estate.figures("weekly", "--week", "2026-W47")["requests"]["total"]["received"] == 8
    (entry,) = estate.figures("weekly")["late_entries"]["rows"]
    assert (entry["kind"], entry["late_seconds"], entry["earlier"]) == ("repair", 12 * 3600, True)
    (entry,) = sunday["late_entries"]["rows"]
    assert (entry["kind"], entry["late_seconds"], entry["earlier"]) == ("complaint", 5 * 3600, False)


def test_with_late_entries_judges_the_moment_with_what_is_known_now(estate: Estate) -> None:
    sunday = estate.figures("weekly", "--as-of", "2026-11-22 23:59", "--with-late-entries")
    assert sunday["requests"]["total"]["received"] == 8
    assert sunday["with_late_entries"]


@pytest.mark.parametrize("form", ["md", "html", "txt", "json"])
@pytest.mark.parametrize("name", reports.names())
def test_the_same_moment_gives_the_same_bytes(estate: Estate, tmp_path: Path, name: str, form: str) -> None:
    """Whenever it is drawn up, from whatever index."""
    words = (name, "--as-of", "2026-11-21 18:00", "--format", form)
    first = estate.report(*words)
    other = Estate(tmp_path / "estate")
    shutil.copytree(estate.root, other.root, ignore=shutil.ignore_patterns(".pm"))
    (other.root / ".pm").mkdir()
    assert other.report(*words, at=datetime(2027, 1, 4, 9, tzinfo=ZONE)) == first


# -- what the reader is told -----------------------------------------------------------------------------------------


def test_a_running_period_and_a_missing_calendar_year_are_said(estate: Estate, tmp_path: Path) -> None:
    root = tmp_path / "estate"
    shutil.copytree(estate.root, root, ignore=shutil.ignore_patterns(".pm"))
    (root / ".pm").mkdir()
    (root / "calendar" / "2026.yaml").unlink()
    said = Estate(root).figures("weekly", at=datetime(2026, 11, 20, 12, tzinfo=ZONE))
    assert said["due"] is None
    assert any("2026" in remark and "due" in remark for remark in said["remarks"])
    assert any("not over" in remark for remark in said["remarks"])
    assert any("due times are unknown" in remark for remark in said["remarks"])


def test_a_file_that_cannot_be_read_is_said(estate: Estate, tmp_path: Path) -> None:
    root = tmp_path / "estate"
    shutil.copytree(estate.root, root, ignore=shutil.ignore_patterns(".pm"))
    (root / ".pm").mkdir()
    (root / "journal/2026/11/10/CP-261110-A01.yaml").write_text("no: [record", encoding="utf-8")
    assert any("1 file cannot be read" in remark for remark in Estate(root).figures("daily")["remarks"])


def test_every_rate_has_numerator_and_denominator_beside_it(estate: Estate) -> None:
    text = estate.report("weekly", "--week", "2026-W47", "--format", "md")
    assert "50 % (1/2)" in text
    assert "%" not in text.replace("% (", "").replace("target 100 %", "")


def test_record_text_is_data_in_every_format(estate: Estate) -> None:
    words = ("weekly", "--week", "2026-W47", "--format")
    assert "楼上&lt;b&gt;噪音" in estate.report(*words, "html")
    assert "楼上\\<b\\>噪音\\</b\\> \\| 夜里" in estate.report(*words, "md")
    assert "楼上<b>噪音</b> | 夜里" in estate.report(*words, "txt")


def test_tables_line_up_with_wide_characters(estate: Estate) -> None:
    lines = estate.report("weekly", "--week", "2026-W47", "--format", "md").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    for above, below in pairwise(lines):
        if above.startswith("|") and below.startswith("|"):
            assert width(above) == width(below), below
    assert len(tables) > 40


def test_a_report_is_written_in_the_format_of_its_file(estate: Estate, tmp_path: Path) -> None:
    target = tmp_path / "week.html"
    assert estate.report("weekly", "--output", str(target)) == ""
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_ledgers_own_template_comes_first_and_is_sandboxed(estate: Estate, tmp_path: Path) -> None:
    root = tmp_path / "estate"
    shutil.copytree(estate.root, root, ignore=shutil.ignore_patterns(".pm"))
    (root / ".pm").mkdir()
    own = root / "templates/report/daily.txt.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ estate }}: {{ requests.total.received }}\n", encoding="utf-8")
    other = Estate(root)
    assert other.report("daily", "--date", "2026-11-16", "--format", "txt") == "翠湖花园: 2\n"
    own.write_text("{{ estate.__class__ }}{{ when.__globals__ }}", encoding="utf-8")
    assert other.report("daily", "--format", "txt") == "\n"
    for line in ("{{ estate.__class__.mro() }}", "{{ 1 / 0 }}", "{% for %}"):
        own.write_text("\n" + line, encoding="utf-8")
        code, _out, said = other.pm("report", "daily", "--format", "txt")
        assert code == 4
        assert "daily.txt.j2:2" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["yearly"], "There is no report 'yearly': daily, monthly, quarterly, weekly"),
        (["daily", "--week", "2026-W47"], "do not go together"),
        (["weekly", "--week", "2026-W47", "--date", "2026-11-16"], "do not go together"),
        (["weekly", "--week", "2026-W54"], "is not a week"),
        (["daily", "--date", "2026-13-01"], "is not a time"),
        (["daily", "--date", "2026-11-24"], "has not begun yet"),
        (["daily", "--format", "pdf"], "Format is one of"),
    ],
)
def test_what_makes_no_sense_is_refused(estate: Estate, words: list[str], said: str) -> None:
    code, _out, told = estate.pm("report", *words)
    assert code == 2
    assert said in told


# -- parts -----------------------------------------------------------------------------------------------------------


def test_a_rate_of_nothing_has_no_percentage_and_only_the_whole_is_100() -> None:
    assert rate(0, 0)["percent"] is None
    assert rate(2, 3)["percent"] == 66.7
    assert rate(9999, 10000)["percent"] == 99.9
    assert rate(3, 3)["percent"] == 100
    assert compared(rate(1, 2), rate(2, 3))["difference"] == -16.7
    assert compared(rate(1, 2), rate(0, 0))["difference"] is None


@pytest.mark.parametrize(
    ("typed", "name", "first", "last"),
    [
        ("2026-W47", "2026-W47", "2026-11-16", "2026-11-22"),
        ("2026w1", "2026-W01", "2025-12-29", "2026-01-04"),
        ("2027-01-01", "2026-W53", "2026-12-28", "2027-01-03"),
        ("yesterday", "2026-W47", "2026-11-16", "2026-11-22"),
    ],
)
def test_weeks_run_from_monday_to_sunday(typed: str, name: str, first: str, last: str) -> None:
    """CAL-13: the calendar week of ISO 8601, also across the new year."""
    period = WEEK.parse(typed, When(MONDAY, ZONE))
    assert (period.name, period.first.isoformat(), period.last.isoformat()) == (name, first, last)
    assert len(list(period.days())) == 7


def test_the_period_before_ends_where_this_one_begins() -> None:
    for period in (DAY.around(MONDAY.date()), WEEK.around(MONDAY.date())):
        assert isinstance(period.before, Period)
        assert period.before.ends(ZONE) == period.begins(ZONE)


def test_reports_say_which_rules_they_honour() -> None:
    """CAL-13 and its like appear in `pm rules` without being registered anywhere."""
    assert {rule.id for name in reports.names() for rule in reports.load(name).rules} <= {rule.id for rule in claimed()}


def test_a_report_can_be_named_in_chinese() -> None:
    assert reports.meant("weekly") == "weekly"
    assert reports.meant("yearly") == ""


def test_the_index_answers_without_a_full_scan(estate: Estate) -> None:
    """The cost of a report must not grow with the age of the ledger: no query may read a whole table."""
    ledger = Ledger(Layout(estate.root))
    asked: list[str] = []
    ledger.index.db.set_trace_callback(asked.append)
    for name in reports.names():
        report = reports.load(name)
        draw_up(name, report, Scope(ledger, report.rhythm.around(MONDAY.date()), MONDAY))
    ledger.index.db.set_trace_callback(None)
    for query in {one for one in asked if "FROM" in one}:
        plan = [row[3] for row in ledger.index.db.execute("EXPLAIN QUERY PLAN " + query)]
        scans = [step for step in plan if re.match("SCAN (record|event|clock|alias)", step) and "INDEX" not in step]
        assert not scans, f"{scans}: {query}"


# -- the contract ----------------------------------------------------------------------------------------------------

DOCUMENT = Path(__file__).parent.parent / "docs" / "reports.md"
JSON = DOCUMENT.read_text(encoding="utf-8").partition("## JSON")[2].partition("\n## ")[0]


MORE = """
== 2026-11-20 what the lists of the reports are made for, beside the story
15:00 admin unit add 5-403
15:00 admin unit add 5-404
15:01 li.na g1: complaint receive --unit 5-402 --channel phone --content 电梯 --content-class property_management
15:02 li.na complaint receive --unit 5-403 --channel phone --content 电梯 --content-class property_management
15:03 li.na complaint receive --unit 5-404 --channel phone --content 电梯 --content-class property_management
15:04 sun.hao complaint promise @g1 --promise 明天修好 --promise-by "2026-11-21 18:00"
15:05 sun.hao complaint keep-promise @g1 --no-kept
"""


def test_json_keys_are_those_documented(tmp_path: Path) -> None:
    estate = Estate(tmp_path / "estate")
    make_demo.tell(estate.root, STORY.rsplit("== ", 1)[0] + MORE)
    drawn = estate.figures("daily", "--date", "2026-11-20") | estate.figures("weekly", "--as-of", "2026-11-22 23:59")
    drawn |= estate.figures("quarterly") | estate.figures("monthly")
    heads, lists = (table.splitlines()[2:] for table in JSON.split("\n\n") if table.startswith("|"))
    assert {line.split("`")[1] for line in heads} == set(drawn)
    for line in lists:
        name, *keys = re.findall(r"`([\w.]+)`", line)
        found: Any = drawn
        for part in name.split("."):
            found = found[part]
        listed = found["rows"] if isinstance(found, dict) else found
        assert listed, f"the story has no {name}"
        assert set(listed[0]) == set(keys), name
