"""Statistics and the monthly and quarterly reports say what a person counting a small ledger by hand would say."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.core.times import When
from pm_cli.flows.catalogue import claimed
from pm_cli.reports.figures.periods import MONTH, QUARTER, WEEK, YEAR, between
from pm_cli.reports.figures.rate import rate, unranked
from pm_cli.reports.figures.stats import BY

ZONE = make_demo.ZONE
STORY = """
== 2026-09-01
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add sun.hao --name 孙浩 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.fang --name 王芳 --role receptionist
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:00 admin staff add ma.jun --name 马军 --role technician
08:00 admin staff add lin.hong --name 林红 --role department_manager --department environment
08:01 admin unit add 3-1502
08:01 admin unit add 5-402
== 2026-09-30 received in September, finished in October after 18 hours
16:00 li.na r0: repair receive --unit 3-1502 --channel phone --content 门锁松动
16:05 li.na repair assign @r0 --worker zhang.wei --told 张伟上门
== 2026-10-01
09:30 zhang.wei repair arrive @r0
10:00 zhang.wei repair finish @r0
== 2026-10-05 done at once, in 2 hours, and the resident is satisfied
09:00 li.na r1: repair receive --unit 3-1502 --channel phone --content 厨房漏水
09:05 li.na repair assign @r1 --worker zhang.wei --told 张伟上门
09:15 zhang.wei repair arrive @r1
11:00 zhang.wei repair finish @r1
11:05 zhang.wei repair accept @r1 --signature-who 周敏 --signature-how ink
15:00 li.na repair return-slip @r1
16:00 wang.fang repair visit @r1 --way phone --result satisfied
== 2026-10-07 done again after rework, in 4 hours
09:00 li.na r2: repair receive --unit 5-402 --channel wechat --content 灯不亮
09:05 li.na repair assign @r2 --worker ma.jun --told 马军上门
10:00 ma.jun repair arrive @r2
10:30 ma.jun repair finish @r2
11:00 ma.jun repair rework @r2 --reason 还是不亮
13:00 ma.jun repair finish @r2
13:05 ma.jun repair accept @r2 --signature-who 许静 --signature-how ink
== 2026-10-08 a complaint handled in 24 hours, and the resident is not satisfied
10:00 li.na c1: complaint receive --unit 5-402 --channel visit --content 保洁态度不好 --content-class property_management
  --complained-department environment --cause 人手不足 --caller-name 许静
10:05 li.na complaint report @c1 --reported-to cs_manager
11:00 li.na complaint reply @c1 --told 马上处理
11:30 li.na complaint judge @c1 --validity valid
== 2026-10-09
10:00 sun.hao complaint handle @c1 --result 已道歉 --handler sun.hao
11:00 li.na complaint tell-outcome @c1 --outcome 已告知
16:00 li.na complaint visit @c1 --way phone --result dissatisfied --remark 没有改进
== 2026-10-12 one question answered at once, one after 6 hours that was promised in 3; nobody answers the phone then
09:00 li.na q1: consultation ask --unit 3-1502 --channel visit --content 供暖费怎么交 --topic other --answer 线上缴纳
09:00 li.na q2: consultation ask --unit 3-1502 --channel phone --content 几点能开工 --answer-by "2026-10-12 12:00"
15:00 li.na consultation answer @q2 --topic other --answer 八点
16:00 wang.fang consultation visit @q2 --way phone --result unreachable
== 2026-10-20 the same complaint again, which turns out to be invalid
10:00 li.na c2: complaint receive --unit 5-402 --channel phone --content 保洁又没来 --repeat-of @c1 --caller-name 许静
10:05 li.na complaint report @c2 --reported-to cs_manager
10:30 li.na complaint judge @c2 --validity invalid
11:00 li.na complaint explain @c2 --explanation 当天已保洁
== 2026-10-30 not done by the end of the month
09:00 li.na r3: repair receive --unit 5-402 --channel phone --content 水压低
09:05 li.na repair assign @r3 --worker ma.jun --told 马军上门
== 2026-11-02 in November it comes back
09:00 li.na repair reopen @r1 --reason 又漏了
10:00 ma.jun repair arrive @r3
11:00 ma.jun repair finish @r3
"""
LATER = datetime(2026, 11, 20, 12, tzinfo=ZONE)
FLOWS = ("received", "resolved", "closed", "reopened", "reopened_closed")


class Estate:
    """The ledger of the story."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, at: datetime = LATER) -> tuple[int, str, str]:
        return make_demo.run(["--lang", "en", *words, "--ledger", str(self.root)], at)

    def stats(self, *words: str, at: datetime = LATER) -> dict[str, Any]:
        code, out, said = self.pm("stats", *words, "--json", at=at)
        assert code == 0, said
        return dict(json.loads(out))

    def report(self, *words: str) -> dict[str, Any]:
        code, out, said = self.pm("report", *words, "--format", "json")
        assert code == 0, said
        return dict(json.loads(out))


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    root = tmp_path_factory.mktemp("stats") / "estate"
    make_demo.tell(root, STORY)
    return Estate(root)


