"""The demo estate in `ledger/` is what its story leaves behind, sound, and rich enough to show everything."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from examples import make_demo
from pm_cli import kinds
from pm_cli.core.text import use_language
from pm_cli.store.files import read
from tests.sessions import EVENING, HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pm_cli.core.record import Record

LEDGER = HOME / "ledger"
BOOKS = sorted(path for folder in ("register", "journal") for path in (LEDGER / folder).rglob("*.yaml"))
SHOWN = {
    "complaint": "draft valid handling told waiting closed moved annulled",
    "repair": "draft notified assigned waiting accepted closed written_off",
    "consultation": "recorded transferred answered directed closed",
    "sheet": "draft filled issued received returned accepted collected suspended terminated explained forwarded filed",
    "key": "in_cabinet with_owner",
    "key_loan": "out back written_off",
    "key_count": "right differs explained",
    "key_seal": "unsealed",
    "key_custody": "in_custody",
}
"""States that somebody looking around must find, by kind."""
DONE = {
    "complaint": "relay accept urge wait judge explain forward verify rectify reopen correct strike agree convene",
    "repair": "wait resume quote accept_quote decline_quote pay rework escalate excuse_slip return_slip reopen cancel",
    "consultation": "answer transfer ask_approval approve report receive_by_manager direct agree",
    "sheet": "print sign remind extend suspend resume terminate explain forward prove accept delegate file",
    "key": "receive hand_over lose",
    "key_loan": "return extend lose write_off",
    "key_seal": "open_at_night reseal",
}
"""Actions that the story must tell of, by kind."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The demo estate speaks Chinese; what comes after does not."""
    yield
    use_language("en")


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [read(LEDGER, path.relative_to(LEDGER).as_posix()) for path in BOOKS]


def test_the_story_gives_the_same_bytes_again(tmp_path: Path) -> None:
    make_demo.tell(tmp_path / "estate", make_demo.STORY.read_text(encoding="utf-8"))
    for part in make_demo.PARTS:
        told, kept = tmp_path / "estate" / part, LEDGER / part
        assert contents(told) == contents(kept), f"{part}: run `python -m examples.make_demo`"


def contents(place: Path) -> dict[str, bytes]:
    files = [place] if place.is_file() else (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def test_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    shutil.copytree(LEDGER, tmp_path / "estate", ignore=shutil.ignore_patterns(".pm"))
    code, out, said = make_demo.run(["check", "--ledger", str(tmp_path / "estate"), "--json"], EVENING)
    assert code == 0, out + said
    assert '"error"' not in out


@pytest.mark.parametrize("kind", SHOWN)
def test_every_state_worth_seeing_is_there(kind: str, records: list[Record]) -> None:
    assert not set(SHOWN[kind].split()) - {record.state for record in records if record.kind == kind}


@pytest.mark.parametrize("kind", DONE)
def test_every_action_worth_seeing_is_told(kind: str, records: list[Record]) -> None:
    told = {event.do for record in records if record.kind == kind for event in record.events}
    assert not set(DONE[kind].split()) - told


def test_it_is_small_and_has_what_the_desk_meets_every_day(records: list[Record]) -> None:
    journal = [record for record in records if not kinds.load(record.kind).register]
    assert 60 <= len(journal) <= 90
    assert any(late(event) for record in journal for event in record.events), "a late entry"
    assert any(record.fields.get("anonymous") == "true" for record in journal), "an anonymous caller"
    assert any("attachments" in record.fields for record in journal), "a paper"
    assert max(event.recorded for record in journal for event in record.events) <= EVENING.isoformat()


def late(event: Any) -> bool:
    return bool((event.known - event.instant).total_seconds() > 3600)


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ("08:00 admin unit add 1-1\n", "line 1: not an entry"),
        ("== 2026-11-02\n09:00 admin unit add 1-1\n08:00 admin unit add 1-2\n", "line 3: 11-02 08:00 comes after"),
        (
            "== 2026-11-02\n09:00 admin unit add 1-1\n09:00 admin unit remove 1-1\n",
            "line 3: pm unit remove 1-1: exit 2",
        ),
    ],
)
def test_a_story_that_cannot_be_told_says_where(tmp_path: Path, story: str, reason: str) -> None:
    with pytest.raises(make_demo.StoryError, match=reason):
        make_demo.tell(tmp_path / "estate", story)
