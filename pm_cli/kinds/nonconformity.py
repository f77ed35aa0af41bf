"""Nonconformity (不合格/纠正预防措施): cause, measures, verification by the right rank. Rules NC-01, NC-03, NC-10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pm_cli.core.action import OPEN, Action, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department, Signature
from pm_cli.core.ident import linked
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS_LEADERS, DESK, DIRECTORS, EVERYBODY, HEADS
from pm_cli.core.policy import span
from pm_cli.core.rank import HEAD, rank_of
from pm_cli.core.request import RequestRef, later_than_now
from pm_cli.core.rule import computed, enforced, guidance
from pm_cli.core.text import N_, _, listed, word
from pm_cli.core.types import Attachment, Choice, Instant, Link, StaffRef, Text, UnitRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Source = Annotated[str, Choice(options=("return_visit", "inspection", "complaint", "check", "other"))]
CauseClass = Annotated[
    str, Choice(options=("people", "method", "material", "equipment", "surroundings", "contractor", "communication"))
]
Verification = Annotated[str, Choice(options=("effective", "ineffective"))]
RecordRef = Annotated[str, Link()]
VERIFIED = (
    "verification",
    "opinion",
    "verified_by",
    "verified_at",
    "verification_signature",
    "carried_out_by",
    "result",
)
"""What belongs to one round of measures and is gone when the next one is planned; the history keeps it."""


class Nonconformity(Declaration):
    """Open until somebody who did not carry the measures out has verified that they work, and signed."""

    prefix = "NC"
    open = ("raised", "analysed", "planned", "carried_out", "verified", "ineffective")
    closed = ("closed",)
    columns = ("unit", "source", "description", "cause_class", "cause_department", "accountable", "due", "rounds")
    handler = "accountable"
    summary = "description"
    search = ("description", "cause", "corrective_action", "preventive_action", "place")
    sort = "cause_class"


class Open(Action, start=True, to="raised", by=DESK, rules=("NC-01", "NC-03")):
    """Open a report on something that does not conform"""

    source: Source = need("How it came to light")
    description: Text = need("What does not conform, and to which requirement")
    request: RequestRef | None = may("Request it is about; a closed one is reopened after a bad return visit", ask=True)
    return_visit: RecordRef | None = may("Return visit in which it was heard")
    found_in: RecordRef | None = may("Other record in which it was found, such as a sheet or a reading")
    unit: UnitRef | None = may("Flat or public place (default: that of the request)")
    place: Text | None = may("Where exactly")
    attachments: list[Attachment] = may("Visit form, check list, photographs", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Feedback of a resident names its request, for which one report is open at a time."""
        visit = now.find(self.return_visit) if self.return_visit else None
        if visit and visit.kind != "return_visit":
            return Refusal(_("{id} is no return visit.").format(id=visit.id), _("Other records: --found-in NUMBER"))
        request = self.request or _of_visit(now, self.return_visit, "request")
        if not request:
            if self.source not in {"return_visit", "complaint"}:
                return None
            return Refusal(_("which request is it about?"), _("Add --request NUMBER"), ("NC-01",))
        other = next((seen.id for seen in now.open("nonconformity", request=linked(request)) if seen.id != now.id), "")
        if not other:
            return None
        hint = _("Go on with that one: pm show {id}").format(id=other)
        return Refusal(_("{id} is open for it already.").format(id=other), hint, ("NC-01",))

    def witness(self, now: Facts) -> Fields:
        """The request of the return visit and the flat of the request, unless they were named."""
        request = self.request or _of_visit(now, self.return_visit, "request")
        asked = now.find(request) if request else None
        unit = self.unit or str(asked.fields.get("unit", "") if asked else "")
        return {**({"request": request} if request else {}), **({"unit": unit} if unit else {})}


class Report(Action, of=OPEN, by=DESK, rules=("NC-01",)):
    """Report it to the property centre"""

    reported_to: StaffRef = need("CS manager or centre director who was told")

    def refuse(self, now: Facts) -> Refusal | None:
        """The centre is told through its heads."""
        if rank_of(now, self.reported_to) >= HEAD:
            return None
        return Refusal(_("{who} does not head the centre or a department.").format(who=self.reported_to))


class Analyse(Action, of=("raised", "analysed", "ineffective"), to="analysed", by=CS_LEADERS | HEADS, rules=("NC-02",)):
    """Sum up how things really stand and find the cause"""

    cause: Text = need("Why it happened")
    cause_class: CauseClass = need("What kind of cause")
    cause_department: Department = need("Department in which the cause lies")
    situation: Text | None = may("How things really stand")


class Plan(Action, of=("analysed", "planned", "ineffective"), to="planned", by=CS_LEADERS, rules=("NC-01", "NC-02")):
    """Decide correction, corrective and preventive action: who does it until when"""

    correction: Text = need("What is put right at once")
    corrective_action: Text = need("What removes the cause")
    preventive_action: Text = need("What keeps it from happening elsewhere")
    accountable: StaffRef = need("Who answers for it")
    due: Instant = need("Until when")

    def refuse(self, now: Facts) -> Refusal | None:
        """Promptly: the term lies ahead and a long one is the centre director's."""
        longest = now.value("nc.measure")
        if self.due <= now.at + span(str(longest.text)) or now.by.may(DIRECTORS):
            return later_than_now(self.due, now)
        reason = _("more than {term} is for the centre director to grant.").format(term=longest.text)
        return Refusal(reason, _("Set an earlier --due, or --as LOGIN"), ("NC-02",))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count the rounds; a new one begins with nothing carried out or verified."""
        if "rounds" not in fields or fields.get("verification") == "ineffective":
            fields["rounds"] = str(int(str(fields.get("rounds", "0"))) + 1)
        for name in VERIFIED:
            fields.pop(name, None)


class CarryOut(Action, of="planned", to="carried_out", by=EVERYBODY, rules=("NC-10",)):
    """The measures are carried out"""

    result: Text = need("What was done")
    carried_out_by: StaffRef | None = may("Who did it (default: who answers for it)")
    attachments: list[Attachment] = may("Evidence", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """Whoever answers for it says so, or customer service writes it down."""
        accountable = str(now.fields.get("accountable"))
        if now.by.may(DESK) or now.by.id == accountable:
            return None
        return Refusal(_("{who} answers for it.").format(who=accountable), _("Act as somebody else: --as LOGIN"))

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Unless somebody else is named."""
        fields.setdefault("carried_out_by", fields.get("accountable", ""))


