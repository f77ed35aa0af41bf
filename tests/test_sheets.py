"""A countersign sheet from end to end at the terminal: what it rides on, where its copies are, what it says of the service."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo

ZONE = make_demo.ZONE
STORY = """
== 2026-11-02
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add sun.hao --name 孙浩 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.fang --name 王芳 --role receptionist
08:01 admin unit add 3-1502
08:01 admin unit add 5-402
== 2026-11-09 one for two departments, one of which is slow; one from a phone call that nobody signs for
09:00 li.na s1: sheet fill --unit 3-1502 --channel visit --reason-kind other --reason-for-visit 请协调
  --requester-name 周敏 --requester-phone 138 --signature-who 周敏 --signature-how ink
09:05 li.na sheet issue @s1 --cs-opinion 请处理 --departments engineering --departments security
09:15 li.na sheet receive @s1 --department engineering --receiver-who 陈刚 --receiver-how ink
09:30 wang.fang r1: repair receive --unit 5-402 --channel phone --content 灯不亮 --caller-name 许静 --caller-phone 139
09:35 wang.fang s2: sheet fill --request @r1
09:40 wang.fang sheet issue @s2 --cs-opinion 请维修 --departments engineering
09:50 li.na sheet receive @s2 --receiver-who 陈刚 --receiver-how ink
== 2026-11-10
15:00 li.na sheet return @s1 --department engineering --opinion 已办 --signatory-who 陈刚 --signatory-how ink
16:00 wang.fang sheet return @s2 --opinion 已换 --signatory-who 陈刚 --signatory-how ink
== 2026-11-11
09:00 li.na sheet remind @s1 --channel phone --department security
09:10 wang.fang sheet ask-signature @s2 --channel phone --remark 周五来签
"""
S1, S2, R1 = "CS-261109-A01", "CS-261109-A03", "RP-261109-A02"
NOTE = "来电记录-燃气表.txt"
TUESDAY, FRIDAY, MONDAY = (datetime(2026, 11, day, 12, tzinfo=ZONE) for day in (10, 13, 16))


class Estate:
    """A ledger on Friday noon."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, code: int = 0, at: datetime = FRIDAY, lang: str = "en") -> str:
        found, out, said = make_demo.run(["--lang", lang, *words, "--ledger", str(self.root)], at)
        assert found == code, out + said
        return out if not code else said

    def li_na(self, *words: str, code: int = 0) -> str:
        return self.pm(*words, "--as", "li.na", "--no-input", code=code)

    def week(self, at: datetime = FRIDAY) -> dict[str, Any]:
        report = json.loads(self.pm("report", "weekly", "--week", "2026-W46", "--format", "json", at=at))
        return dict(report["sheets"])

    def copies(self, *words: str) -> dict[tuple[str, str], dict[str, Any]]:
        return {(row["id"], row["copy"]): row for row in json.loads(self.pm("copies", "--json", *words))}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sheets") / "estate"
    make_demo.tell(root, STORY)
    return root


@pytest.fixture
def estate(told: Path, tmp_path: Path) -> Estate:
    return Estate(Path(shutil.copytree(told, tmp_path / "estate")))


# -- what it rides on -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "asked"),
    [
        (["complaint", "receive"], "complaint"),
        (["repair", "receive"], "repair"),
        (["suggestion", "receive"], "suggestion"),
        (["situation", "receive"], "situation"),
        (["consultation", "ask"], "other"),
    ],
)
def test_a_sheet_rides_on_any_request_and_takes_over_what_stands_there(
    estate: Estate, begin: list[str], asked: str
) -> None:
    """SHEET-01, SHEET-03, SHEET-07: nothing is typed twice, and the request's page shows its sheet."""
    words = ("--unit", "3-1502", "--channel", "phone", "--content", "楼道灯", "--caller-name", "周敏")
    request = json.loads(estate.li_na(*begin, *words, "--caller-phone", "138", "--json"))["id"]
    sheet = json.loads(estate.li_na("sheet", "fill", "--request", request, "--json"))
    fields = sheet["fields"]
    assert (sheet["state"], fields["reason_kind"], fields["reason_for_visit"]) == ("filled", asked, "楼道灯")
    assert fields["requester"] == {"name": "周敏", "phone": "138"}
    assert f"{sheet['id']} filled" in estate.pm("show", request)
    assert "has an open sheet already" in estate.li_na("sheet", "fill", "--request", request, code=1)


