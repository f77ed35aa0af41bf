"""Escalation: every level of a missed term is kept and told once, to whoever holds the role, and to a group without names."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pm_cli.cli.commands import escalate
from pm_cli.notify import mail, webhook
from pm_cli.store import write
from pm_cli.store.git import Git, GitFailed
from tests.servers import PATIENCE, MailServer, Robot, nobody_there, serving
from tests.sessions import HOME
from tests.store.desk import Desk, ended, forked

MORNING = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
LOAN = "KL-260302-A01"
STAFF = {"li.na": "receptionist", "sun.hao": "cs_supervisor", "he.jing": "cs_manager", "zhou.li": "centre_director"}
PERSONAL = ("王强", "13800001111", "1502", "检修")
"""What a group must not read: name and telephone number of the borrower, the room on the key's tag, the purpose."""


class Clock:
    """The time it is in a test."""

    def __init__(self) -> None:
        self.now = MORNING

    def set(self, text: str) -> None:
        self.now = datetime.fromisoformat(f"2026-03-{text}+08:00")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("pm_cli.store.ledger.now", lambda zone: clock.now.astimezone(zone))
    return clock


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A key that is to be back at ten: the supervisor is told then, the manager a day later."""
    desk = Desk(tmp_path_factory.mktemp("escalate") / "estate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pm_cli.store.ledger.now", lambda zone: MORNING.astimezone(zone))
        desk.pm("init", str(desk.root), "--estate", "翠湖花园", "--desk", "A")
        for login, role in STAFF.items():
            desk.pm(f"staff add {login} --name {login} --role {role} --as admin")
        desk.pm("unit add 3-1502 --as admin")
        desk.pm("key add K-3-1502 --room 3-1502 --count 2 --as admin")
        lend(desk)
    return desk


def lend(desk: Desk, *more: str) -> None:
    """Somebody borrows a key until ten."""
    desk.pm(
        "key-loan lend --key K-3-1502 --count 1 --borrower-name 王强 --borrower-phone 13800001111"
        " --borrower-department engineering --due 10:00 --as li.na --purpose",
        "王强检修 电话13800001111",
        *more,
    )


@pytest.fixture
def desk(starter: Desk, tmp_path: Path, clock: Clock) -> Desk:
    return starter.copy(tmp_path / "estate")


@pytest.fixture
def robot() -> Iterator[Robot]:
    with serving(Robot()) as server:
        yield server


@pytest.fixture
def post() -> Iterator[MailServer]:
    with serving(MailServer()) as server:
        yield server


def configured(desk: Desk, *channels: dict[str, Any]) -> None:
    """Let the estate have these channels."""
    path = desk.root / "ledger.yaml"
    text = path.read_text(encoding="utf-8").partition("notify:")[0]
    path.unlink()
    path.write_text(f"{text}notify: {json.dumps(channels)}\n", encoding="utf-8")


def group(desk: Desk, robot: Robot, monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """A group robot is the only channel."""
    monkeypatch.setenv("PM_ROBOT", robot.url)
    configured(desk, {"name": "group", "kind": "webhook", "format": "wecom", "url_env": "PM_ROBOT", **more})


def letters(desk: Desk, address: str, **more: Any) -> None:
    """E-mail is the only channel."""
    to = {login: f"{login}@estate.example" for login in STAFF}
    plain = {"name": "mail", "kind": "mail", "server": address, "security": "none", "from": "pm@estate.example"}
    configured(desk, {**plain, "to": to, **more})


def alerts(desk: Desk, number: str = LOAN) -> list[tuple[str, str, list[str]]]:
    """Level, role and who was told, of every alert of a record."""
    given = [event.given for event in desk.record(number).events if event.do == "alert"]
    return [(str(one["level"]), str(one["role"]), list(one.get("told", []))) for one in given]


def waiting(desk: Desk) -> list[tuple[str, str, int]]:
    """Channel, state and attempts of every message that is not told yet."""
    said = desk.pm("escalate --list --json").json["messages"]
    return [(one["channel"], one["state"], one["attempts"]) for one in said]


# -- once ---------------------------------------------------------------------------------------------------------


def test_before_its_time_nothing_fires_and_nothing_is_said(desk: Desk, clock: Clock) -> None:
    clock.set("02T10:00:00")  # late is strictly after the due time (AMB-05)
    before = desk.git("rev-parse HEAD")
    said = desk.pm("escalate")
    assert (said.out, said.err) == ("", "")
    assert desk.git("rev-parse HEAD") == before


def test_a_level_fires_once(desk: Desk, clock: Clock) -> None:
    clock.set("02T10:20:00")
    said = desk.pm("escalate")
    assert re.search(rf"{LOAN}\tkey loan\tK-3-1502\tback\t2026-03-02 10:00\t20m\t1\tcs supervisor\tsun.hao", said.out)
    assert alerts(desk) == [("1", "cs_supervisor", ["sun.hao"])]
    assert desk.git("log -1 --format=%an/%ae/%s") == "cron/cron@desk-a.pm/escalate: KL-260302-A01\n"
    assert desk.git("status --short") == ""
    again = desk.pm("escalate")
    assert (again.out, again.err) == ("", "")
    assert len(alerts(desk)) == 1
    assert desk.problems() == []


def test_the_next_level_fires_when_it_is_reached(desk: Desk, clock: Clock) -> None:
    clock.set("02T10:20:00")
    desk.pm("escalate")
    clock.set("03T09:59:00")
    assert desk.pm("escalate").out == ""
    clock.set("03T10:00:00")
    (fired,) = desk.pm("escalate --json").json["alerts"]
    assert (fired["level"], fired["role"], fired["to"]) == (2, "cs_manager", ["he.jing"])
    assert [level for level, _role, _told in alerts(desk)] == ["1", "2"]


def test_levels_passed_over_are_kept_and_the_highest_is_told(desk: Desk, clock: Clock) -> None:
    """Cron stood still for two days: one commit, one message, to the manager."""
    clock.set("04T08:00:00")
    commits = int(desk.git("rev-list --count HEAD"))
    desk.pm("escalate")
    assert alerts(desk) == [("1", "cs_supervisor", []), ("2", "cs_manager", ["he.jing"])]
    assert int(desk.git("rev-list --count HEAD")) == commits + 1


def test_what_was_closed_in_between_fires_nothing(desk: Desk, clock: Clock) -> None:
    clock.set("02T10:20:00")
    desk.pm(f"key-loan return {LOAN} --count 1 --as li.na")
    assert desk.pm("escalate").out == ""
    assert alerts(desk) == []


def test_a_term_agreed_anew_and_missed_again_fires_again(desk: Desk, clock: Clock) -> None:
    """What was told of ten o'clock says nothing of the evening."""
    clock.set("02T10:20:00")
    desk.pm("escalate")
    desk.pm(f"key-loan extend {LOAN} --due 17:00 --reason x --as li.na")
    clock.set("02T16:59:00")
    assert desk.pm("escalate").out == ""
    clock.set("02T17:01:00")
    desk.pm("escalate")
    assert [level for level, _role, _told in alerts(desk)] == ["1", "1"]


