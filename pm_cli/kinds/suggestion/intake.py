"""Taking a suggestion in: asked for, brought or overheard; it goes to the CS manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core import request
from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import CS_LEADERS, DIRECTORS, EVERYBODY, RANK
from pm_cli.core.rank import rank_of, roles_of
from pm_cli.core.rule import computed, enforced, guidance, recorded
from pm_cli.core.text import N_, _
from pm_cli.core.types import Choice, Flag, Instant, Link, StaffRef, Text
from pm_cli.kinds.suggestion.answering import MANAGERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

Form = Annotated[str, Choice(options=("oral", "written"))]
RepairRef = Annotated[str, Link(kinds=("repair",))]

BEFORE_ANALYSIS = ("gathered", "recorded", "at_manager")
IN_WRITING = frozenset({"letter", "mailbox", "petition", "online", "forum", "wechat"})
"""Ways of coming in that are writing by themselves (D-35)."""
ON_SCREEN = frozenset({"online", "forum", "wechat"})
"""Of these, the ways that leave no paper behind."""
SUPERVISOR = min(RANK[role] for role in RANK if role.endswith("_supervisor"))


class Receive(request.Intake, start=True, to="recorded", by=EVERYBODY, rules=("SUGG-02", "SUGG-04", "SUGG-09")):
    """Write down an opinion or a suggestion in full"""

    form: Form | None = may("By word of mouth or in writing (default: what fits the way it came in)")
    department: Department | None = may("Department it concerns")
    original: Text | None = may("Where the written original lies, if it is not attached", rules=("SUGG-02",))
    solicited: Flag | None = may("The CS manager asked for it", rules=("SUGG-09",))
    discontent: Flag | None = may("The resident is discontent: it may be a complaint (D-07)")
    repair: RepairRef | None = may("Work order at whose return visit it was said", rules=("SUGG-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Who may ask for opinions, which form is taken, which work order can have brought it; history comes as it is."""
        if self.external:
            return None
        if self.solicited and not now.by.may(MANAGERS):
            why = _("opinions are asked for by the CS manager.")
            return Refusal(why, _("Leave --solicited out, or act as the manager: --as LOGIN"), ("SUGG-09",))
        return _unwritten(self, now) or (_not_from(now, self.repair, self.unit) if self.repair else None)

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What the manager asked for is with the manager already."""
        return "at_manager" if fields.get("solicited") == "true" else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """A letter is written, a call is oral, unless somebody says otherwise."""
        fields.setdefault("form", "written" if fields.get("channel") in IN_WRITING else "oral")


class Gather(Receive, to="gathered", rules=("SUGG-11",)):
    """Note feedback heard on the round or at the clubhouse, to be reported to the supervisor"""

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """The supervisor hears of it first."""
        return None


class Report(Action, of="gathered", to="recorded", by=EVERYBODY, rules=("SUGG-11",)):
    """Report gathered feedback to the supervisor of the department"""

    reported_to: StaffRef = need("Supervisor told")

    def refuse(self, now: Facts) -> Refusal | None:
        """A supervisor or somebody above of one's own department, or who leads customer service; no colleague, not oneself."""
        told = now.find(self.reported_to)
        own = told is not None and told.fields.get("department") == now.by.department
        if not (own or roles_of(now, self.reported_to) & (CS_LEADERS | DIRECTORS)):
            reason = _("{who} does not supervise your department.").format(who=self.reported_to)
            return Refusal(reason, _("Who does: pm list staff"), ("SUGG-11",))
        if rank_of(now, self.reported_to) >= SUPERVISOR and self.reported_to != now.by.id:
            return None
        return Refusal(_("{who} is no supervisor.").format(who=self.reported_to))


class Submit(Action, of="recorded", to="at_manager", rules=("SUGG-02", "SUGG-08")):
    """Report it to the CS manager, a written one with its original"""

    cs_manager: StaffRef = need("CS manager told")
    original: Text | None = may("Where the written original lies, if it is not attached")

    def refuse(self, now: Facts) -> Refusal | None:
        """To the manager; sheet and paper go along."""
        if not roles_of(now, self.cs_manager) & MANAGERS:
            return Refusal(_("{who} is neither CS manager nor director.").format(who=self.cs_manager))
        paper = now.fields.get("form") == "written" and now.fields.get("channel") not in ON_SCREEN
        if not paper or self.original or not now.fields.keys().isdisjoint({"attachments", "original", "external"}):
            return request.without_sheet(now, "suggestion")
        hint = _("Add --original PLACE, or attach it: pm suggestion note {id} --text TEXT --attachments FILE")
        return Refusal(_("the written original is missing."), hint.format(id=now.id))


