"""Terms at the command line: a promise that was missed stays missed, whatever is agreed afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from pm_cli.core.text import use_language
from pm_cli.ui.term import term
from tests.store.desk import opened

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
