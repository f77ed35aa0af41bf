"""Help pages and usage errors in the reader's language; the parser's own few English phrases are replaced here."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from pm_cli.core.text import _, language, listed, word

if TYPE_CHECKING:
    from typer._click.exceptions import UsageError


class Translated:
    """Mixed into commands and groups: the usage line and the help option speak the reader's language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """`Usage: pm complaint receive [OPTIONS]`."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    def get_help_option(self, ctx: Any) -> Any:
        """`--help` with its text translated."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this message and exit")
        return option


class Command(Translated, TyperCommand):
    """A command whose help is translated."""


class Group(Translated, TyperGroup):
    """A group of commands whose help is translated."""


def titled(context: str, name: str) -> str:
    """A name as it is typed, with the Chinese word that may be typed instead."""
    typed = name.replace("_", "-")
    return f"{typed} {word(context, name)}" if language() == "zh_CN" else typed


def explained(error: UsageError) -> tuple[str, str]:
    """A usage error as message and hint."""
    path = error.ctx.command_path if error.ctx else "pm"
    hint = _("See: {command} --help").format(command=path)
    match type(error).__name__:
        case "NoSuchOption":
            name = str(getattr(error, "option_name", ""))
            near = getattr(error, "possibilities", None) or []
            return _("There is no option {name}.").format(name=name), _near(near, hint)
        case "MissingParameter":
            parameter: Any = getattr(error, "param", None)
            name = parameter.human_readable_name if parameter is not None else ""
            return _("{name} is missing.").format(name=name), hint
        case "BadParameter":
            return _("{name}: {what}").format(name=_hint_of(error), what=error.message), hint
    text = error.format_message()
    if text.startswith("No such command"):
        typed = text.split("'")[1] if "'" in text else ""
        command: Any = error.ctx.command if error.ctx else None
        known = command.list_commands(error.ctx) if hasattr(command, "list_commands") else []
        return _("There is no command {name!r}.").format(name=typed), _near(get_close_matches(typed, known), hint)
    if text.startswith("Got unexpected extra argument"):
        return _("Too many words: {words}").format(words=text[text.find("(") + 1 :].rstrip(")")), hint
    if text.startswith("Missing command"):
        return _("Say what is to be done."), hint
    return text, hint


def _hint_of(error: UsageError) -> str:
    parameter: Any = getattr(error, "param", None)
    return str(parameter.get_error_hint(error.ctx)).strip("'") if parameter is not None else ""


def _near(names: Any, otherwise: str) -> str:
    found = list(names)
    return _("Did you mean {names}?").format(names=listed(found)) if found else otherwise
