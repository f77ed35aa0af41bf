"""The books of the manuals are views of the records: what was entered once stands in every book it belongs to."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.reports import books
from pm_cli.ui.console import width
from tests import messages

ZONE = make_demo.ZONE
STORY = """
== 2026-11-02
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add sun.hao --name 孙浩 --role cs_supervisor
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:01 admin unit add 3-1502
08:01 admin unit add 5-402
08:01 admin key add K-5-402 --room 5-402
== 2026-11-09
09:00 li.na key receive K-5-402 --count 2 --deliverer-name 赵工 --deliverer-department 开发商
  --signature-who 赵工 --signature-how ink
09:30 li.na loan: key-loan lend --key K-5-402 --count 1 --borrower-name 马军 --borrower-department engineering
  --purpose 检修 --signature-who 马军 --signature-how ink
15:00 li.na key-loan return @loan --count 1 --signature-who 马军 --signature-how ink
== 2026-11-10
09:00 li.na c1: complaint receive --unit 3-1502 --channel phone --content "=楼上<b>噪音</b> | 夜里" --caller-name 周敏
  --caller-phone 13800000000 --urgent
09:10 li.na complaint report @c1 --reported-to cs_manager
09:20 li.na complaint reply @c1 --told 马上处理
09:30 li.na complaint judge @c1 --validity valid
09:40 sun.hao complaint forward @c1 --departments security
10:00 li.na q1: consultation ask --unit 5-402 --channel visit --content 供暖费怎么交 --topic other --answer 线上缴纳
10:30 li.na r1: repair receive --unit 3-1502 --channel phone --content 厨房漏水 --caller-name 周敏
10:35 li.na repair assign @r1 --worker zhang.wei --told 张伟上门
11:00 zhang.wei repair arrive @r1
12:00 zhang.wei repair finish @r1 --work-done 换软管
12:05 zhang.wei repair accept @r1 --opinion 满意 --signature-who 周敏 --signature-how ink
== 2026-11-11
09:00 sun.hao complaint handle @c1 --result 已劝阻 --handler sun.hao
10:00 li.na complaint tell-outcome @c1 --outcome 楼上承诺夜里安静
11:00 li.na complaint visit @c1 --way phone --result satisfied
11:30 li.na c2: complaint receive --unit 5-402 --channel visit --content 停车位被占
12:00 li.na contact log --channel visit --reason information --content 问派出所怎么走 --result 已指路 --caller-name 路人
  --relayed-to sun.hao
14:00 li.na s1: sheet fill --unit 5-402 --channel visit --reason-kind other --reason-for-visit 请协调
  --requester-name 许静 --requester-phone 139 --signature-who 许静 --signature-how ink
