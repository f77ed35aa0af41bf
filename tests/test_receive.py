"""Intake in one go: what is known first, the right record, words for the caller; journal, guide and what is uncontrolled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from pm_cli.core.text import use_language
from tests.store.desk import COMPLAINT, Desk, Said, opened

PRESENT = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
MORE = (("wang.gang", "technician"), ("zhou.bo", "security"), ("fang.qin", "finance"), ("chen.jun", "centre_director"))


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pm_cli.store.ledger.now", lambda zone: PRESENT.astimezone(zone))
        desk = opened(tmp_path_factory.mktemp("receive") / "estate", "--no-git")
        for login, role in MORE:
            desk.pm(f"staff add {login} --name {login} --role {role} --as admin")
        desk.pm("unit add 5-201 --as admin")
        return desk


@pytest.fixture
def desk(starter: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    def now(zone: tzinfo) -> datetime:
        return PRESENT.astimezone(zone)

    monkeypatch.setattr("pm_cli.store.ledger.now", now)
    yield starter.copy(tmp_path / "estate")
    use_language("en")


@pytest.fixture
def answering(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run a command and answer its questions in turn, then skip; each answer must be asked for."""

    def run(command: str, *answers: str) -> Said:
        left, skipped = list(answers), iter([""] * 20)
        monkeypatch.setattr("pm_cli.ui.console.can_ask", lambda: True)
        monkeypatch.setattr("pm_cli.ui.prompt.read", lambda _question: left.pop(0) if left else next(skipped))
        said = desk.pm(command)
        assert not left
        return said

    return run


def blocks(desk: Desk, report: str, moment: str = "") -> Any:
    at = ["--as-of", moment] if moment else []
    return json.loads(desk.pm(f"report {report} --date 2026-03-02 --format json", *at).out)


# -- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "action"),
    [
        ("complaint --content 楼道脏", "complaint", "receive"),
        ("repair --content 灯坏了", "repair", "receive"),
        ("payment --content 补缴物业费", "contact", "log"),
        ("question --content 装修手续", "consultation", "ask"),
        ("suggestion --content 加装充电桩", "suggestion", ""),
    ],
)
def test_each_reason_of_a_visit_has_its_own_procedure(desk: Desk, words: str, kind: str, action: str) -> None:
    """Complaint, repair, payment, question, feedback: DISP-09; the kind is the judgement of DISP-04."""
    said = desk.pm(f"receive {words} --unit 5-201 --channel visit --as li.na --no-input")
    record = desk.record(said.out.split()[0])
    assert record.kind == kind
    assert record.events[0].do == (action or record.events[0].do)
    (entry,) = [one for one in desk.pm("journal --unit 5-201 --json").json if one["id"] == record.id]
    judged = {"repair": "service", "contact": ""}.get(kind, "complaint")
    assert (entry["procedure"], record.events[0].by) == (judged, "li.na")


def test_the_caller_gets_number_person_and_time_and_nothing_personal(desk: Desk) -> None:
    """Two lines on standard output, to be read out or pasted; the first contact answers for it (SHEET-31)."""
    said = desk.pm(
        "receive complaint --unit 3-1502 --channel phone --content 王强家漏水 --urgent"
        " --caller-name 王强 --caller-phone 13900000000 --as li.na"
    )
    number = said.out.split()[0]
    reply = said.out.splitlines()[1:]
    assert reply == [
        f"Your complaint has the number {number}; li.na takes care of it.",
        "You will hear by 2026-03-02 12:00 (reply); ask at any time under this number.",
    ]
    assert desk.pm(f"receive --reply {number}").out.splitlines() == reply
    assert desk.pm(f"receive --reply {number} --json").json["reply"] == reply
    assert not any(word in "".join(reply) for word in ("王强", "139", "3-1502", "漏水"))


def test_the_kind_s_own_verb_says_it_in_one_line(desk: Desk) -> None:
    said = desk.pm("repair receive --unit 3-1502 --channel phone --content 灯坏了 --as li.na")
    assert f"For the caller: {said.out.split()[0]}, li.na, by 2026-03-02 10:15" in said.err
    assert len(said.out.splitlines()) == 1


