"""What one shift hands to the next: important open work, what falls due meanwhile, keys out; with lines for two signatures."""

from __future__ import annotations

from pm_cli.cli.blocks import Moment, important, incidents
from pm_cli.cli.glance import screen
from pm_cli.cli.session import current
from pm_cli.core.text import _
from pm_cli.flows.duties import UNFINISHED

BLOCKS = ("incidents", "important", "overdue", "due_until_opening", "visitors", "keys_out", "drafts", "contested")
LINE = "_" * 24


def run() -> None:
    moment = Moment(current.ledger, current.now)
    left = ["! " + _(UNFINISHED)] if incidents(moment) or important(moment) else []
    signatures = "    ".join(f"{who} {LINE}" for who in (_("Handed over:"), _("Taken over:"), _("Time:")))
    screen(current, BLOCKS, _("handover"), foot=("", *left, signatures))
