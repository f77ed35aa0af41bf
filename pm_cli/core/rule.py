"""How a rule of the catalogue is honoured: enforced, computed, recorded, guidance, or not applicable with the reason."""

from __future__ import annotations

from dataclasses import dataclass

STATUSES = ("enforced", "computed", "recorded", "guidance", "not_applicable", "todo")


@dataclass(frozen=True)
class RuleNote:
    """One rule as a module honours it; `where` names the action, clock or function, `note` says how in a few words."""

    id: str
    status: str
    where: str
    note: str = ""


def enforced(where: str, *ids: str, note: str = "") -> tuple[RuleNote, ...]:
    """Rules that refuse what contradicts them."""
    return tuple(RuleNote(one, "enforced", where, note) for one in ids)


def computed(where: str, *ids: str, note: str = "") -> tuple[RuleNote, ...]:
    """Rules whose term, rate or list is computed from the records."""
    return tuple(RuleNote(one, "computed", where, note) for one in ids)


def recorded(where: str, *ids: str, note: str = "") -> tuple[RuleNote, ...]:
    """Rules that ask for something to be written down, and it is."""
    return tuple(RuleNote(one, "recorded", where, note) for one in ids)


def guidance(where: str, *ids: str, note: str = "") -> tuple[RuleNote, ...]:
    """Rules of conduct, shown to the person at the moment they matter."""
    return tuple(RuleNote(one, "guidance", where, note) for one in ids)


def not_applicable(reason: str, *ids: str) -> tuple[RuleNote, ...]:
    """Rules that cannot or need not be kept by a program, with the reason."""
    return tuple(RuleNote(one, "not_applicable", "", reason) for one in ids)
