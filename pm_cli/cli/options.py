"""Options every command has: `--ledger`, `--as`, `--at`, `--json`, `--lang`, `--no-input`, `--dry-run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperOption

from pm_cli.cli.session import current
from pm_cli.core import text
from pm_cli.core.text import N_, _

if TYPE_CHECKING:
    from typer import Context

AsOf = Annotated[str, typer.Option("--as-of", metavar="TIME", help=N_("As known at that moment (default: now)"))]
WithLate = Annotated[bool, typer.Option("--with-late-entries", help=N_("Judge that moment with what is known now"))]


def _keep(attribute: str) -> Any:
    def callback(_context: Context, _parameter: Any, value: Any) -> Any:
        if value:
            setattr(current, attribute, value)
            if attribute == "language":
                text.use_language(value)
        return value

    return callback


def _option(name: str, attribute: str, help: str, **more: Any) -> TyperOption:
    return TyperOption(
        param_decls=[name, f"common_{attribute}"],
        help=help,
        expose_value=False,
        callback=_keep(attribute),
        is_eager=attribute == "language",
        **more,
    )


def common(*, writes: bool = False) -> list[Any]:
    """The common options; those of writing commands on request."""
    found = [
        _option(
            "--ledger",
            "ledger_named",
            _("The ledger's folder (default: PM_LEDGER, or found upwards)"),
            metavar="DIR",
        ),
        _option("--lang", "language", _("Language: en or zh_CN"), metavar="LANG"),
        _option("--json", "json", _("Answer in JSON"), is_flag=True),
    ]
    if writes:
        found += [
            _option("--as", "acting", _("Who acts (default: PM_AS, or this desk's setting)"), metavar="LOGIN"),
            _option(
                "--at",
                "at",
                _("When it happened: 14:30, 'yesterday 14:30', -20m (default: now)"),
                metavar="TIME",
            ),
            _option("--no-input", "no_input", _("Never ask; refuse what is incomplete"), is_flag=True),
            _option("--dry-run", "dry_run", _("Check everything, change nothing"), is_flag=True),
        ]
    return found
