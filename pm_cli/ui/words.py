"""Words shown that no kind declares: outcomes of clocks and the like, listed so that the catalogues hold them."""

from __future__ import annotations

EXTRA: tuple[tuple[str, str], ...] = (
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
    *(
        ("field", name)
        for name in (
            "out",
            "lost",
            "with_owner",
            "sealed_at",
            "handover",
            "given_at",
            "received_at",
            "returned_at",
            "prints",
            "reworks",
            "reopened",
            "unsolved",
            "rounds",
            "returned",
            "copies",
            "receiver",
            "since",
            "location",
            "keeper",
        )
    ),
    ("field", "in_cabinet"),
    ("field", "out_on_loan"),
    *(("value", name) for name in ("undetermined", "departments", "issuer", "filed")),
)
"""(context, key) pairs for `core.text.word`."""