# -- which copy is where --------------------------------------------------------------------------------------------


def test_where_each_copy_is_over_all_sheets(estate: Estate) -> None:
    """SHEET-06, SHEET-30: with which departments, who has not signed, the counterfoil with the issuer."""
    found = estate.copies()
    assert len(found) == 8
    archive = found[S1, "archive"]
    assert (archive["place"], archive["departments"], archive["unsigned"]) == (
        "departments",
        ["security"],
        ["security"],
    )
    assert found[S1, "department"]["departments"] == ["engineering", "security"]
    assert found[S2, "archive"]["place"] == "desk"
    assert found[S1, "counterfoil"]["place"] == "issuer"
    assert "\twang.fang\t" in estate.pm("copies", S2, "--copy", "counterfoil")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--place", "desk"), {(S2, "archive"), (S2, "cs_filing")}),
        (("--place", "发出人"), {(S1, "counterfoil"), (S2, "counterfoil")}),
        (("--department", "security"), {(S1, "archive"), (S1, "cs_filing"), (S1, "department")}),
        (("--unit", "5-402", "--copy", "department"), {(S2, "department")}),
        ((R1, "--place", "desk"), {(S2, "archive"), (S2, "cs_filing")}),
    ],
)
def test_the_copies_asked_for(estate: Estate, words: tuple[str, ...], expected: set[tuple[str, str]]) -> None:
    """SHEET-03: a copy is found by its place, its department, its unit, its sheet or the request it rides on."""
    assert set(estate.copies(*words)) == expected


def test_an_unknown_place_is_refused(estate: Estate) -> None:
    assert "desk, departments, issuer, filed" in estate.pm("copies", "--place", "drawer", code=2)


def test_the_page_of_a_sheet_says_where_its_copies_are(estate: Estate) -> None:
    """SHEET-30: in words, one line for each copy."""
    page = estate.pm("show", S1)
    assert "archive: security (not signed for)" in page
    assert "department: engineering, security (not signed for)" in page
    assert "counterfoil: li.na" in page


# -- late signatures ------------------------------------------------------------------------------------------------


def test_a_late_signature_is_awaited_pressed_for_and_then_overdue(estate: Estate) -> None:
    """SHEET-12: it stands among the signatures awaited, is overdue after three days, and collection waits for it."""
    assert S2 in [row["id"] for row in json.loads(estate.pm("--json"))["signatures"]]
    late = {(row["id"], row["clock"]) for row in json.loads(estate.pm("overdue", "--json"))}
    assert (S2, "late_signature") in late
    estate.pm("sheet", "accept", S2, "--opinion", "满意", "--signature-who", "许静", "--as", "wang.fang")
    refused = estate.pm("sheet", "collect", S2, "--as", "wang.fang", code=1)
    assert f"pm sheet sign {S2}" in refused
    estate.li_na("sheet", "sign", S2, "--signature-who", "许静", "--signature-how", "scan")
    assert "signed already" in estate.li_na("sheet", "ask-signature", S2, "--channel", "phone", code=1)


