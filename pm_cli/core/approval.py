"""Four eyes: nobody checks or approves what is their own, unless the policy says so. Rules ROLE-19, AMB-95."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.core.errors import Refusal
from pm_cli.core.text import _

if TYPE_CHECKING:
    from pm_cli.core.action import Facts


def own(now: Facts, *logins: object) -> Refusal | None:
    """Why whoever acts may not approve: one of these logins, who made or did it, is theirs."""
    if now.by.id not in logins or now.value("approval.self").text == "yes":
        return None
    return Refusal(_("nobody approves what is their own."), _("Act as somebody else: --as LOGIN"), ("ROLE-19",))