def test_a_struck_alert_fires_again(desk: Desk, clock: Clock) -> None:
    clock.set("02T10:20:00")
    desk.pm("escalate")
    event = desk.record(LOAN).events[-1].id
    desk.pm(f"key-loan strike {LOAN} --event {event} --reason wrong --as li.na")
    assert LOAN in desk.pm("escalate").out


def test_as_known_at_a_moment(desk: Desk, clock: Clock) -> None:
    """Looking back, or ahead, writes nothing."""
    clock.set("03T11:00:00")
    desk.pm("escalate")
    before = desk.records()

    def seen(moment: str) -> list[int]:
        return [one["level"] for one in desk.pm("escalate --json --as-of", moment).json["alerts"]]

    assert seen("2026-03-02 10:00") == []
    assert seen("2026-03-02 10:30") == [1]
    assert seen("2026-03-03 10:30") == [2]
    assert seen("2026-03-05 10:30") == []
    assert desk.records() == before


def test_ahead_of_time(desk: Desk) -> None:
    assert "sun.hao" in desk.pm("escalate --as-of", "2026-03-02 12:00").out


@pytest.mark.parametrize("option", ["--list", "--dry-run"])
def test_looking_writes_nothing(desk: Desk, clock: Clock, option: str) -> None:
    clock.set("02T10:20:00")
    before = desk.records(), desk.git("rev-parse HEAD")
    assert LOAN in desk.pm(f"escalate {option}").out
    assert (desk.records(), desk.git("rev-parse HEAD")) == before


