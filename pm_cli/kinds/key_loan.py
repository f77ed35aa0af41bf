"""Key loan (钥匙借用): keys go out with a borrower and come back counted. Rules KEY-03 to KEY-07, KEY-11."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

from pm_cli.core.action import ANY, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Borrower, Signature
from pm_cli.core.ident import linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS_LEADERS, HEADS
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Flag, Instant, Link, Positive, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts, Seen
    from pm_cli.core.codec import Node

KeyRef = Annotated[str, Link(kinds=("key",))]
CallResult = Annotated[str, Choice(options=("confirmed", "refused", "not_reached"))]


class KeyLoan(Declaration):
    """Out until every key is back; `out` and `lost`, counted from the steps, say how many are where."""

    prefix = "KL"
    open = ("out", "lost")
    closed = ("back", "replaced", "written_off")
    columns = ("key", "out", "lost", "borrower.name", "borrower.department", "due")
    place = "key"
    handler = "issuer"
    summary = "purpose"
    search = ("borrower", "purpose")


class Counted:
    """After keys were counted, the state says what is still awaited."""

    @staticmethod
    def goes(given: Mapping[str, Node], fields: Mapping[str, Node]) -> str | None:
        """Out while any is, lost while any is, else back."""
        return next((place for place in ("out", "lost") if _number(fields, place) > 0), "back")


class Lend(Action, start=True, to="out", rules=("KEY-03", "KEY-05", "KEY-06", "KEY-07", "KEY-11")):
    """Lend keys from the cabinet against a signature"""

    key: KeyRef = need("Number on the tag")
    count: Positive = need("How many")
    borrower: Borrower = need("Who takes them")
    purpose: Text = need("What for: keys are lent for work only", rules=("KEY-03",))
    due: Instant | None = may("When they come back (default: the same day)", rules=("KEY-11",))
    signature: Signature | None = may("The borrower's signature in the key issue book", rules=("KEY-03",))
    issuer: StaffRef | None = may("Who issued and signed (default: whoever enters it)", rules=("KEY-03",))
    authorisation: Attachment | None = may("The owner's written authorisation", rules=("KEY-06",))
    owner_call: CallResult | None = may("What the owner said on the phone", rules=("KEY-06",))
    approved_by: StaffRef | None = may("Department manager who signed for a special room", rules=("KEY-07",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Not from a sealed cabinet, not without the manager or the owner where their word is asked for."""
        key = now.find(self.key)
        room = now.find(str(key.fields["room"])) if key and "room" in key.fields else None
        return (
            _sealed(now)
            or (self._unapproved(now) if self.approved_by or _special(key, room, now) else None)
            or self._unauthorised(room, now)
            or later_than_now(self.due, now)
        )

    def _unapproved(self, now: Facts) -> Refusal | None:
        """A special room needs the signature of a head who is not the borrower (KEY-07, ROLE-19)."""
        if not self.approved_by:
            return Refusal(
                _("{key} opens a special room.").format(key=self.key),
                _("Name the department manager who signed: --approved-by LOGIN"),
                ("KEY-07",),
            )
        head = now.find(self.approved_by)
        roles = head.fields.get("role", []) if head else []
        if not HEADS.intersection(map(str, roles)):
            return Refusal(_("{who} is not the head of a department.").format(who=self.approved_by), rules=("KEY-07",))
        borrower = cast("Mapping[str, object]", self.borrower)
        if head and borrower.get("name") in {head.id, head.fields.get("name")}:
            return Refusal(_("nobody approves their own loan."), rules=("ROLE-19",))
        return None

    def _unauthorised(self, room: Seen | None, now: Facts) -> Refusal | None:
        """An owner's key goes to an outsider only on the owner's written word (KEY-06)."""
        if self.owner_call == "refused":
            return Refusal(_("the owner said no."), rules=("KEY-06",))
        borrower = cast("Mapping[str, object]", self.borrower)
        staff = borrower.get("department") not in {None, "contractor"}
        owned = room is not None and room.fields.get("use") not in now.value("key.estate_rooms").items
        if staff or not owned or borrower.get("relation") == "owner" or self.authorisation:
            return None
        return Refusal(
            _("an outsider needs the owner's written authorisation."),
            _("--authorisation FILE; staff: --borrower-department NAME; owner: --borrower-relation owner"),
            ("KEY-06",),
        )

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """All of them are out."""
        fields["out"] = fields.get("count", "0")


