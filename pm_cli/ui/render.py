"""Rendering of forms and reports: Jinja2 templates, a ledger's own before those that come with pm, always sandboxed."""

from __future__ import annotations

import os
import re
from functools import partial
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

from jinja2 import ChainableUndefined, FileSystemBytecodeCache, FileSystemLoader, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from pm_cli.core.errors import LedgerTrouble
from pm_cli.core.text import _, ngettext, word
from pm_cli.share import share
from pm_cli.ui import cells
from pm_cli.ui.console import defused, width

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo
    from pathlib import Path

    from jinja2 import BytecodeCache


class Templates:
    """The templates of one ledger in one format; those in the ledger's own folder come first.

    Templates see what is handed to `render` and the functions named here, and nothing else: no file, no module, no
    attribute that begins with an underscore. HTML is escaped; control and bidi characters are replaced everywhere.
    Compiled templates are kept in `cache`, a folder that belongs to this clone alone.
    """

    def __init__(self, own: Path, format: str, zone: tzinfo, cache: Path | None = None) -> None:
        self.format = format
        self._folders = (own, share("templates"))
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(self._folders),
            autoescape=format == "html",
            undefined=ChainableUndefined,
            finalize=_harmless,
            bytecode_cache=_cache(cache, format) if cache else None,
        )
        reader = cells.Reader(zone, format)
        self._environment.globals.update(
            _=_,
            ngettext=ngettext,
            word=word,
            width=width,
            when=reader.when,
            rate=cells.rate,
            shown=reader.shown,
            grid=partial(cells.grid, reader),
        )
        self._environment.filters["plain"] = reader.plain

    def find(self, *names: str) -> str:
        """The first of these that exists in this format, "" for none; `a/b` stands for `a/b.html.j2`."""
        files = (f"{name}.{self.format}.j2" for name in names)
        return next((file for file in files if any((folder / file).is_file() for folder in self._folders)), "")

    def render(self, file: str, values: Mapping[str, Any]) -> str:
        """A rendered document; raises LedgerTrouble that names template and line, whatever went wrong there."""
        try:
            text = self._environment.get_template(file).render(values)
        except Exception as error:
            raise LedgerTrouble(
                _("{where} cannot be rendered: {reason}").format(where=_place(error) or file, reason=error),
                _("A ledger's own templates come before those of pm: look into its folder templates."),
            ) from error
        return text.strip() + "\n" if self.format == "html" else _tidy(text)


def _cache(folder: Path, format: str) -> BytecodeCache | None:
    """Where compiled templates are kept; a ledger that cannot be written to works without."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder), f"{format}-%s") if os.access(folder, os.W_OK) else None


def _place(error: Exception) -> str:
    """File and line of the template in which something went wrong."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.name}:{error.lineno}"
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return next((f"{file}:{line}" for file, line in reversed(frames) if file.endswith(".j2")), "")


def _tidy(text: str) -> str:
    """Plain text without blanks at the ends of lines and without more than one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


def _harmless(value: object) -> object:
    if isinstance(value, Markup):
        return Markup(defused(value))
    return defused(value) if isinstance(value, str) else value
