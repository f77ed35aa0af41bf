"""Weekly report (周报): demands, terms, sheets and keys. Rules STAT-01, CONS-21, SHEET-27, CAL-13."""

from __future__ import annotations

from pm_cli.core.rule import computed
from pm_cli.core.text import N_
from pm_cli.reports.figures.amended import amended
from pm_cli.reports.figures.comparison import comparison
from pm_cli.reports.figures.complaints import likely_groups, unfiled_complaints, unseen_complaints
from pm_cli.reports.figures.demands import demands
from pm_cli.reports.figures.keys import keys
from pm_cli.reports.figures.periods import WEEK
from pm_cli.reports.figures.report import Report
from pm_cli.reports.figures.requests import requests
from pm_cli.reports.figures.sheets import sheets
from pm_cli.reports.figures.terms import late_entries, overdue, paused, promises

REPORT = Report(
    title=N_("Weekly report"),
    rhythm=WEEK,
    due="report.weekly",
    audience=("centre_director",),
    blocks={
        "comparison": comparison,
        "requests": requests,
        "demands": demands,
        "promises": promises,
        "sheets": sheets,
        "unseen_complaints": unseen_complaints,
        "likely_groups": likely_groups,
        "unfiled_complaints": unfiled_complaints,
        "overdue": overdue,
        "paused": paused,
        "keys": keys,
        "late_entries": late_entries,
        "amended": amended,
    },
    rules=computed("report weekly", "STAT-01", "CONS-21", "SHEET-05", "SHEET-27", "SHEET-28", "CAL-13"),
)
