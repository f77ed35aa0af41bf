"""Two desks merged by plain git and `pm merge`: nothing is lost, both directions give the same bytes, people settle the rest."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from tests.store.desk import COMPLAINT, Desk, ended, forked
from tests.store.faults import instrument, killed

SECOND = "CP-260302-A02"


def event_ids(desk: Desk) -> set[str]:
    """All events of all records of a desk."""
    paths = [path for path in desk.records() if path.endswith(".yaml")]
    return {event.id for path in paths for event in desk.record(Path(path).stem).events}


def pulled(desk: Desk, other: Desk, *, conflict: bool = True) -> None:
    """Fetch from another desk and let git begin the merge."""
    desk.git("fetch --quiet", str(other.root), "main")
    desk.git("merge --quiet --no-edit FETCH_HEAD", code=int(conflict))


def busy_desks(desks: tuple[Desk, Desk]) -> tuple[Desk, Desk]:
    """Both desks urge, correct and close the same two complaints, each in its own way."""
    a, b = desks
    a.pm("complaint urge A01 --note first --as li.na")
    a.pm("complaint correct A01 --content 厨房漏水 --reason precise --as li.na")
    a.pm("complaint judge A01 --validity invalid --as zhang.wei")
    a.pm("complaint explain A01 --explanation outside --as zhang.wei")
    b.pm("complaint urge A01 --note second --as qian.yu")
    b.pm("complaint correct A01 --content 卫生间漏水 --reason precise --as qian.yu")
    b.pm("complaint annul A01 --reason double --as zhang.wei")
    return a, b


def test_nothing_is_lost_and_both_directions_give_the_same_bytes(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    a, b = busy_desks(desks)
    mine, theirs = a.copy(tmp_path / "a-then-b"), b.copy(tmp_path / "b-then-a")
    all_events = event_ids(a) | event_ids(b)
    for desk, other in ((mine, b), (theirs, a)):
        pulled(desk, other)
        assert COMPLAINT in desk.pm("merge --commit").out
        assert event_ids(desk) == all_events
        assert desk.git("status --short") == ""
        assert set(desk.problems()) == {"contested"}
    assert mine.records() == theirs.records()


def test_the_same_step_in_the_same_second_counts_twice(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two callers, two desks, one login on both: nobody may find out later that one urging was never there."""
    a, b = desks
    now = datetime(2026, 3, 2, 11, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    monkeypatch.setattr("pm_cli.store.ledger.now", lambda zone: now.astimezone(zone))
    for desk in desks:
        desk.pm("complaint urge A01 --note again --as li.na")
    pulled(a, b)
    a.pm("merge --commit")
    assert [event.do for event in a.record(COMPLAINT).events].count("urge") == 2


def test_contested_records_are_listed_and_settled(desks: tuple[Desk, Desk]) -> None:
    a, b = busy_desks(desks)
    pulled(a, b)
    said = a.pm("merge --json --commit").json
    assert said["merged"] == [COMPLAINT]
    assert said["committed"] is True
    (contested,) = said["contested"]
    assert contested["id"] == COMPLAINT
    assert f"pm complaint settle {COMPLAINT} --keep EVENT" in contested["hint"]
    assert a.run("overdue", "--as-of", "2026-04-01", "--json").json, "its clocks run on"
    keep = contested["events"][0]["event"]
    a.pm(f"complaint settle A01 --keep {keep[:8]} --as zhang.wei")
    assert a.problems() == []
    assert a.does(COMPLAINT)[-1] == "settle"


def test_the_other_desk_takes_the_merge_without_another_conflict(desks: tuple[Desk, Desk]) -> None:
    a, b = busy_desks(desks)
    pulled(a, b)
    a.pm("merge --commit")
    pulled(b, a, conflict=False)
    assert a.records() == b.records()


def test_desks_that_merge_at_the_same_time_meet_again(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """Criss-cross: each merges the other before it sees the other's merge."""
    a, b = busy_desks(desks)
    before = b.copy(tmp_path / "b-before")
    pulled(b, a)
    b.pm("merge --commit")
    pulled(a, before)
    a.pm("merge --commit")
    pulled(a, b, conflict=False)
    pulled(b, a, conflict=False)
    assert a.records() == b.records()


def test_what_is_written_while_a_merge_is_under_way_is_merged_too(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    a.pm("complaint urge A01 --note mine --as li.na")
    b.pm("complaint urge A01 --note theirs --as qian.yu")
    pulled(a, b)
    a.pm("complaint urge A01 --note meanwhile --as li.na", code=6)
    a.pm("merge --commit")
    assert a.does(COMPLAINT) == ["receive", "urge", "urge", "urge"]
    a.pm("complaint urge A01 --note after --as li.na")
    assert a.git("status --short") == ""
    assert a.problems() == []


def test_a_killed_merge_is_simply_done_again(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    a, b = busy_desks(desks)
    pulled(a, b)
    done = a.copy(tmp_path / "done")
    done.pm("merge")
    for step in count(1):
        again = a.copy(tmp_path / f"killed-{step}")

        def work(desk: Desk = again, step: int = step) -> int:
            instrument(killed(step))
            return desk.run("merge").code

        code = ended(forked(work, tmp_path / "log"))
        again.pm("merge --commit")
        assert again.records() == done.records()
        assert again.git("status --short") == ""
        if code == 0:
            break


def test_one_number_for_two_records_keeps_both(desks: tuple[Desk, Desk]) -> None:
    """Two clones with one desk letter; the record registered first keeps the number, links follow the other one."""
    a, b = desks
    b.pm("config desk A --force --as admin")
    first = "complaint receive --unit 3-1502 --channel phone --content 第一 --at 09:00 --as li.na"
    a.pm(first)
    b.pm("complaint receive --unit 3-1502 --channel visit --content 第二 --at 09:30 --as qian.yu")
    b.pm("sheet fill --unit 3-1502 --channel phone --reason-kind complaint --reason-for-visit 第二"
         f" --requester-name 王强 --requester-phone 1 --request {SECOND} --as qian.yu")  # fmt: skip
    pulled(a, b)
    said = a.pm("merge --json --commit").json
    (moved,) = said["renumbered"]
    assert moved["old"] == SECOND
    numbers = {a.record(number).fields["content"]: number for number in (SECOND, moved["new"])}
    assert sorted(numbers) == ["第一", "第二"]
    later = a.record(moved["new"])
    assert later.fields["aliases"] == [SECOND]
    assert later.events[-1].do == "renumber"
    assert a.problems() == []
    sheet = next(a.record(Path(path).stem) for path in a.records() if "/CS-" in path)
    found = Ledger(Layout(a.root)).get(str(sheet.fields["request"]))
    assert found is not None
    assert found.fields["content"] == "第二", "the link means the record, not the number"


def test_both_desks_registered_the_same_flat(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    a.pm("unit add 5-201 --zone east --as admin --at 09:00")
    b.pm("unit add 5-201 --zone west --as admin --at 09:01")
    pulled(a, b)
    a.pm("merge --commit")
    assert a.record("5-201").fields["zone"] == "east"
    assert a.record("5-201.2").fields["zone"] == "west"
    assert a.problems() == []


def test_both_directions_renumber_alike(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    a, b = desks
    b.pm("config desk A --force --as admin")
    for desk, content in ((a, "第一"), (b, "第二")):
        desk.pm(f"complaint receive --unit 3-1502 --channel phone --content {content} --as li.na")
    mine, theirs = a.copy(tmp_path / "a-then-b"), b.copy(tmp_path / "b-then-a")
    for desk, other in ((mine, b), (theirs, a)):
        pulled(desk, other)
        desk.pm("merge --commit")
    assert mine.records() == theirs.records()


def test_deleted_here_and_changed_there_is_kept(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    path = a.path(COMPLAINT).relative_to(a.root).as_posix()
    a.git("rm --quiet", path)
    a.git("commit --quiet -m gone")
    b.pm("complaint urge A01 --as qian.yu")
    pulled(a, b)
    assert path in a.pm("merge --json --commit").json["kept"]
    assert a.does(COMPLAINT) == ["receive", "urge"]


def test_files_that_are_no_records_are_left_to_people(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    for desk, name in ((a, "甲"), (b, "乙")):
        desk.pm(f"config set company {name} --as admin")
        desk.pm("complaint urge A01 --as li.na --note", name)
    before = (a.root / "ledger.yaml").read_text(encoding="utf-8")
    pulled(a, b)
    conflict = (a.root / "ledger.yaml").read_text(encoding="utf-8")
    said = a.pm("merge --json --commit", code=4).json
    assert [one["path"] for one in said["left"]] == ["ledger.yaml"]
    assert said["committed"] is False
    assert (a.root / "ledger.yaml").read_text(encoding="utf-8") == conflict != before
    assert a.does(COMPLAINT) == ["receive", "urge", "urge"]


def test_a_side_that_cannot_be_read_is_left_to_people(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    path = b.path(COMPLAINT)
    b.pm("complaint urge A01 --as qian.yu")
    path.write_bytes(path.read_bytes() + b"&anchor\n")
    b.git("commit --quiet --all -m broken")
    a.pm("complaint urge A01 --as li.na")
    pulled(a, b)
    (left,) = a.pm("merge --json", code=4).json["left"]
    assert left["path"].endswith(f"{COMPLAINT}.yaml")
    assert "anchors" in left["message"]
    assert "UU" in a.git("status --short")


def test_within_a_rebase(desks: tuple[Desk, Desk]) -> None:
    a, b = desks
    a.pm("complaint urge A01 --note mine --as li.na")
    b.pm("complaint urge A01 --note theirs --as qian.yu")
    a.git("fetch --quiet", str(b.root), "main")
    a.git("rebase FETCH_HEAD", code=1)
    assert "git rebase --continue" in a.pm("merge").err
    a.git("-c core.editor=true rebase --continue")
    assert a.does(COMPLAINT) == ["receive", "urge", "urge"]
    assert a.problems() == []


def test_invariants_are_looked_at_though_git_saw_no_conflict(desks: tuple[Desk, Desk]) -> None:
    """The only key is lent at both desks: neither loan is undone, both are named."""
    a, b = desks
    a.pm("key add K-3-1502 --room 3-1502 --count 1 --as admin")
    pulled(b, a, conflict=False)
    for desk, login in ((a, "li.na"), (b, "qian.yu")):
        desk.pm("key-loan lend --key K-3-1502 --count 1 --borrower-name 王强 --borrower-department engineering"
                f" --purpose 检修 --as {login}")  # fmt: skip
    pulled(a, b, conflict=False)
    (violation,) = a.pm("merge --json").json["violations"]
    assert "K-3-1502" in violation["message"]
    assert len([path for path in a.records() if "/KL-" in path]) == 2
    assert len(a.problems()) == 1


def test_nothing_to_merge_says_so(desk: Desk) -> None:
    assert "No merge is under way." in desk.pm("merge").err


def test_without_git_there_is_nothing_to_merge(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "estate")
    desk.pm("init", str(desk.root), "--estate", "x", "--no-git")
    assert "not under git" in desk.pm("merge", code=1).err
