"""What the desk has to see to before closing (17:30): terms of tonight, keys to count and seal, duties not done."""

from __future__ import annotations

from pm_cli.cli.glance import screen
from pm_cli.cli.session import current
from pm_cli.core.text import _

BLOCKS = (
    "due_today",
    "due_while_closed",
    "overdue",
    "incidents",
    "keys_to_count",
    "keys_out",
    "keys_to_seal",
    "owed",
    "drafts",
    "contested",
    "done_today",
)


def run() -> None:
    screen(current, BLOCKS, _("closing of the day"))