class Urge(request.Urge):
    """The resident presses for the answer: counted here, never a new suggestion"""


class Wait(request.Wait, of=(*BEFORE_ANALYSIS, "analysed", "with_director")):
    """Stop the clocks while it is the resident's turn"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(request.Progress):
    """Tell the resident how far it is"""


class Agree(request.Agree, of=(*BEFORE_ANALYSIS, "analysed", "with_director")):
    """Agree with the resident when the written reply comes"""

    reply_by: Instant = need("When the reply is sent")


class Move(request.Move):
    """Re-class it: into a complaint the CS manager alone; the time of receipt stays (D-07)"""

    def refuse(self, now: Facts) -> Refusal | None:
        """Whether discontent makes it a complaint is for the CS manager to say."""
        if self.to_kind != "complaint" or now.by.may(MANAGERS):
            return None
        return Refusal(_("the CS manager says whether it is a complaint."), _("Act as somebody else: --as LOGIN"))


def ours(fields: Fields) -> bool:
    """Whether it came in here and not with imported history."""
    return "external" not in fields


def _unwritten(said: Receive, now: Facts) -> Refusal | None:
    """Why it has to be on paper, or the paper with it: what was asked for is with the manager and not submitted again."""
    written = said.form == "written" or (said.form is None and said.channel in IN_WRITING)
    if not written and now.value("suggestion.oral_allowed").text != "yes":
        why = _("by the policy only written suggestions are taken.")
        return Refusal(why, _("Have it written down: --form written --attachments FILE"), ("SUGG-02",))
    if not (said.solicited and written) or said.channel in ON_SCREEN or said.original or said.attachments:
        return None
    hint = _("Add --original PLACE or --attachments FILE")
    return Refusal(_("the written original is missing."), hint, ("SUGG-02", "SUGG-09"))


def _not_from(now: Facts, repair: str, unit: str) -> Refusal | None:
    """Why a work order cannot have brought it: another unit, or nobody has visited yet (SUGG-12)."""
    order = now.find(repair)
    if order is None or order.fields.get("unit") != unit:
        return Refusal(_("{id} is about another unit.").format(id=repair.partition("@")[0]), rules=("SUGG-12",))
    if "visit_result" in order.fields:
        return None
    hint = _("Enter first: pm repair visit {id} --way phone --result satisfied").format(id=order.id)
    return Refusal(_("there was no return visit for {id} yet.").format(id=order.id), hint, ("SUGG-12",))


CLOCKS = (
    request.AWAITED,
    Clock("feedback", ("gather",), ("report",), "suggestion.feedback", when=ours, rules=("SUGG-11",)),
    Clock(
        "submit", ("receive", "report"), ("submit",), "suggestion.submit",
        when=lambda fields: ours(fields) and fields.get("solicited") != "true", rules=("SUGG-02",),
    ),
    Clock(
        "reply", ("receive", "gather"), ("reply",),
        within=lambda fields: "suggestion.reply" if ours(fields) else "", agreed="reply_by",
        pauses=("waiting",), resumes=("reopen",), promise=True, rules=("SUGG-06",),
    ),
)  # fmt: skip

RULES = (
    *enforced(
        "suggestion submit",
        "SUGG-02",
        note="with sheet (policy sheet.requests) and written original; oral ones by suggestion.oral_allowed",
    ),
    *recorded(
        "suggestion receive solicited",
        "SUGG-09",
        note="by the CS manager only, at the manager's at once, a letter with its original",
    ),
    *guidance(
        "suggestion receive",
        "SUGG-10",
        note=N_("Take it seriously; settle what worries the resident promptly and of your own accord."),
    ),
    *computed("suggestion clock feedback", "SUGG-11"),
    *recorded("suggestion receive repair", "SUGG-12", note="opinions on a work order stand in this ledger"),
)