def test_who_handles_it_takes_care_from_then_on(desk: Desk) -> None:
    """DISP-10: at the department, then fed back; the words for the caller follow."""
    number = desk.pm("receive repair --unit 5-201 --channel phone --content 灯坏了 --as li.na").out.split()[0]
    desk.pm(f"repair assign {number} --worker wang.gang --as li.na")
    assert "wang.gang takes care" in desk.pm(f"receive --reply {number}").out


def test_what_the_relay_lacks_is_named_and_can_be_added(desk: Desk) -> None:
    """SHEET-33: name, way of contact, whom they belong to; an incomplete relay is taken and said to be so."""
    desk.pm("unit add 大堂 --use public_place --as admin")
    said = desk.pm("receive repair --unit 大堂 --channel relay --content 灯坏了 --as zhou.bo")
    assert "Not known yet: name, phone, affiliation" in said.err
    assert (
        "Not known yet: name, phone\n"
        in desk.pm("receive repair --unit 5-201 --channel relay --content 灯 --as zhou.bo").err
    )
    number = said.out.split()[0]
    desk.pm(f"repair correct {number} --caller-name 赵敏 --caller-relation tenant --reason 补充 --as li.na")
    assert desk.record(number).fields["caller"].keys() == {"name", "relation"}  # type: ignore[union-attr]
    whole = ("--caller-name", "赵敏", "--caller-phone", "13900000001", "--caller-affiliation", "总公司")
    told = desk.pm("receive repair --unit 5-201 --channel relay --content 门坏了 --as zhou.bo", *whole).err
    assert "Not known yet" not in told
    assert (
        "Not known yet"
        not in desk.pm("receive complaint --unit 5-201 --channel letter --content 脏 --anonymous --as li.na").err
    )


def test_a_call_or_a_wish_of_nobody_in_particular_says_what_is_not_known(desk: Desk) -> None:
    """SHEET-33: name, way of contact, flat; any of them will do, and whoever stays anonymous is asked for nothing."""
    call = "contact log --channel phone --reason other --content 拾物 --result 已登记 --as li.na"
    assert "Not known yet: name, phone, unit" in desk.pm(call).err
    assert "Not known yet" not in desk.pm(f"{call} --caller-phone 13900000001").err
    assert "Not known yet" not in desk.pm(f"{call} --direction out").err
    wish = "receive unmet-demand --channel phone --content 代收干洗 --department clubhouse --apologised --as li.na"
    assert "Not known yet" not in desk.pm(f"{wish} --anonymous").err
    assert "Not known yet: name, phone, unit" in desk.pm(wish, code=1).err


def test_an_intake_broken_off_is_completed_later(desk: Desk) -> None:
    """SHEET-33: what is missing is named, nothing is lost."""
    said = desk.pm("receive repair --unit 5-201 --draft --as zhou.bo")
    assert "Draft, still missing: channel, content" in said.err
    number = said.out.split()[0]
    desk.pm(f"repair complete {number} --channel phone --content 灯坏了 --as li.na")
    assert desk.record(number).state == "received"


def test_a_draft_is_completed_by_the_questions_it_still_lacks(desk: Desk, answering: Callable[..., Said]) -> None:
    """SHEET-33: only what is missing is asked for; broken off again, what was answered is kept."""
    number = desk.pm("receive repair --unit 5-201 --caller-name 赵敏 --draft --as zhou.bo").out.split()[0]
    said = answering(f"repair complete {number} --as li.na", "1", "灯坏了", "13900000001")
    record = desk.record(number)
    assert (record.state, record.fields["channel"]) == ("received", "phone")
    assert record.fields["caller"].keys() == {"name", "phone"}  # type: ignore[union-attr]
    assert f"For the caller: {number}" in said.err
    assert "still missing" not in said.err


def test_the_beginning_of_a_reason_will_do(desk: Desk, answering: Callable[..., Said]) -> None:
    said = answering("receive --as li.na", "5-201", "sugg", "1", "加装充电桩")
    assert desk.record(said.out.split()[0]).kind == "suggestion"


