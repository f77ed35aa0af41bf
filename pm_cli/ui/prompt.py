"""Asking for what is missing: one question per field, choices by number, every answer kept when the intake is broken off."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pm_cli.core.errors import NotFound
from pm_cli.core.model import Input, inputs
from pm_cli.core.text import _, word
from pm_cli.core.types import Choice, FlagType, Link, option_word
from pm_cli.ui import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pm_cli.core.action import Action
    from pm_cli.core.times import When


@dataclass
class Asked:
    """The input with the answers added; `broken_off` when somebody interrupted before the last question."""

    raw: dict[str, Any]
    broken_off: bool = False


def ask(action: type[Action], raw: dict[str, Any], when: When, resolve: Callable[[str, tuple[str, ...]], str]) -> Asked:
    """Ask for the required fields that were not given, and then for those worth asking; nothing if nothing is missing."""
    asked = Asked(raw)
    leaves = list(inputs(action))
    if not any(leaf.required and not _given(raw, leaf) for leaf in leaves):
        return asked
    questions = [leaf for leaf in leaves if (leaf.required or leaf.spec.ask) and not _given(raw, leaf)]
    console.tell(_("{action}. Enter skips what is optional; Ctrl-C breaks off.").format(action=_(action.help())))
    try:
        with _interruptible():
            for leaf in sorted(questions, key=lambda one: not one.required):
                answer = _answer(leaf, when, resolve)
                if answer:
                    _put(raw, leaf, answer)
    except (KeyboardInterrupt, EOFError):
        asked.broken_off = True
    return asked


def _answer(leaf: Input, when: When, resolve: Callable[[str, tuple[str, ...]], str]) -> str:
    """One field until the answer fits; "" when an optional one was skipped."""
    label = word("field", leaf.path[-1])
    hint = _(leaf.spec.help)
    options = leaf.type.options if isinstance(leaf.type, Choice) else ()
    if options:
        console.tell("  ".join(f"{number} {option_word(option)}" for number, option in enumerate(options, 1)))
    mark = "" if leaf.required else _(" (optional)")
    question = f"{label}{mark}: " if label == hint else f"{label}{mark} - {hint}: "
    if isinstance(leaf.type, FlagType):
        question = f"{label} {_('y/n')}{mark}: "
    while True:
        text = read(question).strip()
        if not text and not leaf.required:
            return ""
        if options and text.isdigit() and 1 <= int(text) <= len(options):
            return options[int(text) - 1]
        try:
            leaf.type.parse(text, when)
            if isinstance(leaf.type, Link):
                resolve(text, leaf.type.kinds)
            return text
        except ValueError as error:
            console.tell("  " + (_("One of these numbers or words, please.") if options else str(error)))
        except NotFound as error:
            console.tell("  " + error.message)
            if error.hint:
                console.tell("  " + error.hint)


def read(question: str) -> str:
    """A line with editing that knows wide characters; pasted line breaks stay in this answer."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.output import create_output

    session: PromptSession[str] = PromptSession(output=create_output(stdout=sys.stderr))
    return session.prompt(console.defused(question))


@contextmanager
def _interruptible() -> Iterator[None]:
    """A closed terminal or a polite kill breaks off like Ctrl-C, so that the answers are kept."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _given(raw: dict[str, Any], leaf: Input) -> bool:
    place: Any = raw
    for part in leaf.path:
        place = place.get(part) if isinstance(place, dict) else None
    return place not in (None, "", [])


def _put(raw: dict[str, Any], leaf: Input, answer: str) -> None:
    place = raw
    for part in leaf.path[:-1]:
        place = place.setdefault(part, {})
    place[leaf.path[-1]] = [answer] if leaf.many else answer
