"""From an exception to a message and an exit code; a traceback never reaches the user."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer._click import exceptions as click

from pm_cli.cli import session
from pm_cli.cli.help import explained
from pm_cli.core.errors import LedgerTrouble, PmError
from pm_cli.core.text import _, word
from pm_cli.ui import console

if TYPE_CHECKING:
    from pm_cli.core.model import InputErrors

INTERRUPTED = 130
INTERNAL = 70


def report(error: BaseException) -> int:
    """Tell what went wrong and return the exit code."""
    from pm_cli.core.model import InputErrors
    from pm_cli.core.policy import PolicyError

    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt | typer.Abort | EOFError):
        console.tell(_("Broken off; nothing was changed."))
        return INTERRUPTED
    if isinstance(error, InputErrors):
        return _input(error)
    if isinstance(error, click.UsageError):
        with suppress(PmError):  # said in the language of the ledger one stands in, if one does
            session.current.ledger.estate  # noqa: B018
        return _told(*explained(error), 2)
    if isinstance(error, click.ClickException):
        return _told(error.format_message(), "", 2)
    if isinstance(error, PolicyError):
        error = LedgerTrouble(str(error), _("Look at it: pm policy show; pm check"))
    if isinstance(error, PmError):
        return _told(error.message, error.hint, error.exit_code)
    if isinstance(error, OSError) or type(error).__name__ == "OperationalError":  # sqlite3 is not imported for this
        return _told(_("The system refused: {reason}").format(reason=error), "", LedgerTrouble.exit_code)
    return _internal(error)


def _told(message: str, hint: str, code: int) -> int:
    if session.current.json:
        console.as_json({"error": {"message": message, "hint": hint, "exit_code": code}})
    console.tell(message)
    if hint:
        console.tell(_("Hint: {hint}").format(hint=hint))
    return code


def _input(error: InputErrors) -> int:
    lines = [f"--{name.replace('.', '-').replace('_', '-')}: {text}" for name, text in error.errors.items()]
    if error.missing:
        options = ", ".join(
            f"--{name.replace('.', '-').replace('_', '-')} ({word('field', name.rpartition('.')[2])})"
            for name in error.missing
        )
        lines.append(_("Missing: {options}").format(options=options))
    hint = _("Answer now, or save what you have as a draft: --draft") if error.missing else ""
    return _told("\n".join(lines), hint, 2)


def _internal(error: BaseException) -> int:
    """A defect of `pm`: keep the details for a report, show one line."""
    import tempfile
    import traceback

    if os.environ.get("PM_DEBUG"):
        traceback.print_exception(error)
    trace = "".join(traceback.format_exception(error))
    place = Path(tempfile.gettempdir()) / "pm-error.txt"
    try:
        place.write_text(trace, encoding="utf-8")
    except OSError:
        place = Path("-")
    return _told(
        _("Something in pm itself went wrong: {what}").format(what=f"{type(error).__name__}: {error}"),
        _("Details for a report are in {file}.").format(file=place),
        INTERNAL,
    )
