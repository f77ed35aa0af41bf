"""Return visits that are owed: rates, draw, shares and leaders' numbers, each counted by hand from one story."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import check_quota, make_demo
from pm_cli.reports import monthly
from pm_cli.reports.figures.visits import visits

ZONE = make_demo.ZONE
REPAIRS = 7
HEAD = """
== 2026-11-02
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add sun.hao --name 孙浩 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add liu.qiang --name 刘强 --role dispatcher
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:01 admin unit add 3-1502
"""
REPAIR = """
09:{0:02} liu.qiang r{0}: repair receive --unit 3-1502 --channel phone --content 灯不亮{0} --caller-name 周敏
09:{0:02} liu.qiang repair assign @r{0} --worker zhang.wei --told 张伟上门
10:{0:02} zhang.wei repair arrive @r{0}
11:{0:02} zhang.wei repair finish @r{0} --work-done 换灯管
11:{0:02} zhang.wei repair accept @r{0} --signature-who 周敏 --signature-how ink --test-result 亮
15:{0:02} liu.qiang repair return-slip @r{0} --copies 1 --copies 2
"""
COMPLAINT = """
16:{0:02} li.na c{0}: complaint receive --unit 3-1502 --channel phone --content 噪音{0} --caller-name 周敏
  --content-class property_management {1}
16:{0:02} li.na complaint report @c{0} --reported-to cs_manager
16:{0:02} he.jing complaint judge @c{0} --validity {2}
"""
HANDLED = """
16:{0:02} sun.hao complaint forward @c{0} --departments security --handler zhang.wei
17:{0:02} zhang.wei complaint handle @c{0} --result 已劝阻
"""
TOLD = "17:{0:02} li.na complaint tell-outcome @c{0} --outcome 已告知\n"


def in_order(*parts: str) -> str:
    """The entries of one day, those of several matters one among the other as time goes by."""
    entries = re.findall(r"^\d\d:\d\d.*\n(?:  .*\n)*", "".join(parts), re.MULTILINE)
    return "".join(sorted(entries, key=lambda entry: entry[:5]))


STORY = "".join(
    (
        HEAD,
        "== 2026-11-09\n",
        in_order(
            *(REPAIR.format(number) for number in range(1, REPAIRS + 1)),
            *(COMPLAINT.format(number, "", "valid") + HANDLED.format(number) for number in (11, 12, 13)),
            *(TOLD.format(number) for number in (11, 12, 13)),
            COMPLAINT.format(14, "", "invalid"),
            COMPLAINT.format(15, "--anonymous", "valid").replace(" --caller-name 周敏", ""),
            HANDLED.format(15),
        ),
        """
== 2026-11-10
09:00 he.jing complaint visit @c11 --way phone --result satisfied
09:10 liu.qiang v1: return-visit draw --request @r1
09:20 liu.qiang return-visit visit @v1 --way phone --result satisfied --content 电话回访 --transcript 不错 --quality 5
  --topics 充电桩 --topics 健身房
09:30 he.jing return-visit spot-check @v1 --correct --finding 属实
10:00 liu.qiang v2: return-visit draw --request @r2
10:10 liu.qiang return-visit attempt @v2 --way phone
10:20 liu.qiang return-visit attempt @v2 --way phone
10:30 liu.qiang return-visit attempt @v2 --way home --note 无人
11:00 li.na v3: return-visit draw --request @c12
11:30 li.na return-visit visit @v3 --way home --result dissatisfied --content 上门回访 --opinion 还是吵 --signature-who 周敏
""",
    )
)
NOON = datetime(2026, 11, 12, 12, tzinfo=ZONE)


class Estate:
    """A ledger and what `pm` says there, by default at noon of the 12th."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, at: datetime = NOON) -> str:
        code, out, said = make_demo.run(["--lang", "en", *words, "--ledger", str(self.root)], at)
        assert code == 0, out + said
        return out

    def json(self, *words: str, at: datetime = NOON) -> Any:
        return json.loads(self.pm(*words, "--json", at=at))

    def groups(self, at: datetime = NOON) -> dict[str, Any]:
        return {row["group"]: row for row in self.json("visit", "quota", at=at)["by_group"]}


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    root = tmp_path_factory.mktemp("visits") / "estate"
    make_demo.tell(root, STORY)
    return Estate(root)


def test_complaints_are_all_visited_invalid_ones_and_nobody_apart(estate: Estate) -> None:
    """RV-08: three valid complaints finished, two visited (a dissatisfied one too); invalid and anonymous ones are not owed."""
    row = estate.groups()["complaint"]
    assert (row["finished"], row["required"], row["done"], row["missing"], row["nobody"]) == (3, 3, 2, 1, 1)


def test_three_of_ten_repairs_rounded_up_the_unreachable_apart(estate: Estate) -> None:
    """RV-11: 30 % of 7 is 2.1, so 3; one visited, two missing; whom three attempts did not reach is not visited (AMB-40, 44)."""
    row = estate.groups()["repair"]
    assert (row["finished"], row["required"], row["done"], row["missing"], row["unreachable"]) == (7, 3, 1, 2, 1)


