"""Monthly report (月报): services and complaints of the month analysed, what residents were content with. Rules STAT-02 to 05."""

from __future__ import annotations

from pm_cli.core.rule import computed
from pm_cli.core.text import N_
from pm_cli.reports.figures.demands import demands
from pm_cli.reports.figures.loop import closed_loop
from pm_cli.reports.figures.periods import MONTH
from pm_cli.reports.figures.repeats import repeats
from pm_cli.reports.figures.report import Report
from pm_cli.reports.figures.requests import requests
from pm_cli.reports.figures.sheets import sheets
from pm_cli.reports.figures.stats import service_figures
from pm_cli.reports.figures.summary import summary_of
from pm_cli.reports.figures.surveys import surveys
from pm_cli.reports.figures.terms import promises
from pm_cli.reports.figures.trend import trend_of
from pm_cli.reports.figures.uncontrolled import uncontrolled

REPORT = Report(
    title=N_("Monthly report"),
    rhythm=MONTH,
    due="report.monthly",
    audience=("cs_manager", "centre_director"),
    blocks={
        "trend": trend_of(),
        "service_summary": summary_of(),
        "service_figures": service_figures,
        "requests": requests,
        "demands": demands,
        "promises": promises,
        "sheets": sheets,
        "closed_loop": closed_loop,
        "surveys": surveys,
        "repeats": repeats,
        "uncontrolled": uncontrolled,
    },
    rules=(
        *computed(
            "report monthly", "DISP-07", "STAT-04", note="the sentence breaks off in the manual: month-end, by class"
        ),
        *computed("report monthly", "STAT-02", "STAT-03", "CAL-27", note="the summary F-66, monthly as the statistics"),
        *computed("report monthly", "STAT-05", "STAT-07", "STAT-08", "STAT-09"),
    ),
)