def test_any_employee_or_contractor_takes_a_request(desk: Desk) -> None:
    """SHEET-32: nobody is sent to another department. D-05: a complaint heard elsewhere is a first note."""
    desk.pm("staff add lu.bao --name lu.bao --role contractor --as admin")
    for kind in ("repair", "question"):
        desk.pm(f"receive {kind} --unit 5-201 --channel patrol --content 问题 --as lu.bao")
    relayed = desk.pm("receive complaint --unit 5-201 --channel relay --content 太吵 --slight --as lu.bao").out.split()[
        0
    ]
    assert desk.record(relayed).events[0].do == "relay"
    assert desk.record(desk.pm("receive complaint --unit 5-201 --channel phone --content 吵 --as li.na").out.split()[0])


def test_the_policy_says_who_takes_complaints_in(desk: Desk) -> None:
    """D-05 is a parameter of the estate."""
    path = "policy/reception.yaml"
    desk.edit(path, ("receptionist, cs_assistant,", "cs_assistant,"))
    number = desk.pm("receive complaint --unit 5-201 --channel phone --content 吵 --slight --as li.na").out.split()[0]
    assert desk.record(number).events[0].do == "relay"


def test_a_worker_asked_directly_registers_within_a_quarter_of_an_hour(desk: Desk) -> None:
    """D-36: direct intake is allowed, and what was registered late is said to be late."""
    words = "receive repair --unit 5-201 --channel visit --content 灯坏了 --as wang.gang"
    said = desk.pm(words, "--at", "09:50")
    assert desk.record(said.out.split()[0]).fields["taken_by"] == "worker"
    assert "later than a direct intake" not in said.err
    assert "Registered 25 minutes later than a direct intake allows." in desk.pm(words, "--at", "09:20").err
    asked = "repair receive --unit 5-201 --channel visit --content 灯坏了 --taken-by worker --as wang.gang --asked-at"
    assert "Registered 5 minutes later than a direct intake allows." in desk.pm(asked, "09:40").err
    assert "later than a direct intake" not in desk.pm(asked, "09:50").err


def test_chinese_words_do_as_well(desk: Desk) -> None:
    said = desk.pm("receive 投诉 --unit 5-201 --channel 来电 --content 吵 --as li.na".replace("来电", "电话"))
    assert desk.record(said.out.split()[0]).kind == "complaint"


def test_without_a_reason_and_nobody_to_ask_it_says_what_to_type(desk: Desk) -> None:
    assert "Say what is asked: pm receive REASON" in desk.pm("receive --as li.na", code=2).err
    assert "no command" in desk.pm("receive nonsense --as li.na", code=2).err


def test_in_json_only_the_record_is_answered(desk: Desk) -> None:
    said = desk.pm("receive repair --unit 3-1502 --channel phone --content 灯坏了 --as li.na --json")
    assert said.json["kind"] == "repair"


def test_a_dry_run_promises_nothing(desk: Desk) -> None:
    said = desk.pm("receive repair --unit 3-1502 --channel phone --content 灯坏了 --as li.na --dry-run")
    assert "takes care" not in said.out


# -- what is known before ---------------------------------------------------------------------------------------------


def test_open_requests_are_shown_before_an_intake(desk: Desk) -> None:
    """DISP-10: an urge is not entered as a new complaint."""
    said = desk.pm("receive repair --unit 3-1502 --channel phone --content 还在漏 --as li.na")
    shown, _rest = said.err.split("Next:", 1)
    assert COMPLAINT in shown.split("answer due")[0]
    assert COMPLAINT not in desk.pm("receive repair --unit 5-201 --channel phone --content 漏 --as li.na").err


def test_pressing_is_offered_and_counted_on_the_same_record(desk: Desk, answering: Callable[..., Said]) -> None:
    """The number of a record above instead of a reason urges it: nothing is typed twice (D-39)."""
    before = len(desk.pm("journal --since 2026-01-01 --json").json)
    said = answering("receive --as li.na", "3-1502", "A01", "催问进度")
    assert COMPLAINT in said.err
    assert desk.does(COMPLAINT)[-1] == "urge"
    assert f"number {COMPLAINT}" in said.out
    assert len(desk.pm("journal --since 2026-01-01 --json").json) == before