def test_it_happens_now_and_by_whoever_may(desk: Desk, clock: Clock) -> None:
    clock.set("02T10:20:00")
    assert "leave out --at" in desk.pm("escalate --at 10:10", code=2).err
    desk.pm("escalate --as li.na")
    assert desk.record(LOAN).events[-1].by == "li.na"


# -- what it leaves alone -----------------------------------------------------------------------------------------


def test_an_alert_moves_nothing_else(desk: Desk, clock: Clock) -> None:
    """State, fields, running clocks, the time it was last touched and the figures of a report stay as they were."""
    clock.set("02T10:20:00")
    before = desk.record(LOAN), desk.pm("key-loan list --json").json, desk.pm("overdue --json").json
    report = desk.pm("report daily --json").json
    desk.pm("escalate")
    after = desk.record(LOAN), desk.pm("key-loan list --json").json, desk.pm("overdue --json").json
    assert (after[0].state, after[0].fields) == (before[0].state, before[0].fields)
    assert after[1:] == before[1:]
    assert desk.pm("report daily --json").json == report
    with closing(sqlite3.connect(desk.root / ".pm/index.sqlite3")) as index:
        (touched, late) = index.execute("SELECT touched, late_entries FROM record WHERE id = ?", (LOAN,)).fetchone()
    assert (touched, late) == (int(MORNING.timestamp()), 0)


def test_a_draft_alerts_too(desk: Desk, clock: Clock) -> None:
    """Its clocks run from receipt."""
    draft = desk.pm("complaint receive --unit 3-1502 --draft --as li.na --json").json
    assert draft["state"] == "draft"
    clock.set("05T12:00:00")
    assert draft["id"] in {one["id"] for one in desk.pm("escalate --json").json["alerts"]}
    assert desk.record(draft["id"]).state == "draft"


