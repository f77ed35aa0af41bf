"""The package as it is installed and started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pm_cli import share


def test_the_package_itself_imports_nothing() -> None:
    """Every command pays for what `import pm_cli` loads."""
    code = "import sys; before = set(sys.modules); import pm_cli; print(*set(sys.modules) - before)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == ["pm_cli"]


@pytest.mark.parametrize("place", ["pm_cli/_share/ledger", "ledger"], ids=["installed", "checkout"])
def test_shared_files_are_found_where_pm_runs_from(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "PACKAGE", tmp_path / "pm_cli")
    (tmp_path / place).mkdir(parents=True)
    assert share.share("ledger") == tmp_path / place


def test_an_installed_pm_does_not_look_beside_itself_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside an installed package lie other people's packages."""
    monkeypatch.setattr(share, "PACKAGE", tmp_path / "pm_cli")
    (tmp_path / "templates").mkdir()
    (tmp_path / "pm_cli/_share/templates").mkdir(parents=True)
    assert share.share("templates") == tmp_path / "pm_cli/_share/templates"


def test_an_incomplete_installation_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(share, "PACKAGE", tmp_path / "pm_cli")
    with pytest.raises(FileNotFoundError, match=r"folder templates .* install pm again"):
        share.share("templates")