14:05 li.na sheet issue @s1 --cs-opinion 请处理 --departments engineering --departments security
14:20 li.na sheet receive @s1 --department engineering --receiver-who 陈刚 --receiver-how ink
"""
SUGGESTION = """
== 2026-11-10
09:00 li.na g1: suggestion receive --unit 5-402 --channel online --content 建议装围栏 --caller-name 许静
09:05 li.na sheet fill --request @g1 --reason-for-visit 建议装围栏 --requester-phone 13800005402
09:10 li.na suggestion submit @g1 --cs-manager he.jing
09:20 he.jing suggestion analyse @g1 --analysis 可做 --no-valuable
09:30 he.jing suggestion reply @g1 --reply 明年安装 --signer he.jing --sent-through letter --visit-on 2026-11-11
11:00 li.na suggestion visit @g1 --way phone --result satisfied
11:10 li.na suggestion enter @g1 --adoption adopted --ledger-remark 列入明年计划
11:20 li.na g2: suggestion receive --unit 5-402 --channel online --content 围栏什么时候装 --caller-name 许静
11:30 he.jing suggestion close @g2 --reason duplicate --duplicate-of @g1
"""
NOON = datetime(2026, 11, 12, 12, tzinfo=ZONE)


class Estate:
    """A ledger at noon of the 12th, and what `pm book` says there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, code: int = 0) -> tuple[str, str]:
        found, out, said = make_demo.run(["--lang", "en", *words, "--ledger", str(self.root)], NOON)
        assert found == code, out + said
        return out, said

    def book(self, name: str, *words: str) -> dict[str, Any]:
        return dict(json.loads(self.pm("book", name, "--format", "json", *words)[0]))

    def lines(self, name: str, *words: str) -> list[dict[str, Any]]:
        return list(self.book(name, *(words or ("--month", "2026-11")))["lines"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    root = tmp_path_factory.mktemp("books") / "estate"
    make_demo.tell(root, STORY)
    return Estate(root)


# -- which books ----------------------------------------------------------------------------------------------------


def test_the_books_are_listed_with_both_names_form_and_rules(estate: Estate) -> None:
    """COMP-29: the complaint ledger is one of them (D-06)."""
    out, _said = estate.pm("book")
    assert "业主意见投诉台帐\tOwner opinion and complaint ledger\tCOMP-29" in out
    forms = [book["form"] for book in json.loads(estate.pm("book", "--json")[0])]
    assert forms == [
        "F-02",
        "F-03",
        "F-05",
        "F-06",
        "F-08",
        "F-10",
        "F-11",
        "F-13",
        "F-14",
        "F-55",
        "F-61",
        "F-73",
        "F-76",
        "F-86",
    ]


@pytest.mark.parametrize(
    "typed", ["complaints", "F-06", "f-06", "业主意见投诉台帐", "owner opinion and complaint ledger"]
)
def test_a_book_answers_to_name_form_and_title(typed: str) -> None:
    assert books.meant(typed) == "complaints"


def test_the_visit_register_answers_to_either_of_its_names() -> None:
    assert books.meant("来访登记") == books.meant("电话记录") == "visits"


# -- what stands in them --------------------------------------------------------------------------------------------


def test_the_outcome_stands_in_the_complaint_ledger(estate: Estate) -> None:
    """COMP-29: handling result, what was told and the return visit; a complaint still open has none."""
    told, still = estate.lines("complaints")
    assert (told["result"], told["outcome"], told["visit_result"]) == ("已劝阻", "楼上承诺夜里安静", "satisfied")
    assert (told["caller.name"], told["caller.phone"]) == ("周敏", "13800000000")
    assert (told["told_at"], told["handler"]) == ("2026-11-11T10:00:00+08:00", "孙浩")
    assert (still["state"], still["result"]) == ("recorded", None)


def test_the_duty_log_has_every_step_about_complaints(estate: Estate) -> None:
    """COMP-17: entered promptly, the department notified, and the outcome entered there too."""
    lines = [
        (line["at"][11:16], line["action"], line["said"]) for line in estate.lines("duty-log", "--date", "2026-11-10")
    ]
    assert lines == [
        ("09:00", "receive", ["=楼上<b>噪音</b> | 夜里"]),
        ("09:10", "report", ["cs_manager"]),
        ("09:20", "reply", ["马上处理"]),
        ("09:30", "judge", ["valid"]),
        ("09:40", "forward", ["security"]),
    ]
    next_day = estate.lines("duty-log", "--date", "2026-11-11")
    assert ("tell_outcome", ["楼上承诺夜里安静"]) in [(line["action"], line["said"]) for line in next_day]
    assert "Taken over by: ____" in estate.pm("book", "duty-log", "--format", "txt")[0]


def test_the_daily_complaint_report_has_date_author_cases_and_state(estate: Estate) -> None:
    """COMP-56: what moved that day and what was open at its end, in the state it was in that evening."""
    first = estate.book("投诉日报", "--date", "2026-11-10", "--author", "li.na")
    assert (first["period"]["from"], first["author"]) == ("2026-11-10", "李娜")
    assert [(line["content"], line["state"]) for line in first["lines"]] == [("=楼上<b>噪音</b> | 夜里", "forwarded")]
    second = estate.lines("F-86", "--date", "2026-11-11")
    assert [line["state"] for line in second] == ["closed", "recorded"]
    assert second[0]["steps"] == ["handle", "tell_outcome", "visit"]
    third = estate.lines("F-86", "--date", "2026-11-12")
    assert [(line["content"], line["steps"]) for line in third] == [("停车位被占", [])]
    assert "- Drawn up by: 李娜" in estate.pm("book", "F-86", "--author", "li.na", "--format", "md")[0]


def test_the_front_desk_ledger_has_all_requests_with_answer_and_remark(estate: Estate) -> None:
    """CONS-10: the course of a consultation, among everything else that was asked that day."""
    lines = {line["kind"]: line for line in estate.lines("F-73", "--date", "2026-11-10")}
    assert list(lines) == ["complaint", "consultation", "repair"]
    assert (lines["consultation"]["content"], lines["consultation"]["answer"]) == ("供暖费怎么交", "线上缴纳")
    assert lines["complaint"]["remark"] == ["security"]


def test_the_visit_register_has_whoever_came_or_called(estate: Estate) -> None:
    """DISP-13, DISP-14: requests are their own entries and stand here without being typed again."""
    lines = estate.lines("F-55", "--from", "2026-11-10", "--to", "2026-11-11")
    assert [(line["channel"], line["about"]) for line in lines] == [
        ("phone", "complaint"),
        ("visit", "consultation"),
        ("phone", "repair"),
        ("visit", "complaint"),
        ("visit", "information"),
    ]
    assert (lines[-1]["caller.name"], lines[-1]["outcome"], lines[-1]["unit"]) == ("路人", "已指路", "")
    assert (lines[-1]["for"], lines[-1]["relayed_to"]) == (None, "孙浩")


def test_the_repair_books_share_one_record(estate: Estate) -> None:
    """WORK-01, WORK-11: the register says what was asked and agreed, the response ledger what became of it."""
    (asked,), (done,) = estate.lines("F-03"), estate.lines("F-05")
    assert (asked["caller.name"], asked["notified_at"], asked["handler"]) == (
        "周敏",
        "2026-11-10T10:35:00+08:00",
        "张伟",
    )
    assert (done["work_done"], done["opinion"], done["signature.who"]) == ("换软管", "满意", "周敏")
    assert done["id"] == asked["id"]


def test_the_handover_book_has_a_line_for_each_department(estate: Estate) -> None:
    """SHEET-13, SHEET-14: who took it over and when; whoever has not signed stands there without a name."""
    lines = {line["department"]: line for line in estate.lines("会签单交接记录本")}
    assert (lines["engineering"]["receiver.who"], lines["engineering"]["issuer"]) == ("陈刚", "李娜")
    assert lines["engineering"]["received_at"] == "2026-11-11T14:20:00+08:00"
    assert lines["security"]["receiver.who"] is None


def test_the_key_books(estate: Estate) -> None:
    """KEY-01, KEY-03, KEY-04: who brought keys and signed; who took them, why, and brought them back."""
    (receipt,) = estate.lines("F-13")
    assert (receipt["given.deliverer.name"], receipt["given.signature.who"], receipt["receiver"]) == (
        "赵工",
        "赵工",
        "李娜",
    )
    assert (receipt["given.count"], receipt["room"]) == ("2", "5-402")
    (issue,) = estate.lines("F-14")
    assert (issue["key"], issue["purpose"], issue["signature.who"], issue["issuer"]) == (
        "K-5-402",
        "检修",
        "马军",
        "李娜",
    )
    assert (issue["returned_at"], issue["return_signature.who"]) == ("2026-11-09T15:00:00+08:00", "马军")


def test_the_suggestion_ledger_is_filled_in_after_the_return_visit(
    estate: Estate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SUGG-07: what was suggested, the reply, who signed it, the visit and what became of it."""
    root = tmp_path_factory.mktemp("suggested") / "estate"
    make_demo.tell(root, STORY.partition("== 2026-11-09")[0] + SUGGESTION)
    line, again = Estate(root).lines("suggestions")
    assert (line["content"], line["reply"], line["signer"]) == ("建议装围栏", "明年安装", "何静")
    assert (line["visit_result"], line["adoption"], line["ledger_remark"]) == ("satisfied", "adopted", "列入明年计划")
    assert (again["close_reason"], again["duplicate_of"]) == ("duplicate", line["id"])
    assert estate.lines("suggestions") == []
    assert "No entry." in estate.pm("book", "F-08")[0]


def test_no_column_asks_for_a_field_that_is_not_there() -> None:
    """A kind that renames a field would leave an empty column behind."""
    fields = {key for context, key in messages.words() if context == "field"}
    of_lines = {"at", "id", "kind", "state", "given", "action", "then"}
    for name in books.names():
        for column in books.load(name).columns:
            parts = set(column.name.split("."))
            assert column.value or parts <= fields | of_lines, f"{name}: {parts - fields - of_lines}"


# -- which days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ((), ("2026-11-01", "2026-11-30")),
        (("--week", "2026-W46"), ("2026-11-09", "2026-11-15")),
        (("--month", "2026-10"), ("2026-10-01", "2026-10-31")),
        (("--date", "yesterday"), ("2026-11-11", "2026-11-11")),
        (("--from", "2026-11-03"), ("2026-11-03", "2026-11-12")),
        (("--from", "2026-11-03", "--to", "2026-11-10"), ("2026-11-03", "2026-11-10")),
    ],
)
def test_the_days_asked_for(estate: Estate, words: tuple[str, ...], days: tuple[str, str]) -> None:
    period = estate.book("complaints", *words)["period"]
    assert (period["from"], period["to"]) == days


def test_a_book_as_it_was_known_before(estate: Estate) -> None:
    (only,) = estate.lines("complaints", "--as-of", "2026-11-10 12:00")
    assert (only["state"], only["result"]) == ("forwarded", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("diary",), "There is no book 'diary'"),
        (("complaints", "--week", "2026-W46", "--month", "2026-11"), "do not go together"),
        (("complaints", "--from", "2026-11-03", "--date", "2026-11-04"), "do not go together"),
        (("complaints", "--from", "2026-11-10", "--to", "2026-11-03"), "comes before the first"),
        (("complaints", "--date", "2026-12-01"), "has not begun yet"),
        (("complaints", "--month", "2026-13"), "is not a"),
        (("complaints", "--format", "pdf"), "Format is one of"),
    ],
)
def test_what_makes_no_sense_is_refused(estate: Estate, words: tuple[str, ...], said: str) -> None:
    assert said in estate.pm("book", *words, code=2)[1]


# -- how they look --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", books.names())
def test_every_book_is_drawn_in_every_format(estate: Estate, name: str) -> None:
    for form in ("txt", "md", "html", "csv", "json"):
        assert estate.pm("book", name, "--format", form, "--month", "2026-11", "--lang", "zh_CN")[0]


@pytest.mark.parametrize("name", books.names())
def test_columns_line_up_in_chinese(estate: Estate, name: str) -> None:
    text, _said = estate.pm("book", name, "--format", "md", "--month", "2026-11", "--lang", "zh_CN")
    for above, below in pairwise(text.splitlines()):
        if above.startswith("|") and below.startswith("|"):
            assert width(above) == width(below), below


def test_record_text_is_data_in_every_format(estate: Estate, tmp_path: Path) -> None:
    """A cell is no markup in html and md and no formula in a spreadsheet."""
    assert "=楼上&lt;b&gt;噪音" in estate.pm("book", "complaints", "--format", "html")[0]
    assert "=楼上\\<b\\>噪音\\</b\\> \\| 夜里" in estate.pm("book", "complaints", "--format", "md")[0]
    target = tmp_path / "complaints.csv"
    estate.pm("book", "complaints", "--output", str(target))
    table = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert "\t=楼上<b>噪音</b> | 夜里" in table[1]
    assert len({len(row) for row in table}) == 1