def test_a_contested_record_alerts_too(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    """The keys are lost at one desk and lent longer at the other; that the loss is reported is awaited all the same."""
    other = desk.clone(tmp_path / "other", "B")
    clock.set("02T09:10:00")
    desk.pm(f"key-loan lose {LOAN} --circumstances x --as li.na")
    clock.set("02T09:20:00")
    other.pm(f"key-loan extend {LOAN} --due 17:00 --reason x --as li.na")
    other.git("fetch --quiet", str(desk.root), "main")
    other.git("merge --quiet --no-edit FETCH_HEAD", code=1)
    other.pm("merge --commit")
    assert other.record(LOAN).contested
    clock.set("03T12:00:00")
    assert LOAN in {one["id"] for one in other.pm("escalate --json").json["alerts"]}
    assert other.record(LOAN).contested


def test_imported_history_never_alerts(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    table, said = tmp_path / "old.csv", tmp_path / "old.yaml"
    table.write_text("No,When\n7,2026-02-02 09:00\n", encoding="utf-8")
    said.write_text(
        """external: "old:{No}"
at: "{When}"
kind: complaint
unit: {code: "3-1502"}
fields: {channel: phone, content: 漏水}
kinds: {complaint: {fields: {urgent: "true"}}}
""",
        encoding="utf-8",
    )
    desk.pm("import complaint", str(table), "--map", str(said), "--as", "admin")
    clock.set("09T10:00:00")
    assert {one["kind"] for one in desk.pm("overdue --json").json} == {"complaint", "key_loan"}
    assert {one["id"] for one in desk.pm("escalate --json").json["alerts"]} == {LOAN}


def test_an_alert_that_meets_an_annulment_contests_nothing(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    other = desk.clone(tmp_path / "other", "B")
    desk.pm(f"key-loan annul {LOAN} --reason double --as li.na")
    clock.set("02T10:20:00")
    other.pm("escalate")
    desk.git("fetch --quiet", str(other.root), "main")
    desk.git("merge --quiet --no-edit FETCH_HEAD", code=1)
    desk.pm("merge --commit")
    assert not desk.record(LOAN).contested
    assert desk.problems() == []


def test_two_desks_keep_both_alerts_and_go_on_together(
    desk: Desk, clock: Clock, tmp_path: Path, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each desk tells at most once; what came with a merge is told already."""
    group(desk, robot, monkeypatch)
    desk.git("commit --quiet --all -m channels")
    other = desk.clone(tmp_path / "other", "B")
    clock.set("02T10:20:00")
    desk.pm("escalate")
    other.pm("escalate")
    assert len(robot.posts) == 2
    desk.git("fetch --quiet", str(other.root), "main")
    desk.git("merge --quiet --no-edit FETCH_HEAD", code=1)
    desk.pm("merge --commit")
    assert len(alerts(desk)) == 2
    other.git("pull --quiet --no-rebase", str(desk.root), "main")
    for one in (desk, other):
        assert one.pm("escalate").out == ""
        assert one.problems() == []
    assert len(robot.posts) == 2


# -- whom ---------------------------------------------------------------------------------------------------------


def test_if_nobody_holds_the_role_the_next_higher_rank_is_told(desk: Desk, clock: Clock) -> None:
    desk.pm("staff leave sun.hao --as admin")
    clock.set("02T10:20:00")
    (fired,) = desk.pm("escalate --json").json["alerts"]
    assert (fired["role"], fired["to_role"], fired["to"]) == ("cs_supervisor", "cs_manager", ["he.jing"])


def test_if_nobody_is_left_it_says_so(desk: Desk, clock: Clock) -> None:
    for login in ("sun.hao", "he.jing", "zhou.li"):
        desk.pm(f"staff leave {login} --as admin")
    clock.set("02T10:20:00")
    assert f"{LOAN}: nobody holds the role cs supervisor or a higher one." in desk.pm("escalate").err
    assert alerts(desk) == [("1", "cs_supervisor", [])]


def test_nobody_is_told_of_a_complaint_they_must_keep_out_of(desk: Desk, clock: Clock) -> None:
    """COMP-10: about customer service, so neither its supervisor nor its manager hears of it from us."""
    desk.pm(
        "complaint receive --unit 3-1502 --channel phone --content 态度差 --complained-department customer_service"
        " --as zhou.li"
    )
    clock.set("06T10:20:00")
    told = {
        (one["to_role"], *one["to"]) for one in desk.pm("escalate --json").json["alerts"] if one["kind"] == "complaint"
    }
    assert told == {("centre_director", "zhou.li")}


# -- groups -------------------------------------------------------------------------------------------------------


def test_a_group_reads_nothing_personal(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    desk.pm("escalate")
    (post,) = robot.posts
    assert post["msgtype"] == "text"
    assert post["text"]["content"].splitlines() == [
        f"Overdue: {LOAN} key loan, back",
        "Due 2026-03-02 10:00, 20m late",
        "Level 1, for: cs supervisor",
    ]
    assert not [value for value in PERSONAL if value in robot.bodies[0]]


@pytest.mark.parametrize("body", ["text", "markdown"])
@pytest.mark.parametrize("format", ["wecom", "dingtalk"])
def test_no_personal_value_of_the_demo_estate_ever_reaches_a_group(
    tmp_path: Path, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch, format: str, body: str
) -> None:
    """Whatever is overdue in it, whenever somebody looks."""
    clock.now = datetime.fromisoformat("2026-11-21T16:30:00+08:00")
    demo = Desk(tmp_path / "demo")
    demo.pm("init", str(demo.root), "--estate", "翠湖花园", "--demo", "--no-git")
    group(demo, robot, monkeypatch, format=format, body=body)
    for days in (0, 3, 9):
        clock.now += timedelta(days=days)
        demo.pm("escalate --lang", "zh_CN")
    assert len(robot.posts) > 10
    for path in demo.records():
        if not path.endswith(".yaml"):
            continue
        record = demo.record(Path(path).stem)
        values = {kept["value"] for kept in record.private.values() if kept.get("value")}
        if record.kind in {"unit", "staff"}:
            values |= {record.id, str(record.fields.get("name", record.id))}
        for body_sent in robot.bodies:
            assert not [value for value in values if value in body_sent], body_sent


def test_dingtalk_is_signed(desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PM_SIGN", "SECabc")
    group(desk, robot, monkeypatch, format="dingtalk", body="markdown", secret_env="PM_SIGN")
    clock.set("02T10:20:00")
    desk.pm("escalate")
    stamp = "1772418000000"
    assert robot.paths == [
        f"/send?key=s3cret&timestamp={stamp}&sign={webhook.quote_plus(webhook.signature(stamp, 'SECabc'))}"
    ]
    assert robot.posts[0]["markdown"]["title"] == f"Overdue: {LOAN} key loan, back"


def test_a_signature_is_the_documented_one() -> None:
    """HMAC-SHA256 with the secret over time stamp, line break and secret, as `openssl dgst` computes it."""
    text, secret = "1577262236757\nSECabc", "SECabc"
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", secret, "-binary"], input=text.encode(), capture_output=True, check=True
    )
    assert webhook.base64.b64decode(webhook.signature("1577262236757", secret)) == done.stdout


def test_only_the_roles_of_a_channel(desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    group(desk, robot, monkeypatch, roles=["cs_manager"])
    clock.set("02T10:20:00")
    desk.pm("escalate")
    assert robot.posts == []
    clock.set("03T10:20:00")
    desk.pm("escalate")
    assert len(robot.posts) == 1


# -- retried, never twice -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer", [(500, b"oops"), (503, b""), (200, {"errcode": -1, "errmsg": "busy"}), (200, {"errcode": 45009})]
)
def test_a_failure_is_tried_again_after_a_pause(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    group(desk, robot, monkeypatch)
    robot.says = [answer]
    clock.set("02T10:20:00")
    said = desk.pm("escalate")
    assert "1 message was not told" in said.err
    assert "s3cret" not in said.err
    assert waiting(desk) == [("group", "ready", 1)]
    clock.set("02T10:24:00")
    desk.pm("escalate")
    assert len(robot.posts) == 1
    clock.set("02T10:25:00")
    assert desk.pm("escalate").err == ""
    assert len(robot.posts) == 2
    assert waiting(desk) == []
    desk.pm("escalate --resend")
    assert len(robot.posts) == 2
    assert len(alerts(desk)) == 1


def test_nobody_at_the_other_end_is_tried_until_it_is_given_up(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(desk, robot, monkeypatch)
    monkeypatch.setenv("PM_ROBOT", f"http://{nobody_there()}/send?key=s3cret")
    clock.set("02T10:20:00")
    attempts = 0
    for _quarter in range(100):
        said = desk.pm("escalate")
        attempts += bool(said.err)
        clock.now += timedelta(minutes=15)
        if waiting(desk)[0][1] == "given_up":
            break
    assert attempts == 6
    assert clock.now > MORNING + timedelta(hours=16)
    monkeypatch.setenv("PM_ROBOT", robot.url)
    desk.pm("escalate")
    assert [post for post in robot.posts if "level 1" in str(post).lower()] == []
    assert "given up" in desk.pm("escalate --list").out
    desk.pm("escalate --resend")
    assert len([post for post in robot.posts if "Level 1" in str(post)]) == 1


@pytest.mark.parametrize("answer", [(404, b""), (302, b""), (200, {"errcode": 93000, "errmsg": "invalid webhook url"})])
def test_what_will_not_get_better_is_given_up_at_once(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    group(desk, robot, monkeypatch)
    robot.says = [answer]
    clock.set("02T10:20:00")
    assert "given up" in desk.pm("escalate").err
    clock.set("02T23:20:00")
    desk.pm("escalate")
    assert len(robot.posts) == 1


@pytest.mark.parametrize("answer", [None, (504, b""), (200, b"<html>"), (200, {"ok": True})])
def test_in_doubt_it_is_shown_and_not_sent_again(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    """The request was out and the answer does not say: the group may have read it."""
    group(desk, robot, monkeypatch)
    robot.says = [answer]
    clock.set("02T10:20:00")
    assert "unknown" in desk.pm("escalate").err
    clock.set("02T23:20:00")
    desk.pm("escalate")
    assert len(robot.posts) == 1
    assert waiting(desk) == [("group", "unknown", 0)]
    desk.pm("escalate --resend")
    assert len(robot.posts) == 2
    assert waiting(desk) == []


def test_killed_between_sending_and_the_answer(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    with monkeypatch.context() as patch:
        patch.setattr(webhook, "_taken", dies)
        desk.pm("escalate", code=130)
    assert waiting(desk) == [("group", "sending", 0)]
    said = desk.pm("escalate")
    assert "interrupted" in said.err
    assert waiting(desk) == [("group", "unknown", 0)]
    assert len(robot.posts) == 1


def test_killed_while_the_robot_thinks(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """kill -9 of a process of its own, with the request out."""
    group(desk, robot, monkeypatch)
    robot.says = [over := threading.Event()]
    clock.set("02T10:20:00")
    child = forked(lambda: desk.run("escalate").code, tmp_path / "log")
    assert robot.asked.wait(PATIENCE)
    os.kill(child, signal.SIGKILL)
    over.set()
    assert ended(child) == -signal.SIGKILL
    assert "interrupted" in desk.pm("escalate").err
    assert waiting(desk) == [("group", "unknown", 0)]
    assert len(robot.posts) == len(alerts(desk)) == 1


def test_two_at_once_tell_once(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    children = [forked(lambda: desk.run("escalate").code, tmp_path / f"log{number}") for number in range(3)]
    assert [ended(child) for child in children] == [0, 0, 0]
    assert len(robot.posts) == len(alerts(desk)) == 1


def dies(*_arguments: object, **_options: object) -> None:
    raise KeyboardInterrupt


def test_killed_after_the_alert_was_kept_and_before_sending(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message lies in the outbox by then; the next run sends it."""
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    with monkeypatch.context() as patch:
        patch.setattr(escalate, "deliver", dies)
        desk.pm("escalate", code=130)
    assert len(alerts(desk)) == 1
    desk.pm("escalate")
    assert len(robot.posts) == 1


def test_killed_before_the_alert_was_kept(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message without its alert is never sent; what fires next time replaces it."""
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    with monkeypatch.context() as patch:
        patch.setattr(write.Writing, "commit", dies)
        desk.pm("escalate", code=130)
    assert alerts(desk) == []
    assert waiting(desk) == [("group", "ready", 0)]
    desk.pm("escalate")
    desk.pm("escalate")
    assert len(robot.posts) == len(alerts(desk)) == 1
    assert waiting(desk) == []


def test_a_message_whose_alert_was_never_kept_is_forgotten(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    with monkeypatch.context() as patch:
        patch.setattr(write.Writing, "commit", dies)
        desk.pm("escalate", code=130)
    desk.pm(f"key-loan return {LOAN} --count 1 --as li.na")
    desk.pm("escalate")
    assert robot.posts == []
    assert waiting(desk) == []


def test_alerts_that_git_did_not_take_are_told(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")

    def refuses(*_arguments: object, **_options: object) -> None:
        raise GitFailed("no")

    with monkeypatch.context() as patch:
        patch.setattr(Git, "commit", refuses)
        desk.pm("escalate", code=6)
    assert len(robot.posts) == 1
    desk.pm("escalate")
    assert len(robot.posts) == 1
    assert "escalate" in desk.git("log -1 --format=%s")


def test_history_set_back_does_not_tell_twice(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(desk, robot, monkeypatch)
    clock.set("02T10:20:00")
    desk.pm("escalate")
    desk.git("reset --quiet --hard HEAD~1")
    group(desk, robot, monkeypatch)
    desk.pm("escalate")
    assert len(alerts(desk)) == 1
    assert len(robot.posts) == 1


def test_a_channel_that_cannot_be_reached_does_not_hold_up_the_others(
    desk: Desk, clock: Clock, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend(desk)
    monkeypatch.setenv("PM_ROBOT", robot.url)
    monkeypatch.setenv("PM_NOBODY", f"http://{nobody_there()}/")
    common = {"kind": "webhook", "format": "wecom"}
    configured(
        desk,
        {"name": "dead", "url_env": "PM_NOBODY", **common},
        {"name": "unset", "url_env": "PM_UNSET", **common},
        {"name": "group", "url_env": "PM_ROBOT", **common},
    )
    clock.set("02T10:20:00")
    said = desk.pm("escalate").err
    assert "PM_UNSET is not set in the environment" in said
    assert len(robot.posts) == 2
    assert sorted(waiting(desk)) == [(name, "ready", tries) for name in ("dead", "unset") for tries in (0, 1)]


# -- letters ------------------------------------------------------------------------------------------------------


def test_a_letter_says_more_but_no_name_or_number(desk: Desk, clock: Clock, post: MailServer) -> None:
    letters(desk, post.address)
    clock.set("02T10:20:00")
    desk.pm("escalate")
    (letter,) = post.letters
    assert post.envelopes == [("FROM:<pm@estate.example>", ["TO:<sun.hao@estate.example>"])]
    assert letter["Subject"] == f"Overdue: {LOAN} key loan, back"
    assert re.fullmatch(r"<[0-9a-f]{32}@estate\.example>", letter["Message-ID"])
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_content()
    assert "K-3-1502" in text
    assert "…检修 电话…" in text
    assert "王强" not in text
    assert "13800001111" not in text


def test_a_letter_in_chinese(desk: Desk, clock: Clock, post: MailServer) -> None:
    letters(desk, post.address)
    clock.set("02T10:20:00")
    desk.pm("escalate --lang zh_CN")
    assert "钥匙借用" in post.letters[0]["Subject"]


def test_the_message_id_follows_from_what_is_told(desk: Desk, clock: Clock, post: MailServer) -> None:
    """A letter sent again on purpose can be recognised as the same."""
    letters(desk, post.address)
    post.says = {"LETTER": ["hang up"]}
    clock.set("02T10:20:00")
    assert "unknown" in desk.pm("escalate").err
    clock.set("02T18:20:00")
    desk.pm("escalate")
    assert len(post.letters) == 1
    desk.pm("escalate --resend")
    assert len({letter["Message-ID"] for letter in post.letters}) == 1
    assert len(post.letters) == 2


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ({"MAIL": ["451 later"]}, "ready"),
        ({"RCPT": ["450 busy"]}, "ready"),
        ({"RCPT": ["550 unknown here"]}, "given_up"),
        ({"DATA": ["452 full"]}, "ready"),
        ({"DATA": ["554 no"]}, "given_up"),
        ({"LETTER": ["451 later"]}, "ready"),
        ({"LETTER": ["554 spam"]}, "given_up"),
        ({"MAIL": ["hang up"]}, "ready"),
        ({"EHLO": ["hang up"]}, "ready"),
    ],
)
def test_what_a_mail_server_may_answer(
    desk: Desk, clock: Clock, post: MailServer, says: dict[str, list[str]], state: str
) -> None:
    letters(desk, post.address)
    post.says = says
    clock.set("02T10:20:00")
    assert "not told by mail" in desk.pm("escalate").err
    assert waiting(desk) == [("mail", state, 1)]
    clock.set("02T10:40:00")
    desk.pm("escalate --resend")
    assert waiting(desk) == []


def test_no_mail_server(desk: Desk, clock: Clock) -> None:
    letters(desk, nobody_there())
    clock.set("02T10:20:00")
    desk.pm("escalate")
    assert waiting(desk) == [("mail", "ready", 1)]


def test_who_has_no_address_is_named(desk: Desk, clock: Clock, post: MailServer) -> None:
    letters(desk, post.address, to={"he.jing": "he.jing@estate.example"})
    clock.set("02T10:20:00")
    assert "mail has no address for sun.hao." in desk.pm("escalate").err
    assert post.letters == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    making = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=here -addext subjectAltName=IP:127.0.0.1"
    pair = ["-keyout", str(folder / "key"), "-out", str(folder / "certificate")]
    subprocess.run(["openssl", *making.split(), *pair], check=True, capture_output=True)
    both = folder / "both"
    both.write_bytes((folder / "key").read_bytes() + (folder / "certificate").read_bytes())
    return both


def test_encrypted_and_logged_in(desk: Desk, clock: Clock, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("PM_MAIL", "p4ss")
    with serving(MailServer(certificate, "p4ss")) as post:
        letters(desk, post.address, security="starttls", login="pm", password_env="PM_MAIL")
        clock.set("02T10:20:00")
        assert desk.pm("escalate").err == ""
        assert post.secure == [True]


def test_a_certificate_nobody_knows_gets_no_letter(
    desk: Desk, clock: Clock, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PM_MAIL", "p4ss")
    with serving(MailServer(certificate, "p4ss")) as post:
        letters(desk, post.address, security="starttls", login="pm", password_env="PM_MAIL")
        clock.set("02T10:20:00")
        assert "p4ss" not in desk.pm("escalate").err
        assert waiting(desk) == [("mail", "ready", 1)]
        assert post.letters == []


def test_a_wrong_password_and_a_server_without_encryption_are_given_up(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PM_MAIL", "wrong")
    with serving(MailServer(password="p4ss")) as post:
        letters(desk, post.address, login="pm", password_env="PM_MAIL")
        clock.set("02T10:20:00")
        assert "535" in desk.pm("escalate").err
        letters(desk, post.address, security="starttls")
        clock.set("03T10:20:00")
        assert "STARTTLS" in desk.pm("escalate").err
        assert waiting(desk) == [("mail", "given_up", 1)] * 2


def test_a_silent_server_does_not_hold_up_cron_for_ever() -> None:
    assert max(mail.PATIENCE, webhook.PATIENCE) <= 30


# -- settings -----------------------------------------------------------------------------------------------------

ROBOT = {"name": "group", "kind": "webhook", "format": "wecom", "url_env": "PM_ROBOT"}
POST = {"name": "mail", "kind": "mail", "server": "x:25", "from": "a@b", "to": {"li.na": "a@b"}}


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("x", "notify[1]: a channel is a mapping"),
        ({"name": "x", "kind": "pigeon"}, "notify[1].kind: one of stdout, mail, webhook is expected"),
        ({"kind": "stdout"}, "notify[1].name: is missing"),
        ({**ROBOT, "url": "https://x/?key=1"}, "notify[1].url: secrets stay out of the ledger"),
        ({**POST, "password": "x"}, "notify[1].password: secrets stay out of the ledger"),
        ({**ROBOT, "url_env": "https://x"}, "notify[1].url_env: PM_NAME_OF_VARIABLE is expected"),
        ({**ROBOT, "format": "telegram"}, "notify[1].format: wecom | dingtalk is expected, not 'telegram'"),
        ({**ROBOT, "roles": ["boss"]}, "notify[1].roles[1]: "),
        ({**ROBOT, "roles": []}, "notify[1].roles: a list of roles is expected"),
        ({**ROBOT, "secret_env": "PM_X"}, "notify[1].secret_env: only robots of DingTalk sign"),
        ({**ROBOT, "server": "x:25"}, "notify[1].server: a channel of kind webhook has no such key"),
        ({**POST, "server": "x"}, "notify[1].server: smtp.example.com:587 is expected, not 'x'"),
        ({**POST, "to": {"li.na": "x"}}, "notify[1].to.li.na: name@example.com is expected, not 'x'"),
        ({**POST, "login": "pm"}, "notify[1].login: login and password_env go together"),
    ],
)
def test_settings_are_read_strictly(desk: Desk, clock: Clock, channel: Any, said: str) -> None:
    """Named by file and key, by the command and by `pm check`; nothing is told and nothing kept as told."""
    configured(desk, channel)
    clock.set("02T10:20:00")
    assert f"ledger.yaml: {said}" in desk.pm("escalate", code=4).err
    assert alerts(desk) == []
    assert desk.problems() == ["settings-misfit"]
    desk.pm("overdue")


def test_names_of_channels_are_different(desk: Desk) -> None:
    configured(desk, ROBOT, ROBOT)
    assert "ledger.yaml: notify: two channels are called 'group'" in desk.pm("escalate", code=4).err


# -- cron ---------------------------------------------------------------------------------------------------------


def test_in_the_bare_environment_of_cron(desk: Desk) -> None:
    """Nothing but PATH and PM_LEDGER; printed messages are what cron mails."""
    configured(desk, {"name": "cron", "kind": "stdout"})
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "from datetime import datetime\nimport pm_cli.store.ledger as ledger\n"
        "ledger.now = lambda zone: datetime.fromisoformat('2026-03-02T10:20:00+08:00').astimezone(zone)\n"
        "from pm_cli.cli.root import run\nsys.exit(run(sys.argv[1:]))"
    )

    def pm() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, str(HOME), "escalate"],
            env={"PATH": os.environ["PATH"], "PM_LEDGER": str(desk.root)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )

    first, second = pm(), pm()
    assert f"Overdue: {LOAN} key loan, back  Due 2026-03-02 10:00, 20m late" in first.stdout
    assert (second.stdout, second.stderr) == ("", "")
    assert desk.git("log -1 --format=%an") == "cron\n"
