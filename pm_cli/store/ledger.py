"""A ledger on disk: implements the books that actions are performed on, over files and index."""

from __future__ import annotations

import os
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pm_cli import kinds
from pm_cli.core.errors import LedgerTrouble, NotFound, Refusal
from pm_cli.core.ident import Number, day_folder, link, linked, parse_number, typed
from pm_cli.core.text import _, fold_width, listed, word
from pm_cli.store.index import Index
from pm_cli.store.layout import SETTINGS, Layout
from pm_cli.store.now import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pm_cli.core.calendar import Calendar
    from pm_cli.core.kind import Kind
    from pm_cli.core.person import Actor
    from pm_cli.core.policy import Policy
    from pm_cli.core.record import Record
    from pm_cli.store.compiled import Compiled
    from pm_cli.store.desk import DeskSettings
    from pm_cli.store.git import Git
    from pm_cli.store.settings import Estate

BUILT_IN = {"admin": "admin", "cron": "cron"}
"""Actors every ledger has from the start; they need no staff record."""


class Ledger:
    """Everything a command can ask a ledger; writing goes through `store.write.Writing`."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.root = layout.root
        self.reserved: dict[str, Record] = {}
        self._next: dict[tuple[date, str], int] = {}

    @cached_property
    def estate(self) -> Estate:
        """The settings of the whole estate, from the compiled cache."""
        return self._compiled.estate

    @cached_property
    def zone(self) -> tzinfo:
        """The estate's time zone."""
        try:
            return ZoneInfo(self.estate.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise LedgerTrouble(
                _("{file}: unknown timezone {name!r}").format(file=SETTINGS, name=self.estate.timezone)
            ) from None

    @cached_property
    def _compiled(self) -> Compiled:
        from pm_cli.store.compiled import compiled

        return compiled(self.root, self.layout.local / "rules.json")

    @property
    def policy(self) -> Policy:
        """Dated figures."""
        return self._compiled.policy

    @cached_property
    def calendar(self) -> Calendar:
        """Working days in the estate's time zone."""
        return self._compiled.calendar(self.zone)

    @property
    def rules_digest(self) -> str:
        """Changes whenever policy, calendar or settings change."""
        return self._compiled.digest

    @cached_property
    def desk_settings(self) -> DeskSettings:
        """What this clone knows about itself."""
        from pm_cli.store.desk import DeskSettings

        return DeskSettings.read(self.layout.local / "settings.json")

    @cached_property
    def git(self) -> Git | None:
        """The repository around the ledger, if any."""
        from pm_cli.store.git import Git

        return Git.around(self.root)

    @cached_property
    def index(self) -> Index:
        """The cache of all records, brought up to date once per command."""
        return Index.open(self)

    def now(self) -> datetime:
        """The present in the estate's time zone."""
        return now(self.zone)

    @property
    def desk(self) -> str:
        """The letter under which this clone numbers; raises Refusal when it has none yet."""
        letter = os.environ.get("PM_DESK", "") or self.desk_settings.desk
        if letter:
            return letter
        raise Refusal(
            _("This clone has no desk letter yet."),
            _("Choose a free one: pm config desk B --name {name}").format(name="后台"),
        )

    # -- the books -------------------------------------------------------------------------------------------

    def kind(self, name: str) -> Kind:
        """The declaration of a kind; raises KeyError."""
        return kinds.load(name)

    def get(self, number: str) -> Record | None:
        """The record of exactly this number, alias or stored link; its newest version within this command."""
        plain, _at, identity = number.partition("@")
        if plain in self.reserved:
            return self.reserved[plain]
        path = self.path_of(plain)
        record = self._read(path) if path else None
        if record is None or record.identity.startswith(identity):
            return record
        renumbered = (self._read(path) for path in self.index.aliased(plain))
        return next((other for other in renumbered if other.identity.startswith(identity)), record)

    def _read(self, path: str) -> Record:
        from pm_cli.store.files import demand

        return demand(self.root, path)

    def path_of(self, number: str) -> str:
        """The file of a number, "" when nobody carries it."""
        parsed = parse_number(number)
        if parsed is not None:
            path = f"{parsed.folder}/{number}.yaml"
            return path if (self.root / path).is_file() else self.index.path_of(number)
        registers = self.root / "register"
        for folder in sorted(os.listdir(registers)) if number and registers.is_dir() else []:
            path = f"register/{folder}/{number}.yaml"
            if (self.root / path).is_file():
                return path
        return ""

    def resolve(self, text: str, allowed: tuple[str, ...] = ()) -> str:
        """The stored link for a typed number or tail; raises NotFound with the candidates."""
        number = self.number(text, allowed)
        record = self.get(number)
        if record is None or kinds.load(record.kind).register:  # those built in have no record
            return number
        return link(record.id, record.identity)

    def number(self, text: str, allowed: tuple[str, ...] = ()) -> str:
        """The full number somebody meant by a tail; raises NotFound when none or several answer to it."""
        exact, plain = linked(fold_width(text)), linked(typed(text))
        for number in dict.fromkeys((exact, plain)):  # room 1e3 is not 1E3, but cp-260302-a01 is CP-260302-A01
            record = self.get(number) if number else None
            if record is not None and (not allowed or record.kind in allowed):
                return record.id
        if "staff" in allowed and plain in BUILT_IN:
            return plain
        found = self.index.tails(plain, allowed)
        if len(found) == 1:
            return found[0][0]
        if found:
            lines = "\n".join(f"  {number}  {unit}  {summary}" for number, unit, summary in found[:10])
            raise NotFound(
                _("{text!r} could be any of:\n{list}").format(text=text, list=lines), _("Type more of the number.")
            )
        names = listed(word("kind", kind) for kind in allowed) or _("record")
        raise NotFound(_("No {kind} answers to {text!r}.").format(kind=names, text=text), self._advice(allowed, text))

    def _advice(self, allowed: tuple[str, ...], text: str) -> str:
        if len(allowed) != 1 or not kinds.load(allowed[0]).register:
            return _("Look for it: pm find {text}").format(text=text)
        if near := self.index.near(allowed[0], text):
            return _("Did you mean {names}?").format(names=listed(near))
        return _("Register it first: pm {kind} add {text}, or look: pm find {text}").format(kind=allowed[0], text=text)

    def matching(self, kind: str, equal: Mapping[str, str], at: datetime | None = None) -> Sequence[Record]:
        """Records of a kind that are open, or were not closed yet at an instant, whose fields equal the given texts."""
        declared = kinds.load(kind)
        numbers = {record.id for record in self.reserved.values()}
        records = [
            self._read(path) for number, path in self.index.matching_paths(kind, equal, at) if number not in numbers
        ]
        records += [
            record for record in self.reserved.values() if record.kind == kind and declared.is_open(record.state)
        ]
        return [
            record
            for record in records
            if all(linked(str(record.fields.get(name, ""))) == linked(text) for name, text in equal.items())
        ]

    def actor(self, login: str, at: datetime) -> Actor:
        """Who acts, with the roles held at an instant; raises Refusal for strangers and for those who had left.

        Somebody registered only later is judged by the first roles known: old entries may precede a registration.
        """
        from pm_cli.core.fold import fold
        from pm_cli.core.person import Actor, department_of

        if login in BUILT_IN:
            return Actor(login, frozenset({BUILT_IN[login]}))
        path = f"register/staff/{login}.yaml"
        if not login or not (self.root / path).is_file():
            raise Refusal(
                _("{who} is not registered as staff.").format(who=login or "?"),
                _("Register: pm staff add {who} --name NAME --role receptionist --as admin").format(
                    who=login or "li.na"
                ),
            )
        record = self.get(login)
        assert record is not None
        declared = kinds.load("staff")
        then = fold(declared, record)
        steps = [step for step in then.steps if step.instant <= at] or then.steps[:1]
        if steps[-1].after == "left":
            raise Refusal(_("{who} had left by then.").format(who=login))
        shorter = record.copy()
        kept = {step.event.id for step in steps}
        dropped = {step.event.id for step in then.steps} - kept
        shorter.events = [event for event in record.events if event.id not in dropped]
        fields = fold(declared, shorter).fields
        roles = frozenset(str(role) for role in fields.get("role", []))
        return Actor(login, roles, str(fields.get("department", department_of(roles))))

    def next_number(self, prefix: str, day: date, desk: str = "") -> str:
        """The desk's next free number of a day; numbers are shared by all kinds so that a tail is enough."""
        desk = desk or self.desk
        key = (day, desk)
        if key not in self._next:
            folder = self.root / day_folder(day)
            taken = [
                parsed.sequence
                for name in (os.listdir(folder) if folder.is_dir() else [])
                if (parsed := parse_number(name.removesuffix(".yaml"))) and parsed.desk == desk
            ]
            self._next[key] = max(taken, default=0)
        self._next[key] += 1
        return str(Number(prefix, day, desk, self._next[key]))

    def reserve(self, record: Record) -> None:
        """Let a record that is about to be written be found by what follows in the same command."""
        self.reserved[record.id] = record

    def forget_numbers(self) -> None:
        """Look at the folders again before the next number is given out (another command may have come first)."""
        self._next.clear()
        self.reserved.clear()

    def display_name(self, login: str) -> str:
        """The name colleagues know somebody by."""
        record = self.get(login) if (self.root / f"register/staff/{login}.yaml").is_file() else None
        return str(record.fields.get("name", login)) if record else login
