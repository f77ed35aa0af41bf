"""Each copy goes to its archive; what the sheet shows of the service is noted. Rules SHEET-04, SHEET-06, SHEET-29."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import ANY, OPEN, Action, may, need
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.person import CS
from pm_cli.core.rule import enforced, recorded
from pm_cli.core.text import _
from pm_cli.core.types import Choice, StaffRef, Text
from pm_cli.kinds.sheet.custody import copies, handover, write
from pm_cli.kinds.sheet.filling import Copy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node
    from pm_cli.kinds.sheet.custody import Fields

Finding = Annotated[str, Choice(options=("good", "poor"))]

ARCHIVES = {
    "archive": "owner_archive",
    "cs_filing": "cs_archive",
    "department": "department_archive",
    "counterfoil": "counterfoil_book",
}
"""Where each copy belongs (SHEET-29, AMB-12)."""


BACK = ("collected", "terminated")
"""States in which a sheet is back, and its copies are to be filed."""


class File(Action, of=BACK, rules=("SHEET-12", "SHEET-29")):
    """Put copies where they are kept; the sheet is filed when all are"""

    copy: list[Copy] = may("Which copies (default: all whose place is clear)", keep=False)
    location: Text | None = may("Folder or box (default: the archive the copy belongs to)", keep=False)
    keeper: StaffRef | None = may("Archivist who took it", keep=False)
    filed_by: StaffRef | None = may("Who put them there (default: whoever enters it)", keep=False)
    unsigned_reason: Text | None = may("Why the requester has never signed", rules=("SHEET-12",))

    def refuse(self, now: Facts) -> Refusal | None:
        """Signed by the requester or with the reason why not, each copy in one place."""
        return self._unsigned(now) or self._misplaced(now)

    def _unsigned(self, now: Facts) -> Refusal | None:
        """What the requester has not signed is filed only with the reason, given once (SHEET-12)."""
        if self.unsigned_reason or not {"requester_signature", "unsigned_reason"}.isdisjoint(now.fields):
            return None
        hint = f"pm sheet sign {now.id} --signature-who NAME --signature-how ink | --unsigned-reason TEXT"
        return Refusal(_("the requester has not signed."), hint, ("SHEET-12",))

    def _misplaced(self, now: Facts) -> Refusal | None:
        """Each copy once; a folder or an archivist is named for one copy, and for one of several departments."""
        left, named = unfiled(now.fields), self.location or self.keeper
        if not left or not set(left).issuperset(self.copy or ()):
            return Refusal(_("no such copy is left to file."))
        chosen = self.copy or (left if named else _clear(now.fields))
        if named and len(chosen) > 1:
            return Refusal(_("folder and archivist are those of one copy."), _("Say which one: --copy NAME"))
        if not named and (not chosen or not set(chosen) <= set(_clear(now.fields))):
            hint = "--copy department --location TEXT --keeper LOGIN"
            return Refusal(_("several departments had it: say who keeps their copy."), hint)
        return None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """The copies that are filed, and by whom, where that was not said."""
        copy: list[Node] = list(self.copy or (unfiled if self.location or self.keeper else _clear)(now.fields))
        return {"copy": copy, "filed_by": self.filed_by or now.by.id}

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Where each copy lies, who put it there and who keeps it."""
        said = {name: given[name] for name in ("location", "keeper", "filed_by") if name in given}
        named = given["copy"]
        for copy in named if isinstance(named, list) else [named]:
            archive = ARCHIVES[str(copy)] if copy != "department" or handover(fields) else ARCHIVES["cs_filing"]
            write(fields, "copies", [str(copy)], {"place": "filed", "since": at, "location": archive, **said})

    @staticmethod
    def goes(given: Fields, fields: Fields) -> str | None:
        """Filed when every copy is."""
        return None if unfiled(fields) else "filed"


def unfiled(fields: Fields) -> list[str]:
    """The copies that are not filed yet."""
    return [copy for copy, lies in copies(fields).items() if lies["place"] != "filed"]


def _clear(fields: Fields) -> list[str]:
    """Those of them that have one place to go: not the departments' copy when there are several departments."""
    return [copy for copy in unfiled(fields) if copy != "department" or len(handover(fields)) < 2]


class Supervise(Action, of=ANY, by=CS, rules=("SHEET-04",)):
    """Note what the sheet shows of attitude and service quality"""

    department: Department = need("Department", keep=False)
    finding: Finding = need("Good or poor", keep=False)
    remark: Text = need("What the sheet shows", keep=False)
    served_by: StaffRef | None = may("Who served", keep=False)


class Print(Action, of=(OPEN, "filed"), rules=("SHEET-06",)):
    """Print one copy; from the second time on it is marked as a reprint"""

    copy: Copy = need("Which copy", keep=False)

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Count the prints of each copy."""
        so_far, copy = fields.get("prints"), str(given["copy"])
        prints = so_far if isinstance(so_far, dict) else {}
        fields["prints"] = {**prints, copy: str(int(str(prints.get(copy, "0"))) + 1)}


def for_the_archive(fields: Fields) -> bool:
    """Whether nothing else is awaited: what was explained is back at once, but is accepted or proved first."""
    return "not_feasible" not in fields or not {"acceptance_opinion", "proof"}.isdisjoint(fields)


CLOCKS = (
    Clock(
        "filing", starts=("collect", "terminate", "explain"), stops=("file",), within="sheet.filing",
        when=for_the_archive, done=lambda fields: not unfiled(fields), rules=("SHEET-29",),
    ),
)  # fmt: skip

RULES = (
    *recorded("sheet supervise finding", "SHEET-04", note="and listed in the weekly report, the poor ones first"),
    *enforced("sheet file", "SHEET-29", note="within the term of clock filing; what is left: pm copies --to-file"),
    *recorded("sheet file location", "SHEET-30", note="the counterfoil is the issuer's until collection"),
)
