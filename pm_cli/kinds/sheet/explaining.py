"""What the centre cannot do is explained, and passed on to whom it concerns. Rules SHEET-16, SHEET-17."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.ident import linked
from pm_cli.core.rule import enforced, guidance
from pm_cli.core.text import N_, _, listed, word
from pm_cli.core.types import Attachment, Choice, Flag, StaffRef, Text
from pm_cli.kinds.sheet.custody import OUT, BackAtDesk, unaccepted
from pm_cli.kinds.sheet.signing import roles, unsigned_visit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.kinds.sheet.custody import Fields

SIGNATURES = {"accepted_by": ("explained",), "proof": ("forwarded",)}
"""What was explained waits for the centre director, or for the resident who accepts it (SHEET-16, SHEET-23); what was
forwarded for the third party's receipt (SHEET-17)."""
EXPLAINERS = ("receptionist", "cs_supervisor", "cs_officer", "cs_manager")
"""Who explains to the resident what the centre cannot do (SHEET-16)."""

NotFeasible = Annotated[str, Choice(options=("outside_capacity", "third_party", "not_offered_yet"))]


class Explain(BackAtDesk, Action, of=("filled", *OUT, "returned", "suspended"), to="explained"):
    """Explain to the resident that the centre cannot do it"""

    rules = ("SHEET-16", "SHEET-34")
    reason: NotFeasible = need("Why not", into="not_feasible")
    explanation: Text = need("What was explained", into="situation_note")
    apologised: Flag | None = may("We apologised and promised a notice once it is offered")
    reported_to: Department | None = may("Department that was told of the wish")
    explained_by: StaffRef | None = may("Who explained it (default: whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """By whom it may be explained, to a visitor who has signed what was asked for."""
        who = self.explained_by or now.by.id
        if roles(now, who).isdisjoint(EXPLAINERS):
            may_explain = listed(word("role", role) for role in EXPLAINERS)
            why = _("{who} may not explain it: this is for {roles}.").format(who=who, roles=may_explain)
            return Refusal(why, _("Name who explained it: --explained-by LOGIN"), ("SHEET-16",))
        return (unsigned_visit(now) if now.state == "filled" else None) or self._lightly()

    def _lightly(self) -> Refusal | None:
        """A service not offered yet is not lightly refused (SHEET-34)."""
        if self.reason != "not_offered_yet" or (self.apologised and self.reported_to):
            return None
        why = _("for a service not offered yet we apologise, promise a notice and pass the wish on.")
        return Refusal(why, "--apologised yes --reported-to DEPARTMENT", ("SHEET-34",))

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Who explained it, where nobody was named."""
        return {"explained_by": self.explained_by or now.by.id}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Two copies come back with the note of what was explained when; nothing has been accepted."""
        BackAtDesk.effect(given, fields, at)
        unaccepted(fields)
        fields["explained_at"] = at


class Forward(Action, of="explained", to="forwarded", rules=("SHEET-17",)):
    """Copy what the resident reported to the third party"""

    third_party: Text = need("To whom")

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When it was sent."""
        fields["forwarded_at"] = at


class Prove(Action, of="forwarded", to="collected", rules=("SHEET-17",)):
    """Attach the third party's proof; with it the matter counts as resolved"""

    proof: Attachment = need("Receipt or fax letter")


def unpromised(now: Facts) -> Refusal | None:
    """Why a service not offered yet is not settled: nobody has entered the wish that a notice is to follow (SHEET-34)."""
    if now.fields.get("not_feasible") != "not_offered_yet":
        return None
    concerned, unit = {now.id, linked(str(now.fields.get("request", "")))}, now.fields["unit"]
    for wish in now.since("unmet_demand", now.events()[0][1]):
        named = linked(str(wish.fields.get("concerns", ""))) in concerned or unit in wish.fields.get("also_units", ())
        if named and wish.state not in {"draft", "annulled"}:
            return None
    hint = _("Enter the wish, so that a notice can follow: pm unmet-demand record --concerns {id}").format(id=now.id)
    return Refusal(_("a notice was promised and the wish has not been entered."), hint, ("SHEET-34",))


CLOCKS = (
    Clock(
        "acceptance", starts=("explain",), stops=("accept", "prove"),
        within="sheet.acceptance", rules=("SHEET-16", "SHEET-17", "SHEET-23"),
    ),
)  # fmt: skip

RULES = (
    *enforced("sheet explain", "SHEET-16", note="printed on the sheet; then it waits for acceptance, within a term"),
    *enforced(
        "sheet prove",
        "SHEET-17",
        note="the only way out of forwarded, and a third party's matter is forwarded, within a term",
    ),
    *guidance("sheet explain", "COND-03", note=N_("Not lightly a no: say why, and who can help instead.")),
)
