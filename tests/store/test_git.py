"""Whatever state git is in, records are saved; git gets them as soon as it can, and nothing of the user's is touched."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Timer

import pytest

from pm_cli.store import git
from tests.store.desk import COMPLAINT, Desk, opened

URGE = "complaint urge A01 --as li.na"


def test_one_commit_per_command_by_whoever_acted(desk: Desk) -> None:
    desk.pm("complaint urge A01 --as qian.yu")
    assert (
        desk.git("log -1 --format=%an/%ae/%s").strip()
        == f"qian.yu/qian.yu@desk-a.pm/complaint urge: {COMPLAINT} 3-1502"
    )
    assert desk.git("show --stat --format= HEAD").count("|") == 1


def test_what_else_lies_there_is_not_touched(desk: Desk) -> None:
    (desk.root / "staged.txt").write_text("mine")
    desk.git("add staged.txt")
    (desk.root / "notes.txt").write_text("mine too")
    desk.edit("policy/key.yaml", ("source:", "source:  # looked up"))
    before = desk.git("status --short")
    desk.pm(URGE)
    assert desk.git("status --short") == before
    assert "staged.txt" not in desk.git("show --stat HEAD")


def test_settings_of_the_user_change_nothing(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Line ends, signatures, hooks and variables that lead elsewhere."""
    for setting in ("core.autocrlf true", "commit.gpgsign true", "status.showUntrackedFiles no", "core.quotePath true"):
        desk.git(f"config {setting}")
    hook = desk.root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    note = tmp_path / "来电.txt"
    note.write_bytes(b"one\r\ntwo\n")
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(tmp_path))
        patch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
        desk.pm(f"complaint note A01 --text x --attachments {note} --as li.na")
    assert desk.git("status --short --untracked-files=all") == ""
    assert desk.problems() == []
    (attachment,) = (desk.root / "attachments").rglob("*.txt")
    hook.unlink()
    desk.git("checkout --quiet HEAD~1")
    desk.git("checkout --quiet main")
    assert attachment.read_bytes() == note.read_bytes()


def test_a_ledger_in_a_folder_of_a_repository(tmp_path: Path, starter: Desk) -> None:
    top = Desk(tmp_path)
    top.git("init --quiet -b main")
    desk = Desk(tmp_path / "docs/estate")
    desk.root.parent.mkdir()
    desk.pm("init", str(desk.root), "--estate", "x")
    desk.pm("unit add 3-1502 --as admin")
    assert top.git("show --name-only --format= HEAD").strip() == "docs/estate/register/unit/3-1502.yaml"
    assert top.git("status --short") == ""
    assert desk.problems() == []


def test_a_work_tree_of_its_own(desk: Desk, tmp_path: Path) -> None:
    desk.git("worktree add --quiet -b second", str(tmp_path / "second"))
    other = Desk(tmp_path / "second")
    other.pm("config desk B --as admin")
    other.pm("complaint urge A01 --as li.na")
    assert other.git("status --short") == ""
    assert other.git("log -1 --format=%s").startswith("complaint urge")
    assert desk.does(COMPLAINT) == ["receive"]


def test_the_first_commit_of_a_repository(tmp_path: Path) -> None:
    desk = opened(tmp_path / "estate", "--no-git")
    desk.git("init --quiet -b main")
    desk.pm(URGE)
    assert desk.git("log --oneline").count("\n") == 1