def test_rates_stand_where_nothing_was_finished(estate: Estate) -> None:
    """RV-09, RV-10, RV-12: suggestions and requests 100 % of none; mail and activities only once there are such records."""
    groups = estate.groups()
    assert (groups["suggestion"]["rate"], groups["suggestion"]["required"]) == ("100 %", 0)
    assert (groups["request"]["rate"], groups["request"]["kinds"]) == ("100 %", ["situation"])
    assert "mail_activity" not in groups


def test_the_draw_is_the_same_for_everybody_and_skips_whom_nobody_reaches(estate: Estate) -> None:
    """RV-11, RV-14: two more repairs, neither visited nor unreachable, always the same, in the order of finishing."""
    plan = estate.json("visit", "plan")["visits"]
    repairs = [row["id"] for row in plan if row["kind"] == "repair"]
    assert len(repairs) == 2
    assert [row["id"] for row in estate.json("visit", "plan")["visits"] if row["kind"] == "repair"] == repairs
    finished = [row["finished"] for row in plan]
    assert finished == sorted(finished)
    states = {row["id"]: row["fields"].get("visit_result") for row in estate.json("list", "repair")}
    assert {states[number] for number in repairs} == {None}


def test_one_more_finished_changes_little_in_the_draw(tmp_path: Path) -> None:
    """RV-11: lots go by the identity of each record, so those drawn before stay but for whom the new one pushes out."""
    few, more = (repairs_only(tmp_path / str(count), count) for count in (20, 21))
    before, after = ({row["summary"] for row in one.json("visit", "plan")["visits"]} for one in (few, more))
    assert (len(before), len(after)) == (6, 7)
    assert len(before & after) >= 5


def repairs_only(root: Path, count: int) -> Estate:
    make_demo.tell(
        root, HEAD + "== 2026-11-09\n" + in_order(*(REPAIR.format(number) for number in range(1, count + 1)))
    )
    return Estate(root)


def test_each_visit_has_its_day_and_its_visitor(estate: Estate) -> None:
    """RV-02, RV-16, RV-17: complaints in three working days, repairs by the 10th of the next month; who the rules name."""
    (complaint, *_more), *_rest = (
        [row for row in estate.json("visit", "plan")["visits"] if row["kind"] == "complaint"],
        0,
    )
    assert complaint["due"] == "2026-11-12T23:59:59+08:00"
    assert "receptionist" in complaint["roles"]
    repair = next(row for row in estate.json("visit", "plan")["visits"] if row["kind"] == "repair")
    assert (repair["due"], repair["roles"], repair["who"]) == ("2026-12-10T23:59:59+08:00", ["dispatcher"], "liu.qiang")
    assert [row["kind"] for row in estate.json("visit", "plan", "--who", "dispatcher")["visits"]] == ["repair"] * 2


def test_the_shares_have_their_bases(estate: Estate) -> None:
    """RV-13, RV-18: two of three visits by phone, one at home; attempts that reached nobody are no visits (AMB-41, AMB-42)."""
    quota = estate.json("visit", "quota")
    phone, home = quota["phone_share"], quota["home_share"]
    assert (phone["share"]["numerator"], phone["share"]["denominator"], phone["kept"]) == (2, 3, True)
    assert (home["share"]["numerator"], home["share"]["denominator"], home["kept"]) == (1, 3, True)
    assert (phone["limit"], home["limit"]) == ("70 %", "5 %")


def test_leaders_see_what_they_owe(estate: Estate) -> None:
    """RV-20, RV-24: three complaint visits of the manager, one of the director; three spot checks of each of the two (D-33)."""
    least = {
        (row["duty"], row["who"]): (row["done"], row["required"]) for row in estate.json("visit", "quota")["least"]
    }
    assert least == {
        ("complaint_visits", "he.jing"): (1, 3),
        ("complaint_visits", "zhou.li"): (0, 1),
        ("spot_checks", "he.jing"): (1, 3),
        ("spot_checks", "zhou.li"): (0, 3),
    }


def test_what_is_missing_is_a_duty_with_its_day(estate: Estate) -> None:
    """CAL-24, CAL-25, CAL-26: visits by the 10th of the next month, leaders' own by the last day; gone once they are done."""
    found = {(one["duty"], one["who"]): one["due"] for one in estate.json("duties")}
    assert found["return_visits", ""] == "2026-12-10T23:59:59+08:00"
    assert found["visit_checks", "zhou.li"] == found["own_visits", "he.jing"] == "2026-11-30T23:59:59+08:00"


