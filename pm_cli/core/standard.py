"""Actions every kind has: completing a draft, correcting, striking, annulling, settling, renumbering, noting, alerting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import ANY, Action, may, need
from pm_cli.core.person import CS_LEADERS, DESK, EVERYBODY
from pm_cli.core.types import Attachment, Instant, Positive, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

SENIOR = CS_LEADERS | {"admin", "administration"}


class Complete(Action, of="draft"):
    """Fill in what a draft still lacks"""


class Correct(Action, of=ANY, meta=True):
    """Replace a wrong value or time from then on, as if it had been right"""

    event: Text = need("Event to correct (default: the last one that gave the field)", keep=False)
    set: dict[str, str] = may("The right values", keep=False)
    happened_at: Text | None = may("The right time of that event", keep=False)
    reason: Text = need("Why it was wrong", keep=False)


class Strike(Action, of=ANY, by=DESK, meta=True):
    """Void one mistaken step"""

    event: Text = need("Event to strike", keep=False)
    reason: Text = need("Why it is void", keep=False)


class Settle(Action, of=(ANY, "annulled"), by=SENIOR, meta=True):
    """Resolve a contested record after a merge: keep one step, void those that contradict it"""

    keep: Text = need("Event to keep", keep=False)
    drop: list[Text] = may("Events voided (found by pm)", keep=False)
    reason: Text | None = may("Why", keep=False)


class Annul(Action, of=ANY, to="annulled", by=SENIOR | DESK):
    """Void the whole record"""

    reason: Text = need("Why it is void")


class Note(Action, of=ANY, by=EVERYBODY):
    """Add a remark or attach papers"""

    text: Text = need("Remark", keep=False)
    attachments: list[Attachment] = may("Files to attach", add=True)


class Renumber(Action, of=ANY, by=SENIOR, meta=True):
    """Give the later of two records with one number a new one; the old number stays as an alias"""

    old: Text = need("Number so far", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Remember the number it was known under."""
        aliases = fields.get("aliases")
        fields["aliases"] = [*(aliases if isinstance(aliases, list) else []), given["old"]]


class Alert(Action, of=(ANY, "annulled"), by=DESK | {"cron"}, meta=True):
    """Keep that a missed term has reached a level, so that it is told once"""

    clock: Text = need("Clock", keep=False)
    term: Text = need("Event that started the term", keep=False)
    due: Instant = need("When it was due", keep=False)
    level: Positive = need("Level reached", keep=False)
    role: Text = need("Role to be told", keep=False)
    told: list[StaffRef] = may("Who was told", keep=False)


STANDARD: dict[str, type[Action]] = {
    action.name: action for action in (Complete, Correct, Strike, Annul, Settle, Note, Renumber, Alert)
}
REWRITING = frozenset({"correct", "strike", "settle"})
"""Actions that change how other events count rather than the state."""
INTERNAL = frozenset({"renumber", "alert"})
"""Actions that nobody types: `pm merge` and `pm escalate` do them."""
