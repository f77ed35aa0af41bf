"""What the desk sees at opening, closing and handing over: the right records, for people, without anything else."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo

STORY = """
== 2026-11-10 the registers
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.fang --name 王芳 --role receptionist
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:00 admin unit add 3-1502
08:00 admin key add K-3-1502 --room 3-1502 --count 2
== 2026-11-13 Friday
16:00 li.na repair receive --unit 3-1502 --channel phone --content 水管爆裂 --utility water
16:10 li.na complaint receive --unit 3-1502 --channel phone --content 噪音 --reply-by "2026-11-14 10:00"
16:20 li.na key-loan lend --key K-3-1502 --count 1 --borrower-name 王强 --borrower-department engineering
  --purpose 检修 --due "2026-11-13 17:00"
== 2026-11-14 Saturday
20:00 wang.fang consultation ask --unit 3-1502 --channel phone --content 几点供暖 --answer-by "2026-11-17 12:00"
"""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An estate with a weekend behind it."""
    folder = tmp_path_factory.mktemp("screens") / "estate"
    make_demo.tell(folder, STORY)
    return folder


def seen(estate: Path, at: str, screen: str) -> dict[str, list[dict[str, Any]]]:
    """The blocks of a screen at a moment."""
    moment = datetime.fromisoformat(at).replace(tzinfo=make_demo.ZONE)
    code, out, said = make_demo.run([screen, "--json", "--ledger", str(estate)], moment)
    assert code == 0, said
    blocks: dict[str, list[dict[str, Any]]] = json.loads(out)
    return blocks


def printed(estate: Path, at: str, screen: str) -> str:
    """The same as people read it."""
    moment = datetime.fromisoformat(at).replace(tzinfo=make_demo.ZONE)
    code, out, said = make_demo.run([screen, "--ledger", str(estate)], moment)
    assert code == 0, said
    return out


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_the_morning_takes_over_what_came_in_while_the_office_was_closed(estate: Path) -> None:
    """From Friday's closing to Monday's opening, and nothing that the desk had taken in itself (D-40)."""
    blocks = seen(estate, "2026-11-16 08:30", "morning")
    assert ids(blocks["since_closing"]) == ["CN-261114-A01"]
    assert "CP-261113-A02" in ids(blocks["overdue"])
    assert ids(blocks["keys_out"]) == ["KL-261113-A03"]


def test_the_evening_names_what_falls_due_while_nobody_is_there(estate: Path) -> None:
    """On Friday that reaches to Monday morning; on Sunday's holiday nothing opens in between."""
    blocks = seen(estate, "2026-11-13 17:30", "evening")
    assert ("CP-261113-A02", "reply") in [(row["id"], row["clock"]) for row in blocks["due_while_closed"]]
    assert [row["kind"] for row in blocks["done_today"]] == ["complaint", "key_loan", "repair"]


def test_the_evening_asks_for_count_and_seal_until_they_are_done(estate: Path, tmp_path: Path) -> None:
    """KEY-08 and KEY-10: each day has its count and its sealing."""
    folder = tmp_path / "estate"
    make_demo.tell(folder, f"{STORY}== 2026-11-16 Monday\n17:00 li.na key-count count --all-right\n")
    before, after = (seen(one, "2026-11-16 17:30", "evening") for one in (estate, folder))
    assert before["keys_to_count"]
    assert not after["keys_to_count"]
    assert after["keys_to_seal"]


def test_the_handover_names_important_work_and_has_lines_for_two_signatures(estate: Path) -> None:
    """An urgent repair and nothing that can wait (AMB-73); people are called by their names."""
    assert ids(seen(estate, "2026-11-13 22:00", "handover")["important"]) == ["RP-261113-A01"]
    page = printed(estate, "2026-11-13 22:00", "handover")
    assert "李娜" in page
    assert "li.na" not in page
    assert page.rstrip().count("____    ") == 2


@pytest.mark.parametrize("screen", ["morning", "evening", "handover"])
def test_an_empty_ledger_says_so(tmp_path: Path, screen: str) -> None:
    make_demo.tell(tmp_path / "estate", STORY.split("== 2026-11-13")[0])
    page = printed(tmp_path / "estate", "2026-11-11 12:00", screen)
    assert page.count("\n") <= 14, page
