"""The index is only a cache: whatever happens to files or to itself, commands see what the files say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pm_cli.cli import bare
from pm_cli.store import index
from pm_cli.store.layout import Layout
from pm_cli.store.ledger import Ledger
from tests.store.desk import COMPLAINT, Desk

OLD = 1_700_000_000
"""Seconds since the epoch: long before anything the tests write, so that file times are settled."""


def summaries(desk: Desk) -> dict[str, str]:
    """What the list shows of each complaint."""
    return {one["id"]: one["summary"] for one in desk.pm("complaint list --json").json}


def aged(desk: Desk) -> None:
    """Let all files be old and the index know it."""
    for path in [*(desk.root / "journal").rglob("*"), *(desk.root / "register").rglob("*")]:
        os.utime(path, (OLD, OLD))
    desk.pm("complaint list")


@pytest.fixture(params=["few", "many"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records, all of which are looked at, or so many that only folders and open records are."""
    if request.param == "many":
        monkeypatch.setattr(index, "EVERYTHING", 0)


@pytest.mark.usefixtures("size")
class TestFilesChange:
    def test_an_open_record_edited_in_place_with_the_same_size(self, desk: Desk) -> None:
        aged(desk)
        path = desk.path(COMPLAINT)
        before = path.stat()
        with path.open("r+b") as file:
            content = file.read().replace("漏水".encode(), "停电".encode())
            file.seek(0)
            file.write(content)
        assert (path.stat().st_size, path.stat().st_ino) == (before.st_size, before.st_ino)
        assert summaries(desk) == {COMPLAINT: "停电"}

    def test_a_deleted_file(self, desk: Desk) -> None:
        aged(desk)
        desk.path(COMPLAINT).unlink()
        assert summaries(desk) == {}

    def test_a_deleted_folder(self, desk: Desk) -> None:
        aged(desk)
        shutil.rmtree(desk.root / "journal/2026")
        assert summaries(desk) == {}

    def test_a_file_that_came_with_a_pull(self, desks: tuple[Desk, Desk]) -> None:
        a, b = desks
        aged(a)
        b.pm("complaint receive --unit 3-1502 --channel phone --content 噪音 --as li.na")
        a.git("pull --quiet --no-rebase", str(b.root), "main")
        assert summaries(a) == {COMPLAINT: "漏水", "CP-260302-B01": "噪音"}

    def test_a_copied_file_is_named(self, desk: Desk) -> None:
        aged(desk)
        copy = desk.path(COMPLAINT).with_name("CP-260302-A09.yaml")
        shutil.copy2(desk.path(COMPLAINT), copy)
        said = desk.pm("complaint list")
        assert "CP-260302-A09.yaml:1: the file is named after another number" in said.err

    def test_a_file_repaired_after_it_was_named(self, desk: Desk) -> None:
        aged(desk)
        path = desk.path(COMPLAINT)
        content = path.read_bytes()
        path.write_bytes(b"<<<<<<< HEAD\n" + content)
        said = desk.pm("complaint list")
        assert f"{COMPLAINT}.yaml:1: this looks like an unfinished merge" in said.err
        path.write_bytes(content)
        assert summaries(desk) == {COMPLAINT: "漏水"}
        assert desk.pm("complaint list").err == ""

    def test_a_name_that_is_no_utf_8(self, desk: Desk) -> None:
        strange = os.fsencode(desk.path(COMPLAINT).parent) + b"/\xff\xfe.yaml"
        Path(os.fsdecode(strange)).write_text("id: x\n")
        for _time in range(2):
            assert "xff" in desk.pm("complaint list").err
        os.unlink(strange)
        assert desk.pm("complaint list").err == ""


