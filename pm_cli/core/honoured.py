"""Rules that no single kind honours but the core does: the record itself, its history, its clocks."""

from __future__ import annotations

from pm_cli.core.rule import enforced, recorded

RULES = (
    *recorded("ledger.yaml: estate", "SHEET-02", "COMP-04", note="a ledger is one estate; its records belong to it"),
    *recorded("every record: events", "SHEET-03", note="who, when, from which state to which, never rewritten"),
    *enforced("perform", "COMP-18", note="acceptance is a written event or it did not happen"),
)
