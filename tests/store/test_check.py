"""`pm check`: every problem has a name, a place and a test that provokes it; what is right is not complained about."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pm_cli.store.check import WARNINGS
from tests.store import forge
from tests.store.desk import COMPLAINT, Desk
from tests.store.forge import OTHER

DOCS = Path(__file__).parents[2] / "docs/problems.md"
FLOWS = Path(__file__).parents[2] / "pm_cli/flows"
Found = list[dict[str, Any]]


@pytest.fixture(scope="module")
def estate(starter: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = starter.copy(tmp_path_factory.mktemp("check") / "estate")
    desk.git("tag in-order")
    return desk


@pytest.fixture
def desk(estate: Desk) -> Iterator[Desk]:  # type: ignore[override]
    """A ledger in order, and put in order again afterwards."""
    yield estate
    estate.git("reset --quiet --hard in-order")
    estate.git("clean --quiet -fd")
    (estate.root / ".pm/intent.json").unlink(missing_ok=True)


def found(desk: Desk) -> Found:
    """What check finds, but for warnings that everything we forge is not committed."""
    said = desk.run("check", "--json")
    problems = [one for one in said.json if one["name"] != "not-committed"]
    assert said.code == (4 if any(one["severity"] == "error" for one in problems) else 0)
    return problems


def edited(desk: Desk, path: Path | str, *changes: tuple[str, str]) -> str:
    """Edit a file by hand; its path within the ledger."""
    within = (desk.root / path).relative_to(desk.root).as_posix()
    desk.edit(within, *changes)
    return within


def complaint(desk: Desk) -> Path:
    return desk.path(COMPLAINT)


def in_other_folder(desk: Desk) -> str:
    path = desk.root / "journal/2026/03/09" / complaint(desk).name
    path.parent.mkdir(exist_ok=True)
    complaint(desk).rename(path)
    return path.relative_to(desk.root).as_posix()


def doubled(desk: Desk) -> str:
    """A copy in the folder of another day."""
    original = complaint(desk)
    path = original.parent.with_name("09") / original.name
    path.parent.mkdir(exist_ok=True)
    shutil.copy2(original, path)
    return path.relative_to(desk.root).as_posix()


def copied(desk: Desk) -> str:
    """A copy under a new number, with an alias so that the chain holds."""
    record = desk.record(COMPLAINT)
    record.id, record.fields["aliases"] = OTHER, [COMPLAINT]
    return forge.put(desk, record)


def attached(desk: Desk) -> Path:
    note = desk.root / ".pm/note.txt"
    note.write_text("call note", encoding="utf-8")
    desk.pm(f"complaint note A01 --text note --attachments {note} --as li.na")
    (path,) = (desk.root / "attachments").rglob("*.txt")
    return path


def without_attachment(desk: Desk) -> str:
    attached(desk).unlink()
    return complaint(desk).relative_to(desk.root).as_posix()


def with_another_attachment(desk: Desk) -> str:
    attached(desk).write_text("something else", encoding="utf-8")
    return complaint(desk).relative_to(desk.root).as_posix()


def contested(desk: Desk) -> str:
    made = forge.record()
    forge.then(made, "annul", "zhang.wei", reason="double")
    return forge.put(desk, forge.then(made, "urge"))


def imported_twice(desk: Desk) -> str:
    forge.put(desk, forge.record(external="city:7"))
    return forge.put(desk, forge.record("CP-260302-B06", external="city:7", content="y"))


def deleted(desk: Desk) -> str:
    path = complaint(desk)
    path.unlink()
    return path.relative_to(desk.root).as_posix()


def cut_short(desk: Desk) -> str:
    """The last event is gone, as after restoring an old backup; what is left is sound."""
    desk.pm("complaint urge A01 --as li.na")
    record = desk.record(COMPLAINT)
    del record.events[-1]
    return forge.put(desk, forge.folded(record))


def interrupted(desk: Desk) -> str:
    path = desk.root / ".pm/intent.json"
    path.write_text('{"entries": [], "message": "x", "author": "x", "email": "x", "paths": []}', encoding="utf-8")
    return ".pm/intent.json"


def stray(desk: Desk) -> str:
    path = complaint(desk).with_suffix(".yaml.bak")
    path.write_text("old", encoding="utf-8")
    return path.relative_to(desk.root).as_posix()


def mapping(old: str, new: str, path: str = "") -> Callable[[Desk], str]:
    return lambda desk: edited(desk, path or complaint(desk), (old, new))


def forged(*more: tuple[str, dict[str, Any]], number: str = OTHER, **changed: Any) -> Callable[[Desk], str]:
    def make(desk: Desk) -> str:
        made = forge.record(number, **changed)
        for do, given in more:
            forge.then(made, do, **given)
        return forge.put(desk, made)

    return make


PROVOKED: list[tuple[str, str, Callable[[Desk], str]]] = [
    ("unreadable", "a line that is no entry", mapping("kind: complaint\n", "kind: complaint\noops\n")),
    ("unreadable", "another name than its number", mapping(f"id: {COMPLAINT}", "id: CP-260302-A99")),
    ("wrong-number", "the prefix of another kind", forged(number="RP-260302-B05")),
    ("wrong-folder", "another day", in_other_folder),
    ("chain-broken", "an edited value", mapping("  by: li.na", "  by: qian.yu")),
    ("seal-broken", "an edited name", mapping("value: 王强", "value: 王刚")),
    ("misfit", "a choice that is none", forged(channel="telepathy")),
    ("misfit", "a name in clear", forged(caller={"name": "王强"})),
    ("misfit", "an instant in a correction", forged(("correct", {"event": "?", "reason": "x"}), reply_by="soon")),
    ("fold-differs", "an edited state", mapping("state: recorded", "state: closed")),
    ("fold-differs", "an edited field", mapping("content: 漏水", "content: 停电")),
    ("fold-differs", "a field that is nobody's", mapping("state: recorded\n", "state: recorded\ncolour: red\n")),
    ("contested", "two steps that contradict", contested),
    ("missing-field", "a remark without text", forged(("note", {}))),
    ("unknown-kind", "of a later version", forged(kind="parcel", number="PA-260302-B05")),
    ("unknown-field", "of a later version", forged(mood="bad")),
    ("unknown-action", "of a later version", forged(("dream", {}))),
    ("number-twice", "a copy in another folder", doubled),
    ("copied", "one record under two numbers", copied),
    ("external-twice", "imported in two clones", imported_twice),
    ("dangling-link", "no such unit", forged(unit="9-9999")),
    ("dangling-link", "a number that is another record now", forged(moved_from=f"{COMPLAINT}@000000000000")),
    ("unknown-actor", "nobody registered", forged(("urge", {"by": "nobody"}))),
    ("attachment-missing", "deleted", without_attachment),
    ("attachment-damaged", "overwritten", with_another_attachment),
    ("deleted", "a record", deleted),
    ("lost-history", "an older version", cut_short),
    ("unfinished", "an intent left behind", interrupted),
    ("stray-file", "a backup of an editor", stray),
    ("rules-unreadable", "settings", mapping("estate:", "estate: [", "ledger.yaml")),
    ("rules-unreadable", "a policy entry", mapping("judge:\n", "judge: 4 hours\nold:\n", "policy/complaint.yaml")),
    ("settings-misfit", "an unknown time zone", mapping("timezone: Asia/Shanghai", "timezone: Asia/Nowhere", "ledger.yaml")),
    ("settings-misfit", "the letter of imports", mapping("  A: A", "  A: A\n  Z: z", "ledger.yaml")),
    ("policy-default", "a figure taken away", mapping("judge:\n", "judged:\n", "policy/complaint.yaml")),
    ("policy-misfit", "no duration", mapping("value: 4 working hours", "value: soon", "policy/complaint.yaml")),
    ("policy-misfit", "no role", mapping("escalate: {cs_supervisor:", "escalate: {king:", "policy/complaint.yaml")),
    ("policy-source", "no source", mapping("      source:", "      origin:", "policy/complaint.yaml")),
    ("calendar-misfit", "a day of another year", mapping("holidays:\n", "holidays:\n  2031-01-01: x\n", "calendar/2026.yaml")),
]  # fmt: skip


def test_a_ledger_in_order_has_no_problems(desk: Desk) -> None:
    said = desk.pm("check")
    assert said.out == ""
    assert "5 records checked: 0 errors, 0 warnings" in said.err
    assert desk.pm("check --json").json == []


@pytest.mark.parametrize(("name", "how", "provoke"), PROVOKED, ids=[f"{name}: {how}" for name, how, _do in PROVOKED])
def test_it_is_named(desk: Desk, name: str, how: str, provoke: Callable[[Desk], str]) -> None:
    path = provoke(desk)
    problems = found(desk)
    named = [one for one in problems if one["name"] == name]
    assert named, problems
    assert path in {one["path"] for one in named}
    for one in named:
        assert one["line"] >= 1
        assert one["message"]
        assert one["severity"] == ("warning" if name in WARNINGS else "error")
        if one["severity"] == "error" and not name.startswith(("policy", "misfit", "calendar", "settings", "rules")):
            assert one["hint"]
    desk.run("complaint", "list")


def test_the_line_is_where_it_stands(desk: Desk) -> None:
    path = forge.put(desk, forge.record(channel="telepathy", reply_by="soon"))
    lines = (desk.root / path).read_text(encoding="utf-8").splitlines()
    places = {lines[one["line"] - 1].strip() for one in found(desk) if one["name"] == "misfit"}
    assert places == {"channel: telepathy", "reply_by: soon"}


def test_links_that_were_corrected_or_struck_do_not_dangle(desk: Desk) -> None:
    made = forge.record(unit="9-9999")
    forge.then(made, "correct", event=made.events[0].id, reason="typed wrong", set={"unit": "3-1502"})
    forge.put(desk, made)
    assert found(desk) == []


def test_unmerged_records_are_named(starter: Desk, tmp_path: Path) -> None:
    a = starter.copy(tmp_path / "a")
    b = a.clone(tmp_path / "b", "B")
    for desk, login in ((a, "li.na"), (b, "qian.yu")):
        desk.pm(f"complaint urge A01 --as {login}")
    a.git("fetch --quiet", str(b.root), "main")
    a.git("merge --quiet FETCH_HEAD", code=1)
    assert a.problems() == ["unmerged"]


def test_the_calendar_of_the_next_year_is_missed_from_november_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, expected in (("2026-10-31", []), ("2026-11-01", ["calendar-ahead"]), ("2027-01-04", ["calendar-missing"])):
        moment = datetime.fromisoformat(f"{day}T12:00:00+08:00")
        monkeypatch.setattr("pm_cli.store.ledger.now", lambda zone, moment=moment: moment)
        assert [one["name"] for one in found(desk)] == expected
        assert all(one["path"] == "calendar/2027.yaml" for one in found(desk))


def test_due_times_nobody_knows_are_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.fromisoformat("2026-12-31T16:00:00+08:00")
    monkeypatch.setattr("pm_cli.store.ledger.now", lambda zone: moment)
    desk.pm("complaint receive --unit 3-1502 --channel phone --content x --as li.na")
    unknown = [one for one in found(desk) if one["name"] == "due-unknown"]
    assert unknown
    assert "2027" in unknown[0]["message"]


def test_fix_writes_what_the_events_add_up_to(desk: Desk) -> None:
    path = complaint(desk)
    before = path.read_bytes()
    edited(desk, path, ("state: recorded", "state: closed"))
    commits = len(desk.git("log --oneline").splitlines())
    desk.pm("check --fix --as admin --dry-run", code=4)
    desk.pm("check --fix --as admin")
    assert path.read_bytes() == before
    edited(desk, path, ("content: 漏水", "content: 停电"))
    desk.git("commit --quiet --all -m", "by hand")
    desk.pm("check --fix --as admin")
    assert path.read_bytes() == before
    assert len(desk.git("log --oneline").splitlines()) == commits + 3


def test_invariants_between_records_are_checked(desk: Desk) -> None:
    desk.pm("key add K-3-1502 --room 3-1502 --count 1 --as admin")
    lend = "key-loan lend --key K-3-1502 --count 1 --borrower-name x --borrower-department engineering --purpose x --as li.na"
    desk.pm(lend)
    (path,) = desk.root.rglob("KL-*.yaml")
    text = path.read_text(encoding="utf-8")
    desk.pm("key-loan return", path.stem, "--count", "1", "--as", "li.na")
    desk.pm(lend)
    path.write_text(text, encoding="utf-8")
    names = [one["name"] for one in found(desk)]
    assert "key-stock" in names
    assert names.count("key-stock") == 1


def test_very_many_are_checked_by_all_processors(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pm_cli.store.check.COLD", 2)
    path = mapping("state: recorded", "state: closed")(desk)
    assert [one["path"] for one in found(desk)] == [path]


def test_the_page_explains_every_problem() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (error|warning) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    explained = {name: severity for names, severity in rows for name in re.findall(r"`([\w-]+)`", names)}
    assert {name for name, severity in explained.items() if severity == "warning"} == set(WARNINGS)
    between = set(
        re.findall(r'Violation\(\s*"([\w-]+)"', "".join(path.read_text("utf-8") for path in FLOWS.glob("*.py")))
    )
    assert between <= explained.keys()
    provoked = {name for name, _how, _do in PROVOKED} | between
    elsewhere = {"unmerged", "not-committed", "no-git", "calendar-missing", "calendar-ahead", "due-unknown"}
    assert explained.keys() == provoked | elsewhere


def test_a_ledger_of_an_earlier_version_goes_on_and_takes_new_figures_over(desk: Desk) -> None:
    """What the newer kinds ask for counts at once; adopted, it stands in the ledger's own files as in those of pm."""
    policy = desk.root / "policy"
    complaint, sheet = ((policy / f"{name}.yaml").read_bytes() for name in ("complaint", "sheet"))
    (policy / "sheet.yaml").unlink()
    (policy / "complaint.yaml").write_bytes(complaint.partition(b"\nforward:")[0] + b"\n")
    desk.git("commit --quiet --all --message older")
    desk.pm("complaint receive --unit 3-1502 --channel phone --content x --as li.na")
    assert "policy-default" in {one["name"] for one in desk.pm("check --json").json}
    desk.pm("policy adopt --as admin")
    assert "policy-default" not in {one["name"] for one in desk.pm("check --json").json}
    assert (policy / "sheet.yaml").read_bytes() == sheet
    assert (policy / "complaint.yaml").read_bytes() == complaint
    assert desk.pm("policy adopt --as admin").out == "Nothing is lacking.\n"
