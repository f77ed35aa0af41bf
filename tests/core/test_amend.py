"""What may be corrected, struck and annulled, by whom: no approval typed in afterwards, no missed term gone (AMB-24)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pm_cli.core.errors import Refusal
from tests.memory import ZONE, MemoryBooks
from tests.test_cases import Day

NINE = datetime(2026, 3, 2, 9, tzinfo=ZONE)
HOUR = timedelta(hours=1)
SHEET = {
    "unit": "3-1502", "channel": "visit", "reason_kind": "other", "reason_for_visit": "活动室",
    "requester": {"name": "王芳", "phone": "13800000001"}, "requester_signature": {"who": "王芳"},
}  # fmt: skip


FAR = {"set": {"due": (NINE + 300 * 24 * HOUR).isoformat()}, "reason": "笔误"}


@pytest.fixture
def books() -> MemoryBooks:
    return Day().books


def issued(books: MemoryBooks) -> str:
    """A sheet filled in and issued at nine, due three days later."""
    said = {**SHEET, "signature": SHEET["requester_signature"]}
    said.pop("requester_signature")
    number = books.do("sheet", "fill", said, at=NINE).record.id
    given = {"cs_opinion": "请办", "departments": ["engineering"]}
    books.do("sheet", "issue", given, on=number, at=NINE + timedelta(minutes=5))
    return number


def extended(books: MemoryBooks) -> str:
    """The same, which the manager has extended by a day."""
    number = issued(books)
    later = (NINE + 4 * 24 * HOUR).isoformat()
    books.do("sheet", "extend", {"due": later, "reason": "缺件"}, on=number, by="zhang.wei", at=NINE + HOUR)
    return number


def event(books: MemoryBooks, number: str, action: str) -> str:
    return next(one.id for one in books.records[number].events if one.do == action)


def test_an_extension_is_corrected_only_by_who_may_extend(books: MemoryBooks) -> None:
    """SHEET-24, AMB-10: what the manager approved is not typed over at the desk."""
    number = extended(books)
    with pytest.raises(Refusal, match="may not extend"):
        books.do("sheet", "correct", FAR, on=number, at=NINE + 2 * HOUR)


def test_nor_to_what_the_manager_would_have_been_refused(books: MemoryBooks) -> None:
    """AMB-10: 72 hours at a time bind the correction as they bound the extension."""
    number = extended(books)
    with pytest.raises(Refusal, match="Cannot correct"):
        books.do("sheet", "correct", FAR, on=number, by="zhang.wei", at=NINE + 2 * HOUR)


def test_a_slip_is_corrected_by_whoever_may_enter_it(books: MemoryBooks) -> None:
    number = issued(books)
    outcome = books.do(
        "sheet", "correct", {"set": {"reason_for_visit": "会所活动室"}, "reason": "漏字"}, on=number, at=NINE + HOUR
    )
    assert outcome.record.fields["reason_for_visit"] == "会所活动室"


def test_what_stands_in_the_way_of_both_stands_in_the_way_of_neither(books: MemoryBooks) -> None:
    """A key that is out cannot be lent; who took it can be corrected all the same."""
    books.do("key", "add", {"code": "K-3-1502", "room": "3-1502", "count": 1}, by="admin", at=NINE)
    said = {
        "key": "K-3-1502", "borrower": {"name": "陈强", "department": "engineering"},
        "purpose": "检修", "count": 1, "due": "2026-03-02T17:00:00+08:00", "signature": {"who": "陈强"},
    }  # fmt: skip
    number = books.do("key_loan", "lend", said, at=NINE).record.id
    change = {"set": {"purpose": "检修水表"}, "reason": "漏字"}
    assert books.do("key_loan", "correct", change, on=number, at=NINE + HOUR).record.fields["purpose"] == "检修水表"


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("strike", {"reason": "误发"}),
        ("correct", {"happened_at": "2026-03-05T09:00:00+08:00", "reason": "时间打错"}),
        ("annul", {"reason": "误登"}),
    ],
)
def test_a_missed_term_disappears_by_a_leader_only(books: MemoryBooks, action: str, given: dict[str, str]) -> None:
    """SHEET-27, AMB-24: a sheet not back after 72 hours stays in the rate, whatever the desk rewrites."""
    number = issued(books)
    target = {} if action == "annul" else {"event": event(books, number, "issue")}
    late = NINE + 80 * HOUR
    with pytest.raises(Refusal, match=r"a missed term would disappear: .*return"):
        books.do("sheet", action, {**given, **target}, on=number, at=late)
    books.do("sheet", action, {**given, **target}, on=number, by="zhang.wei", at=late)


def test_before_a_term_is_missed_the_desk_may_annul(books: MemoryBooks) -> None:
    number = issued(books)
    assert (
        books.do("sheet", "annul", {"reason": "误登"}, on=number, at=NINE + timedelta(minutes=10)).record.state
        == "annulled"
    )


def test_a_promised_time_is_not_corrected_after_it_was_missed(books: MemoryBooks) -> None:
    """AMB-24: a new time is agreed, and both stand."""
    said = {"unit": "3-1502", "channel": "phone", "content": "漏水", "reply_by": (NINE + HOUR).isoformat()}
    number = books.do("complaint", "receive", said, at=NINE).record.id
    change = {"set": {"reply_by": (NINE + 50 * HOUR).isoformat()}, "reason": "听错"}
    with pytest.raises(Refusal, match="a missed term would disappear"):
        books.do("complaint", "correct", change, on=number, at=NINE + 2 * HOUR)


def test_what_is_corrected_is_asked_what_the_entry_was_asked(books: MemoryBooks) -> None:
    """COMP-10: a complaint about customer service is not taken in at the desk by way of a correction."""
    said = {"unit": "3-1502", "channel": "phone", "content": "态度差"}
    number = books.do("complaint", "receive", said, at=NINE).record.id
    change = {"set": {"complained_department": "customer_service"}, "reason": "漏填"}
    with pytest.raises(Refusal, match="about customer service"):
        books.do("complaint", "correct", change, on=number, at=NINE + timedelta(minutes=5))


def test_a_judgement_is_struck_by_a_leader_only(books: MemoryBooks) -> None:
    """COMP-31, COMP-34: else striking it would be the way to annul at the desk what has been judged."""
    number = books.do(
        "complaint", "receive", {"unit": "3-1502", "channel": "phone", "content": "漏水"}, at=NINE
    ).record.id
    books.do("complaint", "judge", {"validity": "valid"}, on=number, at=NINE + timedelta(minutes=1))
    given = {"event": event(books, number, "judge"), "reason": "误判"}
    with pytest.raises(Refusal, match="only the CS supervisor or manager rewrites: validity"):
        books.do("complaint", "strike", given, on=number, at=NINE + timedelta(minutes=2))
    books.do("complaint", "strike", given, on=number, by="liu.min", at=NINE + timedelta(minutes=2))
