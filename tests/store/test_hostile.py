"""Odd contents: what people type is kept as typed; a file that cannot be right is named with its line, and never skipped."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from tests.store import forge
from tests.store.desk import COMPLAINT, Desk
from tests.store.forge import OTHER

ODD = [
    "1e3", "0755-1234567", "no", "12_3", "~", "null", "2026-03-02", "0x1F", "1:30", "=1+1", "- a", "# b", "a: b", "<<: *a",
    "😀 👨‍👩‍👧", "عربى \u202e evil", "行一\u2028行二", "\x85next", "\ufeffmark", "a\tb",
    "一\r\n二", '"\'\\', "[" * 200, "&a *a !t", "=======",
    "行一\n\n  行二\n", "　全角　", "é", "\U0010ffff",
]  # fmt: skip


@pytest.fixture(scope="module")
def lasting(starter: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One ledger for all the odd things, each of which must leave it in order."""
    return starter.copy(tmp_path_factory.mktemp("hostile") / "estate")


@pytest.mark.parametrize("text", ODD)
def test_what_is_typed_is_kept(lasting: Desk, text: str) -> None:
    """Or refused at once, with the reason; nothing in between."""
    before = lasting.records()
    said = lasting.run(
        *["complaint", "receive", "--json", "--unit", "3-1502", "--channel", "phone", "--as", "li.na"],
        *("--content", text, "--caller-name", text, "--caller-phone", text),
    )
    if said.code == 2:
        assert "control characters" in said.err
        assert lasting.records() == before
        return
    assert said.code == 0, said.err
    fields = said.json["fields"]
    assert len({fields["content"], fields["caller"]["name"], fields["caller"]["phone"]}) == 1
    kept = lasting.pm(f"show {said.json['id']} --json").json["fields"]
    assert kept == fields
    assert " ".join(kept["content"].split()) == " ".join(unicodedata.normalize("NFC", text).split())


def test_odd_texts_neither_harm_the_ledger_nor_the_terminal(lasting: Desk) -> None:
    shown = lasting.pm("complaint list").out + lasting.pm("find 3-1502").out
    assert not {"\x1b", "\u202e", "\u2028", "\x85"} & set(shown)
    assert lasting.problems() == []


@pytest.mark.parametrize("code", ["1e3", "no", "12_3", "0755", "null", "大堂", "2026-03-02", "1.50", "b1-203"])
def test_codes_stay_what_was_typed(lasting: Desk, code: str) -> None:
    lasting.pm(f"unit add {code} --as admin")
    assert lasting.pm(f"show {code} --json").json["id"] == code
    line = f"complaint receive --json --unit {code} --channel phone --content x --as li.na"
    assert lasting.pm(line).json["fields"]["unit"] == code


