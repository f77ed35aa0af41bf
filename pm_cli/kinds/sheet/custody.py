"""The two tables of a sheet: where each copy lies since when, and the handover book with a line for each department."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from pm_cli.core.errors import Refusal
from pm_cli.core.text import _, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

    Fields = Mapping[str, Node]
    Lines = dict[str, dict[str, Node]]

COPIES = ("archive", "cs_filing", "department", "counterfoil")
"""Parts of form F-01: the departments keep the third (WORK-09), the issuer the fourth (AMB-12)."""
COME_BACK = ("archive", "cs_filing")
OUT = ("issued", "received")
UNDER_WAY = (*OUT, "returned", "accepted")
ACCEPTANCE = ("acceptance_opinion", "client_signature", "accepted_by", "acceptance_scan", "special_case_reason")
"""What an acceptance leaves on the sheet (SHEET-22, SHEET-23)."""


def copies(fields: Fields) -> Lines:
    """Where each copy lies."""
    return cast("Lines", fields.get("copies", {}))


def handover(fields: Fields) -> Lines:
    """The lines of the handover book, by department."""
    return cast("Lines", fields.get("handover", {}))


def write(fields: dict[str, Node], table: str, names: Iterable[str], line: Mapping[str, Node]) -> None:
    """Give some lines of a table what is new; names the table does not have are left out."""
    held = cast("Lines", fields.get(table, {}))
    fields[table] = {**held, **{name: dict(line) for name in names if name in held}}


def move(fields: dict[str, Node], at: str, place: str, *names: str) -> None:
    """Note where copies lie from now on."""
    write(fields, "copies", names, {"place": place, "since": at})


def unaccepted(fields: dict[str, Node]) -> None:
    """Drop an acceptance: it was of work that goes on, or that turned out to be impossible (SHEET-22)."""
    for name in ACCEPTANCE:
        fields.pop(name, None)


def enter(fields: dict[str, Node], given: Fields, mark: str, at: str) -> None:
    """Complete a department's line of the handover book with what was given, and when."""
    name = meant(fields, given.get("department"), mark)
    said = {key: value for key, value in given.items() if key != "department"}
    write(fields, "handover", [name], {**handover(fields).get(name, {}), mark: at, **said})


def meant(fields: Fields, named: Node | None, lacking: str) -> str:
    """The department whose line still lacks something: the one named, or the only one; otherwise none."""
    waiting = [name for name, line in handover(fields).items() if lacking not in line]
    return next((name for name in waiting if name == named or (named is None and len(waiting) == 1)), "")


def unclear(now: Facts) -> Refusal:
    """The refusal of an entry that fits no line of the handover book, or several."""
    names = ", ".join(word("value", name) for name in handover(now.fields))
    return Refusal(_("say which department, each once: {names}.").format(names=names), "--department NAME")


def all_have(fields: Fields, mark: str) -> bool:
    """Whether every line of the handover book is that far."""
    return all(mark in line for line in handover(fields).values())


class BackAtDesk:
    """Mixed into what brings the sheet back to customer service."""

    @staticmethod
    def effect(given: Fields, fields: dict[str, Node], at: str) -> None:
        """Two copies come back."""
        move(fields, at, "desk", *COME_BACK)


class Whereabouts(NamedTuple):
    """Where one copy is: its place since when, which departments have it, which of them have not signed for it."""

    copy: str
    place: str
    since: str
    departments: tuple[str, ...]
    unsigned: tuple[str, ...]
    location: str
    keeper: str
    filed_by: str


def whereabouts(fields: Fields) -> Iterator[Whereabouts]:
    """Where every copy is, as the fields of a sheet say; a copy that comes back is with those that have not answered."""
    book = handover(fields)
    for copy, lies in copies(fields).items():
        away = lies["place"] == "departments"
        holding = [name for name, line in book.items() if away and not (copy in COME_BACK and "returned_at" in line)]
        yield Whereabouts(
            copy,
            str(lies["place"]),
            str(lies["since"]),
            tuple(holding),
            tuple(name for name in holding if "received_at" not in book[name]),
            str(lies.get("location", "")),
            str(lies.get("keeper", "")),
            str(lies.get("filed_by", "")),
        )