def test_an_edit_of_a_closed_record_is_seen_by_check_at_the_latest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above so many records closed ones are not looked at for every list; docs/problems.md says so."""
    desk.pm("complaint annul A01 --reason double --as zhang.wei")
    monkeypatch.setattr(index, "EVERYTHING", 0)
    aged(desk)
    path = desk.path(COMPLAINT)
    path.write_bytes(path.read_bytes().replace("漏水".encode(), "停电".encode()))
    assert summaries(desk) == {COMPLAINT: "漏水"}
    assert desk.problems() == ["chain-broken"]
    assert summaries(desk) == {COMPLAINT: "停电"}


@pytest.mark.parametrize("processors", [1, 2])
def test_the_bare_list_answers_from_files_as_they_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], processors: int
) -> None:
    """It answers while a second process still looks at the files; what that one finds changed must not be shown."""
    monkeypatch.setenv("PM_LEDGER", str(desk.root))
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    monkeypatch.setattr("pm_cli.store.ledger.now", lambda zone: datetime(2026, 4, 1, tzinfo=zone))
    for content in ("漏水", "停电"):
        for _left_by_itself in range(2):
            assert bare.overdue(as_json=False) == 0
            assert content in capsys.readouterr().out
        aged(desk)
        path = desk.path(COMPLAINT)
        path.write_bytes(path.read_bytes().replace("漏水".encode(), "停电".encode()))
    shutil.rmtree(desk.root / ".pm")
    assert bare.overdue(as_json=True) == 0
    assert json.loads(capsys.readouterr().out)[0]["summary"] == "停电"


class TestTheCacheItself:
    @pytest.mark.parametrize("ruin", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 9000])
    def test_damaged(self, desk: Desk, ruin: bytes) -> None:
        for name in ("index.sqlite3-wal", "index.sqlite3-shm"):
            (desk.root / ".pm" / name).unlink(missing_ok=True)
        (desk.root / ".pm/index.sqlite3").write_bytes(ruin)
        assert summaries(desk) == {COMPLAINT: "漏水"}

    def test_damaged_in_the_middle(self, desk: Desk) -> None:
        assert summaries(desk) == {COMPLAINT: "漏水"}
        file = desk.root / ".pm/index.sqlite3"
        content = bytearray(file.read_bytes())
        content[4096 * 3 : 4096 * 9] = b"\xa5" * (4096 * 6)
        file.write_bytes(content)
        said = desk.run("complaint", "list", "--json")
        assert said.code in {0, 4}
        assert summaries(desk) == {COMPLAINT: "漏水"}

    def test_gone(self, desk: Desk) -> None:
        shutil.rmtree(desk.root / ".pm")
        assert summaries(desk) == {COMPLAINT: "漏水"}
        assert (desk.root / ".pm/index.sqlite3").exists()

    def test_of_another_version(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(index, "VERSION", "0")
        assert summaries(desk) == {COMPLAINT: "漏水"}

    def test_a_policy_edit_counts_at_once(self, desk: Desk) -> None:
        """The due times of running clocks follow the policy in force, so they are computed anew."""

        def due() -> str:
            clocks = desk.pm("why A01 --json").json["clocks"]
            listed = desk.pm("due --json").json
            (judge,) = [one["due"] for one in clocks if one["clock"] == "judge"]
            assert judge in {one["due"] for one in listed if one["clock"] == "judge"}
            return str(judge)

        before = due()
        text = (desk.root / "policy/complaint.yaml").read_text(encoding="utf-8")
        (entry,) = re.findall(r"(?ms)^judge:$.*?^      value: [^\n]*", text)
        desk.edit("policy/complaint.yaml", (entry, entry.rpartition(":")[0] + ": 30 minutes"))
        assert due() == "2026-03-02T10:30:00+08:00" != before

    def test_others_read_the_old_one_until_the_new_one_is_complete(self, desk: Desk) -> None:
        reader = Ledger(Layout(desk.root)).index
        reader.db.execute("BEGIN")
        count = "SELECT count(*) FROM record"
        before = reader.db.execute(count).fetchone()
        desk.edit("policy/key.yaml", ("source:", "source:  # looked up"))
        desk.pm("complaint list")
        assert reader.db.execute(count).fetchone() == before


READ_ONLY = """
import sys
from pathlib import Path
from tests.store.desk import Desk
desk = Desk(Path(sys.argv[1]))
for command in ("complaint list", "overdue", "find 漏水", "check", "show A01", "why A01"):
    print(desk.pm(command).out)
said = desk.run(*"complaint urge A01 --as li.na".split())
assert said.code == 4, said
assert "Read-only file system" in said.err, said
"""


@pytest.mark.parametrize("cache", [True, False])
def test_a_ledger_that_can_only_be_read(desk: Desk, tmp_path: Path, cache: bool) -> None:
    """Mounted read-only, where the system allows that without being root; with and without an index to use."""
    if not cache:
        shutil.rmtree(desk.root / ".pm")
    (tmp_path / "script.py").write_text(READ_ONLY, encoding="utf-8")
    mounted = f"mount --bind {desk.root} {desk.root} && mount -o remount,bind,ro {desk.root}"
    if (
        not shutil.which("unshare")
        or subprocess.run(["unshare", "-Urm", "sh", "-c", mounted], capture_output=True).returncode
    ):
        pytest.skip("no user namespaces here")
    run = f"{mounted} && exec {sys.executable} {tmp_path / 'script.py'} {desk.root}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", run], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert COMPLAINT in done.stdout