def test_too_many_calls_are_a_duty_of_the_year(tmp_path: Path) -> None:
    """CAL-36, RV-13: one visit, by phone: 100 % is more than 70 %, seen all year and due on its last day."""
    one = repairs_only(tmp_path / "estate", 1)
    assert "phone_share" not in {row["duty"] for row in one.json("duties")}
    number = one.json("list", "repair")[0]["id"]
    one.pm("repair", "visit", number, "--way", "phone", "--result", "satisfied", "--as", "liu.qiang")
    (duty,) = [row for row in one.json("duties") if row["duty"] == "phone_share"]
    assert (duty["period"], duty["due"]) == ("2026", "2026-12-31T23:59:59+08:00")
    assert one.json("visit", "quota")["phone_share"]["kept"] is False


def test_a_form_and_its_request_say_the_same(estate: Estate) -> None:
    """RV-28: one command, and the request names the form it was visited on."""
    (form,) = [row for row in estate.json("list", "return-visit") if row["fields"].get("transcript")]
    request = estate.json("show", form["fields"]["request"].partition("@")[0])
    (visit,) = [event for event in request["events"] if event["do"] == "visit"]
    assert visit["with"]["visit_form"].startswith(form["id"])
    assert (visit["by"], visit["at"]) == ("liu.qiang", "2026-11-10T09:20:00+08:00")


def test_the_register_has_every_visit_with_and_without_form(estate: Estate) -> None:
    """RV-07: three visits and three attempts of November; the direct one has no form."""
    lines = json.loads(estate.pm("book", "return_visits", "--month", "2026-11", "--format", "json"))["lines"]
    assert [line["result"] for line in lines].count("unreachable") == 3
    assert len(lines) == 6
    assert [line["way"] for line in lines if line["number"] is None] == ["phone"]


def test_topics_reach_the_manager(estate: Estate) -> None:
    """RV-27: both topics stand in the ledger F-11 and in the figures of the month."""
    lines = json.loads(estate.pm("book", "visit_topics", "--month", "2026-11", "--format", "json"))["lines"]
    assert [line["topic"] for line in lines] == ["充电桩", "健身房"]
    quota = estate.json("visit", "quota")
    assert quota["topics"]["count"] == 2
    assert quota["scores"] == [{"score": "quality", "answers": 1, "mean": 5.0}]


def test_a_report_can_show_the_block(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """RV-17, RV-27: rates, shares, leaders' numbers and topics as the manager reads them in a report."""
    with_visits = replace(monthly.REPORT, blocks={**monthly.REPORT.blocks, "visits": visits})
    monkeypatch.setattr(monthly, "REPORT", with_visits)
    for format in ("txt", "md", "html"):
        text = estate.pm("report", "monthly", "--month", "2026-11", "--format", format)
        assert "Return visits of 2026-11, due 2026-12-10 23:59" in text
        assert "66.7 % (2/3)" in text
        assert "健身房" in text


def test_the_form_is_printed(estate: Estate) -> None:
    """RV-03, RV-04: content, signature, remark; on the phone the visitor's own note stands for the signature (RV-19)."""
    forms = {row["fields"].get("way"): row["id"] for row in estate.json("list", "return-visit")}
    assert "Signed (ink): 周敏" in estate.pm("print", forms["home"], "--format", "html")
    text = estate.pm("print", forms["phone"], "--format", "md")
    assert "F-09" in text
    assert "written down by the visitor" in text


def test_the_term_of_a_form_counts_from_the_end_of_the_work(estate: Estate) -> None:
    """RV-17: drawn in December for work of November, the form is still due on the 10th of December."""
    number = estate.json("visit", "plan")["visits"][0]["id"]
    december = datetime(2026, 12, 2, 9, tzinfo=ZONE)
    form = json.loads(
        estate.pm("return-visit", "draw", "--request", number, "--as", "sun.hao", "--dry-run", "--json", at=december)
    )
    assert form["fields"]["visit_by"] == "2026-12-10T23:59:59+08:00"


def test_an_independent_count_agrees(estate: Estate, tmp_path: Path) -> None:
    """RV-08, RV-11, RV-13, RV-18, RV-24: counted again from the exports by a script that knows nothing of pm."""
    for kind in (*check_quota.VISITED, "staff"):
        (tmp_path / f"{kind}.jsonl").write_text(estate.pm("export", kind, "--format", "jsonl"), encoding="utf-8")
    found = check_quota.counted(check_quota.read(tmp_path, NOON), "2026-11")
    assert found == check_quota.told(estate.json("visit", "quota"))
    assert found["groups"]["repair"]["required"] == 3


def test_an_estate_may_end_a_rate_and_a_term(tmp_path: Path) -> None:
    """RV-11, CAL-24: `value: null` ends a rule; repairs are then owed no visits, and the month is no duty any more."""
    one = repairs_only(tmp_path / "estate", 1)
    policy = one.root / "policy" / "rv.yaml"
    text = policy.read_text(encoding="utf-8")
    assert "return_visits" in {row["duty"] for row in one.json("duties")}
    policy.write_text(
        text.replace("value: 30 %", "value: null").replace("value: 70 %", "value: null"), encoding="utf-8"
    )
    assert "repair" not in one.groups()
    assert "return_visits" not in {row["duty"] for row in one.json("duties")}
    assert one.json("visit", "quota")["phone_share"]["limit"] is None
