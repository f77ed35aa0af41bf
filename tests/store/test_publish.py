"""From the promise to the files: what a dead command promised is kept, whatever happened to the folder in the meantime."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.store.desk import COMPLAINT, Desk, ended, forked
from tests.store.faults import instrument

NEW = "complaint receive --unit 3-1502 --channel phone --content {content} --as li.na"


def promised(desk: Desk, command: str, log: Path) -> None:
    """Run a command that dies once its promise is durable and before any of its files has its name."""

    def reached(_number: int, _name: str) -> None:
        if (desk.root / ".pm/intent.json").exists():
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> int:
        instrument(reached)
        return desk.run(*command.split()).code

    assert ended(forked(work, log)) == -signal.SIGKILL
    assert (desk.root / ".pm/intent.json").exists()


def in_order(desk: Desk) -> None:
    assert desk.problems() == []
    assert desk.git("status --short") == ""
    assert not (desk.root / ".pm/intent.json").exists()


def test_reading_does_not_finish_it_but_check_tells(desk: Desk, tmp_path: Path) -> None:
    promised(desk, "complaint urge A01 --as li.na", tmp_path / "log")
    assert [one["name"] for one in desk.pm("check --json").json] == ["unfinished"]
    assert desk.does(COMPLAINT) == ["receive"]


def test_a_pull_before_the_next_command_loses_neither_side(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    a, b = desks
    promised(a, "complaint urge A01 --note mine --as li.na", tmp_path / "log")
    b.pm("complaint urge A01 --note theirs --as qian.yu")
    a.git("pull --quiet --no-rebase", str(b.root), "main")
    a.pm("unit add 5-201 --as admin")
    assert {str(event.given.get("note")) for event in a.record(COMPLAINT).events[1:]} == {"mine", "theirs"}
    in_order(a)


def test_a_deleted_record_comes_back_with_what_was_added(desk: Desk, tmp_path: Path) -> None:
    path = desk.path(COMPLAINT)
    promised(desk, "complaint urge A01 --as li.na", tmp_path / "log")
    path.unlink()
    desk.pm("unit add 5-201 --as admin")
    assert desk.does(COMPLAINT) == ["receive", "urge"]
    in_order(desk)


def test_published_and_deleted_again_stops_nobody(desk: Desk, tmp_path: Path) -> None:
    """Somebody cleaned up the folder after the command had died and before git had the record."""
    promised(desk, NEW.format(content="x"), tmp_path / "log")
    for left in (desk.root / ".pm/tmp").iterdir():
        left.unlink()
    desk.pm("unit add 5-201 --as admin")
    in_order(desk)


def test_a_number_taken_meanwhile_costs_nobody_a_record(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """Two clones with one letter: the one that died finds its number taken by what a pull brought."""
    a, b = desks
    b.pm("config desk A --force --as admin")
    promised(a, NEW.format(content="mine"), tmp_path / "log")
    b.pm(NEW.format(content="theirs"))
    a.git("pull --quiet --no-rebase", str(b.root), "main")
    a.pm("unit add 5-201 --as admin")
    listed = a.pm("complaint list")
    assert "theirs" in listed.out
    assert "CP-260302-A02~" in listed.err, "the other one is named at once"
    assert a.problems() == ["unreadable"]
    assert "git commit" in a.copy(tmp_path / "copy").pm("merge").err
    (moved,) = a.pm("merge --json").json["renumbered"]
    assert a.record(moved["new"]).fields["content"] == "mine"
    assert a.record(moved["old"]).fields["content"] == "theirs"
    assert not list(a.root.rglob("*~*"))
    a.git("commit --quiet --message merged")
    in_order(a)


def test_a_damaged_promise_is_told_and_kept(desk: Desk) -> None:
    intent = desk.root / ".pm/intent.json"
    intent.write_text("{", encoding="utf-8")
    said = desk.pm("complaint urge A01 --as li.na", code=4)
    assert "intent.json is damaged" in said.err
    assert intent.exists()
    desk.pm("complaint list")


def test_ctrl_c_comes_before_or_after_but_not_between(desk: Desk, tmp_path: Path) -> None:
    """`Broken off; nothing was changed` is only said when it is true."""
    for step in range(1, 30):
        before = len(desk.does(COMPLAINT))

        def reached(number: int, _name: str, step: int = step) -> None:
            if number == step:
                os.kill(os.getpid(), signal.SIGINT)

        def work() -> int:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            instrument(reached)
            said = desk.run("complaint", "urge", "A01", "--as", "li.na")
            print(said.err)
            return said.code

        code = ended(forked(work, tmp_path / "log"))
        messages = (tmp_path / "log").read_text(encoding="utf-8")
        assert code in {0, 130}, messages
        assert ("nothing was changed" in messages) == (code == 130)
        desk.pm("unit list")
        assert len(desk.does(COMPLAINT)) == before + (code == 0), step
    desk.pm("complaint urge A01 --as li.na")
    in_order(desk)


@pytest.mark.parametrize("left", ["pending.json", "settings.json", "rules.json"])
def test_other_files_of_this_clone_may_be_damaged(desk: Desk, left: str) -> None:
    (desk.root / ".pm" / left).write_text("{", encoding="utf-8")
    desk.run("config", "desk", "A", "--force", "--as", "admin")
    desk.pm("complaint urge A01 --as li.na")
    desk.pm("complaint list")
