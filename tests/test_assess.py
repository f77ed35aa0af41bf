"""What `pm assess` says of people and departments is what somebody counting the records by hand would say."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.core.person import DEPARTMENTS
from pm_cli.flows.catalogue import claimed
from pm_cli.reports.figures.assessment import assessment
from pm_cli.reports.figures.periods import QUARTER
from pm_cli.reports.figures.rate import rate
from pm_cli.reports.figures.scope import Scope
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger

ZONE = make_demo.ZONE
STORY = """
== 2026-06-30
08:00 admin staff add ma.jun --name 马军 --role company_leader
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.fang --name 王芳 --role receptionist
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:00 admin staff add lin.hong --name 林红 --role department_manager --department environment
08:01 admin unit add 3-1502
08:01 admin unit add 5-402
== 2026-07-06 two questions: one answered at once, one after 6 hours that was promised in 3
09:00 li.na q1: consultation ask --unit 3-1502 --channel visit --content 供暖费怎么交 --topic other --answer 线上缴纳
09:00 li.na q2: consultation ask --unit 3-1502 --channel phone --content 几点能开工 --answer-by "2026-07-06 12:00"
15:00 li.na consultation answer @q2 --topic other --answer 八点
16:00 wang.fang consultation visit @q2 --way phone --result unreachable
16:30 wang.fang consultation visit @q2 --way phone --result satisfied
== 2026-07-08 a repair done, taken up again and done; the slip is back in time
09:00 li.na r1: repair receive --unit 3-1502 --channel phone --content 厨房漏水
09:05 li.na repair assign @r1 --worker zhang.wei --told 张伟上门
09:15 zhang.wei repair arrive @r1
10:00 zhang.wei repair finish @r1
10:30 zhang.wei repair rework @r1 --reason 仍漏
11:00 zhang.wei repair finish @r1
11:05 zhang.wei repair accept @r1 --signature-who 周敏 --signature-how ink
15:00 li.na repair return-slip @r1
16:00 wang.fang repair visit @r1 --way phone --result dissatisfied --remark 来了两次
== 2026-07-10 a complaint about zhang.wei, valid; one about the cleaners, invalid and closed
10:00 li.na c1: complaint receive --unit 5-402 --channel visit --content 维修工态度差 --content-class property_management
  --complained-department engineering --complained-person zhang.wei --caller-name 许静
10:05 li.na complaint report @c1 --reported-to cs_manager
11:00 li.na complaint reply @c1 --told 马上处理
11:30 li.na complaint judge @c1 --validity valid
14:00 li.na c2: complaint receive --unit 5-402 --channel phone --content 保洁没来 --complained-department environment
  --caller-name 许静
14:05 li.na complaint report @c2 --reported-to cs_manager
14:30 li.na complaint judge @c2 --validity invalid
15:00 li.na complaint explain @c2 --explanation 当日已保洁
== 2026-07-13 entered two days late; two sheets are issued by li.na, one of which comes back
10:00 li.na q3: consultation ask --unit 5-402 --channel phone --content 车位租售 --topic other --answer 见公告
  --at "2026-07-11 10:00"
10:10 li.na s1: sheet fill --unit 3-1502 --channel visit --reason-kind other --reason-for-visit 水泵噪声
  --requester-name 周敏 --requester-phone 138 --signature-who 周敏 --signature-how ink
10:15 li.na sheet issue @s1 --cs-opinion 请处理 --departments engineering
10:20 li.na s2: sheet fill --unit 5-402 --channel visit --reason-kind other --reason-for-visit 地库积水
  --requester-name 许静 --requester-phone 138 --signature-who 许静 --signature-how ink
