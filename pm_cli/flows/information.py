"""The information file beside a question: entries that answer it are shown when it is entered. Rules CONS-08, CONS-11."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pm_cli.core.text import _, fold_width
from pm_cli.flows.hints import hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pm_cli.store.ledger import Ledger

SHOWN = 3
"""Entries shown at most."""
NO_SUBJECT = frozenset(
    {"什么", "么时", "时候", "怎么", "多少", "哪里", "如何", "请问", "可以", "电话", "号码", "the", "is"}
)
"""Parts of questions that say nothing of what is asked."""


class Entry(NamedTuple):
    """One entry of the file; `stale` when its check is overdue."""

    code: str
    fields: Mapping[str, Any]
    stale: bool


@hint("consultation", "ask", "answer")
def answers(ledger: Ledger, known: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """Entries that fit the question, unless the answer is there already."""
    if not known.get("content") or known.get("answer") or known.get("info"):
        return
    entries = in_use(ledger, at)
    found = matching(str(known["content"]), entries)
    if found:
        yield _("Information file (say which one helped: --info CODE):")
        yield from (f"  {line(entry)}" for entry in found)
    elif entries:
        yield _("The information file has nothing on this; what is worth keeping: pm info add")


def in_use(ledger: Ledger, at: datetime) -> list[Entry]:
    """The entries that were not given up."""
    rows = ledger.index.db.execute(_IN_USE, {"at": int(at.timestamp())})
    return [Entry(code, json.loads(fields), bool(stale)) for code, fields, stale in rows]


def line(entry: Entry) -> str:
    """An entry in one line: what to say, and whether it is still to be trusted."""
    fields = entry.fields
    checked = str(fields.get("checked_at", ""))[:10]
    trust = _("(not checked since {day})") if entry.stale else _("(checked {day})")
    parts = (entry.code, fields.get("topic"), fields.get("content"), fields.get("phone"), trust.format(day=checked))
    return "  ".join(str(part) for part in parts if part)


def matching(question: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that share most with a question; what few entries speak of counts more."""
    spoken = [_parts(" ".join((entry.code, *_subject(entry.fields)))) for entry in entries]
    common = Counter(part for parts in spoken for part in parts)
    asked = _parts(question)
    scores = [sum(1 / common[part] for part in parts & asked) for parts in spoken]
    best = max(scores, default=0)
    ranked = sorted(zip(scores, entries, strict=True), key=lambda scored: (-scored[0], scored[1].code))
    return [entry for score, entry in ranked if score and score >= best / 2][:SHOWN]


def _subject(fields: Mapping[str, Any]) -> list[str]:
    return [str(fields.get("topic", "")), *map(str, fields.get("words", ()))]


def _parts(text: str) -> set[str]:
    """Words, and pairs of neighbouring Chinese characters."""
    found: set[str] = set()
    for run in re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]+", fold_width(text).lower()):
        found.update([run] if run.isascii() else (run[at : at + 2] for at in range(len(run) - 1)))
    return found - NO_SUBJECT


_IN_USE = """
SELECT id, fields, EXISTS (SELECT 1 FROM clock WHERE clock.rid = record.rid AND clock.stopped IS NULL AND clock.due < :at)
FROM record WHERE kind = 'info' AND open = 1 ORDER BY id"""
