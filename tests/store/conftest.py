"""Ledgers to break: small estates on disk, driven through the command line as people drive it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from tests.store.desk import Desk, opened

PRESENT = datetime.fromisoformat("2026-03-02T10:00:00+08:00")


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Monday morning for which the starter ledger has a calendar, whenever the tests run."""

    def now(zone: tzinfo) -> datetime:
        return PRESENT.astimezone(zone)

    monkeypatch.setattr("pm_cli.store.ledger.now", now)


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An estate with staff, a flat and an open complaint, to be copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pm_cli.store.ledger.now", lambda zone: PRESENT.astimezone(zone))
        return opened(tmp_path_factory.mktemp("starter") / "estate")


@pytest.fixture
def desk(starter: Desk, tmp_path: Path) -> Desk:
    """A copy of the starter estate under git."""
    return starter.copy(tmp_path / "estate")


@pytest.fixture(scope="session")
def clone(starter: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A second desk of the starter estate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pm_cli.store.ledger.now", lambda zone: PRESENT.astimezone(zone))
        return starter.clone(tmp_path_factory.mktemp("clone") / "estate", "B")


@pytest.fixture
def desks(desk: Desk, clone: Desk, tmp_path: Path) -> tuple[Desk, Desk]:
    """Two desks with a clone each."""
    return desk, clone.copy(tmp_path / "other")


@pytest.fixture
def quick(starter: Desk) -> Iterator[Desk]:
    """A copy of the starter estate in memory, for tests of which the disk itself is no part."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield starter.copy(Path(folder) / "estate")