class TestGitCannot:
    """The record is saved, exit 6, and the next command catches up."""

    def catches_up(self, desk: Desk, commits: int = 2) -> None:
        before = len(desk.git("log --oneline").splitlines())
        desk.pm(URGE)
        assert desk.git("status --short") == ""
        assert len(desk.git("log --oneline").splitlines()) - before == commits
        assert desk.problems() == []
        assert not (desk.root / ".pm/pending.json").exists()

    def saved(self, desk: Desk, reason: str) -> None:
        before = len(desk.does(COMPLAINT))
        said = desk.pm(URGE, code=6)
        assert f"{COMPLAINT} is saved, but git has not got it yet" in said.err
        assert reason in said.err
        assert len(desk.does(COMPLAINT)) == before + 1

    def test_a_merge_is_under_way(self, desks: tuple[Desk, Desk]) -> None:
        a, b = desks
        b.pm("config set company 乙 --as admin")
        a.git("fetch --quiet", str(b.root), "main")
        a.git("merge --quiet --no-commit --no-ff FETCH_HEAD")
        self.saved(a, "a merge or rebase is under way (MERGE_HEAD)")
        assert "MERGE_HEAD" in os.listdir(a.root / ".git"), "the user's merge is still theirs to finish"
        a.git("commit --quiet --no-edit")
        self.catches_up(a)

    def test_a_rebase_is_under_way(self, desk: Desk) -> None:
        (desk.root / ".git/rebase-merge").mkdir()
        self.saved(desk, "rebase-merge")
        (desk.root / ".git/rebase-merge").rmdir()
        self.catches_up(desk)

    def test_head_is_detached(self, desk: Desk) -> None:
        desk.git("checkout --quiet --detach")
        self.saved(desk, "HEAD is detached")
        self.saved(desk, "HEAD is detached")
        desk.git("checkout --quiet main")
        self.catches_up(desk)

    def test_git_is_not_installed(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("PATH", "")
            self.saved(desk, "git is not to be found")
            desk.pm("complaint list")
        self.catches_up(desk)

    def test_somebody_elses_git_holds_the_index(self, desk: Desk) -> None:
        lock = desk.root / ".git/index.lock"
        lock.touch()
        for _time in range(3):
            self.saved(desk, "index.lock")
        assert lock.exists(), "it may be in use"
        lock.unlink()
        self.catches_up(desk)

    def test_somebody_elses_git_lets_go_of_the_index(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """An editor that looks at the repository now and then costs a moment, nothing else."""
        monkeypatch.setattr(git, "PATIENCE", 60)
        lock = desk.root / ".git/index.lock"
        lock.touch()
        release = Timer(0.3, lock.unlink)
        release.start()
        desk.pm(URGE)
        release.join()
        assert desk.git("status --short") == ""

    def test_git_cannot_write(self, desk: Desk) -> None:
        """Whoever runs this may be root, so the folder is not write-protected but in the way."""
        objects, away = desk.root / ".git/objects", desk.root / ".git/away"
        objects.rename(away)
        objects.touch()
        self.saved(desk, "")
        desk.pm("complaint list")
        objects.unlink()
        away.rename(objects)
        self.catches_up(desk)


def test_catching_up_commits_nothing_twice(desk: Desk) -> None:
    """The commit was made, only its acknowledgement was lost."""
    desk.git("checkout --quiet --detach")
    desk.pm(URGE, code=6)
    desk.git("checkout --quiet main")
    desk.git("commit --quiet --all -m", "by hand")
    before = len(desk.git("log --oneline").splitlines())
    desk.pm("complaint list")
    desk.pm("unit add 5-201 --as admin")
    assert len(desk.git("log --oneline").splitlines()) == before + 1


def test_no_git_is_said_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "estate")
    desk.pm("init", str(desk.root), "--estate", "x", "--no-git")
    assert "not under git" in desk.pm("unit add 3-1502 --as admin").err
    assert "not under git" not in desk.pm("unit add 5-201 --as admin").err
    assert [one["name"] for one in desk.pm("check --json").json] == ["no-git"]


def test_tidy_packs_and_changes_nothing(desk: Desk) -> None:
    for _time in range(5):
        desk.pm(URGE)
    before = desk.records()
    loose = int(desk.git("count-objects").split()[0])
    desk.pm("tidy")
    assert int(desk.git("count-objects").split()[0]) < loose
    assert desk.records() == before
    assert desk.problems() == []
    desk.pm(URGE)
    desk.git("fsck --strict")
    assert desk.git("status --short") == ""
