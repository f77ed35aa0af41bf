"""Key custody (钥匙托管): an owner's key kept for the time of renovation. Rules KEY-14, KEY-15."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import ANY, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.groups import Person, Signature
from pm_cli.core.kind import Declaration
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, guidance
from pm_cli.core.text import N_
from pm_cli.core.types import Attachment, Choice, Day, Instant, Link, Positive, StaffRef, Text

if TYPE_CHECKING:
    from pm_cli.core.action import Facts
    from pm_cli.core.errors import Refusal

KeyRef = Annotated[str, Link(kinds=("key",))]
Purpose = Annotated[str, Choice(options=("renovation", "other"))]
End = Annotated[str, Choice(options=("renovation_accepted", "owner_wish", "term_over"))]


class KeyCustody(Declaration):
    """The key hangs in the cabinet for emergencies, counts as stock, and goes back to the owner."""

    prefix = "KT"
    open = ("in_custody", "lost")
    closed = ("given_back",)
    columns = ("key", "count", "agreement_number", "owner.name", "since", "until")
    place = "key"
    handler = ""
    summary = "purpose"
    search = ("owner", "agreement_number")


class Take(Action, start=True, to="in_custody", rules=("KEY-14", "KEY-15")):
    """Take an owner's key into custody under the signed agreement"""

    key: KeyRef = need("Number on the tag (a new tag: pm key add)")
    agreement_number: Text = need("Number of the custody agreement")
    count: Positive | None = may("How many keys", default=1)
    purpose: Purpose | None = may("What for", default="renovation")
    since: Day | None = may("First day, if not today")
    until: Instant | None = may("Until when (default: acceptance of the renovation)")
    owner: Person | None = may("Whose key it is")
    signature: Signature | None = may("The owner's signature on the agreement")
    agreement: Attachment | None = may("Scan of the agreement")

    def refuse(self, now: Facts) -> Refusal | None:
        """Until a time that is still to come."""
        return later_than_now(self.until, now)


class Extend(Action, of="in_custody", rules=("KEY-14",)):
    """Agree with the owner until when custody lasts; the time before stays visible in the history"""

    until: Instant = need("Until when")
    reason: Text = need("Why", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Not into the past."""
        return later_than_now(self.until, now)


class Lose(Action, of="in_custody", to="lost", rules=("KEY-17",)):
    """Note that the key in custody is lost; the owner gets another one"""

    circumstances: Text = need("How it came about")
    reported_to: StaffRef = need("Superior who was told", rules=("KEY-12",))


class GiveBack(Action, of=("in_custody", "lost"), to="given_back", rules=("KEY-14",)):
    """Give the key, or the one that replaces it, back to the owner"""

    ended_by: End = need("Why custody ends")
    signature: Signature | None = may("The owner's signature for the key", into="return_signature")


class Sign(Action, of=ANY, rules=("KEY-14",)):
    """Add the owner's signature on the agreement, if it was still missing"""

    signature: Signature = need("The signature on the agreement")


class SignReturn(Action, of=ANY, rules=("KEY-14",)):
    """Add the owner's signature for the key given back, if it was still missing"""

    signature: Signature = need("The signature for the key", into="return_signature")


CLOCKS = (Clock("until", starts=("take",), stops=("give_back",), agreed="until", rules=("KEY-14",)),)

SIGNATURES = {"signature": ("in_custody", "lost", "given_back"), "return_signature": ("given_back",)}

RULES = (
    *computed("key_custody clock until", "KEY-14"),
    *guidance(
        "key_custody take",
        "KEY-15",
        note=N_("Suggest leaving one key during renovation; help the owner sign the agreement."),
    ),
)