def test_the_desk_is_asked_flat_reason_and_then_what_the_kind_needs(desk: Desk, answering: Callable[..., Said]) -> None:
    """DISP-09 by prompts: the flat is not asked again, an unknown one is asked anew."""
    said = answering("receive --as li.na", "9-9", "5-201", "9x", "2", "1", "灯坏了", "赵敏", "13900000001")
    record = desk.record(said.out.split()[0])
    assert (record.kind, record.fields["unit"], record.fields["channel"]) == ("repair", "5-201", "phone")
    assert "No unit answers to '9-9'" in said.err
    assert "One of these numbers or words" in said.err


def test_help_asks_for_casualties_first(desk: Desk, answering: Callable[..., Said]) -> None:
    """People before everything else (EMER-02): the question comes before all others."""
    said = answering("receive --as li.na --unit 5-201", "help", "maybe", "y", "1")
    assert desk.record(said.out.split()[0]).events[0].do == "injury"


def test_help_asked_for_by_name_asks_for_casualties_too(desk: Desk, answering: Callable[..., Said]) -> None:
    """EMER-02: also where the reason was typed; where nobody can be asked, whoever types it is reminded."""
    said = answering("receive help --unit 5-201 --what 有人倒在电梯口 --as li.na", "y", "1")
    assert desk.record(said.out.split()[0]).events[0].do == "injury"
    said = desk.pm("receive help --unit 5-201 --matter fire --what 厨房冒烟 --as li.na")
    assert desk.record(said.out.split()[0]).events[0].do == "discover"
    assert "People who are hurt come first" in said.err


@pytest.mark.parametrize(("reason", "given"), [("dispute", "--what 争车位"), ("injury", "--casualties 1")])
def test_a_dispute_and_an_injury_are_taken_in_as_emergencies(desk: Desk, reason: str, given: str) -> None:
    """COND-02, EMER-02: nobody looks for the kind while it happens."""
    record = desk.record(desk.pm(f"receive {reason} --unit 5-201 {given} --as li.na").out.split()[0])
    assert (record.kind, record.events[0].do) == ("incident", reason)


def test_after_a_fire_the_step_due_first_is_named(desk: Desk) -> None:
    """EMER-01: the director hears within ten minutes, so telling him leads what can follow."""
    said = desk.pm("incident discover --unit 5-201 --matter fire --what 厨房冒烟 --as li.na")
    assert re.search(r"Next: .*, inform, \.\.\.", said.err)


def test_a_handover_names_an_emergency_once_and_says_that_it_is_not_handed_over(desk: Desk) -> None:
    """DUTY-09, AMB-73, AMB-74: important open work stays, unless the supervisor allows it."""
    closing = "it is not handed over, unless the supervisor allows it"
    assert closing not in desk.pm("handover").out
    number = desk.pm("incident discover --unit 5-201 --matter fire --what 厨房冒烟 --as li.na").out.split()[0]
    shown = desk.pm("handover --json").json
    assert [one["id"] for one in shown["incidents"]] == [number]
    assert number not in [one["id"] for one in shown["important"]]
    assert closing in desk.pm("handover").out


def test_emergencies_put_aside_stand_in_the_daily_report(desk: Desk) -> None:
    """EMER-05: who said that it was a false alarm, of what, and why."""
    ice = "incident discover --unit 5-201 --matter public_area --what 疑似结冰 --as zhou.bo --at 09:00"
    number = desk.pm(ice).out.split()[0]
    desk.pm(f"incident dismiss {number} --reason 洒水未干 --as zhang.wei --at 09:20")
    (row,) = blocks(desk, "daily")["false_alarms"]["rows"]
    assert (row["id"], row["finder"], row["dismissed_by"], row["reason"]) == (
        number,
        "zhou.bo",
        "zhang.wei",
        "洒水未干",
    )


