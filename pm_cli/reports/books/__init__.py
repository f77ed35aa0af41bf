"""The books of the manuals (D-06): one small module each, found by its file name; nothing is entered in them twice."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pm_cli.reports.figures.book import Book

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Names of all books, without importing any."""
    return tuple(sorted(path.stem for path in FOLDER.glob("[a-z]*.py")))


def load(name: str) -> Book:
    """The declaration of a book; raises KeyError for an unknown name."""
    if name not in names():
        raise KeyError(name)
    book: Book = import_module(f"{__name__}.{name}").BOOK
    return book


def meant(typed: str) -> str:
    """The name of the book somebody typed by name, form number, English or Chinese title, "" for none."""
    key = typed.lower().replace("-", "_")
    if key in names():
        return key
    return next((name for name in names() if typed.lower() in _known_as(load(name))), "")


def _known_as(book: Book) -> set[str]:
    return {book.form.lower(), book.en.lower(), book.zh.lower(), *book.zh.lower().split("、")}
