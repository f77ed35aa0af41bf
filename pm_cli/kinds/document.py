"""Document (质量体系文件): prepared, reviewed, approved by three people of rising rank. Rules NC-05 to NC-08."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, Shape, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.document_code import DocumentCode, read
from pm_cli.core.errors import Refusal
from pm_cli.core.kind import Declaration
from pm_cli.core.person import CS_LEADERS, DIRECTORS, HEADS
from pm_cli.core.rank import rank_of
from pm_cli.core.rule import enforced, not_applicable
from pm_cli.core.text import _
from pm_cli.core.types import Attachment, Day, Link, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]

DocumentRef = Annotated[str, Link(kinds=("document",))]
WRITERS = frozenset({"cs_manager", "cs_officer", "cs_supervisor"})
"""CS manager and CS officer (NC-05); the supervisor holds the officer's post where there is none."""
SENIORS = CS_LEADERS | HEADS | DIRECTORS


class Document(Declaration):
    """One record for each edition and revision; the new one, once approved, supersedes the one before."""

    open = ("drafted", "reviewed", "valid")
    closed = ("superseded", "withdrawn")
    columns = ("document_code", "document_title", "change", "prepared_by", "reviewed_by", "approved_by", "valid_from")
    place = ""
    handler = "prepared_by"
    summary = "document_title"
    search = ("document_code", "document_title", "change")
    sort = ""


class Draft(Action, start=True, to="drafted", by=WRITERS, rules=("NC-05", "NC-06")):
    """Prepare a document, or the next revision of one"""

    code: DocumentCode = need("Code, such as FG/WC4/KF-1-02-0/1", keep=False, rules=("NC-06",))
    document_title: Text = need("What it is called")
    change: Text | None = may("What changes from the one before", ask=True)
    attachments: list[Attachment] = may("The document", add=True)
    prepared_by: StaffRef | None = may("Who prepared it (whoever enters it)")

    def refuse(self, now: Facts) -> Refusal | None:
        """One draft of a document at a time, newer than what is valid, and it says what changes."""
        code = read(self.code)
        for other in now.open("document", base=code.base):
            there = read(other.id)
            if other.id != now.id and other.state != "valid":
                reason = _("{code} is being prepared.").format(code=there)
                return Refusal(reason, _("Go on with that one: pm show {id}").format(id=other.id), ("NC-05",))
            if other.state == "valid" and there.age >= code.age:
                hint = _("Raise the edition or the revision: {base}-EDITION/REVISION").format(base=code.base)
                return Refusal(_("{code} is valid and not older.").format(code=there), hint, ("NC-06",))
            if other.state == "valid" and not self.change:
                return Refusal(_("what changes is missing."), _("Add --change TEXT"), ("NC-05",))
        return None

    def witness(self, now: Facts) -> Fields:
        """Nobody prepares in another's name."""
        return {"prepared_by": now.by.id}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """The code as it is written, by which the record is found too, and what its revisions share."""
        if "code" in given:
            code = read(str(given["code"]))
            fields.update({"document_code": str(code), "base": code.base, "aliases": [str(code)]})


class Rising(Shape):
    """What those above do: each another person, and of higher rank than the one before."""

    before = ""

    def refuse(self, now: Facts) -> Refusal | None:
        """Three people of rising rank (NC-07)."""
        earlier = str(now.fields.get(self.before, ""))
        if refusal := own(now, now.fields.get("prepared_by"), earlier):
            return refusal
        if now.by.rank > rank_of(now, earlier):
            return None
        reason = _("whoever does this stands above {who}.").format(who=earlier)
        return Refusal(reason, _("Act as somebody else: --as LOGIN"), ("NC-07",))


class Review(Rising, Action, of="drafted", to="reviewed", by=SENIORS, rules=("NC-07",)):
    """Review the draft"""

    before = "prepared_by"
    remark: Text | None = may("Remark")
    reviewed_by: StaffRef | None = may("Who reviewed it (whoever enters it)")

    def witness(self, now: Facts) -> Fields:
        """Nobody reviews in another's name."""
        return {"reviewed_by": now.by.id}


class SendBack(Action, of="reviewed", to="drafted", by=SENIORS, rules=("NC-07",)):
    """Send it back to whoever prepared it"""

    reason: Text = need("What has to change", keep=False)
    attachments: list[Attachment] = may("The document with corrections", add=True)


class Approve(Rising, Action, of="reviewed", to="valid", by=SENIORS, rules=("NC-05", "NC-07")):
    """Approve it: it is valid, the one before is superseded"""

    before = "reviewed_by"
    valid_from: Day | None = may("From which day (default: today)")
    approved_by: StaffRef | None = may("Who approved it (whoever enters it)")

    def witness(self, now: Facts) -> Fields:
        """Nobody approves in another's name."""
        return {"approved_by": now.by.id}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """From the day of the approval."""
        fields.setdefault("valid_from", at[:10])


class Supersede(Action, of="valid", to="superseded", by=SENIORS, rules=("NC-05",)):
    """A newer revision is valid now (done by pm when that one is approved)"""

    superseded_by: DocumentRef = need("The newer one")

    def refuse(self, now: Facts) -> Refusal | None:
        """By a newer edition or revision of the same document."""
        mine, other = read(now.id), read(self.superseded_by)
        if other.base == mine.base and other.age > mine.age:
            return None
        return Refusal(_("{code} is no newer revision of it.").format(code=other), rules=("NC-05",))


class Withdraw(Action, of=("drafted", "reviewed", "valid"), to="withdrawn", by=HEADS | DIRECTORS):
    """Withdraw it without a successor"""

    reason: Text = need("Why")


CLOCKS = (Clock("approve", starts=("draft",), stops=("approve",), within="document.approve", rules=("NC-07",)),)

RULES = (
    *enforced("document draft", "NC-05", note="prepared by CS manager or officer; approval supersedes the one before"),
    *enforced("document draft code", "NC-06"),
    *enforced("document approve", "NC-07", note="three people of rising rank"),
    *not_applicable("the annex of forms from page 35 on is missing; forms known by name are templates of pm", "NC-08"),
)