def test_a_word_promised_to_residents_and_missed_goes_up(desk: Desk) -> None:
    """EMER-01: what they were told they would hear is overdue, and somebody above hears of it."""
    outage = "incident discover --matter supply --supply water --what 主管爆裂 --affected 3 --unit 3-1502 --as li.na --at 08:00"
    number = desk.pm(outage, "--expected-end", "2026-03-02 09:30").out.split()[0]
    words = f"incident tell-residents {number} --words 正在抢修 --through notice --as li.na --at 08:10"
    desk.pm(words, "--next-word", "2026-03-02 09:00")
    late = {one["clock"]: one for one in desk.pm("overdue --json").json if one["id"] == number}
    assert late["next_word"]["level"]
    assert late["restore"]["level"]


def test_visits_announced_for_today_are_shown_and_the_visitor_led_in(
    desk: Desk, answering: Callable[..., Said]
) -> None:
    """DISP-14: who comes is known at the desk."""
    desk.pm(
        "contact announce --expected 15:00 --content 消防检查 --caller-affiliation 消防大队 --for-person chen.jun"
        " --informed chen.jun --as li.na"
    )
    desk.pm(
        "contact announce --content 改日 --caller-name 刘工 --for-person chen.jun --as li.na",
        "--expected",
        "2026-03-05 15:00",
    )
    said = answering("receive --as li.na", "", "A02")
    assert "消防检查" in said.err
    assert "改日" not in said.err
    assert desk.record("CT-260302-A02").state == "came"


def test_an_outage_is_shown_to_those_it_concerns_and_answered_in_its_words(
    desk: Desk, answering: Callable[..., Said]
) -> None:
    """Nobody enters a repair for what is known; that somebody asked is kept as a contact (D-39)."""
    outage = "incident discover --matter supply --supply water --what 主管爆裂 --affected 3 --as li.na"
    number = desk.pm(outage, "--expected-end", "2026-03-02 18:00", "--unit", "3-1502").out.split()[0]
    shown = "We know of it and are seeing to it. Expected to end: 2026-03-02 18:00"
    assert shown in desk.pm("receive repair --unit 3-1502 --channel phone --content 停水 --as li.na").err
    assert shown not in desk.pm("receive repair --unit 5-201 --channel phone --content 停水 --as li.na").err
    said = answering("receive --as li.na", "3-1502", number[-3:], "1")
    assert said.out.startswith(shown)
    (contact,) = desk.pm("journal --kind contact --json").json
    assert contact["state"] == "settled"


def test_a_visit_to_finance_is_with_finance_in_half_an_hour(desk: Desk) -> None:
    """DISP-03, DISP-17: charge information is told to somebody of finance, else it is overdue."""
    number = desk.pm(
        "receive payment --unit 5-201 --channel visit --content 补缴物业费 --as li.na --at 09:00"
    ).out.split()[0]
    (late,) = [one for one in desk.pm("overdue --json").json if one["id"] == number]
    assert late["clock"] == "finance_told"
    assert "is not of finance" in desk.pm(f"contact inform {number} --relayed-to li.na --as li.na", code=1).err
    desk.pm(f"contact inform {number} --relayed-to fang.qin --as li.na")
    assert number not in [one["id"] for one in desk.pm("overdue --json").json]


# -- the journal ------------------------------------------------------------------------------------------------------


def test_one_desk_journal_with_filters(desk: Desk) -> None:
    """D-39, DISP-13, DISP-01, DISP-20: requests and contacts in one book, by source, gatherer and first contact."""
    desk.pm("receive repair --unit 5-201 --channel phone --content 灯坏了 --as li.na")
    desk.pm("receive question --unit 5-201 --channel visit --content 手续 --as zhou.bo")
    desk.pm("receive complaint --unit 5-201 --channel mailbox --content 脏 --first-contact zhou.bo --as li.na")
    desk.pm("contact log --channel phone --reason other --content 拾物 --result 已登记 --as li.na")
    day = desk.pm("journal --json").json
    assert [one["kind"] for one in day] == ["complaint", "repair", "consultation", "complaint", "contact"]
    assert [one["source"] for one in day[1:]] == ["hotline", "service_desk", "complaint_box", "hotline"]
    assert {one["gatherer"] for one in day} == {"cs_centre", "all_staff"}
    first = desk.pm("journal --first-contact zhou.bo --json").json
    assert [one["kind"] for one in first] == ["consultation", "complaint"]
    assert len(desk.pm("journal --source complaint_box --json").json) == 1
    assert len(desk.pm("journal --kind contact --json").json) == 1
    assert "拾物" in desk.pm("journal --kind contact").out
    assert desk.pm("journal --date 2026-03-01 --json").json == []
    assert "not a time" in desk.pm("journal --date nonsense", code=2).err


