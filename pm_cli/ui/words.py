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
    *(("field", name) for name in ("building", "kind", "class", "person", "month")),
    ("kind", "record"),
    *(
        ("field", name)
        for name in (
            "out",
            "lost",
            "with_owner",
            "sealed_at",
            "checked_at",
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
    ("field", "sheet"),
    *(("field", name) for name in ("route", "remedy", "rework_state", "open_members")),
    *(("field", name) for name in ("first_contact", "source", "gatherer", "where", "was_affected", "restored")),
    *(
        ("field", name)
        for name in ("duty_told", "leader_called", "leader_on_scene", "technician_told", "director_told")
    ),
    *(("field", name) for name in ("stayed_until", "told_at", "reported_at", "sent_at", "visit_by")),
    *(("field", name) for name in ("attempts", "verified_at", "repeated", "matter", "nonconformities", "inputs")),
    *(("field", name) for name in ("document_code", "base", "targets", "gathered", "evaluate_by")),
    *(("field", name) for name in ("accepted_on", "handed_in_at", "written_off_at", "damages", "prices")),
    *(("field", name) for name in ("explained_at", "forwarded_at")),
    ("value", "unpaid"),
    *(("value", name) for name in ("delegated", "issuer_absent")),
    *(("value", name) for name in ("dispute", "violence")),
    *(("value", name) for name in ("undetermined", "departments", "issuer", "filed")),
    *(("value", name) for name in ("owner_archive", "cs_archive", "department_archive", "counterfoil_book")),
)
"""(context, key) pairs for `core.text.word`."""