@pytest.fixture(scope="module")
def october(estate: Estate) -> dict[str, Any]:
    return dict(estate.stats("--month", "2026-10")["total"])


# -- a month counted by hand -----------------------------------------------------------------------------------------


def test_flows_of_a_month(october: dict[str, Any]) -> None:
    """STAT-05: seven came in, six were resolved (one from September), three closed, one done again, five open."""
    assert {figure: october[figure] for figure in (*FLOWS, "open")} == {
        "received": 7, "resolved": 6, "closed": 3, "reopened": 1, "reopened_closed": 0, "open": 5,
    }  # fmt: skip


def test_first_and_total_resolution(october: dict[str, Any]) -> None:
    """What took rework is not resolved at once; what is closed as invalid is settled; what came back in November was."""
    assert october["first_resolution"] == rate(5, 6)
    assert october["total_resolution"] == rate(6, 7)
    assert october["reopen_rate"] == rate(1, 6)


def test_hours_from_receipt_to_resolution(october: dict[str, Any]) -> None:
    """0, 2, 4, 6, 18 and 24 hours: the middle lies between the third and the fourth, the ninetieth is the last."""
    assert october["hours"] == {"of": 6, "median": 5.0, "p90": 24.0}


def test_promises_slips_and_sheets_in_time(october: dict[str, Any]) -> None:
    """WORK-02, CONS-21: who came too late in November missed October's promise; September's term is not October's."""
    assert october["on_time"] == {
        "promises": rate(5, 7),
        "slips": rate(1, 4),
        "sheets": rate(0, 0),
        "by_clock": {"answer": rate(1, 2), "arrival": rate(2, 3), "reply": rate(2, 2)},
    }


def test_satisfied_of_those_who_were_reached(october: dict[str, Any]) -> None:
    assert october["satisfied"] == rate(1, 2)
    assert october["visits"] == {"satisfied": 1, "partly": 0, "dissatisfied": 1, "unreachable": 1}


def test_repeat_complaints(october: dict[str, Any]) -> None:
    """COMP-57: those that name an earlier one, out of all."""
    assert october["repeats"] == rate(1, 2)


def test_what_comes_back_counts_in_its_own_month(estate: Estate) -> None:
    november = estate.stats("--month", "2026-11")["total"]
    assert {figure: november[figure] for figure in (*FLOWS, "open")} == {
        "received": 0, "resolved": 1, "closed": 0, "reopened": 1, "reopened_closed": 1, "open": 6,
    }  # fmt: skip


def test_a_month_seen_at_its_end_is_the_same_month_later(estate: Estate) -> None:
    then = estate.stats("--month", "2026-10", "--as-of", "2026-10-31 23:59:59")
    assert then["total"] == estate.stats("--month", "2026-10")["total"]


# -- groups ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "period", [("--month", "2026-10"), ("--from", "2026-09-15", "--to", "2026-11-03"), ("--year", "2026")]
)
@pytest.mark.parametrize("by", sorted({*BY} - {"month"}))
def test_groups_add_up_to_the_whole(estate: Estate, by: str, period: tuple[str, ...]) -> None:
    """Whatever the groups, every request is in exactly one of them; bases add up as counts do."""
    figures, total = estate.stats(*period, "--by", by), estate.stats(*period)["total"]
    assert figures["total"] == total
    assert bases(total) == [sum(column) for column in zip(*map(bases, figures["groups"]), strict=True)]


