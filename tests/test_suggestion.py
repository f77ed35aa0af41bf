"""What an estate may decide about suggestions by its policy (D-35), and what a return visit says of them (SUGG-12)."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from pm_cli.core.errors import Refusal
from pm_cli.core.policy import Policy
from pm_cli.share import share
from pm_cli.store.compiled import read_policy
from tests.memory import ZONE, MemoryBooks
from tests.test_cases import opened

if TYPE_CHECKING:
    from pm_cli.core.perform import Outcome

MORNING = datetime(2026, 3, 2, 10, tzinfo=ZONE)


class WrittenOnly(MemoryBooks):
    """The books of an estate that takes only written suggestions."""

    @property
    def policy(self) -> Policy:
        plain = copy.deepcopy(dict(read_policy(share("ledger"))))
        for value in plain["suggestion.oral_allowed"]["values"].values():
            value["value"] = "no"
        return Policy(plain)


@pytest.mark.parametrize("said", [{"channel": "phone"}, {"channel": "letter", "form": "oral"}])
def test_where_only_written_suggestions_are_taken_oral_ones_are_refused(said: dict[str, str]) -> None:
    """SUGG-02 by its letter: first contact takes written opinions."""
    books = WrittenOnly(dict(opened().records))
    with pytest.raises(Refusal, match="only written suggestions are taken"):
        books.do("suggestion", "receive", {"unit": "3-1502", "content": "增设座椅", **said}, at=MORNING)


def test_where_only_written_suggestions_are_taken_a_letter_is() -> None:
    """SUGG-02: the refusal is about the form alone."""
    books = WrittenOnly(dict(opened().records))
    outcome = books.do(
        "suggestion", "receive", {"unit": "3-1502", "content": "增设座椅", "channel": "letter"}, at=MORNING
    )
    assert outcome.record.state == "recorded"


def test_an_opinion_at_the_return_visit_of_a_repair_is_pointed_to_the_ledger() -> None:
    """SUGG-12: the words stay on the work order; what is to be answered is entered as a suggestion, once."""
    books = MemoryBooks(dict(opened().records))

    def done(action: str, by: str = "wang.gang", **said: Any) -> Outcome:
        return books.do("repair", action, said, on=order, by=by, at=MORNING)

    order = ""
    order = done("receive", unit="3-1502", channel="phone", content="门把手松动").record.id
    done("assign", "sun.li", worker="wang.gang")
    for action in ("arrive", "finish"):
        done(action)
    done("accept", signature={"who": "王强"})
    done("return_slip", "li.na")
    assert done("visit", "li.na", way="phone", result="partly").notices == []
    said = {"way": "phone", "result": "satisfied", "opinion": "建议自带鞋套"}
    (hint,) = done("visit", "li.na", **said).notices
    assert hint.endswith(f"pm suggestion receive --repair {order}")
    books.do(
        "suggestion",
        "receive",
        {"unit": "3-1502", "channel": "phone", "content": "自带鞋套", "repair": order},
        at=MORNING,
    )
    assert done("visit", "li.na", **said).notices == []
