"""General conduct towards residents: what the manuals ask of everybody at every moment, shown by `pm guide`."""

from __future__ import annotations

from pm_cli.core.rule import guidance
from pm_cli.core.text import N_

RULES = (
    *guidance("guide", "DISP-16", note=N_("Never leave the reception post empty: call a stand-in before you go.")),
    *guidance("guide", "COND-01", note=N_("Speed first: attitude, efficiency and quality are what counts.")),
    *guidance("guide", "COND-04", note=N_("Be neat, warm, quick and steady at the desk.")),
    *guidance(
        "guide",
        "COND-05",
        note=N_("Keep to the laws and policies on property management and to what superiors assign."),
    ),
    *guidance(
        "guide",
        "COND-06",
        note=N_("What is known of owners and residents, and all papers of the company, stay in the house."),
    ),
    *guidance(
        "guide",
        "COND-07",
        note=N_("Be honest with people and treat them humanely: the service is for them, not for the form."),
    ),
)
