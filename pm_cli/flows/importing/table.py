"""Reading a table: csv in the encodings and delimiters met in practice, or a spreadsheet; every cell as text."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pm_cli.core.errors import Usage
from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
GUESSES = ("utf-8", "gb18030")
"""Tried in turn on a file without a mark; what UTF-8 refuses is taken for Chinese as Excel saves it."""
DELIMITERS = ",;\t|"
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on and its cells, trimmed."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value of a row."""

    line: int
    column: str
    value: str
    reason: str


class Faulty(Exception):
    """A row that cannot be taken in."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


@dataclass(frozen=True)
class Table:
    """A table with named columns."""

    columns: tuple[str, ...]
    rows: list[Row]


def read(path: Path, encoding: str = "", delimiter: str = "") -> Table:
    """The table in a file; encoding and delimiter are found out unless they are given. Raises Usage."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Usage(_("{file} cannot be read: {reason}").format(file=path, reason=error.strerror or error)) from None
    if path.suffix.lower() in SPREADSHEETS:
        lines = _spreadsheet(path, content)
    else:
        lines = _lines(path, _decoded(path, content, encoding), delimiter)
    header = next(lines, None)
    if header is None:
        raise Usage(_("{file} is empty.").format(file=path))
    return Table(tuple(header.cells), [row for row in lines if any(row.cells)])


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    mark = next((name for mark, name in MARKS.items() if content.startswith(mark)), "")
    for guess in [encoding] if encoding else [mark] if mark else GUESSES:
        try:
            return content.decode(guess).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise Usage(_("There is no encoding {name!r}.").format(name=encoding)) from None
    tried = encoding or mark or ", ".join(GUESSES)
    raise Usage(
        _("{file} cannot be read as {encoding}.").format(file=path, encoding=tried),
        _("Name the right one in the mapping file: encoding: NAME"),
    )


def _lines(path: Path, text: str, delimiter: str) -> Iterator[Row]:
    """The rows of csv text; a quoted line break belongs to its cell."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(text), delimiter=delimiter or _delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield _row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise Usage(f"{path}:{line}: {error}") from None


def _delimiter(text: str) -> str:
    """The sign that splits the header into the most columns."""

    def columns(sign: str) -> int:
        return len(next(csv.reader(io.StringIO(text), delimiter=sign), ()))

    return max(DELIMITERS, key=columns)


def _spreadsheet(path: Path, content: bytes) -> Iterator[Row]:
    """The rows of the first sheet."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise Usage(
            _("Spreadsheets are read by an extra that is not installed."),
            _("pip install 'pm-ledger[excel]', or save the sheet as csv"),
        ) from None
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        found: Iterable[list[Any]] = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise Usage(
            _("{file} cannot be read as {encoding}.").format(file=path, encoding=path.suffix), str(error)
        ) from None
    for line, cells in enumerate(found, start=1):
        yield _row(line, [_plain(cell) for cell in cells])


def _row(line: int, cells: list[str]) -> Row:
    return Row(line, [cell.strip() for cell in cells])


def _plain(cell: Any) -> str:
    """A cell of a sheet as it would stand in csv: whole numbers without a point, times in ISO 8601."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
