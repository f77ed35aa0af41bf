"""What one command was asked in common: which ledger, who acts, when it happened, how to answer."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pm_cli.core import text
from pm_cli.core.errors import LedgerTrouble, Refusal, Usage
from pm_cli.core.text import _
from pm_cli.store import layout
from pm_cli.store.ledger import Ledger
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.store.git import Author


class Session:
    """The common options of one command, and the ledger they lead to."""

    def __init__(self) -> None:
        self.ledger_named = ""
        self.acting = ""
        self.at = ""
        self.language = ""
        self.json = False
        self.no_input = False
        self.dry_run = False

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger this command works on; raises NotFound."""
        ledger = Ledger(layout.find(named=self.ledger_named))
        if not (self.language or os.environ.get("PM_LANG")):
            with suppress(LedgerTrouble):  # `pm check` and `pm merge` have to work with settings that do not load
                if ledger.estate.language:
                    text.use_language(ledger.estate.language)
        return ledger

    @cached_property
    def now(self) -> datetime:
        """The moment at which this command is entered."""
        return self.ledger.now()

    @property
    def when(self) -> datetime:
        """The moment at which it happened: `--at`, else now; raises Usage."""
        return self.moment(self.at) if self.at else self.now

    def moment(self, typed: str) -> datetime:
        """An instant as typed; raises Usage."""
        from pm_cli.core.times import When, parse_when

        try:
            return parse_when(typed, When(self.now, self.ledger.zone))
        except ValueError as error:
            raise Usage(str(error)) from None

    @cached_property
    def actor(self) -> str:
        """Who acts: `--as`, PM_AS, or the setting of this desk; raises Refusal when nobody was named."""
        settings = self.ledger.desk_settings
        login = self.acting or os.environ.get("PM_AS", "") or settings.acting_at(self.now)
        if login:
            return login
        hint = _("Say it: --as LOGIN; for this desk: pm config as LOGIN; in scripts: PM_AS")
        if settings.acting:
            raise Refusal(_("The setting that {who} acts here has expired.").format(who=settings.acting), hint)
        raise Refusal(_("Nobody was named as acting."), hint)

    def seen_acting(self) -> None:
        """Whoever acts by this desk's setting is still here: the setting lasts on."""
        settings = self.ledger.desk_settings
        if settings.acting and settings.acting == self.actor:
            settings.used = self.now.isoformat()
            with suppress(OSError):  # what was to be saved is saved
                settings.write(self.ledger.layout.local / "settings.json")

    @property
    def author(self) -> Author:
        """Who git names as the author of this command."""
        from pm_cli.store.git import Author

        return Author(self.ledger.display_name(self.actor), f"{self.actor}@desk-{self.ledger.desk.lower()}.pm")

    @property
    def may_ask(self) -> bool:
        """Whether missing answers may be asked for."""
        return not self.no_input and not self.json and console.can_ask()


current = Session()
"""The session of the running command."""


def begin() -> Session:
    """Start a command with nothing said yet; the language of the environment holds until a ledger is opened."""
    vars(current).clear()
    vars(current).update(vars(Session()))
    text.use_language(os.environ.get("PM_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")
    return current
