"""Resolve the records that git could not merge: every event of both sides is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli.session import current
from pm_cli.core.errors import LedgerTrouble, NotCommitted
from pm_cli.core.fold import fold
from pm_cli.core.text import N_, _, ngettext
from pm_cli.flows.standing import violations
from pm_cli.store.check_record import settle_hint
from pm_cli.store.git import GitFailed
from pm_cli.store.merging import Merged, resolve
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.core.errors import Problem
    from pm_cli.core.record import Record


def run(
    commit: Annotated[
        bool, typer.Option("--commit", help=N_("Commit the merge if nothing is left to do by hand"))
    ] = False,
) -> int:
    merged = resolve(current.ledger)
    broken = [] if merged.left else _broken()
    said = _said(merged, broken)
    committed = commit and not merged.left and _concluded()
    if current.json:
        console.as_json({**said, "committed": committed})
    else:
        _tell(merged, broken, said, committed)
    return LedgerTrouble.exit_code if merged.left else 0


def _broken() -> list[Problem]:
    """What no longer holds between records, whether or not git saw a conflict."""
    current.ledger.index.refresh()
    return violations(current.ledger)


def _concluded() -> bool:
    """Commit the merge that is under way; whether there was one."""
    git = current.ledger.git
    if git is None or git.under_way() != "MERGE_HEAD":
        return False
    try:
        git.conclude()
    except GitFailed as error:
        raise NotCommitted(
            _("Everything is merged, but git did not commit it: {reason}").format(reason=error), _("Try: git commit")
        ) from None
    return True


def _said(merged: Merged, broken: list[Problem]) -> dict[str, Any]:
    """The `pm merge --json` contract, but for `committed`."""
    return {
        "merged": [record.id for record in merged.records.values()],
        "renumbered": [{"old": old, "new": new} for old, new in merged.renumbered],
        "kept": merged.kept,
        "contested": [
            _contested(record)
            for record in merged.records.values()
            if record.contested and record.kind in kinds.names()
        ],
        "violations": [
            {"name": one.name, "path": one.path, "message": one.message, "hint": one.hint} for one in broken
        ],
        "left": [{"path": one.path, "message": one.message, "hint": one.hint} for one in merged.left],
    }


def _contested(record: Record) -> dict[str, Any]:
    kind = kinds.load(record.kind)
    illegal = fold(kind, record).illegal
    return {
        "id": record.id,
        "events": [{"event": event.id, "do": event.do, "by": event.by, "reason": reason} for event, reason in illegal],
        "hint": settle_hint(kind, record, [event.id for event, _reason in illegal]),
    }


def _tell(merged: Merged, broken: list[Problem], said: dict[str, Any], committed: bool) -> None:
    count = len(merged.records)
    console.out(ngettext("{count} record merged.", "{count} records merged.", count).format(count=count))
    for old, new in merged.renumbered:
        console.out(_("{old} was two records: the later one is {new} now.").format(old=old, new=new))
    for path in merged.kept:
        console.out(_("{path} was deleted on one side and changed on the other: it is kept.").format(path=path))
    for one in said["contested"]:
        reasons = "; ".join(event["reason"] for event in one["events"])
        console.out(_("{id} is contested: {reasons}").format(id=one["id"], reasons=reasons))
        console.tell("  " + one["hint"])
    for problem in broken:
        console.out(f"{problem.path}: {problem.message}")
        console.tell("  " + problem.hint)
    for problem in merged.left:
        console.out(f"{problem.where}: {problem.message}")
        console.tell("  " + problem.hint)
    console.tell(_next(merged, committed))


def _next(merged: Merged, committed: bool) -> str:
    """What remains to be typed."""
    git = current.ledger.git
    under_way = git.under_way() if git else ""
    if merged.left:
        return _("Then run: pm merge")
    if committed:
        return _("The merge is committed.")
    if under_way.startswith("rebase"):
        return _("Go on: git rebase --continue")
    return _("Go on: git commit") if under_way or merged.records else _("No merge is under way.")
