"""Quarterly report (季报): complaint handling, evaluated per department and specialist. Rules CAL-30, CAL-31, ASSESS-05."""

from __future__ import annotations

from pm_cli.core.rule import computed
from pm_cli.core.text import N_
from pm_cli.reports.figures.handling import KIND, complaint_departments, complaint_handling, complaint_specialists
from pm_cli.reports.figures.periods import QUARTER
from pm_cli.reports.figures.report import Report
from pm_cli.reports.figures.summary import summary_of
from pm_cli.reports.figures.trend import trend_of

REPORT = Report(
    title=N_("Quarterly report on complaint handling"),
    rhythm=QUARTER,
    due="report.quarterly",
    audience=("centre_director", "property_department_manager", "company_leader", "department_manager"),
    blocks={
        "trend": trend_of(KIND),
        "complaint_handling": complaint_handling,
        "complaint_departments": complaint_departments,
        "complaint_specialists": complaint_specialists,
        "service_summary": summary_of(KIND),
    },
    rules=(
        *computed(
            "report quarterly", "CAL-30", note="the special report F-87; its readers ask the expert advisory group"
        ),
        *computed("report quarterly", "CAL-31", "STAT-12", "ASSESS-05", "ASSESS-06", note="the evaluation F-88"),
        *computed(
            "report quarterly", "ASSESS-04", note="closed by the end of the quarter among the valid received in it"
        ),
    ),
)
