"""Key (钥匙): the tags of the cabinet, where their keys are. Rules KEY-01, KEY-02, KEY-13, KEY-16, KEY-17."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, Group, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Person, Signature
from pm_cli.core.ident import linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import HEADS
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import (
    Attachment,
    Code,
    Flag,
    Link,
    Natural,
    Personal,
    Positive,
    StaffRef,
    Text,
    UnitRef,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

KEPT = ("in_cabinet", "with_owner", "lost")
LoanRef = Annotated[str, Link(kinds=("key_loan",))]


class Key(Declaration):
    """One tag stands for equal keys; `count` of them belong in the cabinet, those out on loan included.

    Loans and custody are records of their own: what hangs there now is worked out from them, never typed.
    """

    open = KEPT
    closed = ("retired",)
    columns = ("room", "cabinet", "slot", "count", "with_owner", "lost", "cabinet_key_holder")
    place = "room"
    handler = "cabinet_key_holder"
    summary = "note"
    search = ("note",)


class Deliverer(Group):
    """Who brought keys, as the handover record asks (KEY-01)."""

    name: Personal = need("Name")
    department: Text = need("Department or company")


class Moved:
    """After keys have moved, the state says where the tag's keys are."""

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """In the cabinet while one belongs there, else with the owner, else lost (KEY-17)."""
        places = {"count": "in_cabinet", "with_owner": "with_owner", "lost": "lost"}
        return next((state for account, state in places.items() if _number(fields, account) > 0), "in_cabinet")


class Add(Action, start=True, to="in_cabinet", rules=("KEY-02",)):
    """Open a tag in the key register"""

    code: Code = need("Number on the tag", keep=False)
    room: UnitRef | None = may("Room it opens")
    count: Natural | None = may("How many hang there (default: none yet, see receive)", default=0)
    cabinet: Text | None = may("Key cabinet")
    slot: Text | None = may("Hook or slot in the cabinet")
    cabinet_key_holder: StaffRef | None = may("Who keeps the key of the cabinet")
    special: Flag | None = may("A special room (default: by use and state of the room)", rules=("KEY-07",))
    note: Text | None = may("What it opens, if not a room")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only a head takes a room out of the special ones."""
        return _unmarked(self.special, now)


class Receive(Moved, Action, of=KEPT, rules=("KEY-01",)):
    """Take in keys that were brought, against the deliverer's signature"""

    count: Positive = need("How many", keep=False)
    deliverer: Deliverer = need("Who brought them", keep=False)
    signature: Signature = need("The deliverer's signature", keep=False)
    receiver: StaffRef | None = may("Who took them in (default: whoever enters it)", keep=False)
    from_owner: Flag | None = may("The owner gives them back for good", keep=False)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """More keys belong in the cabinet."""
        _move(given, fields, "with_owner" if given.get("from_owner") == "true" else "", "count")


