"""Everything `pm` can say, for the catalogues: texts marked in the code, words of the kinds, helps in docstrings.

`python -m tests.messages` brings the catalogue up to date: it adds what is new, drops what is gone, compiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pm_cli import kinds
from pm_cli.cli import root
from pm_cli.core.action import Shape
from pm_cli.core.model import inputs, leaf
from pm_cli.core.person import DEPARTMENTS, ROLES
from pm_cli.core.rule import STATUSES
from pm_cli.core.types import Choice
from pm_cli.ui.words import EXTRA

TOP = Path(__file__).parent.parent
CATALOGUE = TOP / "pm_cli/locale/zh_CN/LC_MESSAGES/pm.po"
KEYWORDS = {
    "_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "need": None, "may": None, "Group": None,
}  # fmt: skip
AUTHORS = "the pm authors"
STARTED = datetime(2026, 11, 21, tzinfo=UTC)
"""The catalogue's date, fixed so that making it again changes nothing but messages."""
WAYS = [("pm_cli/**.py", "python"), ("templates/**.j2", "jinja2.ext:babel_extract")]


def words() -> Iterator[tuple[str, str]]:
    """Stable keys that are shown translated, as (context, key)."""
    for command in root.commands():
        yield "command", command
    for role in ROLES:
        yield "role", role
    for department in DEPARTMENTS:
        yield "value", department
    for status in STATUSES:
        yield "status", status
    yield from EXTRA
    for name in kinds.names():
        kind = kinds.load(name)
        yield "kind", name
        yield from (("command", command) for command in root.beside(name))
        for state in kind.states:
            yield "state", state
        for clock in kind.clocks:
            yield "clock", clock.name
        for action in kind.actions.values():
            yield "action", action.name
            yield from shape_words(action)


def shape_words(shape: type[Shape]) -> Iterator[tuple[str, str]]:
    """Field names and choices of an action or group."""
    hints = shape.hints()
    for name, spec in shape.fields.items():
        yield "field", name
        if spec.name_in_record:
            yield "field", spec.name_in_record
        kind, group, _many = leaf(hints[name])
        if group is not None:
            yield from shape_words(group)
        if isinstance(kind, Choice):
            for option in kind.options:
                yield ("role" if option in ROLES else "value"), option


def sentences() -> Iterator[str]:
    """Helps that stand in docstrings, and what fields say about themselves."""
    for name in root.commands():
        yield root.help_of(name)
    for name in kinds.names():
        yield kinds.heading(name)
        yield from (root.help_of(f"{name}/{command}") for command in root.beside(name))
        for action in kinds.load(name).actions.values():
            yield action.help()
            yield action.help() + "."
            for one in inputs(action):
                yield one.spec.help
        for rule in kinds.load(name).rules:
            if rule.note and rule.status in {"guidance", "not_applicable"}:
                yield rule.note


def template() -> Catalog:
    """All messages without translations."""
    found = Catalog(project="pm", charset="utf-8")
    options = {"templates/**.j2": {"silent": "false", "encoding": "utf-8"}}
    for _file, _line, message, comments, context in extract_from_dir(
        TOP,
        method_map=WAYS,
        options_map=options,
        keywords=KEYWORDS,
        directory_filter=lambda path: "/." not in str(path),
    ):
        found.add(message, auto_comments=comments, context=context)
    for sentence in sentences():
        found.add(sentence)
    for context, key in words():
        found.add(key, context=context)
    return found


def current() -> Catalog:
    """The Chinese catalogue as it is kept."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh_CN", project="pm", charset="utf-8")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def main() -> None:
    """Bring catalogue and compiled catalogue up to date."""
    kept, wanted = current(), template()
    kept.update(wanted, no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.fuzzy = False
    kept.header_comment = "# pm in Chinese. Made by `make catalogue`; translate the empty messages, then make it again."
    kept.creation_date = kept.revision_date = STARTED
    kept.copyright_holder, kept.last_translator, kept.language_team = AUTHORS, AUTHORS, "zh_CN"
    kept.msgid_bugs_address = AUTHORS
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, kept, width=0, no_location=True, sort_output=True, omit_header=False)
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, kept)


if __name__ == "__main__":
    main()