def test_what_is_filed_unsigned_says_why_and_does_not_count_as_signed(estate: Estate) -> None:
    """SHEET-12: closing the sheet is no signature; the week's report names it with the reason."""
    sheet = "CS-261110-A01"
    said = "--unit 5-402 --channel phone --reason-kind other --reason-for-visit 借会议室 --requester-name 许静"
    for step in (
        f"fill {said} --requester-phone 139 --source-record {NOTE}",
        f"issue {sheet} --cs-opinion 请安排 --departments customer_service",
        f"terminate {sheet} --explanation 业主撤回 --head he.jing --signed ink",
    ):
        estate.pm("sheet", *step.split(), "--as", "li.na", at=TUESDAY)
    assert "--unsigned-reason TEXT" in estate.li_na("sheet", "file", sheet, code=1)
    estate.li_na("sheet", "file", sheet, "--unsigned-reason", "业主已搬走")
    figures = estate.week(MONDAY)
    assert (figures["signed_in_time"]["numerator"], figures["signed_in_time"]["denominator"]) == (0, 1)
    assert figures["filed_unsigned"]["rows"] == [{"id": sheet, "unit": "5-402", "reason": "业主已搬走"}]
    assert "业主已搬走" in estate.pm("report", "weekly", "--week", "2026-W46", "--format", "md")


# -- handing over and accepting -------------------------------------------------------------------------------------


def test_a_sheet_that_nobody_hands_over_is_overdue(estate: Estate) -> None:
    """SHEET-13, SHEET-21: filled in and left lying it is seen after half an hour."""
    words = "--unit 5-402 --channel visit --reason-kind other --reason-for-visit 借会议室 --requester-name 许静"
    estate.li_na("sheet", "fill", *words.split(), "--requester-phone", "139", "--signature-who", "许静")
    later = datetime(2026, 11, 13, 13, tzinfo=ZONE)
    late = {(row["id"], row["clock"]) for row in json.loads(estate.pm("overdue", "--json", at=later))}
    assert ("CS-261113-A01", "issue") in late


def test_whoever_is_said_to_have_decided_stands_in_the_handover_book(estate: Estate) -> None:
    """SHEET-15: the manager named by a receptionist sees it there; where nobody was named the issuer decided."""
    asked = (
        "--unit",
        "5-402",
        "--channel",
        "phone",
        "--content",
        "噪音",
        "--caller-name",
        "许静",
        "--caller-phone",
        "139",
    )
    complaint = json.loads(estate.li_na("complaint", "receive", *asked, "--json"))["id"]
    sheet = json.loads(estate.li_na("sheet", "fill", "--request", complaint, "--json"))["id"]
    out = ("--cs-opinion", "请劝止", "--departments", "security", "--forwarded-by", "sun.hao")
    estate.li_na("sheet", "issue", sheet, *out)
    lines = json.loads(estate.pm("book", "F-02", "--month", "2026-11", "--format", "json"))["lines"]
    decided = {(line["id"], line["issuer"]): line["forwarded_by"] for line in lines}
    assert decided == {(S1, "李娜"): "李娜", (S2, "王芳"): "王芳", (sheet, "李娜"): "孙浩"}


def test_what_the_director_accepted_is_listed(estate: Estate) -> None:
    """SHEET-23: the exception is seen with whose it was and why."""
    said = ("--opinion", "同意归档", "--director", "zhou.li", "--special-case-reason", "业主出国")
    assert "in person" in estate.li_na("sheet", "accept", S2, *said, code=1)
    estate.pm("sheet", "accept", S2, *said, "--as", "zhou.li")
    assert estate.week()["by_director"]["rows"] == [
        {"id": S2, "unit": "5-402", "director": "zhou.li", "reason": "业主出国"}
    ]
    assert "业主出国" in estate.pm("report", "weekly", "--week", "2026-W46", "--format", "md")


# -- collecting and filing ------------------------------------------------------------------------------------------


def collected(estate: Estate) -> None:
    estate.li_na("sheet", "sign", S2, "--signature-who", "许静", "--signature-how", "ink")
    estate.li_na("sheet", "accept", S2, "--opinion", "满意", "--signature-who", "许静")
    estate.pm("sheet", "delegate", S2, "--collector", "li.na", "--reason", "王芳休假", "--as", "sun.hao")
    estate.li_na("sheet", "collect", S2)


