"""Repair (报修): repair or paid service, from the call to the work order filed. Rules WORK-01 to WORK-42."""

from __future__ import annotations

from pm_cli.core.kind import Declaration
from pm_cli.kinds.repair import (
    charging,
    checking,
    closing,
    damage,
    dispatch,
    intake,
    meanwhile,
    on_site,
    papers,
    store,
)
from pm_cli.kinds.repair.stages import UNDER_WAY

PARTS = (intake, dispatch, on_site, charging, store, checking, damage, papers, closing, meanwhile)


class Repair(Declaration):
    """From the call to the return visit; what the resident was promised is the arrival and the completion."""

    prefix = "RP"
    open = (*UNDER_WAY, "waiting", "done", "accepted", "escalated", "dissatisfied", "cancelled")
    closed = ("closed", "written_off", "declined", "moved")
    columns = ("unit", "priority", "handler", "appointment", "finish_by")
    search = ("content", "caller", "place")
    request = True
    sort = "priority"
    resolves = ("finish",)
    reopens = ("reopen", "rework")