def test_the_first_contact_is_shown_and_stays(desk: Desk) -> None:
    """SHEET-31: whoever was asked first, though the record does not repeat it."""
    number = desk.pm("receive repair --unit 5-201 --channel phone --content 灯坏了 --as zhou.bo").out.split()[0]
    desk.pm(f"repair assign {number} --worker wang.gang --as li.na")
    assert "zhou.bo" in desk.pm(f"show {number}").out.split("first contact")[1].splitlines()[0]
    assert desk.pm("journal --first-contact zhou.bo --json").json[0]["id"] == number


def test_what_came_in_after_hours_is_listed_for_the_next_day(desk: Desk) -> None:
    """D-40: the post after hours takes it in, the front desk takes it over."""
    desk.pm("receive repair --unit 5-201 --channel phone --content 停水 --as zhou.bo --at", "2026-03-01 22:00")
    desk.pm("receive repair --unit 5-201 --channel phone --content 灯坏了 --as li.na")
    night = desk.pm("journal --since 2026-03-01 --after-hours --json").json
    assert [one["summary"] for one in night] == ["停水"]


def test_what_was_entered_late_is_seen_by_the_manager(desk: Desk) -> None:
    """DISP-02: promptly, which is half an hour (AMB-08)."""
    desk.pm("receive repair --unit 5-201 --channel phone --content 灯坏了 --as li.na --at 09:00")
    desk.pm("receive repair --unit 5-201 --channel phone --content 门坏了 --as li.na --at 09:45")
    (late,) = blocks(desk, "daily")["late_entries"]["rows"]
    assert late["late_seconds"] == 3600


# -- under control ----------------------------------------------------------------------------------------------------


def test_a_draft_and_a_handler_who_left_are_not_under_control(desk: Desk) -> None:
    """DISP-11: every demand has an owner, a state and a due time; the manager sees those that lack one."""
    assert blocks(desk, "daily")["uncontrolled"]["rows"] == []
    draft = desk.pm("receive repair --unit 5-201 --draft --as li.na").out.split()[0]
    left = desk.pm("receive question --unit 5-201 --channel phone --content 手续 --as qian.yu").out.split()[0]
    desk.pm("staff leave qian.yu --as zhang.wei")
    rows = {one["id"]: (one["no_owner"], one["no_due"]) for one in blocks(desk, "daily")["uncontrolled"]["rows"]}
    assert rows == {draft: (False, True), left: (True, False)}
    assert draft in desk.pm("report daily --format txt").out


def test_an_ending_without_outcome_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """DISP-12: everything has an outcome; the share without is to be nought."""
    desk.pm("receive question --unit 5-201 --channel phone --content 手续 --topic other --answer 带身份证 --as li.na")
    desk.pm("contact notice --content 停水 --audience 5 --channel wechat --as li.na")
    desk.pm("contact log --channel phone --reason other --content 拾物 --result 已登记 --as li.na")
    found = blocks(desk, "daily")["uncontrolled"]
    assert (found["with_outcome"]["numerator"], found["with_outcome"]["denominator"]) == (3, 3)
    monkeypatch.setattr("pm_cli.reports.figures.uncontrolled.OUTCOMES", ())  # as if nothing said what came of it
    monkeypatch.setattr("pm_cli.reports.figures.uncontrolled.OWN", {"contact": ()})
    found = blocks(desk, "daily")["uncontrolled"]
    assert (found["with_outcome"]["numerator"], found["with_outcome"]["denominator"]) == (1, 3)
    assert sorted(one["kind"] for one in found["without_outcome"]["rows"]) == ["consultation", "contact"]