def test_whoever_was_appointed_collects_and_one_command_files_everything(estate: Estate) -> None:
    """SHEET-19, SHEET-29: each copy goes to the archive it belongs to."""
    collected(estate)
    assert f"{S2}  5-402  灯不亮  filed" in estate.li_na("sheet", "file", S2)
    places = {copy: row["location"] for (_sheet, copy), row in estate.copies(R1).items()}
    assert places == {
        "archive": "owner_archive",
        "cs_filing": "cs_archive",
        "department": "department_archive",
        "counterfoil": "counterfoil_book",
    }
    assert S2 not in {sheet for sheet, _copy in estate.copies()}


def test_several_copies_are_named_in_one_command(estate: Estate) -> None:
    """SHEET-29: `--copy` repeats; the rest is still to be filed."""
    collected(estate)
    estate.li_na("sheet", "file", S2, "--copy", "archive", "--copy", "cs_filing")
    assert {copy for sheet, copy in estate.copies() if sheet == S2} == {"department", "counterfoil"}


# -- rates ----------------------------------------------------------------------------------------------------------


def test_recovery_and_punctuality_by_issuer_and_department(estate: Estate) -> None:
    """SHEET-05, SHEET-27, SHEET-28: the department that answered in time is not charged with the one that did not."""
    collected(estate)
    figures = json.loads(estate.pm("report", "weekly", "--week", "2026-W46", "--format", "json"))["sheets"]
    rates = {row["issuer"]: row["collected"] for row in figures["by_issuer"]}
    assert [(rate["numerator"], rate["denominator"]) for rate in rates.values()] == [(0, 1), (1, 1)]
    on_time = {row["department"]: row["in_time"] for row in figures["by_department"]}
    assert (on_time["engineering"]["numerator"], on_time["engineering"]["denominator"]) == (2, 2)
    assert (on_time["security"]["numerator"], on_time["security"]["denominator"]) == (0, 1)
    assert (figures["in_time"]["numerator"], figures["in_time"]["denominator"]) == (0, 2)


def test_what_is_due_and_still_out_is_named(estate: Estate) -> None:
    """SHEET-26, SHEET-12: with whom it is and how often it was pressed for; how many late signatures came in time."""
    figures = json.loads(estate.pm("report", "weekly", "--week", "2026-W46", "--format", "json"))["sheets"]
    out = {row["id"]: row for row in figures["still_out"]["rows"]}
    assert (out[S1]["departments"], out[S1]["reminders"]) == (["security"], 1)
    assert (out[S2]["departments"], out[S2]["reminders"]) == ([], 0)
    assert (figures["signed_in_time"]["numerator"], figures["signed_in_time"]["denominator"]) == (0, 1)
    text = estate.pm("report", "weekly", "--week", "2026-W46", "--format", "md")
    assert "Sheets due and still out (2)" in text


# -- not offered yet ------------------------------------------------------------------------------------------------


def test_the_wish_behind_a_sheet_is_entered_with_what_stands_there(estate: Estate) -> None:
    """SHEET-34: the promised notice is somebody's task; nothing is typed twice."""
    asked = "--unit 5-402 --channel visit --reason-kind special_service --reason-for-visit 代办宽带移机 --signature-who 许静"
    estate.li_na("sheet", "fill", *asked.split(), "--requester-name", "许静", "--requester-phone", "139")
    number = "CS-261113-A01"
    words = ("--reason", "not_offered_yet", "--explanation", "尚未合作", "--apologised", "--reported-to", "clubhouse")
    _code, _out, said = make_demo.run(
        ["sheet", "explain", number, *words, "--as", "li.na", "--ledger", str(estate.root), "--lang", "en"], FRIDAY
    )
    assert f"pm unmet-demand record --concerns {number}" in said
    wish = json.loads(estate.li_na("unmet-demand", "record", "--concerns", number, "--json"))["fields"]
    assert (wish["content"], wish["unit"], wish["department"]) == ("代办宽带移机", "5-402", "clubhouse")
    assert number in [row["id"] for row in json.loads(estate.pm("--json"))["signatures"]], "waits for the director"


