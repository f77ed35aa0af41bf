"""Daily report (日报): complaints, requests, terms and keys. Rules COMP-56, KEY-10, CAL-01, CAL-02, CAL-06."""

from __future__ import annotations

from pm_cli.core.rule import computed
from pm_cli.core.text import N_
from pm_cli.reports.figures.amended import amended
from pm_cli.reports.figures.comparison import comparison
from pm_cli.reports.figures.complaints import complaint_cases, likely_groups, unseen_complaints
from pm_cli.reports.figures.duties import duties
from pm_cli.reports.figures.incidents import false_alarms
from pm_cli.reports.figures.keys import keys
from pm_cli.reports.figures.periods import DAY
from pm_cli.reports.figures.report import Report
from pm_cli.reports.figures.requests import requests
from pm_cli.reports.figures.sheets import sheets
from pm_cli.reports.figures.terms import late_entries, overdue, paused, promises
from pm_cli.reports.figures.uncontrolled import uncontrolled

REPORT = Report(
    title=N_("Daily report"),
    rhythm=DAY,
    due="report.daily",
    audience=("cs_manager", "centre_director"),
    blocks={
        "comparison": comparison,
        "requests": requests,
        "complaint_cases": complaint_cases,
        "unseen_complaints": unseen_complaints,
        "likely_groups": likely_groups,
        "false_alarms": false_alarms,
        "overdue": overdue,
        "paused": paused,
        "uncontrolled": uncontrolled,
        "promises": promises,
        "sheets": sheets,
        "keys": keys,
        "duties": duties,
        "late_entries": late_entries,
        "amended": amended,
    },
    rules=computed(
        "report daily", "COMP-19", "COMP-56", "KEY-10", "CAL-01", "CAL-02", "CAL-06", "CAL-07", "DISP-11", "DISP-12"
    ),
)
