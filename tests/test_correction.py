"""Corrective action and what goes with it, at the command line: one command for two records, repetition, samples, reviews."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.core.draw import drawn
from pm_cli.core.times import When
from pm_cli.reports.figures.periods import DAY, MONTH
from pm_cli.reports.figures.repeats import repeats
from pm_cli.reports.figures.report import Report, draw_up
from pm_cli.reports.figures.scope import Scope
from pm_cli.reports.figures.surveys import surveys
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from pm_cli.ui.render import Templates
from tests.store.desk import opened

ZONE = make_demo.ZONE
STAFF = """
== 2026-11-02
08:00 admin staff add chen.jun --name 陈军 --role centre_director
08:00 admin staff add zhang.wei --name 张伟 --role cs_manager
08:00 admin staff add liu.min --name 刘敏 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.gang --name 王刚 --role technician
"""
HOMES = "".join(f"08:01 admin unit add 3-{number}\n" for number in range(1501, 1513))
STORY = f"""{STAFF}{HOMES}08:01 admin unit add 3-1601 --vacant
08:01 admin unit add 大堂 --use public_place
08:01 admin unit add 3-1502-铺 --use shop
== 2026-11-03
09:00 li.na q: consultation ask --unit 3-1502 --channel phone --content 供暖时间 --topic other --answer 十一月十五日
== 2026-11-04
09:00 li.na c: complaint receive --unit 3-1502 --channel phone --content 水管又漏 --content-class property_management
10:00 li.na nc: nonconformity open --source return_visit --request @q --description 供暖时间答错
10:05 li.na nonconformity report @nc --reported-to chen.jun
"""
NC, ASKED, COMPLAINT = "NC-261104-A02", "CN-261103-A01", "CP-261104-A01"
NOON = datetime(2026, 11, 5, 12, tzinfo=ZONE)


@dataclass
class Estate:
    """A ledger of its own for each test."""

    root: Path

    def pm(self, *words: str, by: str = "li.na", at: datetime = NOON, code: int = 0) -> tuple[str, str]:
        acting = [] if {"show", "check", "plan", "duties"} & set(words[:2]) else ["--as", by]
        found, out, said = make_demo.run(["--lang", "en", *words, "--ledger", str(self.root), *acting], at)
        assert found == code, out + said
        return out, said

    def json(self, *words: str, **how: Any) -> Any:
        return json.loads(self.pm(*words, "--json", **how)[0])

    def scope(self, rhythm: Any, at: datetime = NOON) -> Scope:
        period = rhythm.parse("today", When(at, ZONE))
        return Scope(Ledger(Layout(self.root)), period, at)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("correction") / "estate"
    make_demo.tell(root, STORY)
    return root


@pytest.fixture
def estate(told: Path, tmp_path: Path) -> Estate:
    return Estate(Path(shutil.copytree(told, tmp_path / "estate")))


# -- one command for two records ---------------------------------------------------------------------------------------


def test_a_bad_return_visit_opens_the_report_and_reopens_the_request_in_one_commit(tmp_path: Path) -> None:
    """NC-01: both or neither, and the desk is told of both."""
    desk = opened(tmp_path / "estate")
    desk.pm("consultation ask --unit 3-1502 --channel phone --content 供暖 --topic other --answer 下月 --as li.na")
    before = desk.git("rev-list --count HEAD")
    (number,) = [one for one in desk.records() if "/CN-" in one]
    request = Path(number).stem
    said = desk.pm(f"nonconformity open --source return_visit --request {request} --description 答错 --as li.na")
    assert int(desk.git("rev-list --count HEAD")) == int(before) + 1
    assert sum("/" in line for line in desk.git("show --name-only --format= HEAD").splitlines()) == 2
    assert desk.does(request) == ["ask", "reopen"]
    assert request in said.out
    assert f"Reopened because of {said.out.split()[0]}." in said.err
    assert desk.problems() == []


def test_what_cannot_be_reopened_by_the_actor_opens_no_report(tmp_path: Path) -> None:
    """NC-01: a complaint about customer service is not taken up by its people, so neither is written."""
    desk = opened(tmp_path / "estate")
    desk.pm("staff add he.jing --name 何静 --role administration --as admin")
    desk.pm(
        "complaint receive --unit 3-1502 --channel phone --content 态度差 --complained-about customer_service --as he.jing"
    )
    (request,) = [Path(one).stem for one in desk.records() if one.endswith("A02.yaml") and "/CP-" in one]
    desk.pm(f"complaint judge {request} --validity invalid --as he.jing")
    desk.pm(f"complaint report {request} --reported-to centre_director --as he.jing")
    desk.pm(f"complaint explain {request} --explanation 已核实 --as he.jing")
    before = desk.records()
    refused = desk.pm(
        f"nonconformity open --source return_visit --request {request} --description 未解决 --as li.na", code=1
    )
    assert "about customer service" in refused.err
    assert desk.records() == before
    desk.pm(f"nonconformity open --source return_visit --request {request} --description 未解决 --as he.jing")
    assert desk.does(request)[-1] == "reopen"


def test_a_dry_run_writes_neither(estate: Estate) -> None:
    estate.pm("consultation", "answer", ASKED, "--topic", "other", "--answer", "十五日", at=NOON.replace(hour=9))
    estate.pm("consultation", "close", ASKED, at=NOON.replace(hour=10))
    words = ("--source", "return_visit", "--request", ASKED, "--description", "仍错", "--dry-run")
    estate.pm("nonconformity", "annul", NC, "--reason", "重开", by="admin", at=NOON.replace(hour=11))
    estate.pm("nonconformity", "open", *words)
    assert estate.json("show", ASKED)["state"] == "closed"


def test_a_draft_reopens_the_request_once_it_is_complete(estate: Estate) -> None:
    """NC-01: an interrupted entry leaves the request as it was."""
    asked = estate.json(
        *("consultation", "ask", "--unit", "3-1503", "--channel", "phone"),
        *("--content", "班车", "--topic", "other", "--answer", "八点"),
    )
    draft = estate.json("nonconformity", "open", "--draft", "--source", "return_visit", "--request", asked["id"])
    assert (draft["state"], estate.json("show", asked["id"])["state"]) == ("draft", "closed")
    estate.pm("nonconformity", "complete", draft["id"], "--description", "时间有误")
    assert estate.json("show", asked["id"])["fields"]["reopened"] == "1"


def test_the_request_names_the_report_that_is_open_about_it(estate: Estate) -> None:
    assert f"{NC} raised" in estate.pm("show", ASKED)[0]


# -- repetition --------------------------------------------------------------------------------------------------------


def test_what_failed_before_with_the_same_flat_stands_on_the_page(estate: Estate) -> None:
    """NC-02: the report and the request it reopened are one failure, the complaint of the same flat another."""
    page = estate.pm("show", NC)[0]
    assert f"unit 3-1502: 2 times ({COMPLAINT}, {ASKED})" in page


def test_reports_list_what_failed_again_in_their_period(estate: Estate) -> None:
    """NC-02, NC-03: within the quarter before, by flat, by matter and by cause."""
    rows = repeats(estate.scope(DAY, NOON.replace(day=4)))["rows"]
    assert [(row["by"], row["key"], row["records"]) for row in rows] == [("unit", ["3-1502"], [COMPLAINT, ASKED])]
    assert repeats(estate.scope(DAY))["rows"] == [], "nothing failed on the day after"


def test_causes_are_found_across_flats(estate: Estate) -> None:
    """NC-03: two inspections with one kind of cause in one department."""
    for unit in ("3-1503", "3-1504"):
        raised = estate.json("nonconformity", "open", "--source", "inspection", "--unit", unit, "--description", "漏检")
        cause = ("--cause", "无人复核", "--cause-class", "method", "--cause-department", "engineering")
        estate.pm("nonconformity", "analyse", raised["id"], *cause, by="zhang.wei")
    (row,) = [row for row in repeats(estate.scope(DAY))["rows"] if row["by"] == "cause"]
    assert (row["key"], row["times"]) == (["engineering", "method"], 2)
    assert "engineering/method: 2 times" in estate.pm("show", raised["id"])[0]


def test_a_quarter_later_it_is_no_repetition(estate: Estate) -> None:
    """NC-02: nc.repeat_within."""
    later = datetime(2027, 2, 20, 12, tzinfo=ZONE)
    assert "2 times" not in estate.pm("show", NC, at=later)[0]


# -- the form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["html", "md"])
def test_the_report_is_printed_as_its_form(estate: Estate, format: str) -> None:
    """NC-01: form F-12 with a line for the signature of the CS manager or centre director."""
    page = estate.pm("print", NC, "--format", format)[0]
    for text in ("Corrective and Preventive Action Report", "供暖时间答错", ASKED, "CS manager (centre director)"):
        assert text in page
    assert "@" not in page.partition("</style>")[2] or format == "md"


# -- satisfaction ------------------------------------------------------------------------------------------------------


def test_a_sample_is_the_same_for_everybody_and_rounded_up() -> None:
    """STAT-06: a tenth, drawn by the seed alone; one more home changes at most one."""
    homes = [f"3-{number}" for number in range(40)]
    first = drawn(homes, Decimal(10), "翠湖花园", "2026-11")
    assert first == drawn(reversed(homes), Decimal(10), "翠湖花园", "2026-11")
    assert len(first) == 4
    assert len(drawn(homes[:31], Decimal(10), "x")) == 4
    assert first != drawn(homes, Decimal(10), "翠湖花园", "2026-12")
    assert len(set(first) - set(drawn([*homes, "3-99"], Decimal(10), "翠湖花园", "2026-11"))) <= 1
    assert drawn([], Decimal(10), "x") == []


def test_the_plan_names_homes_still_to_ask(estate: Estate) -> None:
    """STAT-06: occupied homes only; who was asked is off the list, who was not reached stays on it."""
    plan = estate.json("survey", "plan")
    assert (plan["homes"], plan["sample"]) == (12, 2)
    first, second = (one["unit"] for one in plan["units"])
    estate.pm("survey", "ask", "--unit", first, "--channel", "phone", "--result", "answered", "--score", "5")
    estate.pm("survey", "ask", "--unit", second, "--channel", "phone", "--result", "not_reached")
    assert [one["unit"] for one in estate.json("survey", "plan", "--month", "2026-11")["units"]] == [second]
    assert [one["to_ask"] for one in estate.json("survey", "plan", "--all")["units"]] == [False, True]
    assert "2026-11: 1 of 2 still to ask, drawn from 12 occupied homes" in estate.pm("survey", "plan")[1]


def test_a_month_in_which_nobody_was_asked_is_a_missed_duty(estate: Estate) -> None:
    """CAL-19, STAT-06: owed until the last day of the month, missed from then on, and done once residents were asked."""
    december = datetime(2026, 12, 1, 9, tzinfo=ZONE)

    def owed(at: datetime) -> list[tuple[str, str, bool]]:
        found = estate.json("duties", at=at)
        return [(one["period"], one["due"][:10], one["late_seconds"] > 0) for one in found if one["duty"] == "survey"]

    assert owed(NOON) == [("2026-11", "2026-11-30", False)]
    assert owed(december) == [("2026-11", "2026-11-30", True)]
    estate.pm("survey", "ask", "--unit", "3-1501", "--channel", "phone", "--result", "answered", "--score", "5")
    assert owed(december) == []


@pytest.mark.parametrize(("month", "said"), [("2026-12", "has not begun yet"), ("soon", "soon")])
def test_a_month_that_cannot_be_planned(estate: Estate, month: str, said: str) -> None:
    assert said in estate.pm("survey", "plan", "--month", month, code=2)[1]


def test_the_satisfaction_rate_shows_its_bases(estate: Estate) -> None:
    """STAT-06: scores 4 and 5 out of all answers; refusals and homes not reached are no answers."""
    for unit, more in (
        ("3-1501", ("answered", "--score", "5")),
        ("3-1502", ("answered", "--score", "4", "--needs", "代收快递")),
        ("3-1503", ("answered", "--score", "2")),
        ("3-1504", ("unwilling",)),
        ("3-1505", ("not_reached",)),
    ):
        estate.pm("survey", "ask", "--unit", unit, "--channel", "phone", "--result", *more)
    found = surveys(estate.scope(MONTH))
    assert found["satisfied"] == {"numerator": 2, "denominator": 3, "percent": 66.7}
    assert (found["answered"], found["unwilling"], found["not_reached"]) == (3, 1, 1)
    assert [row["needs"] for row in found["needs"]["rows"]] == ["代收快递"]
    assert surveys(estate.scope(MONTH, datetime(2026, 12, 1, 9, tzinfo=ZONE)))["satisfied"]["percent"] is None


@pytest.mark.parametrize("form", ["md", "txt", "html"])
def test_blocks_for_reports_are_shown_in_every_format(estate: Estate, form: str) -> None:
    estate.pm(
        "survey",
        "ask",
        "--unit",
        "3-1501",
        "--channel",
        "phone",
        "--result",
        "answered",
        "--score",
        "4",
        "--needs",
        "快递|柜",
    )
    blocks = {"surveys": surveys, "repeats": repeats}
    scope = estate.scope(MONTH)
    figures = draw_up("quality", Report("Quality", MONTH, "", (), blocks), scope)
    templates = Templates(estate.root / "templates", form, ZONE)
    page = templates.render(f"report/page.{form}.j2", {**figures, "title": "Quality", "blocks": list(blocks)})
    for text in ("100 % (1/1)", "2 of 12 occupied homes", "3-1502", COMPLAINT, "At least 2 times within 90 days"):
        assert text in page


# -- review, documents -------------------------------------------------------------------------------------------------


def test_a_management_review_shows_what_it_looks_at_and_arranges_the_next(estate: Estate) -> None:
    """NC-04: counts come from the records; the year runs again from the review."""
    said = ("--covers-from", "2026-11-01")
    review = estate.json("management-review", "schedule", *said, by="zhang.wei", at=NOON.replace(day=3))["id"]
    page = estate.pm("show", review)[0]
    assert "nonconformity: 1, still open 1" in page
    assert "complaint: 1, still open 1" in page
    assert "0 of 0 answers" in page
    held = ("--conclusions", "答复有误", "--improvements", "培训", "--chair", "chen.jun", "--accountable", "liu.min")
    estate.pm("management-review", "hold", review, *held, by="zhang.wei")
    out, _said = estate.pm(
        "management-review", "close", review, "--improvements-result", "已培训", by="zhang.wei", at=NOON.replace(day=20)
    )
    following = out.splitlines()[1].split()[0]
    after = estate.json("show", following)
    assert (after["state"], after["fields"]["covers_from"]) == ("scheduled", "2026-11-05")
    assert "2027-11-20" in estate.pm("show", following, at=NOON.replace(day=20))[0]


def test_a_document_is_found_by_its_code_and_superseded_by_its_successor(estate: Estate) -> None:
    """NC-05 to NC-07: the code as the manuals write it is what people type."""
    old, new = "FG/WC4/KF-1-02-0/1", "FG/WC4/KF-1-02-0/2"
    for hour, code in ((8, old), (10, new)):
        at = NOON.replace(hour=hour)
        estate.pm("document", "draft", code, "--document-title", "业主档案", "--change", "保管期", by="liu.min", at=at)
        estate.pm("document", "review", code, by="zhang.wei", at=at)
        out, _said = estate.pm("document", "approve", code, by="chen.jun", at=at)
    assert [line.split()[0] for line in out.splitlines()] == ["FG.WC4.KF-1-02-0.2", "FG.WC4.KF-1-02-0.1"]
    assert estate.json("show", old)["state"] == "superseded"
    assert estate.json("show", new)["state"] == "valid"
    assert [one["name"] for one in estate.json("check", by="admin") if one["severity"] == "error"] == []
