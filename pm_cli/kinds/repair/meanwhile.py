"""What may happen to a repair at any time on its way: waiting, pressing, telling, re-classing."""

from __future__ import annotations

from pm_cli.core import request
from pm_cli.kinds.repair.stages import UNDER_WAY


class Wait(request.Wait, of=UNDER_WAY):
    """Stop the clocks: nobody at home, or the resident asked for it"""


class Resume(request.Resume):
    """Go on: the clocks run again with what was left"""


class Progress(request.Progress):
    """Tell the resident how far it is"""


class Urge(request.Urge):
    """The resident presses for it: counted here, never a new request"""


class Move(request.Move):
    """Re-class into a complaint or a consultation; the time of receipt stays"""


CLOCKS = (request.AWAITED,)
