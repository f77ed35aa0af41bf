"""Monthly report (月报): service items and complaints of the month by class, with what is not under control. Rules DISP-07."""

from __future__ import annotations

from pm_cli.core.rule import computed
from pm_cli.core.text import N_
from pm_cli.reports.figures.comparison import comparison
from pm_cli.reports.figures.demands import demands
from pm_cli.reports.figures.periods import MONTH
from pm_cli.reports.figures.report import Report
from pm_cli.reports.figures.requests import requests
from pm_cli.reports.figures.terms import promises
from pm_cli.reports.figures.uncontrolled import uncontrolled

REPORT = Report(
    title=N_("Monthly report"),
    rhythm=MONTH,
    due="report.monthly",
    audience=("cs_manager", "centre_director"),
    blocks={
        "comparison": comparison,
        "requests": requests,
        "demands": demands,
        "promises": promises,
        "uncontrolled": uncontrolled,
    },
    rules=computed(
        "report monthly",
        "DISP-07",
        note="the sentence breaks off in the manual: service items and complaints are counted by class",
    ),
)
