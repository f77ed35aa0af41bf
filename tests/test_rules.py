"""Every rule has a status; what is claimed exists and is proved by a case or a test that names the rule."""

from __future__ import annotations

import pytest

from pm_cli import kinds
from pm_cli.flows.catalogue import Honoured, claimed, honoured
from tests import rule_cases

PROVED = {"enforced", "computed", "recorded"}
OWNED = ("SHEET", "KEY", "COMP", "CONS", "SUGG", "DISP", "EMER", "COND", "WORK", "RV", "NC", "STAT", "ASSESS")
"""Sections this version honours whole."""


def test_cases_are_collected_anew() -> None:
    assert rule_cases.TARGET.read_text(encoding="utf-8") == rule_cases.text(), "run: make cases"


def test_no_rule_is_claimed_that_the_catalogue_does_not_have() -> None:
    known = {item.id for item in honoured()}
    assert {note.id for note in claimed()} <= known


@pytest.mark.parametrize("item", [item for item in honoured() if item.status in PROVED], ids=lambda item: item.id)
def test_a_claimed_rule_has_a_case(item: Honoured) -> None:
    assert item.cases, f"{item.id} is said to be {item.status} in {item.where}, but no case names it"


@pytest.mark.parametrize("item", [item for item in honoured() if item.status == "guidance"], ids=lambda item: item.id)
def test_guidance_says_what_is_shown_and_when(item: Honoured) -> None:
    assert item.note
    assert item.where


def test_what_is_claimed_is_there() -> None:
    """`where` names an action, a clock or a field of a kind, or a part of the program that says so itself."""
    for name in kinds.names():
        kind = kinds.load(name)
        clocks = {clock.name for clock in kind.clocks}
        for rule in kind.rules:
            words = rule.where.split()
            if len(words) < 2 or words[0] != name:
                continue
            if words[1] == "clock":
                assert words[2] in clocks, rule
                continue
            assert words[1] in kind.actions, rule
            if len(words) > 2:
                assert words[2] in kind.actions[words[1]].fields, rule


@pytest.mark.parametrize("section", OWNED)
def test_owned_sections_have_nothing_left_to_do(section: str) -> None:
    left = [item.id for item in honoured() if item.id.startswith(section + "-") and item.status == "todo"]
    assert not left


@pytest.mark.parametrize("section", OWNED)
def test_every_rule_of_an_owned_section_has_a_case_or_a_reason(section: str) -> None:
    """Guidance too is shown by a case; what does not apply says why."""
    for item in honoured():
        if item.id.startswith(section + "-"):
            assert item.note if item.status == "not_applicable" else item.cases, item.id
