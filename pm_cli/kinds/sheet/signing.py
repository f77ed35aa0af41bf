"""Whoever asks signs: at the desk, or afterwards when the request came by phone or letter. Rules SHEET-11, SHEET-12."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Signature
from pm_cli.core.rule import enforced
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Text
from pm_cli.kinds.sheet.custody import UNDER_WAY

if TYPE_CHECKING:
    from pm_cli.core.action import Facts, Seen
    from pm_cli.kinds.sheet.custody import Fields

Pressed = Annotated[str, Choice(options=("phone", "in_person", "message"))]

SIGNATURES = {"requester_signature": ("filled", *UNDER_WAY), "client_signature": ("returned",)}


class Sign(Action, of=OPEN, rules=("SHEET-11", "SHEET-12")):
    """Add the requester's signature"""

    signature: Signature = need("By the requester", into="requester_signature")

    def refuse(self, now: Facts) -> Refusal | None:
        """One signature never covers another."""
        return _signed(now)


class AskSignature(Action, of=OPEN, rules=("SHEET-12",)):
    """Press the requester for the signature that is still missing"""

    channel: Pressed = need("How", keep=False)
    remark: Text | None = may("What was said", keep=False)

    def refuse(self, now: Facts) -> Refusal | None:
        """Nobody is pressed for what is there."""
        return _signed(now)


def _signed(now: Facts) -> Refusal | None:
    return Refusal(_("the requester has signed already.")) if "requester_signature" in now.fields else None


def unsigned(now: Facts, rule: str) -> Refusal | None:
    """The refusal of a step for which the requester must have signed."""
    if "requester_signature" in now.fields:
        return None
    hint = f"pm sheet sign {now.id} --signature-who NAME --signature-how ink"
    return Refusal(_("the requester has not signed."), hint, (rule,))


def request_of(now: Facts) -> Seen | None:
    """The request it rides on."""
    return now.find(str(now.fields.get("request", "")))


def unsigned_visit(now: Facts) -> Refusal | None:
    """The refusal of a step before which whoever came in person, to the sheet or to its request, must have signed."""
    request = request_of(now)
    if "visit" not in {now.fields.get("channel"), request.fields.get("channel") if request else None}:
        return None
    if refusal := unsigned(now, "SHEET-11"):
        return refusal
    requester, signature = (cast("Fields", now.fields[name]) for name in ("requester", "requester_signature"))
    if signature["who"] == requester["name"]:
        return None
    hint = f"pm sheet correct {now.id} --signature-who NAME --reason TEXT"
    return Refusal(_("somebody else has signed for the requester, who came in person."), hint, ("SHEET-11",))


def roles(now: Facts, login: str) -> set[str]:
    """The roles of a member of staff."""
    person = now.find(login)
    held = person.fields.get("role", []) if person else []
    return {str(role) for role in held}


CLOCKS = (
    Clock(
        "late_signature", starts=("fill",), stops=("fill", "complete", "sign"),
        within="sheet.late_sign",
        when=lambda fields: fields.get("channel") not in {None, "visit"},
        done=lambda fields: "requester_signature" in fields, rules=("SHEET-12",),
    ),
)  # fmt: skip

RULES = (
    *enforced("sheet issue", "SHEET-11", note="by the name of whoever came in person, to the sheet or to its request"),
    *enforced(
        "sheet issue",
        "SHEET-12",
        note="and on collection; filed without only with the reason, listed in the weekly report",
    ),
)
