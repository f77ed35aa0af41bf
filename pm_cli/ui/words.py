"""Words shown that no kind declares: outcomes of clocks and the like, listed so that the catalogues hold them."""

from __future__ import annotations

EXTRA = (
    ("state", "new"),
    ("state", "met"),
    ("state", "missed"),
    ("state", "overdue"),
    ("state", "paused"),
    ("state", "running"),
    ("state", "unknown"),
    ("field", "aliases"),
    ("field", "code"),
    ("field", "building"),
    ("kind", "record"),
)
"""(context, key) pairs for `core.text.word`."""