class HandOver(Moved, Action, of="in_cabinet", rules=("KEY-13", "KEY-16")):
    """Hand keys and access cards to the owner at move-in, after the inspection"""

    count: Positive = need("How many keys", keep=False)
    cards: list[Text] = may("Numbers of the access cards", keep=False)
    owner: Person | None = may("Who takes them", keep=False)
    signature: Signature | None = may("The owner's signature in the key and access card register", keep=False)
    acceptance_form: Flag | None = may("The acceptance form is filled in", keep=False)
    rectification_form: Flag | None = may("The rectification form is filled in", keep=False)
    receipt_slip: Text | None = may("Number of the receipt slip", keep=False)
    papers: list[Attachment] = may("Scans of forms and slip", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Signature first (KEY-13), both forms and the slip filled in (KEY-16)."""
        if not self.signature:
            return Refusal(
                _("the owner signs the key register before keys are issued."),
                _("Say how it was signed: --signature-who NAME --signature-how ink"),
                ("KEY-13",),
            )
        papers = {
            "acceptance_form": self.acceptance_form,
            "rectification_form": self.rectification_form,
            "receipt_slip": self.receipt_slip,
        }
        missing = [name.replace("_", "-") for name, filled in papers.items() if not filled]
        if missing:
            return Refusal(
                _("acceptance form, rectification form and receipt slip are filled in first."),
                _("Still missing: {options}").format(options=", ".join(f"--{name}" for name in missing)),
                ("KEY-16",),
            )
        return None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From the cabinet to the owner."""
        _move(given, fields, "count", "with_owner")


class Lose(Moved, Action, of=KEPT, rules=("KEY-17",)):
    """Book keys as lost; what was lost on a loan is booked here before the loan is written off"""

    count: Positive = need("How many", keep=False)
    circumstances: Text = need("How it came about", keep=False)
    owned: Flag | None = may("They were the owner's keys, in custody or not", keep=False)
    loan: LoanRef | None = may("Loan on which they were lost", add=True, into="lost_loans")
    reported_to: StaffRef | None = may("Superior who was told", keep=False, rules=("KEY-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """A loss from the cabinet is told to the superior (KEY-12); one on a loan stands there first."""
        if self.loan:
            return self._not_lost_there(self.loan, now)
        if not self.owned and not self.reported_to:
            return Refusal(
                _("a loss is reported, not concealed."),
                _("Name the superior: --reported-to LOGIN; the owner's own loss: --owned"),
                ("KEY-12",),
            )
        return None

    def _not_lost_there(self, number: str, now: Facts) -> Refusal | None:
        loan = now.find(number)
        lost = (
            _number(loan.fields, "lost")
            if loan and loan.state == "lost" and linked(str(loan.fields.get("key"))) == now.id
            else 0
        )
        if lost != self.count:
            return Refusal(
                _("{loan} reports {lost} of these keys lost.").format(loan=linked(number), lost=lost),
                _("Enter the loss there: pm key-loan lose {loan}").format(loan=linked(number)),
            )
        booked = now.fields.get("lost_loans", [])
        if linked(number) in {linked(str(loan)) for loan in booked}:
            return Refusal(_("the loss on {loan} is booked already.").format(loan=linked(number)))
        return None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From the cabinet or the owner to the lost ones."""
        _move(given, fields, "with_owner" if given.get("owned") == "true" else "count", "lost")


class Replace(Moved, Action, of=KEPT, rules=("KEY-17",)):
    """Put new or found keys in the place of lost ones"""

    count: Positive = need("How many", keep=False)
    to_owner: Flag | None = may("They go to the owner, not into the cabinet", keep=False)
    note: Text | None = may("Found, cut, or lock changed", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Never more than were lost."""
        lost = _number(now.fields, "lost")
        if self.count > lost:
            return Refusal(
                _("only {lost} of these keys are lost.").format(lost=lost),
                _("More keys than before come in with: pm key receive {key}").format(key=now.id),
            )
        return None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From the lost ones back to where they belong."""
        _move(given, fields, "lost", "with_owner" if given.get("to_owner") == "true" else "count")


class Change(Action, of=KEPT):
    """Change room, place in the cabinet, its holder or the special mark from now on"""

    room: UnitRef | None = may("Room it opens")
    cabinet: Text | None = may("Key cabinet")
    slot: Text | None = may("Hook or slot in the cabinet")
    cabinet_key_holder: StaffRef | None = may("Who keeps the key of the cabinet", rules=("KEY-02",))
    special: Flag | None = may("A special room", rules=("KEY-07",))
    note: Text | None = may("What it opens, if not a room")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only a head takes a room out of the special ones."""
        return _unmarked(self.special, now)


class Retire(Action, of=KEPT, to="retired", by=HEADS | {"admin"}):
    """Take the tag out of use; refused while keys are out or in custody"""

    reason: Text = need("Why")


RULES = (
    *recorded("key receive", "KEY-01"),
    *recorded("key add", "KEY-02"),
    *enforced("key hand_over", "KEY-13", "KEY-16"),
    *enforced("key replace", "KEY-17", note="lent: key_loan; in custody: key_custody; with the owner, lost: here"),
)


def _number(fields: Mapping[str, Node], account: str) -> int:
    return int(str(fields.get(account, "0")))


def _move(given: Mapping[str, Node], fields: dict[str, Node], source: str, target: str) -> None:
    """Carry the given count from one account to another.

    Only the cabinet's own may fall below none, for the invariants to see; owners hold keys that were
    handed out before this register began.
    """
    count = _number(given, "count")
    if source:
        left = _number(fields, source) - count
        fields[source] = str(left if source == "count" else max(left, 0))
    fields[target] = str(_number(fields, target) + count)


def _unmarked(special: bool | None, now: Facts) -> Refusal | None:
    if special is False and not now.by.may(HEADS | {"admin"}):
        return Refusal(
            _("only the head of a department declares a room not special."),
            _("Act as one: --as LOGIN"),
            ("KEY-07",),
        )
    return None