def test_what_a_sheet_shows_of_the_service_reaches_the_manager(estate: Estate) -> None:
    """SHEET-04, SHEET-05: notes on attitude and quality stand in the week's report, the poor ones first."""
    for finding, department, remark in (("good", "engineering", "到场快"), ("poor", "security", "态度生硬")):
        words = ("--department", department, "--finding", finding, "--remark", remark)
        estate.li_na("sheet", "supervise", S1, *words, "--served-by", "wang.fang")
    week = ("report", "weekly", "--week", "2026-W46", "--format")
    noted = json.loads(estate.pm(*week, "json"))["sheets"]["supervision"]["rows"]
    assert [(row["id"], row["department"], row["served_by"]) for row in noted] == [
        (S1, "security", "wang.fang"),
        (S1, "engineering", "wang.fang"),
    ]
    assert "态度生硬" in estate.pm(*week, "md")


# -- filled in at once ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quick_and_slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four requests: one with its sheet within ten minutes, one with it hours later, one never, one answered at once."""
    root = tmp_path_factory.mktemp("filling") / "estate"
    make_demo.tell(
        root,
        STORY.partition("== 2026-11-09")[0]
        + """
== 2026-11-09
09:00 li.na quick: repair receive --unit 3-1502 --channel phone --content 漏水 --caller-name 周敏 --caller-phone 138
09:04 li.na first: sheet fill --request @quick
09:10 li.na sheet issue @first --cs-opinion 请维修 --departments engineering --departments customer_service
09:20 li.na sheet terminate @first --explanation 业主自行解决 --head he.jing --signed ink
09:22 li.na sheet file @first --copy archive --copy cs_filing --copy counterfoil --unsigned-reason 业主不再前来
09:23 li.na sheet file @first --copy department --keeper wang.fang
09:30 wang.fang slow: complaint receive --unit 5-402 --channel phone --content 噪音 --caller-name 许静 --caller-phone 139
09:40 wang.fang none: repair receive --unit 5-402 --channel phone --content 门坏 --caller-name 许静 --caller-phone 139
09:50 wang.fang told: consultation ask --unit 5-402 --channel phone --content 怎么缴费 --topic other --answer 线上缴纳
11:30 li.na sheet fill --request @slow
12:00 li.na complaint receive --unit 3-1502 --channel phone --content 有人吵闹 --anonymous
== 2026-11-10
08:00 li.na sheet fill --draft --unit 3-1502 --channel phone --reason-kind repair
== 2026-11-12 a request to the minute, and a second sheet for the quick one, which says nothing of its receipt
09:00 li.na sheet fill --request @quick
10:00 li.na late: repair receive --unit 3-1502 --channel phone --content 灯坏 --caller-name 周敏 --caller-phone 138
10:10 li.na sheet fill --request @late
""",
    )
    return root


def test_how_soon_a_request_had_its_sheet(quick_and_slow: Path) -> None:
    """SHEET-08, AMB-08: from the receipt of the request, ten minutes included; a draft nobody finished is late too."""
    week = ("report", "weekly", "--week", "2026-W46", "--format")
    filling = json.loads(Estate(quick_and_slow).pm(*week, "json"))["sheets"]["filling"]
    assert (filling["at_once"]["numerator"], filling["at_once"]["denominator"]) == (2, 4)
    assert filling["minutes"] == {"median": 10, "longest": 120}
    assert [(row["person"], row["at_once"]["denominator"]) for row in filling["by_person"]] == [("li.na", 4)]
    late = filling["late"]["rows"]
    assert [(row["request"][:2], row["minutes"], row["filled"] is None) for row in late[:1]] == [("CP", 120, False)]
    assert (late[1]["request"], late[1]["filled"]) == ("", None)