@pytest.mark.parametrize("code", ["../../x", "a/b", ".hidden", "a b", "", "x" * 65, "a\x00b", "con."])
def test_codes_that_lead_elsewhere_are_refused(lasting: Desk, code: str) -> None:
    before = lasting.records()
    assert lasting.run("unit", "add", code, "--as", "admin").code in {1, 2}
    assert lasting.records() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(b"\n"),
        lambda content: b"# edited by hand\n\n" + content,
    ],
    ids=["byte order mark", "CRLF", "no line break at the end", "remark"],
)
def test_what_editors_do_is_read_and_put_right(desk: Desk, change) -> None:
    path = desk.path(COMPLAINT)
    path.write_bytes(change(path.read_bytes()))
    assert desk.problems() == []
    desk.pm("complaint urge A01 --as li.na")
    assert b"\r" not in path.read_bytes()
    assert b"#" not in path.read_bytes().replace(b'"#', b"")
    assert desk.git("status --short") == ""


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "nothing in it"),
        (b"[" * 10_000, 1, "key: value"),
        (b"x: " + b"[" * 10_000, 1, "list in brackets"),
        (BOMB.encode(), 1, "anchors"),
        (b"id: x\nid: y\n", 2, "a second time"),
        (b"id: x\n<<<<<<< HEAD\nstate: a\n=======\nstate: b\n>>>>>>> main\n", 2, "unfinished merge"),
        (b"id: x\nkind: \x00\n", 2, "hidden character"),
        (b"id: x\nkind: a\xff\n", 2, "not UTF-8"),
        ("id: x\nkind: a\u2028b\n".encode(), 2, "hidden character"),
        (b"id: x\n\tkind: y\n", 2, "tab"),
        (b"id: x\n---\nid: y\n", 2, "one document"),
        (b"!!python/object:os.system\nid: x\n", 1, "tags"),
        (b"id: {a: b}\n", 1, "mappings in braces"),
        (b"x: y\n" * 30_000, 1, "more than"),
        (b"x" * 2_000_000, 1, "larger than"),
        (b"a:\n" + b"".join(b" " * n + b"b:\n" for n in range(1, 200)), 13, "nested"),
        (b"id: x\nstate: y\n", 1, "kind is missing"),
        (b"id: CP-260302-B05\nkind: complaint\nstate: y\nevents: []\n", 1, "at least one event"),
        (b"id: CP-260302-B05\nkind: complaint\nstate: y\nevents:\n- id: a\n", 5, "an event needs"),
        (b"id: CP-260302-B06\nkind: complaint\nstate: y\nevents:\n"
         b"- id: a\n  nonce: b\n  at: 2026-03-02T10:00:00+08:00\n  recorded: 2026-03-02T10:00:00+08:00\n  by: x\n  do: y\n",
         1, "named after another number"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_right_is_named(lasting: Desk, content: bytes, line: int, reason: str) -> None:
    desk = lasting
    path = desk.path(COMPLAINT).with_name(f"{OTHER}.yaml")
    path.write_bytes(content)
    where = f"journal/2026/03/02/{OTHER}.yaml:{line}"
    listed = desk.pm("complaint list")
    assert COMPLAINT in listed.out, "the others are still there"
    assert where in listed.err
    assert reason in listed.err
    (problem,) = [one for one in desk.pm("check --json", code=4).json if one["severity"] == "error"]
    assert f"{problem['path']}:{problem['line']}" == where
    assert problem["name"] == "unreadable"
    assert reason in problem["message"]
    desk.pm("complaint urge A01 --as li.na")
    path.unlink()
    assert desk.problems() == []


@pytest.mark.parametrize("target", ["CP-260302-A01.yaml", "/etc/passwd", "nowhere", "."])
def test_links_are_not_followed(desk: Desk, target: str) -> None:
    link = desk.path(COMPLAINT).with_name(f"{OTHER}.yaml")
    link.symlink_to(target)
    for _time in range(2):
        assert f"{OTHER}.yaml" in desk.pm("complaint list").err
    assert desk.problems() == ["unreadable"]


def test_folders_and_pipes_are_not_opened(desk: Desk) -> None:
    folder = desk.path(COMPLAINT).parent
    (folder / f"{OTHER}.yaml").mkdir()
    os.mkfifo(folder / "CP-260302-B06.yaml")
    desk.pm("complaint list")
    assert set(desk.problems()) == {"unreadable"}


def test_a_folder_that_is_a_link_is_named(desk: Desk, tmp_path: Path) -> None:
    """Records could hide behind it."""
    (desk.root / "journal/2027").symlink_to(tmp_path)
    assert "stray-file" in [one["name"] for one in desk.pm("check --json").json]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"channel": "telepathy"}, "misfit"),
        ({"urgent": "perhaps"}, "misfit"),
        ({"reply_by": "soon"}, "misfit"),
        ({"caller": "王强"}, "misfit"),
        ({"caller": {"name": "王强"}}, "misfit"),
        ({"attachments": ["sha256:1 x"]}, "misfit"),
        ({"attachments": "x"}, "misfit"),
        ({"unit": ["3-1502"]}, "misfit"),
        ({"unit": "9-9999"}, "dangling-link"),
        ({"nonsense": "1"}, "unknown-field"),
    ],
)
def test_values_no_kind_would_write_are_named_and_close_nothing(
    lasting: Desk, changed: dict[str, object], expected: str
) -> None:
    desk = lasting
    path = desk.root / forge.put(desk, forge.record(**changed))
    desk.pm("complaint list")
    desk.pm("overdue")
    found = desk.run("check", "--json").json
    assert expected in {one["name"] for one in found}, found
    (problem,) = [one for one in found if one["name"] == expected]
    assert problem["path"].endswith(f"{OTHER}.yaml")
    assert problem["line"] > 3
    desk.pm("complaint urge A01 --as li.na")
    path.unlink()
