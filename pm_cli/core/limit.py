"""Limits of checklists as the policy writes them: the answers that pass, the range a measured value has to lie in."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from pm_cli.core.text import _, fold_width

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOUND = r"[a-z]\w*|\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?P<least>{_BOUND}) to (?P<most>{_BOUND})(?: (?P<unit>\S+))?", re.ASCII)
_ONE_SIDE = re.compile(rf"(?P<how>at least|at most|under) (?P<bound>{_BOUND})(?: (?P<unit>\S+))?")


class Limit(NamedTuple):
    """What an answer has to be: one of `words`, or a number between bounds; nothing of the kind: it is only noted.

    A bound is a number, or the name of another answer of the same checklist (`at most rated_current`).
    """

    words: tuple[str, ...] = ()
    least: str = ""
    most: str = ""
    below: str = ""
    unit: str = ""

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read `noted`, `is ok, replaced`, `at most 3 times`, `under 2 mm/m` or `0.49 to 0.54 MPa`; raises ValueError."""
        if text == "noted":
            return cls()
        if text.startswith("is "):
            return cls(words=tuple(word.strip() for word in text[3:].split(",")))
        if match := _RANGE.fullmatch(text):
            return cls(least=match["least"], most=match["most"], unit=match["unit"] or "")
        if match := _ONE_SIDE.fullmatch(text):
            how, bound = match["how"], match["bound"]
            least, most, below = (bound if how == side else "" for side in ("at least", "at most", "under"))
            return cls((), least, most, below, match["unit"] or "")
        raise ValueError(_("{text!r} is not a limit").format(text=text))

    def holds(self, answer: str, others: Mapping[str, str]) -> bool:
        """Whether an answer passes beside the others; raises ValueError where a number is missing."""
        if self.words:
            return answer in self.words
        if not (self.least or self.most or self.below):
            return True
        value = self._number(answer)
        return (
            (not self.least or value >= self._bound(self.least, others))
            and (not self.most or value <= self._bound(self.most, others))
            and (not self.below or value < self._bound(self.below, others))
        )

    def _bound(self, text: str, others: Mapping[str, str]) -> Decimal:
        if text[0].isdigit():
            return Decimal(text)
        if text not in others:
            raise ValueError(_("{name} is missing beside it").format(name=text))
        return self._number(others[text])

    def _number(self, text: str) -> Decimal:
        plain = fold_width(text).removesuffix(self.unit).strip()
        try:
            value = Decimal(plain)
        except InvalidOperation:
            raise ValueError(_("{text!r} is not a number").format(text=text)) from None
        if not value.is_finite():
            raise ValueError(_("{text!r} is not a number").format(text=text))
        return value
