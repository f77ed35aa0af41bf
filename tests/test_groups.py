"""Complaints of several callers: what is suggested, what is listed, what two desks may not do to one group."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.flows import invariants
from tests.memory import ZONE
from tests.test_cases import Day

STORY = """
== 2026-11-10 the registers
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add zhou.min --name 周敏 --role cs_manager
08:00 admin unit add 3-1502
08:00 admin unit add 3-1503
08:00 admin unit add 3-1504
08:00 admin unit add 5-201
== 2026-11-11 Wednesday
09:00 li.na complaint receive --unit 3-1502 --channel phone --content 电梯常停 --content-class property_management
09:10 li.na complaint receive --unit 3-1503 --channel visit --content 电梯又停 --content-class property_management
09:15 li.na complaint receive --unit 3-1503 --channel phone --content 电梯还停 --content-class property_management
09:20 li.na complaint receive --unit 5-201 --channel letter --content 电梯 --content-class property_management
09:30 li.na complaint receive --unit 3-1504 --channel phone --content 门禁 --content-class other
"""
THIRD = (
    "09:40 li.na complaint receive --unit 3-1504 --channel phone --content 电梯 --content-class property_management\n"
)
ALIKE = ["CP-261111-A01", "CP-261111-A02", "CP-261111-A03", "CP-261111-A06"]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three callers of one building, one of them twice, and one of another building."""
    folder = tmp_path_factory.mktemp("groups") / "estate"
    make_demo.tell(folder, STORY + THIRD)
    return folder


def said(estate: Path, *words: str, at: str = "2026-11-11 10:00") -> tuple[str, str]:
    code, out, told = make_demo.run(
        [*words, "--ledger", str(estate)], datetime.fromisoformat(at).replace(tzinfo=make_demo.ZONE)
    )
    assert code == 0, told
    return out, told


def groups(estate: Path, at: str = "2026-11-11 10:00") -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(said(estate, "groups", "--json", at=at)[0])
    return shown


def test_three_callers_of_one_building_with_one_class_may_be_one_matter(estate: Path) -> None:
    """COMP-40, AMB-26: callers are counted, not calls; another building and another class stay out."""
    (one,) = groups(estate)["likely"]
    assert (one["building"], one["content_class"], one["callers"]) == ("3", "property_management", 3)
    assert one["complaints"] == ALIKE


def test_what_is_long_ago_is_another_matter(estate: Path) -> None:
    """COMP-40: after the window nothing is suggested any more."""
    assert groups(estate, at="2026-12-20 10:00")["likely"] == []


def test_the_third_caller_is_noticed_at_intake(tmp_path: Path) -> None:
    """COMP-40: the hint names those who complained before, and how to put them together."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, STORY)
    typed = ["complaint", "receive", "--unit", "3-1504", "--channel", "phone", "--content", "电梯", "--as", "li.na"]
    _out, told = said(folder, *typed, "--content-class", "property_management")
    assert "CP-261111-A01" in told
    assert "complaint-group open" in told


def test_a_group_takes_its_complaints_off_the_list_and_owes_an_account(tmp_path: Path) -> None:
    """COMP-40: opened with its first members in one command; its page and the list show them."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, STORY + THIRD)
    members = [word for number in ALIKE for word in ("--members", number)]
    said(folder, "complaint-group", "open", "--matter", "电梯常停", *members, "--as", "li.na")
    shown = groups(folder)
    assert shown["likely"] == []
    (group,) = shown["groups"]
    assert (group["id"], group["state"], group["complaints"]) == ("CG-261111-A07", "open", ALIKE)
    assert group["due"].startswith("2026-11-16T23:59")
    page, _told = said(folder, "show", "CG-261111-A07")
    assert all(number in page for number in ALIKE)
    said(folder, "check")


def test_a_draft_of_a_group_takes_nobody_in_before_it_is_complete(tmp_path: Path) -> None:
    """COMP-40: members named in the draft join when it is completed."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, STORY)
    named = ["--members", "CP-261111-A01", "--members", "CP-261111-A02", "--as", "li.na"]
    said(folder, "complaint-group", "open", *named, "--draft")
    assert groups(folder)["groups"][0]["complaints"] == []
    said(folder, "complaint-group", "complete", "CG-261111-A06", "--matter", "电梯常停", "--as", "li.na")
    assert groups(folder)["groups"][0]["complaints"] == ["CP-261111-A01", "CP-261111-A02"]


def test_who_phoned_is_not_chased_for_a_signature_before_somebody_met_them(tmp_path: Path) -> None:
    """SHEET-12, COMP-15, AMB-14: visitors and letters at once, callers from the first personal contact on."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, STORY)

    def awaited(field: str = "signature") -> list[str]:
        blocks = json.loads(said(folder, "--json")[0])
        return [row["id"] for row in blocks["signatures"] if row["field"] == field]

    assert awaited() == ["CP-261111-A02", "CP-261111-A04"]
    said(folder, "complaint", "inspect", "CP-261111-A01", "--finding", "停在五层", "--met", "--as", "li.na")
    assert awaited() == ["CP-261111-A01", "CP-261111-A02", "CP-261111-A04"]
    letter = tmp_path / "letter.txt"
    letter.write_text("电梯又停了", encoding="utf-8")
    assert awaited("papers_signed") == [], "nothing is attached"
    said(folder, "complaint", "note", "CP-261111-A02", "--text", "来信", "--attachments", str(letter), "--as", "li.na")
    assert awaited("papers_signed") == ["CP-261111-A02"]
    said(folder, "complaint", "sign", "CP-261111-A02", "--no-papers-signed", "--as", "li.na")
    assert awaited("papers_signed") == ["CP-261111-A02"]
    said(folder, "complaint", "sign", "CP-261111-A02", "--papers-signed", "--as", "li.na")
    assert awaited("papers_signed") == []


