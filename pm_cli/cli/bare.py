"""The list that cron and wall screens ask for all day, without the cost of the command-line parser."""

from __future__ import annotations

import sys

from pm_cli.cli import late, session
from pm_cli.cli.asof import seen_at
from pm_cli.store.lookout import answered
from pm_cli.ui import console


def overdue(*, as_json: bool) -> int:
    """`pm overdue` with no other option; returns the exit code."""
    console.prepare()
    current = session.begin()
    current.json = as_json
    try:
        view = seen_at(current)
        late.show(view, answered(view.ledger, lambda: late.missed(view, as_json=as_json)), as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
    except BaseException as error:
        from pm_cli.cli.failures import report

        return report(error)
    return 0
