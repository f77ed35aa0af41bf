"""Codes of quality-system documents: company, unit, department, chapter, number, edition, revision. Rule NC-06."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pm_cli.core.text import _, fold_width
from pm_cli.core.types import Type

if TYPE_CHECKING:
    from pm_cli.core.times import When

_FORM = re.compile(r"([A-Z]{1,8})/([A-Z0-9]{1,8})/([A-Z]{1,8})-(\d{1,3})-(\d{1,3})-(\d{1,2})/(\d{1,3})")


class Code(NamedTuple):
    """`FG/WC4/KF-1-02-0/1`: company FG, unit WC4, department KF, chapter 1, number 02, edition 0, revision 1."""

    company: str
    unit: str
    department: str
    chapter: str
    number: str
    edition: int
    revision: int

    def __str__(self) -> str:
        return f"{self.base}-{self.edition}/{self.revision}"

    @property
    def base(self) -> str:
        """What all editions and revisions of one document share."""
        return f"{self.company}/{self.unit}/{self.department}-{self.chapter}-{self.number}"

    @property
    def filed(self) -> str:
        """The code as the name of a record, in which a stroke cannot stand."""
        return str(self).replace("/", ".")

    @property
    def age(self) -> tuple[int, int]:
        """Edition and revision: the greater one is the newer."""
        return self.edition, self.revision


@dataclass(frozen=True)
class CodeOfDocument(Type):
    """A document code as the manuals write it; dots may stand for strokes."""

    name: str = "document_code"

    def parse(self, raw: object, when: When) -> str:
        """The code as a record is named by it; raises ValueError."""
        return read(super().parse(raw, when)).filed


DocumentCode = Annotated[str, CodeOfDocument()]


def read(text: str) -> Code:
    """A code in either form; raises ValueError with the form it should have."""
    match = _FORM.fullmatch(fold_width(text).upper().replace(".", "/"))
    if match is None:
        form = _("company/unit/department-chapter-number-edition/revision, such as FG/WC4/KF-1-02-0/1")
        raise ValueError(_("{text!r} is no document code: {form}").format(text=text, form=form))
    company, unit, department, chapter, number, edition, revision = match.groups()
    return Code(company, unit, department, chapter, number, int(edition), int(revision))
