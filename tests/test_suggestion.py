"""What an estate may decide about suggestions by its policy (D-35)."""

from __future__ import annotations

import copy
from datetime import datetime

import pytest

from pm_cli.core.errors import Refusal
from pm_cli.core.policy import Policy
from pm_cli.share import share
from pm_cli.store.compiled import read_policy
from tests.memory import ZONE, MemoryBooks
from tests.test_cases import opened

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
