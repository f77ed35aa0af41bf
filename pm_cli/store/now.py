"""The present moment; the only place that asks the system's clock."""

from __future__ import annotations

from datetime import datetime, tzinfo


def now(zone: tzinfo) -> datetime:
    """The present in a zone, whole seconds."""
    return datetime.now(zone).replace(microsecond=0)
