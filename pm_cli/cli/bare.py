"""The list that cron and wall screens ask for all day, without the cost of the command-line parser."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pm_cli.cli import late, session
from pm_cli.cli.asof import seen_at
from pm_cli.store import lookout
from pm_cli.store.index import Index
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.cli.asof import View


def overdue(*, as_json: bool) -> int:
    """`pm overdue` with no other option; returns the exit code."""
    console.prepare()
    current = session.begin()
    current.json = as_json
    try:
        view = seen_at(current)
        late.show(view, _missed(view, as_json=as_json), as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
    except BaseException as error:
        from pm_cli.cli.failures import report

        return report(error)
    return 0


def _missed(view: View, *, as_json: bool) -> late.Lines:
    """The missed terms; worked out from the index as it was left, and again only if a file has changed since."""
    if lookout.useful():
        sent = lookout.Lookout(view.ledger)
        left = Index.left(view.ledger)
        if left is not None:
            view.ledger.index = left
            found = late.missed(view, as_json=as_json)
        if sent.unchanged():
            return found
        if left is not None:
            left.refresh()
    return late.missed(view, as_json=as_json)
