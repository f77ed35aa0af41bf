"""Analysis by the CS manager, the report to the director, the written reply by somebody of rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.ident import linked
from pm_cli.core.person import DESK, DIRECTORS, RANK, ROLES
from pm_cli.core.rank import HEAD, roles_of
from pm_cli.core.rule import computed, enforced
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Choice, Day, Flag, Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

ReplyWay = Annotated[str, Choice(options=("letter", "handed_over", "message", "email", "notice"))]
Role = Annotated[str, Choice(options=ROLES)]
SheetRef = Annotated[str, Link(kinds=("sheet",))]

ANALYSED = ("analysed", "with_director")
MANAGERS = DIRECTORS | {"cs_manager"}
SIGNERS = tuple(sorted((role for role in RANK if RANK[role] >= HEAD), key=lambda role: -RANK[role]))
"""Department manager and above, the highest first (SUGG-06)."""


class Analyse(Action, of=("at_manager", *ANALYSED), to="analysed", by=MANAGERS, rules=("SUGG-04", "SUGG-05")):
    """Analyse and sort what was raised"""

    analysis: Text = need("What it comes to and what is to be done")
    valuable: Flag = need("Original analysis of property management, or a help to its running", rules=("SUGG-05",))
    department: Department | None = may("Department that has to act on it")
    no_complaint: Text | None = may("Why discontent does not make it a complaint (D-07)")
    not_valuable: Text | None = may("Why it is not valuable after all", rules=("SUGG-05",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Discontent is a complaint unless the manager says why not; nor is a standing yes taken back without a word."""
        if now.fields.get("valuable") == "true" and not (self.valuable or self.not_valuable):
            return Refusal(_("it was found valuable before."), _("Say why not: --not-valuable TEXT"), ("SUGG-05",))
        if now.fields.get("discontent") != "true" or self.no_complaint or "no_complaint" in now.fields:
            return None
        hint = _("pm suggestion move {id} --to-kind complaint --reason TEXT; or say why not: --no-complaint TEXT")
        return Refusal(_("the resident is discontent."), hint.format(id=now.id), ("COMP-02",))

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """What the director has stays there."""
        return "with_director" if "report" in fields else None


class ReportUp(Action, of=("at_manager", "analysed"), to="with_director", by=MANAGERS):
    """Report it to the centre director, with the countersign sheet behind the report"""

    rules = ("SUGG-03", "SUGG-05", "SUGG-08")
    report: Text = need("Text of the report")
    director: StaffRef = need("Centre director it goes to")
    author: StaffRef | None = may("Who wrote it (default: whoever enters it)", into="report_author")
    sheet: SheetRef | None = may("Countersign sheet that lies behind it", into="report_sheet")
    attachments: list[Attachment] = may("Scan of the sheet, further papers", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """To the director, with this suggestion's sheet or a scan of it."""
        if not roles_of(now, self.director) & DIRECTORS:
            return Refusal(_("{who} is not the centre director.").format(who=self.director))
        if self.sheet:
            sheet = now.find(self.sheet)
            if sheet and linked(str(sheet.fields.get("request", ""))) == now.id:
                return None
            return Refusal(_("{sheet} does not ride on this suggestion.").format(sheet=linked(self.sheet)))
        if self.attachments or "external" in now.fields:
            return None
        hint = _("Add --sheet NUMBER or --attachments FILE; to fill one in: pm sheet fill --request {id}")
        return Refusal(_("the countersign sheet behind the report is missing."), hint.format(id=now.id), ("SUGG-03",))

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Who wrote it."""
        return {"author": self.author or now.by.id}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The date of the report."""
        fields["reported_at"] = at


class Reply(Action, of=ANALYSED, to="replied", by=DESK | set(SIGNERS), rules=("SUGG-05", "SUGG-06", "SUGG-08")):
    """Send the written reply, signed by a department manager or above, and plan the return visit"""

    reply: Text = need("Text of the reply")
    signer: StaffRef = need("Who signed it")
    signed_as: Role | None = may("Role in which they sign (default: their highest)")
    sent_through: ReplyWay = need("How it reached the resident")
    visit_on: Day | None = may("Day the return visit is planned for", ask=True)
    archived: Text | None = may("Where the signed reply lies, if no scan is attached", rules=("SUGG-06",))
    attachments: list[Attachment] = may("Scan of the signed reply", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """The rank of the signature, the paper if somebody else enters it, the director first where that is compulsory."""
        if "external" in now.fields:
            return None
        if refusal := unreported(now):
            return refusal
        if not _rank(now, self.signer, self.signed_as):
            why = _("{who} does not sign as department manager or above.").format(who=self.signer)
            return Refusal(why, _("Name who signed: --signer LOGIN"), ("SUGG-06",))
        if now.by.id != self.signer and not (self.attachments or self.archived):
            hint = _("Add --attachments FILE or --archived PLACE; or the signer enters it: --as {who}")
            return Refusal(_("the signed reply is missing."), hint.format(who=self.signer), ("SUGG-06",))
        return day_gone(self.visit_on, now)

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The role held when it was signed."""
        signed_as = _rank(now, self.signer, self.signed_as)
        return {"signed_as": signed_as} if signed_as else {}

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """With a date it is in the plan of return visits."""
        return "visit_planned" if "visit_on" in given else None

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """When it was sent; an earlier plan or visit belongs to an earlier reply."""
        fields["sent_at"] = at
        for name in {"visit_on", "visit_by", "visitor", "visit_result", "attempts", "archived"} - given.keys():
            fields.pop(name, None)
        if "visit_on" in given:
            planned(given, fields, at)


def valuable(fields: Fields) -> bool:
    """Whether the director has to hear of it; imported history is left as it was."""
    return fields.get("valuable") == "true" and "external" not in fields


def unreported(now: Facts) -> Refusal | None:
    """Why a valuable suggestion neither is replied to nor ends: the director has not heard of it (SUGG-05)."""
    if not valuable(now.fields) or "report" in now.fields:
        return None
    hint = _("Enter first: pm suggestion report-up {id} --director LOGIN --report TEXT").format(id=now.id)
    return Refusal(_("it is valuable and has not been reported to the centre director."), hint, ("SUGG-05",))


def day_gone(day: date | None, now: Facts) -> Refusal | None:
    """A day planned cannot have passed when it is planned, except in imported history."""
    if day is None or day >= now.at.date() or "external" in now.fields:
        return None
    return Refusal(_("{day} has passed already.").format(day=day))


def planned(given: Fields, fields: dict[str, Node], at: str) -> None:
    """A day planned ends at midnight, in the time zone of the entry."""
    fields["visit_by"] = f"{given['visit_on']}T23:59:59{at[19:]}"


def _rank(now: Facts, signer: str, wished: str | None) -> str:
    """The role in which somebody may sign: the one wished for, or the highest of those that suffice."""
    held = roles_of(now, signer)
    return next((role for role in SIGNERS if role in held and wished in {None, role}), "")


CLOCKS = (
    Clock(
        "to_director", ("analyse",), ("analyse", "report_up"), "suggestion.to_director", upon=valuable, when=valuable,
        done=lambda fields: "report" in fields, rules=("SUGG-05",),
    ),
)  # fmt: skip

RULES = (
    *enforced("suggestion report_up", "SUGG-03", note="text, author, date, sheet"),
    *enforced("suggestion analyse", "SUGG-04"),
    *computed("suggestion clock to_director", "SUGG-05", note="from the first yes; neither reply nor end before"),
    *enforced("suggestion reply", "SUGG-06", "SUGG-08"),
)
