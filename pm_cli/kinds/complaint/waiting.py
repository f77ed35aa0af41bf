"""What happens on the way: pressed for, waiting for the complainant, how far it is, a new time agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core import request
from pm_cli.core.action import need
from pm_cli.core.person import DESK
from pm_cli.core.types import Instant
from pm_cli.kinds.complaint.about import UNTOLD, Answering

if TYPE_CHECKING:
    pass


class Urge(request.Urge):
    """The complainant presses for it: counted on the same record, never a new one"""


class Wait(request.Wait):
    """Stop the clocks while it is the complainant's turn"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(Answering, request.Progress, of=(*UNTOLD, "waiting"), by=DESK):
    """Tell the complainant how far it is, again and again until it is solved, also while it waits"""


class Agree(request.Agree, by=DESK):
    """Agree a new time for the reply; the one before stays visible in the history (AMB-24)"""

    reply_by: Instant = need("When the reply is given")


CLOCKS = (request.AWAITED,)