class Return(Counted, Action, of=("out", "lost"), rules=("KEY-04", "KEY-05")):
    """Take keys back, counted; lost ones may turn up"""

    count: Positive = need("How many came back", keep=False)
    by_borrower: Flag | None = may("The borrower brought them", default=True, keep=False, rules=("KEY-05",))
    brought_by: Text | None = may("Who brought them instead, and why", rules=("KEY-05",))
    signature: Signature | None = may("The borrower's signature", into="return_signature", rules=("KEY-04",))
    receiver: StaffRef | None = may("Who took and signed (default: whoever enters it)", rules=("KEY-04",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Never more than are out; in person unless it is said who came instead (KEY-05)."""
        awaited = _number(now.fields, "out") + _number(now.fields, "lost")
        if self.count > awaited:
            return Refusal(_("only {out} of these keys are out.").format(out=awaited), rules=("KEY-04",))
        if self.by_borrower is False and not self.brought_by:
            return Refusal(_("the borrower returns keys in person."), _("Say who came: --brought-by TEXT"), ("KEY-05",))
        return _settled(now)

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """What was out comes back first, then what was lost."""
        out, count = _number(fields, "out"), _number(given, "count")
        fields["out"] = str(max(out - count, 0))
        fields["lost"] = str(_number(fields, "lost") - max(count - out, 0))


class Extend(Action, of="out", rules=("KEY-11",)):
    """Agree a later time with the borrower; the one before stays visible in the history"""

    due: Instant = need("When they come back now")
    reason: Text = need("Why it takes longer", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Not into the past."""
        return later_than_now(self.due, now)


class Lose(Counted, Action, of="out", rules=("KEY-05",)):
    """Note that the borrower has lost keys: the superior is told at once"""

    count: Positive | None = may("How many (default: all that are out)", keep=False)
    circumstances: Text = need("What the borrower reports")
    reported_to: StaffRef | None = may("Superior who was told", rules=("KEY-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Never more than are out."""
        if self.count and self.count > (out := _number(now.fields, "out")):
            return Refusal(_("only {out} of these keys are out.").format(out=out))
        return None

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """From out to lost; an earlier report did not tell of this."""
        count = _number(given, "count") or _number(fields, "out")
        fields["out"] = str(_number(fields, "out") - count)
        fields["lost"] = str(_number(fields, "lost") + count)
        if "reported_to" not in given:
            fields.pop("reported_to", None)


class Report(Action, of=("out", "lost"), rules=("KEY-12",)):
    """Tell the superior of lost keys or of keys long not returned"""

    reported_to: StaffRef = need("Superior who was told")
    text: Text | None = may("What was said", keep=False)


class Replace(Action, of="lost", to="replaced", rules=("KEY-17",)):
    """Hang new keys for the lost ones into the cabinet"""

    note: Text | None = may("Who had them cut and paid for them", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Once booked in the register the loss is made good there."""
        return _settled(now)


class WriteOff(Action, of="lost", to="written_off", by=CS_LEADERS | HEADS, rules=("KEY-17",)):
    """Close the loan of keys that will not come back"""

    reason: Text = need("What was decided, and who bears the cost")

    def refuse(self, now: Facts) -> Refusal | None:
        """Reported first (KEY-12), and booked in the register, so that the stock is right."""
        if not now.fields.get("reported_to"):
            return Refusal(
                _("the loss has not been reported."),
                _("pm key-loan report {id} --reported-to LOGIN").format(id=now.id),
                ("KEY-12",),
            )
        if not _booked(now):
            return Refusal(
                _("the key register does not show the loss yet."),
                _("pm key lose {key} --count {lost} --loan {id} --circumstances TEXT").format(
                    key=linked(str(now.fields["key"])), lost=now.fields["lost"], id=now.id
                ),
            )
        return None


class Sign(Action, of=ANY, rules=("KEY-03",)):
    """Add the borrower's signature for taking the keys, if it was still missing"""

    signature: Signature = need("The signature in the key issue book")


class SignReturn(Action, of=ANY, rules=("KEY-04",)):
    """Add the borrower's signature for returning the keys, if it was still missing"""

    signature: Signature = need("The signature in the key issue book", into="return_signature")


CLOCKS = (
    Clock(
        "back",
        starts=("lend",),
        stops=("return", "lose"),
        within="key.default_return",
        agreed="due",
        done=lambda fields: not _number(fields, "out"),
        rules=("KEY-11",),
    ),
    Clock(
        "report",
        starts=("lose",),
        renews=("lose",),
        stops=("lose", "report"),
        within="key.report",
        done=lambda fields: bool(fields.get("reported_to")),
        rules=("KEY-12",),
    ),
)

SIGNATURES = {"signature": ("out", "lost", "back", "replaced", "written_off"), "return_signature": ("back",)}

RULES = (
    *recorded("key_loan lend", "KEY-03"),
    *enforced("key_loan return", "KEY-04", "KEY-05"),
    *enforced("key_loan lend", "KEY-06", "KEY-07"),
    *computed("key_loan clock back", "KEY-11"),
)


def _number(fields: Mapping[str, Node], name: str) -> int:
    return int(str(fields.get(name, "0")))


def _booked(now: Facts) -> bool:
    """Whether the key register already shows this loan's loss."""
    key = now.find(str(now.fields["key"]))
    loans = key.fields.get("lost_loans", []) if key else []
    return now.id in {linked(str(loan)) for loan in loans}


def _settled(now: Facts) -> Refusal | None:
    """A loss booked in the register is made good there, lest the key count twice."""
    if not _booked(now):
        return None
    return Refusal(
        _("the loss is booked in the key register."),
        _("Make it good there: pm key replace {key}").format(key=linked(str(now.fields["key"]))),
    )


def _sealed(now: Facts) -> Refusal | None:
    """Nothing is lent from a sealed cabinet; entries for a time before the sealing are fine (KEY-09)."""
    for seal in now.open("key_seal"):
        if seal.state == "sealed" and datetime.fromisoformat(str(seal.fields["sealed_at"])) <= now.at:
            return Refusal(
                _("the key cabinet is sealed."),
                _("pm key-seal unseal {id}, or at night: pm key-seal open-at-night {id}").format(id=seal.id),
                ("KEY-08", "KEY-09"),
            )
    return None


def _special(key: Seen | None, room: Seen | None, now: Facts) -> bool:
    """By the mark on the key, else by use and state of the room (AMB-48)."""
    marked = key.fields.get("special") if key else None
    if marked or room is None:
        return marked == "true"
    return not {room.state, room.fields.get("use")}.isdisjoint(now.value("key.special_rooms").items)
