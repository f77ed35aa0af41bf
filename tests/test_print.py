"""Printing a form counts and marks the copies, and changes nothing when it cannot be done."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from examples import make_demo

STORY = """
== 2026-11-16
08:00 admin staff add li.na --name 李娜 --role receptionist
08:01 admin unit add 3-1502
09:00 li.na s1: sheet fill --unit 3-1502 --channel visit --reason-kind other --reason-for-visit "<b>请协调</b>"
  --requester-name 周敏 --requester-phone 138 --signature-who 周敏 --signature-how ink
09:10 li.na c1: complaint receive --unit 3-1502 --channel phone --content "<script>漏水</script>"
  --caller-name 周敏 --caller-phone 13800000000 --urgent
09:15 li.na complaint reply @c1 --told "马上派人来看"
09:20 li.na complaint judge @c1 --validity valid
09:30 li.na r1: repair receive --unit 3-1502 --channel phone --content 灯不亮
"""
SHEET, COMPLAINT, REPAIR = "CS-261116-A01", "CP-261116-A02", "RP-261116-A03"
NOON = datetime(2026, 11, 16, 12, tzinfo=make_demo.ZONE)


class Estate:
    """A ledger of its own for each test, as it is at noon."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, code: int = 0) -> tuple[str, str]:
        found, out, said = make_demo.run(
            ["--lang", "en", *words, "--ledger", str(self.root), *(["--as", "li.na"] if words[0] == "print" else [])],
            NOON,
        )
        assert found == code, out + said
        return out, said

    def prints(self) -> int:
        steps = json.loads(self.pm("show", SHEET, "--json")[0])["events"]
        return sum(event["do"] == "print" for event in steps)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("print") / "estate"
    make_demo.tell(root, STORY)
    return root


@pytest.fixture
def estate(told: Path, tmp_path: Path) -> Estate:
    return Estate(Path(shutil.copytree(told, tmp_path / "estate")))


def test_each_print_is_a_step_and_the_second_of_a_copy_is_marked(estate: Estate) -> None:
    """SHEET-06: every copy is counted by itself."""
    assert "Reprint" not in estate.pm("print", SHEET, "--copy", "archive")[0]
    assert "Reprint" not in estate.pm("print", SHEET, "--copy", "department")[0]
    assert "Reprint 1" in estate.pm("print", SHEET, "--copy", "archive")[0]
    assert "Reprint 2" in estate.pm("print", SHEET, "--copy", "archive", "--format", "md")[0]
    assert estate.prints() == 4


def test_a_struck_print_does_not_count(estate: Estate) -> None:
    estate.pm("print", SHEET, "--copy", "archive")
    printed = json.loads(estate.pm("show", SHEET, "--json")[0])["events"][-1]["id"]
    estate.pm("sheet", "strike", SHEET, "--event", printed[:8], "--reason", "paper jam", "--as", "li.na")
    assert "Reprint" not in estate.pm("print", SHEET, "--copy", "archive")[0]


def test_the_page_names_copy_and_number_and_escapes_what_people_wrote(estate: Estate) -> None:
    page, _said = estate.pm("print", SHEET, "--copy", "archive")
    assert page.startswith("<!DOCTYPE html>")
    assert SHEET in page
    assert "&lt;b&gt;请协调&lt;/b&gt;" in page
    assert "Printed 2026-11-16 12:00" in page


def test_it_is_written_in_the_format_of_its_file(estate: Estate, tmp_path: Path) -> None:
    target = tmp_path / "sheet.md"
    out, said = estate.pm("print", SHEET, "--copy", "archive", "--output", str(target))
    assert (out, said) == ("", f"Written to {target}\n")
    assert target.read_text(encoding="utf-8").startswith("# ")


def test_as_json(estate: Estate, tmp_path: Path) -> None:
    plain = json.loads(estate.pm("print", SHEET, "--copy", "archive", "--json")[0])
    assert (plain["id"], plain["copy"], plain["reprint"]) == (SHEET, "archive", 0)
    assert plain["document"].startswith("<!DOCTYPE html>")
    target = str(tmp_path / "sheet.html")
    written = json.loads(estate.pm("print", SHEET, "--copy", "archive", "--output", target, "--json")[0])
    assert written == {"id": SHEET, "copy": "archive", "reprint": 1, "file": target}


def test_a_dry_run_neither_counts_nor_prints(estate: Estate) -> None:
    out, said = estate.pm("print", SHEET, "--copy", "archive", "--dry-run")
    assert out == ""
    assert "Dry run" in said
    assert estate.prints() == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((SHEET,), 2, "--copy"),
        ((SHEET, "--copy", "fifth"), 2, "'fifth' is none of"),
        ((SHEET, "--copy", "archive", "--format", "pdf"), 2, "Format is one of"),
        ((SHEET, "--copy", "archive", "--format", "txt"), 3, "templates/sheet/sheet.txt.j2"),
        ((SHEET, "--copy", "archive", "--output", "nowhere/sheet.html"), 2, "There is no folder nowhere"),
        (("3-1502",), 3, "templates/unit/unit.html.j2"),
        ((COMPLAINT, "--form", "ledger"), 3, "templates/complaint/ledger.html.j2"),
        ((COMPLAINT, "--form", "../sheet/sheet"), 2, "cannot be the name of a form"),
        (("A99",), 3, "A99"),
    ],
)
def test_what_cannot_be_printed_is_not_counted(estate: Estate, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in estate.pm("print", *words, code=code)[1]
    assert estate.prints() == 0


def test_a_form_that_cannot_be_rendered_is_not_counted(estate: Estate) -> None:
    own = estate.root / "templates/sheet/sheet.html.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ record.id }}\n{{ 1 / 0 }}", encoding="utf-8")
    _out, said = estate.pm("print", SHEET, "--copy", "archive", code=4)
    assert "sheet.html.j2:2 cannot be rendered" in said
    assert estate.prints() == 0


def test_a_complaint_prints_as_the_record_of_the_manuals(estate: Estate) -> None:
    """COMP-13: name, building and room, content and contact stand on the Customer Complaint Record (F-67)."""
    page, _said = estate.pm("print", COMPLAINT)
    assert "Customer Complaint Record" in page
    for text in ("周敏", "13800000000", "3-1502", "&lt;script&gt;漏水&lt;/script&gt;", "F-67"):
        assert text in page
    assert "周敏" in estate.pm("print", COMPLAINT, "--format", "md")[0]


@pytest.mark.parametrize("form", ["html", "md"])
def test_and_as_its_follow_up_record(estate: Estate, form: str) -> None:
    """COMP-32, COMP-38: the judgement, and every step with what was said, on the Follow-up Record (F-68)."""
    page, _said = estate.pm("print", COMPLAINT, "--form", "follow-up", "--format", form)
    assert "F-68" in page
    for text in ("valid", "马上派人来看", "09:15", "李娜"):
        assert text in page
    assert "<script>" not in page or form == "md"


def test_a_ledger_may_bring_forms_for_kinds_that_count_no_copies(estate: Estate) -> None:
    own = estate.root / "templates/complaint/complaint.html.j2"
    own.parent.mkdir(parents=True)
    own.write_text("{{ record.id }} {{ record.content }} {{ word('state', record.state) }}", encoding="utf-8")
    page, _said = estate.pm("print", COMPLAINT)
    assert page == f"{COMPLAINT} &lt;script&gt;漏水&lt;/script&gt; valid\n"
    assert "no copies" in estate.pm("print", COMPLAINT, "--copy", "archive", code=2)[1]