10:25 li.na sheet issue @s2 --cs-opinion 请处理 --departments engineering
11:00 li.na sheet receive @s1 --receiver-who 陈刚 --receiver-how ink
15:00 li.na sheet return @s1 --opinion 已办 --signatory-who 陈刚 --signatory-how ink
15:10 li.na sheet accept @s1 --opinion 满意 --signature-who 周敏 --signature-how ink
15:20 li.na sheet collect @s1
== 2026-07-20 the cause of one lies in engineering
09:00 he.jing n1: nonconformity open --source check --description 报修单字迹不清
09:10 he.jing nonconformity analyse @n1 --cause 未培训 --cause-class people --cause-department engineering
"""
NOVEMBER = datetime(2026, 11, 20, 12, tzinfo=ZONE)
OCTOBER = datetime(2026, 10, 12, 9, tzinfo=ZONE)


class Estate:
    """The ledger of the story."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, at: datetime = NOVEMBER) -> tuple[int, str, str]:
        return make_demo.run(["--lang", "en", *words, "--ledger", str(self.root)], at)

    def json(self, *words: str, at: datetime = NOVEMBER) -> Any:
        code, out, said = self.pm(*words, "--json", at=at)
        assert code == 0, said
        return json.loads(out)

    def assess(self, *words: str) -> dict[str, Any]:
        return dict(self.json("assess", *words, "--quarter", "2026-Q3", "--why")["figures"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    root = tmp_path_factory.mktemp("assess") / "estate"
    make_demo.tell(root, STORY)
    return Estate(root)


def counts(figure: dict[str, Any]) -> tuple[int, int]:
    return figure["numerator"], figure["denominator"]


# -- one person, one department --------------------------------------------------------------------------------------


def test_a_receptionist_by_her_sheets(estate: Estate) -> None:
    """ASSESS-01, SHEET-28: two sheets fell due, one of them came back and in time; each is named."""
    figures = estate.assess("person", "li.na")
    for name in ("sheets", "sheets_in_time"):
        assert counts(figures[name]) == (1, 2)
        assert (figures[name]["for"], figures[name]["against"]) == (["CS-260713-A01"], ["CS-260713-A02"])


def test_a_receptionist_by_what_she_handled(estate: Estate) -> None:
    """Three questions and two complaints: the valid complaint is open, one answer came after the promised time."""
    figures = estate.assess("person", "li.na")
    assert {name: counts(figures[name]) for name in ("resolved", "first_resolution", "promises", "satisfied")} == {
        "resolved": (4, 5), "first_resolution": (3, 3), "promises": (4, 5), "satisfied": (1, 1),
    }  # fmt: skip
    assert figures["promises"]["against"] == ["CN-260706-A02"]
    assert (counts(figures["closure"]), figures["closure"]["against"]) == ((0, 1), ["CP-260710-A01"])


def test_a_technician_by_rework_slips_and_complaints(estate: Estate) -> None:
    """Done twice and the resident not satisfied, but in time; a valid complaint names him."""
    figures = estate.assess("person", "zhang.wei")
    assert (counts(figures["first_resolution"]), figures["first_resolution"]["against"]) == ((0, 1), ["RP-260708-A01"])
    assert (counts(figures["slips"]), counts(figures["satisfied"])) == ((1, 1), (0, 1))
    assert (counts(figures["complaints"]), figures["complaints"]["against"]) == ((1, 1), ["CP-260710-A01"])


def test_who_delays_answers_for_it(estate: Estate) -> None:
    """ASSESS-10, ROLE-11: terms missed count against the handler, with the numbers of the records."""
    figures = estate.assess("person", "li.na")
    assert figures["delays"]["adverse"]
    assert figures["delays"]["against"] == ["CN-260706-A02", "CP-260710-A01", "CP-260710-A01"]
    delays = estate.assess("person", "zhang.wei")["delays"]
    assert (counts(delays), delays["against"]) == ((1, 6), ["RP-260708-A01"]), "nobody went again after the bad visit"


def test_late_entries_are_those_of_whoever_made_them(estate: Estate) -> None:
    figures = estate.assess("person", "li.na")
    assert (figures["entries"]["numerator"], figures["entries"]["against"]) == (1, ["CN-260711-A01"])


def test_a_department_by_sheets_complaints_and_causes(estate: Estate) -> None:
    """ASSESS-01, SHEET-05: engineering returned one of two sheets; a valid complaint is open, a cause not removed."""
    figures = estate.assess("department", "engineering")
    assert (counts(figures["sheets"]), figures["sheets"]["against"]) == ((1, 2), ["CS-260713-A02"])
    assert (counts(figures["complaints"]), counts(figures["closure"])) == ((1, 1), (0, 1))
    assert (counts(figures["nonconformities"]), figures["nonconformities"]["against"]) == ((0, 1), ["NC-260720-A01"])
    environment = estate.assess("department", "environment")
    assert (counts(environment["complaints"]), environment["complaints"]["for"]) == ((0, 1), ["CP-260710-A02"])


@pytest.mark.parametrize("sort", ["person", "department"])
def test_figures_agree_with_the_statistics(estate: Estate, sort: str) -> None:
    """Whoever counts: `pm stats` by person or department has the same numerators and denominators."""
    groups = {row[sort]: row for row in estate.json("stats", "--quarter", "2026-Q3", "--by", sort)["groups"]}
    for who in {"person": ("li.na", "wang.fang", "zhang.wei", "lin.hong"), "department": DEPARTMENTS}[sort]:
        figures = estate.assess(sort, who)
        said = groups.get(who)
        if said is None:
            continue
        others = {"resolved": said["total_resolution"], "first_resolution": said["first_resolution"]}
        others |= {"satisfied": said["satisfied"], **{name: said["on_time"][name] for name in ("promises", "slips")}}
        assert {name: counts(figures[name]) for name in others} == {name: counts(one) for name, one in others.items()}
    assert groups.keys() & {"li.na", "engineering"}


@pytest.mark.parametrize("words", [("person", "li.na"), ("person", "zhang.wei"), ("department", "engineering")])
def test_every_figure_has_its_records_and_small_ones_no_percentage(estate: Estate, words: tuple[str, str]) -> None:
    """As many numbers as the base says, on the side that the sense of the figure asks for; ranked from five on."""
    for figure in estate.assess(*words).values():
        shown = figure["against" if figure["adverse"] else "for"]
        assert counts(figure) == (len(shown), len(figure["for"] + figure["against"]))
        full = rate(*counts(figure))["percent"]
        assert figure["percent"] == (full if figure["denominator"] >= 5 else None)


def test_without_why_the_records_are_not_listed(estate: Estate) -> None:
    figures = estate.json("assess", "person", "li.na", "--quarter", "2026-Q3")["figures"]
    assert set(figures["sheets"]) == {"numerator", "denominator", "percent", "adverse"}


def test_as_known_at_a_moment(estate: Estate) -> None:
    """Before it was entered late nobody knew of it."""
    words = ("assess", "person", "li.na", "--quarter", "2026-Q3")
    then = estate.json(*words, "--as-of", "2026-07-12 12:00")["figures"]
    assert counts(then["resolved"]) == (3, 4)
    assert counts(then["entries"])[0] == 0


def test_read_by_people(estate: Estate) -> None:
    code, out, said = estate.pm("assess", "person", "li.na", "--quarter", "2026-Q3", "--why")
    assert (code, said) == (0, "李娜, 2026-Q3\n")
    lines = out.splitlines()
    assert lines[:3] == ["Figure\t2026-Q3", "Resolved of those received\t80 % (4/5)", "Resolved at once\t(3/3)"]
    assert "Promises kept\tagainst them\tCN-260706-A02" in lines
    assert "Terms missed\tagainst them\tCP-260710-A01 x2" in lines


@pytest.mark.parametrize(("sort", "who"), [("person", "li.na"), ("department", "engineering")])
def test_no_query_reads_a_whole_table(estate: Estate, sort: str, who: str) -> None:
    """The cost must not grow with the age of the ledger."""
    ledger = Ledger(Layout(estate.root))
    asked: list[str] = []
    ledger.index.db.set_trace_callback(asked.append)
    assessment(Scope(ledger, QUARTER.around(OCTOBER.date()).before, NOVEMBER), sort, who)
    ledger.index.db.set_trace_callback(None)
    for query in {one for one in asked if "FROM" in one}:
        plan = [row[3] for row in ledger.index.db.execute("EXPLAIN QUERY PLAN " + query)]
        assert not [step for step in plan if re.match("SCAN (record|event|clock)", step) and "INDEX" not in step], query


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["person"], 2, "Of whom?"),
        (["flat", "3-1502"], 2, "Of whom?"),
        (["person", "nobody"], 3, "No"),
        (["department", "kitchen"], 2, "is none of"),
        (["person", "li.na", "--quarter", "2026-Q3", "--month", "2026-08"], 2, "Name one period"),
        (["person", "li.na", "--quarter", "2027-Q1"], 2, "has not begun yet"),
    ],
)
def test_what_makes_no_sense(estate: Estate, words: list[str], code: int, message: str) -> None:
    refused, _out, said = estate.pm("assess", *words)
    assert (refused, message in said) == (code, True), said


