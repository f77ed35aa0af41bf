"""Complaint (投诉): judged, handled away from those concerned, told, visited. Rules COMP-01 to COMP-65."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS, DIRECTORS
from pm_cli.core.rank import concerned
from pm_cli.core.text import _, listed, word
from pm_cli.kinds.complaint import (
    answering,
    closing,
    convening,
    defects,
    grouping,
    handling,
    intake,
    judging,
    outside,
    promising,
    redoing,
    reporting,
    waiting,
)
from pm_cli.kinds.complaint.about import (
    ENDINGS,
    GRADES,
    LEADERS,
    MANAGERS,
    UNTOLD,
    WHOSE,
    for_the_director,
    past_the_director,
    roles,
    yes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

PARTS = (
    *(intake, reporting, judging, answering, handling, convening, closing),
    *(waiting, redoing, outside, defects, promising, grouping),
)
"""The way every complaint goes, then what happens to some of them on it."""
IN_PERSON = frozenset({"visit", "letter"})
"""Channels on which the complainant has paper in hand from the start."""


class Complaint(Declaration):
    """Open until a satisfied return visit, a reason of the manager, or the reasons why it is invalid."""

    prefix = "CP"
    open = ("relayed", *UNTOLD, "told", "waiting")
    closed = ("closed", "moved")
    columns = ("unit", "content", "urgent", "validity", "handler", "reply_by")
    search = ("caller", "content", "place", "cause", "persons", "result", "outcome", "outside_answer")
    request = True
    resolves = ("handle", "prove")
    reopens = ("reopen", "rectify")

    @staticmethod
    def barred(now: Facts, action: str) -> Refusal | None:
        """Customer service keeps out of complaints about itself, everybody out of their own (D-04).

        What is the centre director's does not end behind the director's back (COMP-21, COMP-35); what has been judged is owed
        an answer and a visit, or reasons.
        """
        if action in {"urge", "note", "accept"}:
            return None
        theirs = now.by.may(CS) or now.by.department == "customer_service"
        impartial = not theirs or now.by.may(roles(now, "complaint.about_cs.intake"))
        if "customer_service" in concerned(now, now.fields) and not impartial:
            return Refusal(
                _("it is about customer service, whose people keep out of it."),
                _("Administration or the centre director does it: --as LOGIN"),
                ("COMP-10",),
            )
        if now.fields.get("complained_person") == now.by.id:
            return Refusal(_("nobody deals with a complaint about themselves."), rules=("ROLE-19",))
        refusal = past_the_director(now) if action in ENDINGS else None
        judged = now.fields.get("validity") in {"valid", "invalid"}
        if not refusal and judged and action in {"move", "annul"} and not now.by.may(MANAGERS):
            reason = _("it has been judged: the CS manager re-classes or annuls it.")
            return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("COMP-30", "COMP-34"))
        return refusal

    @staticmethod
    def rewritten(now: Facts, fields: frozenset[str]) -> Refusal | None:
        """What decides whose it is and by when is rewritten by those who decide it (COMP-21, COMP-31, COMP-44)."""
        if fields & WHOSE and for_the_director(now, now.fields) and not now.by.may(DIRECTORS):
            return Refusal(_("it is for the centre director."), _("The director does it: --as LOGIN"), ("COMP-21",))
        graded = {name for name in GRADES if yes(now.fields, name)} | {"validity"}
        if not fields & graded or now.by.may(LEADERS):
            return None
        marks = listed(word("field", name) for name in sorted(fields & graded))
        reason = _("only the CS supervisor or manager rewrites: {marks}.").format(marks=marks)
        return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("COMP-31", "COMP-44"))

    @staticmethod
    def awaits(signature: str, fields: Mapping[str, Node]) -> bool:
        """Whoever handled it signs, who phoned at the first personal contact, who gives no name never (COMP-27, AMB-14)."""
        if signature == "responsible_signature":
            return "result" in fields
        if signature == "papers_signed" and "attachments" not in fields:
            return False
        if yes(fields, "met"):
            return True
        return fields.get("channel") in IN_PERSON and not yes(fields, "anonymous")