def bases(figures: dict[str, Any]) -> list[int]:
    """All counts, numerators and denominators of some figures."""
    on_time = figures["on_time"]
    rates = [figures[name] for name in ("first_resolution", "total_resolution", "reopen_rate", "satisfied", "repeats")]
    rates += [on_time[name] for name in ("promises", "slips", "sheets")]
    rates += [on_time["by_clock"].get(clock, rate(0, 0)) for clock in ("answer", "arrival", "reply")]
    counts = [figures[name] for name in (*FLOWS, "open")] + list(figures["visits"].values()) + [figures["hours"]["of"]]
    return counts + [one[part] for one in rates for part in ("numerator", "denominator")]


def test_months_are_periods_of_their_own(estate: Estate) -> None:
    """What happened in a month adds up over the year; what is open at its end does not."""
    year = estate.stats("--year", "2026", "--by", "month")
    assert [month["month"] for month in year["groups"]][-3:] == ["2026-09", "2026-10", "2026-11"]
    for month in year["groups"]:
        assert month == {"month": month["month"], **estate.stats("--month", month["month"])["total"]}
    for figure in ("received", "closed", "reopened"):
        assert sum(month[figure] for month in year["groups"]) == year["total"][figure]


def test_by_department_is_by_who_answers_for_it(estate: Estate) -> None:
    """The department complained about, else that of whoever handles it."""
    groups = estate.stats("--month", "2026-10", "--by", "department")["groups"]
    assert {group["department"]: group["received"] for group in groups} == {
        "engineering": 3, "customer_service": 3, "environment": 1,
    }  # fmt: skip


def test_people_are_not_ranked_on_small_numbers(estate: Estate) -> None:
    """STAT-12: under five cases the counts are shown and the rate is not, nor is a median."""
    figures = estate.stats("--month", "2026-10", "--by", "person")
    assert figures["min_base"] == 5
    for person in figures["groups"]:
        assert person["first_resolution"]["percent"] is None
        assert person["hours"]["median"] is None
    assert figures["total"]["first_resolution"]["percent"] == 83.3
    _code, out, said = estate.pm("stats", "--month", "2026-10", "--by", "person")
    assert "(2/2)" in out
    assert "fewer than 5" in said
    assert unranked(rate(5, 5), 5)["percent"] == 100


def test_one_kind_alone(estate: Estate) -> None:
    complaints = estate.stats("--month", "2026-10", "--kind", "complaint")["total"]
    assert (complaints["received"], complaints["resolved"], complaints["repeats"]) == (2, 1, rate(1, 2))
    assert estate.stats("--month", "2026-10", "--kind", "投诉")["total"] == complaints


def test_every_rate_has_its_base_beside_it(estate: Estate) -> None:
    for words in ([], ["--by", "kind"], ["--by", "class"], ["--by", "month"]):
        _code, out, _said = estate.pm("stats", "--month", "2026-10", *words)
        assert "83.3 % (5/6)" in out
        assert "%" not in out.replace("% (", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--month", "2026-10", "--year", "2026"], "Name one period"),
        (["--to", "2026-10-31"], "Name one period"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "ends before it begins"),
        (["--month", "2027-01"], "has not begun yet"),
        (["--month", "October"], "is not a time"),
        (["--by", "mood"], "Group by one of"),
        (["--kind", "key"], "No request is called"),
    ],
)
def test_what_makes_no_sense_is_refused(estate: Estate, words: list[str], said: str) -> None:
    code, _out, told = estate.pm("stats", *words)
    assert code == 2
    assert said in told


