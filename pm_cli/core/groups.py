"""Groups of fields that many kinds ask for: a person, a signature on paper or at the desk."""

from __future__ import annotations

from typing import Annotated

from pm_cli.core.action import Group, may, need
from pm_cli.core.person import DEPARTMENTS
from pm_cli.core.types import Attachment, Instant, Personal, Text, one_of

Department = Annotated[str, one_of(*DEPARTMENTS)]
Relation = Annotated[str, one_of("owner", "co_resident", "tenant", "agent", "staff", "contractor", "other")]
SignedHow = Annotated[str, one_of("ink", "scan", "desk")]
Channel = Annotated[
    str,
    one_of(
        "phone",
        "visit",
        "letter",
        "online",
        "forum",
        "mailbox",
        "petition",
        "wechat",
        "patrol",
        "relay",
        "other",
    ),
]
"""Ways in which a request arrives (COMP-08, COMP-09, WORK-12, SHEET-32)."""


class Person(Group):
    """Somebody outside the staff: name and phone are personal; the relation says what they are to the unit (D-38)."""

    name: Personal | None = may("Name", ask=True)
    phone: Personal | None = may("Phone or other way of contact", ask=True)
    relation: Relation | None = may("What they are to the unit")
    affiliation: Text | None = may("Company or unit the person belongs to", rules=("SHEET-33",))


class Borrower(Group):
    """Who takes something away: own staff name their department, anybody else is an outsider."""

    name: Personal = need("Name")
    department: Department | None = may("Department of own staff", ask=True)
    phone: Personal | None = may("Phone")
    relation: Relation | None = may("What they are to the unit")


class Signature(Group):
    """A signature: whose, when, how. A typed name is never shown as a signature (AMB-83)."""

    who: Personal = need("Who signed")
    how: SignedHow | None = may("Ink on paper, scan, or at the desk", default="ink")
    at: Instant | None = may("When it was signed")
    scan: Attachment | None = may("The scan")
