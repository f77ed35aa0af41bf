"""A question is answered, or the way is pointed to whoever can answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.action import Action, may, need
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Channel
from pm_cli.core.person import EVERYBODY
from pm_cli.core.rule import enforced, guidance, recorded
from pm_cli.core.text import N_, _
from pm_cli.core.types import Flag, Text
from pm_cli.kinds.consultation.basis import (
    APPROVERS,
    HANDLERS,
    UNANSWERED,
    InfoRef,
    Topic,
    asked,
    marked,
    ours,
    out_of_use,
    unapproved,
    unfounded,
)

if TYPE_CHECKING:
    from pm_cli.core.action import Facts


class Answer(Action, of=UNANSWERED, to="answered", by=EVERYBODY, rules=("CONS-09", "CONS-10", "CONS-11")):
    """Answer the question"""

    answer: Text = need("What was answered")
    topic: Topic | None = may("What it is about, if nobody has said yet", rules=("CONS-14", "CONS-23"))
    info: list[InfoRef] = may(
        "Entry of the information file it was answered from", add=True, into="searched_info", rules=("CONS-11",)
    )
    legal_basis: Text | None = may("Paper or law it rests on", rules=("CONS-23",))
    answered_through: Channel | None = may("How the answer reached the resident", rules=("CONS-11",))
    came_twice: Flag | None = may("The resident had to come again for it", rules=("CONS-11",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Customer service answers, or a department it was transferred to."""
        if not now.by.may(HANDLERS) and now.by.department not in asked(now.fields):
            hint = _("Customer service transfers it first: pm consultation transfer {id}").format(id=now.id)
            return Refusal(_("it was not transferred to your department."), hint, ("CONS-03", "CONS-13"))
        said = {"legal_basis": self.legal_basis, "topic": self.topic}
        fields = {**now.fields, **{name: value for name, value in said.items() if value}}
        return unfounded(now, fields, self.info) or out_of_use(now, self.info)


class Direct(Action, of=UNANSWERED, to="directed", by=HANDLERS, rules=("CONS-15", "CONS-24")):
    """Explain that it lies outside property management and tell the best way to settle it"""

    way: Text = need("Where to turn, what to bring")
    info: list[InfoRef] = may(
        "Entry of the information file it was answered from", add=True, into="searched_info", rules=("CONS-11",)
    )

    def refuse(self, now: Facts) -> Refusal | None:
        """Not before approval; where the information file says where to turn, that has been approved (CONS-08)."""
        if refusal := unapproved(now, now.fields):
            return refusal
        approved = self.info or now.by.may(APPROVERS) or marked(now.fields, "outside_estate")
        if approved or not ours(now.fields):
            return out_of_use(now, self.info)
        hint = _("Ask for it: pm consultation ask-approval {id}; or name the entry: --info CODE").format(id=now.id)
        return Refusal(_("the property-department manager has not approved an answer."), hint, ("CONS-15", "CONS-24"))


RULES = (
    *recorded("consultation answer info", "CONS-11", note="matching entries are shown when the question is entered"),
    *enforced("consultation answer", "CONS-13", "CONS-14", "CONS-15", "CONS-23"),
    *guidance(
        "consultation answer",
        "CONS-07",
        note=N_("Know the daily running of engineering, concierge, clubhouse and finance."),
    ),
    *guidance("consultation answer", "CONS-19", note=N_("Never quarrel with a person asking.")),
    *guidance(
        "consultation answer",
        "CONS-20",
        note=N_('No "don\'t know", "can\'t be done" or "not my job": no excuses, nobody sent round.'),
    ),
    *enforced("consultation direct", "CONS-24", note="from the information file, or approved first (CONS-15)"),
    *guidance("consultation answer", "CONS-25", note=N_("Harm the interests of none: company, developer, resident.")),
)