# -- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "typed", "first", "last", "before", "year_before"),
    [
        (MONTH, "2026-02", "2026-02-01", "2026-02-28", "2026-01", "2025-02"),
        (MONTH, "2024-02-29", "2024-02-01", "2024-02-29", "2024-01", "2023-02"),
        (QUARTER, "2026Q4", "2026-10-01", "2026-12-31", "2026-Q3", "2025-Q4"),
        (QUARTER, "2026-03-31", "2026-01-01", "2026-03-31", "2025-Q4", "2025-Q1"),
        (YEAR, "2026", "2026-01-01", "2026-12-31", "2025", "2025"),
    ],
)
def test_months_quarters_and_years(
    rhythm: Any, typed: str, first: str, last: str, before: str, year_before: str
) -> None:
    period = rhythm.parse(typed, When(LATER, ZONE))
    assert (f"{period.first}", f"{period.last}") == (first, last)
    assert (period.before.name, period.year_before.name) == (before, year_before)


def test_any_stretch_of_days_has_one_of_the_same_length_before_it() -> None:
    stretch = between(date(2026, 10, 5), date(2026, 10, 14))
    assert (stretch.before.first, stretch.before.last) == (date(2026, 9, 25), date(2026, 10, 4))
    weeks = list(stretch.parts(WEEK))
    assert [(part.first.day, part.last.day) for part in weeks] == [(5, 11), (12, 14)]


# -- reports ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def month(estate: Estate) -> dict[str, Any]:
    return estate.report("monthly", "--month", "2026-10")


@pytest.fixture(scope="module")
def quarter(estate: Estate) -> dict[str, Any]:
    return estate.report("quarterly", "--quarter", "2026-Q4")


def test_the_month_is_due_on_its_last_day(month: dict[str, Any], quarter: dict[str, Any]) -> None:
    """STAT-04, CAL-27, DISP-07, CAL-30: the month on its last day, the quarter ten days after it ends."""
    assert month["due"] == "2026-10-31T23:59:59+08:00"
    assert quarter["due"] == "2027-01-10T23:59:59+08:00"


def test_the_month_beside_the_one_before_and_a_year_ago(month: dict[str, Any]) -> None:
    """There was no ledger a year ago: nothing is compared with a time before it."""
    received = month["trend"]["figures"]["received"]
    assert received == {"now": 7, "before": 1, "difference": 6, "year_before": None, "year_difference": None}
    assert month["trend"]["figures"]["hours_median"]["before"] is None
    assert month["trend"]["year_before"]["name"] == "2025-10"


def test_items_of_content_and_discontent_with_their_causes(month: dict[str, Any]) -> None:
    """STAT-02: what residents were content and discontent with, and what they said."""
    summary = month["service_summary"]
    assert summary["content"] == [{"kind": "repair", "class": "ordinary", "share": rate(1, 1)}]
    assert summary["discontent"] == [{"kind": "complaint", "class": "property_management", "share": rate(1, 1)}]
    (remark,) = summary["remarks"]["rows"]
    assert (remark["remark"], remark["result"], remark["at"]) == (
        "没有改进",
        "dissatisfied",
        "2026-10-09T16:00:00+08:00",
    )


def test_main_questions_and_causes_of_complaints(month: dict[str, Any]) -> None:
    """STAT-03, CAL-27: what came in most with its share, and why people complained."""
    summary = month["service_summary"]
    assert summary["questions"][0] == {"kind": "repair", "class": "ordinary", "share": rate(3, 7), "before": 1}
    causes = {(row["class"], row["department"], row["cause"]): row["share"] for row in summary["causes"]}
    assert causes == {("", "", ""): rate(1, 2), ("property_management", "environment", "人手不足"): rate(1, 2)}


def test_figures_of_each_kind(month: dict[str, Any]) -> None:
    """STAT-05: repairs, complaints and the rest, each with its rates."""
    kinds = {row["kind"]: row for row in month["service_figures"]}
    assert kinds["repair"]["first_resolution"] == rate(2, 3)
    assert kinds["consultation"]["hours"]["p90"] == 6.0


def test_the_phases_of_the_closed_loop(month: dict[str, Any]) -> None:
    """STAT-07: each demand is in one phase; r3 was assigned, three wait for their confirmation, three are closed."""
    shares = {row["phase"]: row["share"]["numerator"] for row in month["closed_loop"]["phases"]}
    assert shares == {"collect": 0, "analyse": 1, "handle": 3, "sum_up": 3}