def test_requests_that_should_have_a_sheet_and_have_none(quick_and_slow: Path) -> None:
    """SHEET-01, SHEET-08: listed with whoever received them; not what was answered at once, nor what nobody gives a name for."""
    week = ("report", "weekly", "--week", "2026-W46", "--format")
    missing = json.loads(Estate(quick_and_slow).pm(*week, "json"))["sheets"]["filling"]["missing"]
    assert [(row["kind"], row["unit"], row["by"]) for row in missing["rows"]] == [("repair", "5-402", "wang.fang")]
    assert "Requests without a sheet (1)" in Estate(quick_and_slow).pm(*week, "md")


# -- in whose hands -------------------------------------------------------------------------------------------------


def test_a_sheet_that_went_through_other_hands_is_named(estate: Estate) -> None:
    """SHEET-18, SHEET-19: whoever fills it in issues and collects it; another one stands in the report, with the reason."""
    week = ("report", "weekly", "--week", "2026-W46", "--format")
    assert json.loads(estate.pm(*week, "json"))["sheets"]["other_hands"]["count"] == 0
    collected(estate)
    (row,) = json.loads(estate.pm(*week, "json"))["sheets"]["other_hands"]["rows"]
    assert (row["id"], row["filled_by"], row["issued_by"], row["collected_by"]) == (
        S2,
        "wang.fang",
        "wang.fang",
        "li.na",
    )
    assert (row["why"], row["delegated_by"]) == ("delegated", "sun.hao")
    assert S2 in estate.pm(*week, "md").partition("other hands")[2]


def test_signed_in_for_an_absent_issuer_it_is_named_too(estate: Estate) -> None:
    """SHEET-18, SHEET-20: the substitute and why."""
    estate.li_na("sheet", "sign", S2, "--signature-who", "许静", "--signature-how", "ink")
    estate.li_na("sheet", "accept", S2, "--opinion", "满意", "--signature-who", "许静")
    estate.li_na("sheet", "collect", S2, "--issuer-absent")
    figures = json.loads(estate.pm("report", "weekly", "--week", "2026-W46", "--format", "json"))["sheets"]
    assert [(row["collected_by"], row["why"]) for row in figures["other_hands"]["rows"]] == [("li.na", "issuer_absent")]


# -- what is still to be filed --------------------------------------------------------------------------------------


def test_copies_that_lie_in_no_archive_are_listed_and_then_overdue(estate: Estate) -> None:
    """SHEET-29: with `--to-file`, in the report, and after a week as overdue; whoever filed one is named."""
    assert estate.copies("--to-file") == {}
    collected(estate)
    estate.li_na("sheet", "file", S2, "--copy", "archive")
    left = {"cs_filing", "department", "counterfoil"}
    assert {copy for _sheet, copy in estate.copies("--to-file")} == left
    assert estate.copies(S2)[S2, "archive"]["filed_by"] == "li.na"
    (row,) = json.loads(estate.pm("report", "weekly", "--week", "2026-W46", "--format", "json"))["sheets"]["to_file"][
        "rows"
    ]
    assert (row["id"], set(row["copies"])) == (S2, left)
    late = json.loads(estate.pm("overdue", "--json", at=datetime(2026, 11, 21, 12, tzinfo=ZONE)))
    assert (S2, "filing") in {(row["id"], row["clock"]) for row in late}


# -- what the centre cannot do --------------------------------------------------------------------------------------


def test_what_was_explained_stands_on_the_sheet_with_who_explained_it(estate: Estate) -> None:
    """SHEET-16, SHEET-17: the note, by whom and when; what was forwarded waits for the receipt."""
    words = ("--reason", "third_party", "--explanation", "归燃气公司管", "--explained-by", "sun.hao")
    estate.li_na("sheet", "explain", S1, *words)
    page = estate.pm("print", S1, "--copy", "archive", "--format", "md", "--as", "li.na")
    assert "归燃气公司管" in page
    assert "sun.hao" in page
    estate.li_na("sheet", "forward", S1, "--third-party", "市燃气公司")
    waiting = {(row["id"], row["field"]) for row in json.loads(estate.pm("--json"))["signatures"]}
    assert (S1, "proof") in waiting
