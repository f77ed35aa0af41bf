"""The demo estate in `ledger/` is what its story leaves behind, sound, and rich enough to show everything."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from examples import make_demo
from pm_cli import kinds
from pm_cli.core.ident import linked
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
    "suggestion": "closed at_manager",
    "situation": "closed",
    "incident": "closed",
    "complaint_group": "closed",
    "contact": "settled informed came published",
    "unmet_demand": "reported published",
    "nonconformity": "closed",
    "return_visit": "closed",
    "survey": "evaluated asked",
    "review": "read followed_up",
    "charge_month": "on_notice",
    "order_batch": "taken_over",
    "work_record": "written seen",
    "work_plan": "drafted",
    "management_review": "held",
    "assessment": "acknowledged",
    "advisory_event": "held",
    "document": "valid",
    "price": "offered",
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
    "suggestion": "gather submit analyse report_up reply visit enter",
    "situation": "pass_on answer collect visit close",
    "incident": "inform contain tell_residents restore report decide",
    "complaint_group": "publish call hold close",
    "contact": "log announce come notice",
    "unmet_demand": "record ask_again offer publish",
    "nonconformity": "report analyse plan carry_out verify",
    "return_visit": "draw visit return review report_nonconformity revisit spot_check file",
    "survey": "ask retry evaluate",
    "review": "read_day read_week follow_up",
    "charge_month": "draw_up check approve put_on_notice",
    "order_batch": "hand_over bundle take_over",
    "assessment": "appraise tell send concur",
    "advisory_event": "request approve assist hold",
    "document": "draft review approve",
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


def test_every_kind_of_record_occurs_in_it(records: list[Record]) -> None:
    """Whoever looks around finds an example of everything that can be written down."""
    assert {record.kind for record in records} == set(kinds.names())


def test_a_bad_return_visit_reopened_its_request(records: list[Record]) -> None:
    """NC-01, RV-05: the nonconformity that a visit led to names both, and the request was taken up again."""
    found = {record.id: record for record in records}
    (report,) = (record for record in found.values() if record.kind == "nonconformity")
    visit, request = (found[linked(str(report.fields[name]))] for name in ("return_visit", "request"))
    heard = [(event.do, event.given.get("result")) for event in visit.events if event.do == "visit"]
    assert heard == [("visit", "dissatisfied"), ("visit", "satisfied")]
    assert request.fields["reopened"] == "1"


def test_several_households_are_one_group(records: list[Record]) -> None:
    """COMP-40: each complaint names the group and was visited by itself."""
    (group,) = (record for record in records if record.kind == "complaint_group")
    members = [record for record in records if linked(str(record.fields.get("group", ""))) == group.id]
    assert len({record.fields["unit"] for record in members}) >= 3
    assert {record.fields["visit_result"] for record in members} == {"satisfied"}


@pytest.mark.parametrize("kind", SHOWN)
def test_every_state_worth_seeing_is_there(kind: str, records: list[Record]) -> None:
    assert not set(SHOWN[kind].split()) - {record.state for record in records if record.kind == kind}


@pytest.mark.parametrize("kind", DONE)
def test_every_action_worth_seeing_is_told(kind: str, records: list[Record]) -> None:
    told = {event.do for record in records if record.kind == kind for event in record.events}
    assert not set(DONE[kind].split()) - told


def test_it_is_small_and_has_what_the_desk_meets_every_day(records: list[Record]) -> None:
    journal = [record for record in records if not kinds.load(record.kind).register]
    assert 60 <= len(journal) <= 160
    assert max(Counter(record.id[3:9] for record in journal).values()) <= 11, "documents call the next one A12"
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
