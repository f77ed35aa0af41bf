"""The modules that declare something for a kind, found by their text, so that a command imports only what concerns it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path


@cache
def load(declarer: str, kind: str = "") -> None:
    """Import every module of flows that uses a declaring function and names a kind, or all requests, or any kind."""
    for name, text in _texts().items():
        if f"{declarer}(" in text and (not kind or f'"{kind}"' in text or "REQUESTS" in text):
            import_module(f"pm_cli.flows.{name}")


@cache
def _texts() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("[a-z]*.py")}