class Verify(Action, of="carried_out", to="verified", by=CS_LEADERS | DIRECTORS, rules=("NC-01", "NC-10", "ROLE-19")):
    """Verify on the spot whether the measures work; ineffective ones are planned again"""

    verification: Verification = need("Effective or ineffective")
    opinion: Text = need("What was found")
    verification_signature: Signature | None = may("Signature under the verification result")
    verified_by: StaffRef | None = may("Who verified (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """The right rank, and nobody who answers for the measures or carried them out (D-32)."""
        if not now.by.may(allowed := verifiers(now)):
            roles = listed(word("role", role) for role in sorted(allowed))
            reason = _("verification is for {roles}.").format(roles=roles)
            return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("NC-01",))
        by_another = own(now, now.fields.get("accountable"), now.fields.get("carried_out_by"))
        return by_another or _forged(now, self.verification_signature, now.by.id)

    def witness(self, now: Facts) -> Fields:
        """Nobody verifies in another's name."""
        return {"verified_by": now.by.id}

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What does not work is planned again."""
        return "ineffective" if given.get("verification") == "ineffective" else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When."""
        fields["verified_at"] = at


class Sign(Action, of=("verified", "ineffective"), by=DESK, rules=("NC-01",)):
    """Add the verifier's signature where it was still missing"""

    verification_signature: Signature = need("Signature under the verification result")

    def refuse(self, now: Facts) -> Refusal | None:
        """Of whoever verified."""
        return _forged(now, self.verification_signature, str(now.fields.get("verified_by")))


class Close(Action, of="verified", to="closed", by=CS_LEADERS | DIRECTORS, rules=("NC-01", "NC-10")):
    """Close it: reported, verified effective, signed"""

    location: Text | None = may("Where the report is filed")

    def refuse(self, now: Facts) -> Refusal | None:
        """Signed by the verifier, and the property centre knows of it."""
        if "verification_signature" not in now.fields:
            hint = _("Enter first: pm nonconformity sign {id} --verification-signature-who NAME").format(id=now.id)
            return Refusal(_("the verification result is not signed."), hint, ("NC-01",))
        if "reported_to" not in now.fields:
            hint = _("Enter first: pm nonconformity report {id} --reported-to LOGIN").format(id=now.id)
            return Refusal(_("it was not reported to the property centre."), hint, ("NC-01",))
        return None


CLOCKS = (
    Clock("report", starts=("open",), stops=("report",), within="nc.report", rules=("NC-01",)),
    Clock(
        "plan", starts=("open",), stops=("plan",), renews=("verify",), within="nc.plan", rules=("NC-02",),
        when=lambda fields: fields.get("verification") != "effective",
    ),
    Clock(
        "measure", starts=("plan",), stops=("verify",), renews=("plan",), within="nc.measure", agreed="due",
        rules=("NC-03", "NC-10"),
    ),
    Clock(
        "verify", starts=("carry_out",), stops=("verify",), renews=("carry_out",), within="nc.verify", rules=("NC-01",),
    ),
)  # fmt: skip

SIGNATURES = {"verification_signature": ("verified", "ineffective")}

RULES = (
    *enforced(
        "nonconformity verify", "NC-01", note="D-32; signed and reported before it is closed; reopens its request"
    ),
    *computed("nonconformity clock plan", "NC-02", note="terms; repeated failures on its page and in reports"),
    *computed("nonconformity clock measure", "NC-03", note="what inspections found stays due until it is verified"),
    *enforced("nonconformity plan", "NC-10", note="rounds counted; late when past due and not verified"),
    *guidance(
        "nonconformity analyse",
        "NC-02",
        note=N_("Sum up how things really stand first, then act promptly: pm show lists what failed before."),
    ),
)


def verifiers(now: Facts) -> frozenset[str]:
    """Who may verify: the role of the policy or above, only directors where the cause lies in customer service (D-32)."""
    if now.fields.get("cause_department") == "customer_service":
        return DIRECTORS
    return DIRECTORS | frozenset(now.value("nc.verifier").items)


def _forged(now: Facts, signature: Any, verifier: str) -> Refusal | None:
    """Why a signature does not do: somebody else than the verifier signed."""
    person = now.find(verifier)
    name = person.fields.get("name", verifier) if person else verifier
    if signature is None or signature.get("who") in {name, verifier}:
        return None
    return Refusal(_("{who} verified it and signs.").format(who=name), rules=("NC-01",))


def _of_visit(now: Facts, visit: str | None, field: str) -> str:
    """What a return visit says."""
    seen = now.find(visit) if visit else None
    return str(seen.fields.get(field, "")) if seen else ""
