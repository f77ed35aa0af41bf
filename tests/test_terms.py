"""Terms at the command line: a promise that was missed stays missed, whatever is agreed afterwards."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from pm_cli.core.text import use_language
from pm_cli.ui.term import term
from tests.store.desk import Desk, opened

AGREED = ("--as", "admin", "--at")


def test_a_time_agreed_too_late_leaves_the_missed_one_in_every_list(tmp_path: Path) -> None:
    """COMP-43, AMB-24: both times are kept and seen; the first counts as missed, the second runs on."""
    desk = opened(tmp_path / "estate", "--no-git")
    asked = "complaint receive --unit 3-1502 --channel phone --content 漏水 --reply-by"
    desk.pm(asked, "2026-03-02 14:00", *AGREED, "2026-03-02 10:00")
    desk.pm(
        "complaint agree CP-260302-A01 --reason 住户出差 --reply-by", "2026-03-05 12:00", *AGREED, "2026-03-02 15:00"
    )
    number = "CP-260302-A01"
    assert [one["id"] for one in desk.pm("list complaint --late --json").json] == [number]
    terms = [one for one in desk.pm(f"why {number} --json").json["clocks"] if one["clock"] == "reply"]
    assert [(one["agreed"][:16], one["state"]) for one in terms] == [
        ("2026-03-02T14:00", "missed"),
        ("2026-03-05T12:00", "overdue"),
    ]
    week = desk.run("report", "weekly", "--date", "2026-03-04", "--json").json
    reply = next(one for one in week["promises"]["by_clock"] if one["clock"] == "reply")
    assert (reply["kept"]["numerator"], reply["kept"]["denominator"]) == (0, 2)
    late = [one["due"][:16] for one in desk.pm("overdue --json").json if one["clock"] == "reply"]
    assert late == ["2026-03-05T12:00"]


def kept(desk: Desk, kind: str, clock: str, day: str) -> tuple[int, int] | None:
    """Kept and due of one promise in the weekly report."""
    week = desk.run("report", "weekly", "--date", day, "--json").json
    found = [one["kept"] for one in week["promises"]["by_clock"] if (one["kind"], one["clock"]) == (kind, clock)]
    return (found[0]["numerator"], found[0]["denominator"]) if found else None


def test_a_term_that_ends_with_its_record_was_not_met(tmp_path: Path) -> None:
    """CONS-09, CONS-21: a question closed without an answer is none that was answered in time; a late one stays late."""
    desk = opened(tmp_path / "estate", "--no-git")
    asked = "consultation ask --unit 3-1502 --channel phone --content 班车 --answer-by"
    for end in ("2026-03-02 18:00", "2026-03-02 12:00"):
        desk.pm(asked, end, *AGREED, "2026-03-02 10:00")
    for number in ("CN-260302-A01", "CN-260302-A02"):
        desk.pm(f"consultation close {number} --reason withdrawn", *AGREED, "2026-03-02 14:00")
    assert kept(desk, "consultation", "answer", "2026-03-04") == (0, 1)
    assert desk.pm("why CN-260302-A01 --json").json["clocks"] == []
    assert [one["id"] for one in desk.pm("list consultation --late --json").json] == ["CN-260302-A02"]


def test_a_promise_said_to_be_broken_is_seen_though_its_day_never_came(tmp_path: Path) -> None:
    """COMP-58: a satisfied visit before the promised day makes no kept promise of it."""
    desk = opened(tmp_path / "estate", "--no-git")
    desk.pm("staff add he.jing --name 何静 --role cs_manager", *AGREED, "2026-03-01 10:00")
    asked = "complaint receive --unit 3-1502 --channel phone --content 漏水 --reported-to cs_manager"
    desk.pm(asked, *AGREED, "2026-03-02 10:00")
    number = "CP-260302-A01"
    for minute, step in enumerate((
        "judge {} --validity valid", "promise {} --promise 换管 --promise-by '2026-03-05 18:00' --approved-by he.jing",
        "keep-promise {} --no-kept", "handle {} --result 打胶 --handler li.na", "tell-outcome {} --outcome 已打胶",
        "visit {} --way phone --result satisfied",
    )):  # fmt: skip
        said = desk.run("complaint", *shlex.split(step.format(number)), *AGREED, f"2026-03-02 10:1{minute}")
        assert not said.code, said.err
    week = desk.run("report", "weekly", "--date", "2026-03-06", "--json").json
    assert [row["promise"] for row in week["promises"]["broken"]["rows"]] == ["换管"]
    assert kept(desk, "complaint", "promise", "2026-03-06") is None


def test_what_was_rewritten_stands_in_the_reports(tmp_path: Path) -> None:
    """SHEET-03: corrected, struck and annulled steps are read by the manager, with who and why."""
    desk = opened(tmp_path / "estate", "--no-git")
    for _each in range(2):
        desk.pm("complaint receive --unit 3-1502 --channel phone --content 漏水", *AGREED, "2026-03-02 10:00")
    desk.pm("complaint correct CP-260302-A01 --content 三楼漏水 --reason 漏字", *AGREED, "2026-03-02 10:05")
    desk.pm("complaint annul CP-260302-A02 --reason 误登", *AGREED, "2026-03-02 10:06")
    rows = desk.run("report", "daily", "--date", "2026-03-02", "--json").json["amended"]["rows"]
    assert [(row["id"], row["action"], row["step"], row["fields"], row["reason"]) for row in rows] == [
        ("CP-260302-A01", "correct", "receive", ["content"], "漏字"),
        ("CP-260302-A02", "annul", "", [], "误登"),
    ]
    assert "误登" in desk.run("report", "daily", "--date", "2026-03-02").out


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("2 working days", "2个工作日"),
        ("1 working day", "1个工作日"),
        ("4 working hours", "4个工作小时"),
        ("30 minutes", "30分钟"),
        ("3 days 17:30", "3天，至17:30"),
        ("17:30 same day", "当日，至17:30"),
        ("10th of next month", "次月10日"),
        ("last day of month", "当月最后一天"),
        ("100 %", "100 %"),
    ],
)
def test_terms_are_read_in_the_readers_language(text: str, chinese: str) -> None:
    use_language("zh_CN")
    assert term(text) == chinese