def test_what_controls_each_phase(month: dict[str, Any]) -> None:
    """STAT-08, STAT-09: written down with a name, entered in time; summed up with what residents say."""
    controls = {(row["phase"], row["control"]): row["now"] for row in month["closed_loop"]["controls"]}
    assert controls["collect", "written"] == rate(2, 7)
    assert controls["collect", "entered_in_time"] == rate(7, 7)
    assert controls["handle", "promises_kept"] == rate(5, 7)
    assert controls["sum_up", "satisfied"] == rate(1, 2)
    assert month["closed_loop"]["written_target"] == "100 %"


def test_complaints_of_a_quarter(quarter: dict[str, Any]) -> None:
    """CAL-30: valid and invalid, replied in time, and the cases that deserve to be told."""
    handling = quarter["complaint_handling"]
    assert [handling[name] for name in ("received", "valid", "invalid", "open")] == [2, 1, 1, 1]
    assert handling["replied"] == rate(2, 2)
    (case,) = handling["cases"]["rows"]
    assert case["marks"] == ["repeated"]


def test_closure_counts_valid_complaints_only(quarter: dict[str, Any]) -> None:
    """ASSESS-04: the invalid one was closed and does not count; the valid one is open."""
    assert quarter["complaint_handling"]["closure"] == rate(0, 1)
    closure = {row["specialist"]: row["closure"] for row in quarter["complaint_specialists"]}
    assert closure == {"sun.hao": rate(0, 1) | {"percent": None}, "li.na": rate(0, 0)}


def test_evaluation_per_department_names_its_head(quarter: dict[str, Any]) -> None:
    """CAL-31, STAT-12, ASSESS-05, ASSESS-06: what concerns each department, and who answers for it."""
    environment = next(row for row in quarter["complaint_departments"] if row["department"] == "environment")
    assert environment["heads"] == ["林红"]
    assert (environment["received"], environment["valid"], environment["open"]) == (1, 1, 1)


@pytest.mark.parametrize(("name", "option"), [("monthly", "2026-10"), ("quarterly", "2026-Q4")])
@pytest.mark.parametrize("form", ["md", "txt", "html"])
def test_reports_in_every_format(estate: Estate, name: str, option: str, form: str) -> None:
    rhythm = {"monthly": "--month", "quarterly": "--quarter"}[name]
    code, out, said = estate.pm("report", name, rhythm, option, "--format", form)
    assert code == 0, said
    assert "没有改进" in out


def test_the_rules_of_both_reports_are_claimed() -> None:
    """STAT-04, CAL-27, CAL-30 and their like appear in `pm rules`."""
    wanted = {
        "STAT-02",
        "STAT-03",
        "STAT-04",
        "STAT-05",
        "STAT-07",
        "STAT-08",
        "STAT-09",
        "STAT-12",
        "DISP-07",
        "CAL-27",
    }
    assert wanted | {"CAL-30", "CAL-31", "ASSESS-04", "ASSESS-05", "ASSESS-06"} <= {rule.id for rule in claimed()}


def test_json_keys_are_those_documented(estate: Estate) -> None:
    text = (Path(__file__).parent.parent / "docs" / "stats.md").read_text(encoding="utf-8").partition("## JSON")[2]
    heads, figures = (
        {key for line in table.splitlines()[2:] for key in re.findall(r"`(\w+)`", line.split("|")[1])}
        for table in text.split("\n\n")
        if table.startswith("|")
    )
    said = estate.stats("--month", "2026-10", "--by", "building")
    assert (heads, figures) == (set(said), set(said["total"]))


# -- a second opinion ------------------------------------------------------------------------------------------------


def test_an_independent_count_of_the_exported_records_agrees(estate: Estate, tmp_path: Path) -> None:
    """The script of the examples knows nothing of pm: it counts the events of `pm export` itself."""
    from examples import check_stats

    for kind in check_stats.KINDS:
        code, out, said = estate.pm("export", kind, "--format", "jsonl")
        assert code == 0, said
        (tmp_path / f"{kind}.jsonl").write_text(out, encoding="utf-8")
    said_by_pm = estate.stats("--month", "2026-10", "--by", "kind")
    assert check_stats.differences(check_stats.count(tmp_path, "2026-10", ZONE), said_by_pm) == []
    shutil.rmtree(tmp_path)