def test_the_month_counts_service_items_and_complaints_by_class(desk: Desk) -> None:
    """DISP-07: at each month-end."""
    desk.pm("receive repair --unit 5-201 --channel phone --content 灯坏了 --as li.na")
    desk.pm(
        "receive complaint --unit 5-201 --channel phone --content 脏 --content-class property_management --as li.na"
    )
    month = blocks(desk, "monthly")
    assert (month["period"]["from"], month["period"]["to"]) == ("2026-03-01", "2026-03-31")
    counted = {(one["kind"], one["class"]): one["received"] for one in month["demands"]["by_class"]}
    assert counted == {("complaint", "property_management"): 1, ("complaint", ""): 1, ("repair", "ordinary"): 1}
    assert json.loads(desk.pm("report monthly --date 2026-02 --format json").out)["period"]["to"] == "2026-02-28"


def test_not_satisfied_goes_back_into_handling(desk: Desk) -> None:
    """DISP-10: recorded, at the department, fed back in writing, visited, and back again with a count."""
    number = desk.pm("receive complaint --unit 5-201 --channel phone --content 吵 --as li.na").out.split()[0]
    for step in (
        "report {} --reported-to cs_manager",
        "judge {} --validity valid",
        "forward {} --departments security",
        "handle {} --result 已劝阻 --as zhou.bo",
        "tell-outcome {} --outcome 已告知",
        "visit {} --way phone --result dissatisfied --as qian.yu",
        "rectify {} --handler zhou.bo --rectify-by 18:00",
    ):
        line = f"complaint {step.format(number)}"
        desk.pm(line if "--as" in line else f"{line} --as zhang.wei")
    assert desk.record(number).state == "handling"
    assert desk.record(number).fields["rounds"] == "1"


# -- the guide --------------------------------------------------------------------------------------------------------


def test_the_guide_says_what_holds_at_every_moment(desk: Desk) -> None:
    """COND-01, COND-03, COND-04, COND-05, COND-06, COND-07, CONS-20, DISP-16."""
    ids = {rule for item in desk.pm("guide --json").json["items"] for rule in item["rules"]}
    assert {"COND-01", "COND-03", "COND-04", "COND-05", "COND-06", "COND-07", "CONS-20", "DISP-16"} <= ids


def test_the_guide_says_how_to_go_on_with_a_record(desk: Desk) -> None:
    said = desk.pm(f"guide {COMPLAINT}").out
    assert f"pm complaint judge {COMPLAINT} --validity valid|invalid" in said
    assert "COMP-19: Every complaint must be reported" in said
    assert "reply due" in said
    items = desk.pm(f"guide {COMPLAINT} --json").json["items"]
    assert all(item["command"].startswith("pm complaint ") for item in items)


@pytest.mark.parametrize(
    ("topic", "rule"),
    [
        ("complaint", "COMP-10"),
        ("投诉", "COMP-10"),
        ("visit", "COMP-30"),
        ("quarrel", "CONS-19"),
        ("SHEET-21", "SHEET-21"),
    ],
)
def test_the_guide_goes_by_kind_action_and_word(desk: Desk, topic: str, rule: str) -> None:
    ids = {one for item in desk.pm(f"guide {topic} --json").json["items"] for one in item["rules"]}
    assert rule in ids


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("受伤", "pm incident casualty"),
        ("急救", "pm incident call-rescue"),
        ("火", "pm incident discover"),
        ("紧急", "pm incident discover"),
        ("fire", "pm incident discover"),
        ("hurt", "pm incident injury"),
    ],
)
def test_the_guide_finds_the_step_by_a_word_in_either_language(desk: Desk, word: str, command: str) -> None:
    """EMER-01, EMER-02: whoever is in a hurry types what is the matter."""
    items = desk.pm(f"guide {word} --json").json["items"]
    assert [item for item in items if item["command"].startswith(command)]


def test_the_guide_says_a_rule_in_chinese_where_its_steps_do(desk: Desk) -> None:
    """EMER-05: the catalogue is English, the steps that keep the rule are said in both languages."""
    said = desk.pm("guide EMER-05 --lang zh").out
    assert "事后向上级汇报经过" in said
    assert "Afterwards" not in said


def test_the_guide_says_so_when_it_has_nothing(desk: Desk) -> None:
    assert "nothing on 'xyzzy'" in desk.pm("guide xyzzy", code=3).err