def test_what_may_be_one_matter_stands_in_the_reports_until_it_is_put_together(estate: Path) -> None:
    """COMP-40: the hint at the desk may be passed over, the manager's report is not."""
    block = json.loads(said(estate, "report", "daily", "--date", "2026-11-11", "--json")[0])["likely_groups"]
    assert [(row["building"], row["callers"]) for row in block["rows"]] == [("3", 3)]


def test_a_closed_complaint_nobody_has_filed_stands_in_the_weekly_report(tmp_path: Path) -> None:
    """COMP-42."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, STORY)
    number = "CP-261111-A05"
    for step in (
        ["report", "--reported-to", "cs_manager"], ["judge", "--validity", "invalid"], ["explain", "--explanation", "不属"],
    ):  # fmt: skip
        said(folder, "complaint", step[0], number, *step[1:], "--as", "li.na")

    def unfiled() -> list[str]:
        week = json.loads(said(folder, "report", "weekly", "--date", "2026-11-11", "--json")[0])
        return [row["id"] for row in week["unfiled_complaints"]["rows"]]

    assert unfiled() == [number]
    said(folder, "complaint", "file", number, "--location", "三号柜", "--as", "li.na")
    assert unfiled() == []


def test_whoever_handled_a_complaint_is_chased_for_a_signature_after_it_was_closed(tmp_path: Path) -> None:
    """COMP-27: a satisfied visit does not sign for who is responsible; an invalid one was handled by nobody."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, STORY)
    number = "CP-261111-A01"

    def awaited() -> list[str]:
        blocks = json.loads(said(folder, "--json")[0])
        return [row["id"] for row in blocks["signatures"] if row["field"] == "responsible_signature"]

    for step in (
        ["report", "--reported-to", "cs_manager"], ["judge", "--validity", "valid"],
        ["handle", "--result", "换板", "--handler", "zhou.min"], ["tell-outcome", "--outcome", "已换"],
        ["visit", "--way", "phone", "--result", "satisfied"],
    ):  # fmt: skip
        said(folder, "complaint", step[0], number, *step[1:], "--as", "li.na")
    assert awaited() == [number]
    said(folder, "complaint", "sign", number, "--responsible-signature-who", "赵敏", "--as", "li.na")
    assert awaited() == []


def test_one_desk_closes_a_group_while_another_puts_a_complaint_into_it() -> None:
    """COMP-40: nothing is lost after a merge, `pm check` names what is left behind."""
    day = Day()
    at = "2026-03-02 10:0"
    complaint = {"unit": "3-1502", "channel": "phone", "content": "电梯"}
    for number, name in enumerate("ABC"):
        day.step({"do": "complaint receive", "with": complaint, "as": name, "at": f"{at}{number}"})
    opening = {"do": "complaint_group open", "with": {"matter": "电梯", "members": ["$A", "$B"]}, "as": "G"}
    day.step({**opening, "at": "2026-03-02 11:00"})
    day.step({"do": "complaint join", "on": "C", "with": {"group": "$G"}, "at": "2026-03-02 12:00"})
    group = day.books.records[day.names["G"]]
    group.state = "closed"
    broken = invariants.broken(day.books, [group])
    assert [violation.name for violation in broken] == ["complaint-group"]
    assert all(day.names[name] in broken[0].message for name in "ABC")
    assert invariants.broken(day.books, [day.books.records[day.names["C"]]])
    assert day.time("2026-03-02 12:00").tzinfo == ZONE


def test_a_missed_limit_for_rectification_goes_up_level_by_level(tmp_path: Path) -> None:
    """COMP-41: first the supervisor, after a day the manager, after three the director is told."""
    folder = tmp_path / "estate"
    make_demo.tell(
        folder,
        STORY
        + "09:35 zhou.min complaint judge CP-261111-A01 --validity valid\n"
        + "09:40 zhou.min complaint handle CP-261111-A01 --result 复位\n"
        + "09:41 li.na complaint tell-outcome CP-261111-A01 --outcome 已复位\n"
        + "09:45 li.na complaint visit CP-261111-A01 --way home --result dissatisfied\n"
        + '09:50 li.na complaint rectify CP-261111-A01 --handler zhou.min --rectify-by "2026-11-11 18:00"\n',
    )

    def told(at: str) -> list[tuple[int, str]]:
        terms = json.loads(said(folder, "overdue", "--json", at=at)[0])
        return [(term["level"], term["tell"]) for term in terms if term["clock"] == "rectify"]

    assert told("2026-11-11 18:00") == []
    assert told("2026-11-11 18:01") == [(1, "cs_supervisor")]
    assert told("2026-11-12 18:00") == [(2, "cs_manager")]
    assert told("2026-11-14 18:00") == [(3, "centre_director")]


def test_remedy_and_rework_stand_side_by_side_on_the_page(tmp_path: Path) -> None:
    """COMP-37: the state of the work order is seen where the complaint is; remedy sought beside remedy given."""
    folder = tmp_path / "estate"
    make_demo.tell(
        folder,
        STORY
        + "09:50 li.na repair receive --unit 3-1502 --channel phone --content 换龙头\n"
        + "09:55 li.na complaint receive --unit 3-1502 --channel phone --content 龙头又漏 --remedy-sought 退费\n"
        + "09:56 li.na complaint judge CP-261111-A07 --validity valid\n"
        + "09:57 li.na complaint rework CP-261111-A07 --work-order RP-261111-A06\n",
    )
    page, _told = said(folder, "show", "CP-261111-A07")
    assert "退费 -> ..." in page
