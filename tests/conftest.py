"""The same surroundings for every test, whoever runs it: no settings of pm, git or the locale."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from pm_cli.core.text import use_language

SURROUNDINGS = {
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "pm tests",
    "GIT_AUTHOR_EMAIL": "tests@pm.invalid",
    "GIT_COMMITTER_NAME": "pm tests",
    "GIT_COMMITTER_EMAIL": "tests@pm.invalid",
}

for name in list(os.environ):
    if name.startswith(("PM_", "GIT_", "LC_", "LANG")) or name in {"COLUMNS", "FORCE_COLOR", "NO_COLOR"}:
        del os.environ[name]
os.environ.update(SURROUNDINGS)

settings.register_profile("quick", max_examples=20, deadline=None)
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("ci" if "CI" in os.environ else "quick")


@pytest.fixture(autouse=True)
def _english() -> None:
    """Whatever language the test before has spoken."""
    use_language("en")
