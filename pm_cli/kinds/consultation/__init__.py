"""Consultation (咨询): a question is answered at once or at the time agreed. Rules CONS-01 to CONS-30."""

from __future__ import annotations

from pm_cli.core.kind import Declaration
from pm_cli.kinds.consultation import answering, asking, ending, passing
from pm_cli.kinds.consultation.basis import ANSWERED, UNANSWERED


class Consultation(Declaration):
    """Open until it is answered and that is settled; what was answered at once is closed at once."""

    prefix = "CN"
    open = (*UNANSWERED, *ANSWERED, "dissatisfied", "waiting")
    closed = ("closed", "moved")
    columns = ("unit", "topic", "important", "level", "department", "answer_by")
    search = ("content", "answer", "caller", "place")
    request = True
    sort = "topic"
    resolves = ("answer", "direct")
    reopens = ("reopen",)


PARTS = (asking, passing, answering, ending)
