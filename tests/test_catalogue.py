"""The Chinese catalogue is complete, keeps every placeholder, and is the one that is compiled."""

from __future__ import annotations

import io
import re

from babel.messages.mofile import write_mo

from tests import messages

PLACEHOLDER = re.compile(r"\{[a-z_]*[^}]*\}")


def test_every_message_has_a_translation() -> None:
    kept = messages.current()
    missing = []
    for message in messages.template():
        if not message.id:
            continue
        single = message.id[0] if isinstance(message.id, tuple) else message.id
        found = kept.get(single, message.context)
        text = found.string if found else ""
        if not (text[0] if isinstance(text, tuple) and text else text):
            missing.append((message.context, single))
    assert not missing, f"{len(missing)} untranslated, run `make catalogue`: {missing[:10]}"


def test_placeholders_survive_translation() -> None:
    for message in messages.current():
        if isinstance(message.id, str) and message.id and message.string:
            assert sorted(PLACEHOLDER.findall(message.id)) == sorted(PLACEHOLDER.findall(str(message.string))), (
                message.id
            )


def test_the_compiled_catalogue_is_up_to_date() -> None:
    fresh = io.BytesIO()
    write_mo(fresh, messages.current())
    assert messages.CATALOGUE.with_suffix(".mo").read_bytes() == fresh.getvalue(), "run: make catalogue"
