"""What has missed its term: how late, at which level, and who is to be told."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.cli import late
from pm_cli.cli.asof import seen_at
from pm_cli.cli.options import AsOf, WithLate
from pm_cli.cli.session import current
from pm_cli.core.text import N_
from pm_cli.store.lookout import answered

OVERDUE = 10
"""Exit code with `--exit-code` when something is overdue."""


def run(
    as_of: AsOf = "",
    with_late_entries: WithLate = False,
    kind: Annotated[str, typer.Option(help=N_("Only this kind"))] = "",
    promises: Annotated[bool, typer.Option("--promises", help=N_("Only what residents were promised"))] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=N_("Exit 10 when something is overdue"))] = False,
) -> int | None:
    view = seen_at(current, as_of, with_late_entries)
    wanted = kind.replace("-", "_")
    lines = answered(view.ledger, lambda: late.missed(view, as_json=current.json, kind=wanted, promises=promises))
    late.show(view, lines, as_json=current.json)
    return OVERDUE if exit_code and lines else None
