"""Twenty commands at the same moment: every one succeeds, none overwrites another, no number is given twice."""

from __future__ import annotations

from pathlib import Path

from tests.store.desk import COMPLAINT, Desk, ended, forked, opened

MANY = 20


def at_once(desk: Desk, lines: list[str], folder: Path) -> list[str]:
    """Run all commands at the same time; what each answered. All must succeed."""
    logs = [folder / f"log-{number}" for number in range(len(lines))]

    def work(line: str) -> int:
        said = desk.run(*line.split())
        print(said.out, said.err)
        return said.code

    children = [forked(lambda line=line: work(line), log) for line, log in zip(lines, logs, strict=True)]
    codes = [ended(child) for child in children]
    answers = [log.read_text(encoding="utf-8") for log in logs]
    assert set(codes) == {0}, "\n".join(answers)
    return answers


def test_twenty_edit_one_record(quick: Desk, tmp_path: Path) -> None:
    at_once(quick, [f"complaint urge A01 --note {number} --as li.na" for number in range(MANY)], tmp_path)
    record = quick.record(COMPLAINT)
    notes = {str(event.given.get("note")) for event in record.events[1:]}
    assert notes == {str(number) for number in range(MANY)}
    assert len(record.events) == MANY + 1
    assert quick.problems() == []
    assert quick.git("status --short") == ""
    assert len(quick.git("log --oneline").splitlines()) == 6 + MANY, "one commit each"


def test_twenty_register_at_once(quick: Desk, tmp_path: Path) -> None:
    line = "complaint receive --unit 3-1502 --channel phone --as li.na --content"
    at_once(quick, [f"{line} nr.{number}" for number in range(MANY)], tmp_path)
    found = quick.pm("list complaint --json").json
    assert sorted(one["id"] for one in found) == [f"CP-260302-A{number:02d}" for number in range(1, MANY + 2)]
    assert {f"nr.{number}" for number in range(MANY)} <= {one["summary"] for one in found}
    assert quick.problems() == []
    assert quick.git("status --short") == ""


def test_without_git_too(tmp_path: Path) -> None:
    desk = opened(tmp_path / "estate", "--no-git")
    lines = [f"complaint urge A01 --note {number} --as li.na" for number in range(MANY // 2)]
    lines += ["complaint receive --unit 3-1502 --channel phone --content x --as li.na"] * (MANY // 2)
    at_once(desk, lines, tmp_path)
    assert len(desk.does(COMPLAINT)) == MANY // 2 + 1
    assert len(desk.pm("list complaint --json").json) == MANY // 2 + 1
    assert desk.problems() == []


def test_who_acts_here_is_remembered_by_all_of_them(quick: Desk, tmp_path: Path) -> None:
    """Each command extends the setting of this desk; they must not trip over one another."""
    quick.pm("config as li.na")
    at_once(quick, ["complaint urge A01"] * 8, tmp_path)
    assert len(quick.does(COMPLAINT)) == 9


def test_readers_during_writing(quick: Desk, tmp_path: Path) -> None:
    """Lists see the ledger before or after a command, never half of it, and wait for nobody."""
    reads = ["complaint list --json", "check", "overdue", "find 漏水 --json"] * 2
    writes = [f"complaint urge A01 --note {number} --as li.na" for number in range(8)]
    answers = at_once(quick, [line for pair in zip(reads, writes, strict=True) for line in pair], tmp_path)
    assert all(COMPLAINT in answer for line, answer in zip(reads, answers[::2], strict=True) if "json" in line)


def test_everybody_finds_the_index_damaged(quick: Desk, tmp_path: Path) -> None:
    for name in ("index.sqlite3-wal", "index.sqlite3-shm"):
        (quick.root / ".pm" / name).unlink(missing_ok=True)
    (quick.root / ".pm/index.sqlite3").write_bytes(b"no database")
    answers = at_once(quick, ["complaint list --json"] * 8, tmp_path)
    assert all(COMPLAINT in answer for answer in answers)