# -- the assessment of a quarter -------------------------------------------------------------------------------------


def missed(estate: Estate, at: datetime = OCTOBER, rule: str = "CAL-29") -> list[tuple[str, str, str]]:
    owed = estate.json("duties", at=at)
    return [(one["duty"], one["period"], one["role"]) for one in owed if one["rule"] == rule]


def test_a_quarter_without_assessment_is_a_missed_duty(estate: Estate) -> None:
    """CAL-29, ASSESS-03: due ten days after the quarter; the centre itself by the company's leaders; none while it runs."""
    due = {one["duty"]: one["due"] for one in estate.json("duties", at=OCTOBER) if one["rule"] == "CAL-29"}
    assert set(due.values()) == {"2026-10-10T23:59:59+08:00"}
    assert missed(estate) == [
        ("centre_assessment", "2026-Q3", "company_leader"),
        ("staff_assessment", "2026-Q3", "cs_manager"),
    ]
    assert missed(estate, datetime(2026, 9, 30, 12, tzinfo=ZONE)) == []


def test_assessed_it_is_owed_no_more(tmp_path: Path) -> None:
    """CAL-29: each specialist and the centre; what is drawn up stands beside the figures."""
    root = tmp_path / "estate"
    make_demo.tell(root, STORY + ASSESSED)
    estate = Estate(root)
    assert missed(estate) == []
    rows = {row["who"]: row for row in estate.json("assess", "--quarter", "2026-Q3")["assessed"]}
    assert {who: (row["score"], row["state"]) for who, row in rows.items()} == {
        "li.na": ("85", "acknowledged"),
        "wang.fang": ("90", "appraised"),
        "customer_service": ("88", "appraised"),
    }
    assert estate.json("assess", "person", "li.na", "--quarter", "2026-Q3")["assessment"] == rows["li.na"]["id"]


