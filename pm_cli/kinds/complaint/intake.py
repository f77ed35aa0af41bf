"""Taking a complaint in: directly, relayed by other departments, with what stands on the record (COMP-01 to COMP-18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department, Signature
from pm_cli.core.person import DESK, EVERYBODY
from pm_cli.core.rank import roles_of
from pm_cli.core.request import later_than_now
from pm_cli.core.rule import computed, enforced, guidance, not_applicable, recorded
from pm_cli.core.text import N_, _
from pm_cli.core.types import Choice, Flag, Instant, Personal, StaffRef, Text
from pm_cli.kinds.complaint.about import (
    About,
    ComplaintRef,
    Content,
    Known,
    known_up,
    no_papers,
    no_receiver,
    ours,
    unnamed,
    unsigned,
    wrong_desk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

Form = Annotated[str, Choice(options=("oral", "written"))]
Complainant = Annotated[str, Choice(options=("owner", "prospective_owner", "target_customer", "other"))]


class Receive(request.Intake, start=True, to="recorded", by=DESK, rules=("COMP-10", "COMP-13", "COMP-18")):
    """Take a complaint in and write it down"""

    urgent: Flag | None = may("Danger to people or property, or a supply fails", ask=True, rules=("COMP-44",))
    grave: Flag | None = may("Money or name of the company, or several households", rules=("COMP-46",))
    reply_by: Instant | None = may("When the complainant wants the reply", rules=("COMP-43",))
    remedy_sought: Text | None = may("What the complainant wants to have done")
    form: Form | None = may("By word of mouth or in writing", rules=("COMP-01",))
    complainant_class: Complainant | None = may("What the complainant is to the company", rules=("COMP-06",))
    content_class: Content | None = may("What it is about", rules=("COMP-07",))
    special_service: Flag | None = may("It is about a special or paid service", rules=("COMP-37",))
    repeat_of: ComplaintRef | None = may("Earlier complaint about the same matter", rules=("COMP-57",))
    complained_about: About | None = may("Whose work it is about", rules=("COMP-21",))
    complained_department: Department | None = may("Department complained about", rules=("COMP-16",))
    complained_person: StaffRef | None = may("Member of staff complained about", rules=("COMP-16",))
    event_time: Instant | None = may("When it happened", rules=("COMP-15",))
    cause: Text | None = may("Why it happened", rules=("COMP-15",))
    course: Text | None = may("How it went", rules=("COMP-15",))
    persons: list[Personal] = may("Who was involved", add=True, rules=("COMP-15",))
    signature: Signature | None = may("The complainant's signature", rules=("COMP-15",))
    papers_signed: Flag | None = may("The attachments bear the signature too", rules=("COMP-15",))
    received_by_manager: StaffRef | None = may("CS manager or director who received the visitor", rules=("COMP-14",))
    reported_to: Known | None = may("How far up it is known already", rules=("COMP-19",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Only at the right desk, and without a name where none is given; an imported wish may have passed."""
        late = None if self.external else later_than_now(self.reply_by, now)
        return wrong_desk(now, vars(self)) or not_so(now, self) or unnamed(now, vars(self)) or late

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """A leader who takes it in or receives the visitor knows of it (COMP-05, COMP-14, COMP-19)."""
        return known_up(now, now.by.roles | roles_of(now, str(self.received_by_manager or "")))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """Nobody has judged it yet (COMP-31); papers that are not signed are still awaited."""
        fields.setdefault("validity", "undetermined")
        unsigned(fields)


class Relay(Receive, to="relayed", by=EVERYBODY, rules=("COMP-11", "COMP-12")):
    """Enter a first note of a complaint heard elsewhere, for the CS centre to take in"""

    slight: Flag | None = may("It is slight: only such a one may be relayed", rules=("COMP-11",), ask=True)
    escorted: Flag | None = may("The complainant was led to the CS centre", rules=("COMP-11",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Anybody may note what they heard (D-05); who is not slight is led to the centre (COMP-11)."""
        if not (self.slight or self.escorted or self.external):
            hint = _("Say that it is: --slight; else lead the complainant to the CS centre and say so: --escorted")
            return Refusal(_("only a slight complaint is relayed."), hint, ("COMP-11",))
        return not_so(now, self) or later_than_now(self.reply_by, now)


class Accept(Action, of="relayed", to="recorded", by=DESK, rules=("COMP-10", "COMP-12")):
    """Take a relayed complaint in"""

    urgent: Flag | None = may("Danger to people or property, or a supply fails")
    reply_by: Instant | None = may("When the complainant wants the reply")

    def refuse(self, now: Facts) -> Refusal | None:
        """The same desks as for one that comes in directly."""
        return wrong_desk(now, now.fields) or later_than_now(self.reply_by, now)


def not_so(now: Facts, said: Receive) -> Refusal | None:
    """Why what is said cannot be: a name of nobody, signed papers that are not there, a visitor who did not come."""
    return named_after_all(said) or no_papers(said.papers_signed, said.attachments) or not_received(now, said)


def named_after_all(said: Receive) -> Refusal | None:
    """No name is demanded of who gives none, and none written down."""
    caller = vars(said).get("caller")
    if said.anonymous and isinstance(caller, dict) and "name" in caller:
        hint = _("Leave --caller-name out; a way of contact may be kept: --caller-phone")
        return Refusal(_("an anonymous complaint carries no name."), hint)
    return None


def not_received(now: Facts, said: Receive) -> Refusal | None:
    """Whoever received the visitor has the rank for it, and there was one."""
    if said.received_by_manager and said.channel != "visit":
        return Refusal(_("nobody came to be received."), _("Say --channel visit"), ("COMP-14",))
    return no_receiver(now, said.received_by_manager)


CLOCKS = (Clock("relay", ("relay",), ("accept",), "complaint.relay", when=ours, rules=("COMP-12",)),)
RULES = (
    *guidance("complaint receive", "COMP-02", note=N_("Discontent put as a suggestion is a complaint.")),
    *guidance("complaint receive", "COMP-14", note=N_("Apologise, listen, say what will be done better.")),
    *recorded("complaint receive form", "COMP-01"),
    *recorded("complaint receive", "COMP-03", note="a kind of its own beside the other demands of residents"),
    *recorded("complaint receive first_contact", "COMP-05"),
    *recorded("complaint receive complainant_class", "COMP-06"),
    *recorded("complaint receive content_class", "COMP-07"),
    *recorded("complaint receive channel", "COMP-08"),
    *recorded("complaint receive caller", "COMP-13"),
    *recorded("complaint receive course", "COMP-15", note="beside time, place, cause, persons; signatures are awaited"),
    *recorded("complaint receive complained_person", "COMP-16"),
    *recorded("complaint receive content", "COMP-18"),
    *enforced("complaint receive", "COMP-10"),
    *enforced("complaint receive repeat_of", "COMP-57", note="the earlier one is of the same building and older"),
    *enforced("complaint relay", "COMP-11", note="what is not slight comes with the complainant"),
    *computed("complaint clock relay", "COMP-12"),
    *not_applicable("the complaint supervisor is a local title of the CS supervisor (D-30)", "COMP-61"),
    *not_applicable("the manuals announce it and do not contain it", "COMP-63", "COMP-64"),
)
