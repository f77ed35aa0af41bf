"""What one action entails for other records: done with it, under the same lock and in the same commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pm_cli.flows import declared

if TYPE_CHECKING:
    from collections.abc import Callable

    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books, Order, Outcome

    Follow = Callable[[Books, Order, Outcome], list[Outcome]]

_DECLARED: dict[tuple[str, str], Follow] = {}


def follows(kind: str, *actions: str) -> Callable[[Follow], Follow]:
    """Declare what follows from these actions of a kind: given the order and its outcome, the further outcomes."""

    def declare(function: Follow) -> Follow:
        _DECLARED.update(dict.fromkeys(((kind, action) for action in actions), function))
        return function

    return declare


def following(books: Books, kind: Kind, order: Order, outcome: Outcome) -> list[Outcome]:
    """The outcomes that follow from one."""
    declared.load("follows", kind.name)
    follow = _DECLARED.get((kind.name, order.action.name))
    return follow(books, order, outcome) if follow else []