ASSESSED = """
== 2026-10-08
09:00 he.jing a1: assessment appraise --period 2026-Q3 --person li.na --score 85 --judgement 会签单收回一半
09:10 he.jing assessment appraise --period 2026-Q3 --person wang.fang --score 90 --judgement 回访及时
09:20 ma.jun assessment appraise --period 2026-Q3 --department customer_service --score 88 --judgement 良好
10:00 he.jing assessment tell @a1 --told 面谈
11:00 li.na assessment concur @a1
"""


def test_departments_that_complaints_concern_are_evaluated_each_quarter(estate: Estate, tmp_path: Path) -> None:
    """CAL-31, ASSESS-05: engineering and the cleaners; one of them evaluated leaves the quarter owed, both do not."""
    owed = [("department_evaluation", "2026-Q3", "centre_director")]
    assert missed(estate, rule="CAL-31") == owed
    assert missed(estate, datetime(2026, 9, 30, 12, tzinfo=ZONE), "CAL-31") == []
    told = STORY + "\n== 2026-10-08"
    for number, (department, left) in enumerate((("engineering", owed), ("environment", []))):
        told += f"\n09:3{number} zhou.li assessment appraise --period 2026-Q3 --department {department} --score 80 --judgement 良好"
        make_demo.tell(tmp_path / department, told + "\n")
        assert missed(Estate(tmp_path / department), rule="CAL-31") == left


def test_who_is_left_is_listed(estate: Estate) -> None:
    code, out, said = estate.pm("assess", "--quarter", "2026-Q3")
    assert (code, out.splitlines()[1]) == (0, "李娜 li.na\t-\t-\t-\t-")
    assert said.startswith("Still to be assessed for 2026-Q3: 李娜 li.na, 王芳 wang.fang, customer service")


def test_the_rules_of_assessment_are_claimed() -> None:
    """Each rule of the section has a place in the program."""
    ours = {rule.id for rule in claimed()}
    assert {f"ASSESS-{number:02}" for number in range(1, 12)} | {"SHEET-28", "ROLE-11", "CAL-29"} <= ours
