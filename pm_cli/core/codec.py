"""The strict reader of the YAML subset of records: a file loads right or is refused with line and reason."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, TypeAlias

from pm_cli.core.text import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

Node: TypeAlias = "str | list[Node] | dict[str, Node]"
"""What a record consists of; every scalar is text, and the model types it."""

MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_DEPTH = 12

HIDDEN = r"\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff"
"""Characters nobody sees (controls, marks of direction, odd line breaks): files hold them as escapes only."""

# Repetitions without bound are possessive: no text, however hostile, makes the reader try twice.
_START = r"(?:[^-?:,\[\]{}#&*!|>'\"%@`\ \n]|[-?:](?=[^\ \n,\[\]{}]))"
_PLAIN = rf"{_START}(?:[^:#\n]++|:++(?=[^\ \n])|(?<=[^\ ])\#++)*+"
_QUOTED = r"""(?:"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\n]++|'')*+')"""
_ITEM = rf"(?:{_QUOTED}|{_START}(?:[^:#,\[\]{{}}\n]++|:++(?=[^\ \n,\[\]{{}}])|(?<=[^\ ])\#++)*+)\ *+"
_LIST = rf"\[\ *+((?:{_ITEM}(?:,\ *+{_ITEM}){{0,99}}+)?)\]"
_REMARK = r"\ *+(?:(?<=\ )\#.*+)?"

# Each line is one row: indentation with dashes, key, plain text that needs no second look, anything else.
_ROW = re.compile(
    rf"(\ *+(?:-(?:\ ++|(?=\n)))*+)(?:([A-Za-z_][A-Za-z0-9_.-]*+):(?:\ ++|(?=\n)))?+"
    rf"(?:({_PLAIN})(?<=[^\ ])(?=\n)|\#[^\n]*+|([^\n]*+))\n"
)
_QUOTED_KEY = re.compile(rf"({_QUOTED}):(?:\ ++|\Z)(?:\#.*+|(.*+))")
_VALUE = re.compile(rf"(?:({_QUOTED}|{_PLAIN})|{_LIST}|(\{{\ *+\}})){_REMARK}")
_ITEMS = re.compile(_ITEM)
_LITERAL = re.compile(rf"\|([-+]?){_REMARK}")
_ESCAPE = re.compile(r'((?:\\["\\/])++)|\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)')
_ESCAPES = dict(zip("0abtnvfre N_LP", "\0\a\b\t\n\v\f\r\x1b \x85\xa0\u2028\u2029", strict=True))
_HIDDEN = re.compile(f"[{HIDDEN}]")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: |$)", re.MULTILINE)

_MISPLACED = {
    '"': N_("the quoted text does not end on its line, or something follows it"),
    "'": N_("the quoted text does not end on its line, or something follows it"),
    "[": N_("a list in brackets ends on its line and holds up to 100 plain or quoted texts"),
    "{": N_("mappings in braces are not allowed; write one `key: value` a line"),
    "&": N_("anchors (&) are not allowed; put a text that starts so in double quotes"),
    "*": N_("aliases (*) are not allowed; put a text that starts so in double quotes"),
    "!": N_("tags (!) are not allowed; put a text that starts so in double quotes"),
    "|": N_("a text of several lines starts with | or |- and stands indented below"),
    ">": N_("folded texts (>) are not allowed; use | for a text of several lines"),
    "-": N_("a list starts on a line of its own"),
}
_UNQUOTED = N_("put this text in double quotes: it starts with a special sign or has a colon before a blank")


class CodecError(ValueError):
    """A document that cannot be read or written: the `reason` and the 1-based `line` it concerns."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line

    def __str__(self) -> str:
        return _("line {line}: {reason}").format(line=self.line, reason=self.reason)


def load(data: bytes) -> dict[str, Node]:
    """The document in `data`, a mapping with entries; raises CodecError for everything outside the subset."""
    text = _text(data)
    try:
        found = _Reader(text).mapping(0, 1)
    except CodecError:
        if not (marker := _CONFLICT.search(text)):
            raise
        reason = _("this looks like an unfinished merge; `pm merge` resolves it")
        raise CodecError(reason, text.count("\n", 0, marker.start()) + 1) from None
    if not found:
        raise CodecError(_("nothing in it"), 1)
    return found


def line_of(data: bytes, path: Sequence[str | int]) -> int:
    """The 1-based line that `path` (keys and item numbers) leads to in a loadable file, or to its parent."""
    reader, line = _Reader(_text(data)), 1
    for step in path:
        if not (found := reader.seek(step)):
            break
        line = found
    return line


def check_size(data: bytes) -> None:
    """Raise CodecError for a file larger than any record; reading it would only hold people up."""
    if len(data) > MAX_BYTES or data.count(b"\n") > MAX_LINES:
        reason = _("more than {size:,} bytes or {lines:,} lines").format(size=MAX_BYTES, lines=MAX_LINES)
        raise CodecError(reason, 1)


def check_depth(depth: int, line: int) -> None:
    """Raise CodecError for lists and mappings nested too deeply."""
    if depth > MAX_DEPTH:
        raise CodecError(_("nested more than {count} deep").format(count=MAX_DEPTH), line)


def _text(data: bytes) -> str:
    """The text of a file without the byte order mark and CRLF of some editors."""
    check_size(data)
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise CodecError(_("not UTF-8"), data.count(b"\n", 0, error.start) + 1) from None
    # Python calls all that is hidden, and some more, not printable; asking for that first is quicker.
    if not text.replace("\n", "").isprintable() and (hidden := _HIDDEN.search(text)):
        reason = _("tab or hidden character; indent with blanks, or write \\u{code:04x} in double quotes")
        line = text.count("\n", 0, hidden.start()) + 1
        raise CodecError(reason.format(code=ord(hidden[0])), line)
    return text if text.endswith("\n") else text + "\n"


class _Reader:
    """The rows of one file and how far they have been read (`at`)."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.rows: list[tuple[str, str, str, str]] = _ROW.findall(text)
        self.end = len(self.rows)
        self.rows.append(("", "", "", ""))
        self.at = 0

    def error(self, reason: str) -> CodecError:
        return CodecError(reason, self.at + 1)

    def skip(self) -> int:
        """Pass blank lines and remarks; the column of what comes next, -1 at the end."""
        while self.at < self.end:
            lead, key, plain, rest = self.rows[self.at]
            if key or plain or rest or "-" in lead:
                return len(lead) - len(lead.lstrip(" "))
            self.at += 1
        return -1

    def nested(self, column: int, depth: int) -> Node:
        """The list or mapping that starts here."""
        return (self.sequence if "-" in self.rows[self.at][0] else self.mapping)(column, depth)

    def mapping(self, column: int, depth: int) -> dict[str, Node]:
        check_depth(depth, self.at + 1)
        pad = " " * column
        found: dict[str, Node] = {}
        while True:
            lead, key, plain, rest = self.rows[self.at]
            if lead != pad or not key:
                if self.skip() < column:
                    return found
                key, plain, rest = self.entry(pad)
            if key in found:
                raise self.error(_("the key {key} stands here a second time").format(key=key))
            if plain:
                found[key] = plain
                self.at += 1
            else:
                found[key] = self.value(rest, column, depth)

    def entry(self, pad: str) -> tuple[str, str, str]:
        """Key, plain text and rest of a line that may be less simple than most."""
        lead, key, plain, rest = self.rows[self.at]
        if "-" in lead:
            raise self.error(_("a list item where `key: value` is expected"))
        if lead != pad:
            raise self.error(_("indented unlike the lines it belongs to"))
        if key:
            return key, plain, rest
        if quoted := _QUOTED_KEY.fullmatch(rest):
            return self.scalar(quoted[1]), "", quoted[2] or ""
        raise self.error(_no_entry(plain or rest))

    def sequence(self, column: int, depth: int) -> list[Node]:
        check_depth(depth, self.at + 1)
        found: list[Node] = []
        while self.skip() == column and "-" in self.rows[self.at][0]:
            if self.step_in(column):
                found.append(self.nested(self.skip(), depth + 1))
                continue
            plain, rest = self.rows[self.at][2:]
            found.append(plain or self.value(rest, column + 1, depth))
            self.at += bool(plain)
        return found

    def step_in(self, column: int) -> bool:
        """Blank the dash of an item that holds entries or items of its own, to read them as a block."""
        lead, key, plain, rest = self.rows[self.at]
        body = f"{lead[:column]} {lead[column + 1 :]}"
        if not (key or "-" in body or _QUOTED_KEY.fullmatch(rest)):
            return False
        self.rows[self.at] = (body, key, plain, rest)
        return True

    def value(self, text: str, column: int, depth: int) -> Node:
        """What stands behind a colon or dash: on the same line, or below it and deeper than `column`."""
        if not text:
            return self.block(column, depth)
        if literal := _LITERAL.fullmatch(text):
            return self.literal(literal[1], column)
        match = _VALUE.fullmatch(text)
        if not match:
            raise self.error(_(_MISPLACED.get(text[0], _UNQUOTED)))
        scalar, items, braces = match.groups()
        value: Node = {} if braces else []
        if scalar:
            value = self.scalar(scalar)
        elif items:
            check_depth(depth + 1, self.at + 1)
            value = [self.scalar(item) for item in _ITEMS.findall(items)]
        self.at += 1
        return value

    def block(self, column: int, depth: int) -> Node:
        """The block below a key or dash; the dashes of a list may stand right under the key."""
        self.at += 1
        line, below = self.at, self.skip()
        if below < column + ("-" not in self.rows[self.at][0]):
            raise CodecError(_('no value; write "" for an empty text, [] for an empty list'), line)
        return self.nested(below, depth + 1)

    def literal(self, chomp: str, column: int) -> str:
        """The lines of text below, deeper than `column`; `chomp` rules the line breaks at their end."""
        start = end = self.at + 1
        indent = 0
        while end < self.end:
            line = self.lines[end]
            if line.strip(" "):
                indent = indent or len(line) - len(line.lstrip(" "))
                if indent <= column or not line.startswith(" " * indent):
                    break
            end += 1
        text = "\n".join(line[indent:] for line in self.lines[start:end])
        if not text.lstrip("\n") or text.lstrip("\n")[0] == " ":
            raise self.error(_("the text below the | is missing or not indented evenly"))
        self.at = end
        text = text if chomp == "+" else text.rstrip("\n")
        return text if chomp == "-" else text + "\n"

    def scalar(self, token: str) -> str:
        """The text that a plain or quoted token stands for."""
        token = token.rstrip(" ")
        if token[0] == "'":
            return token[1:-1].replace("''", "'")
        if token[0] == '"':
            return _ESCAPE.sub(self.unescape, token[1:-1])
        return token

    def unescape(self, match: re.Match[str]) -> str:
        same, other = match.groups()
        if same:
            return str(same[1::2])
        if other in _ESCAPES:
            return _ESCAPES[other]
        if other[1:] and ((code := int(other[1:], 16)) < 0xD800 or 0xDFFF < code <= sys.maxunicode):
            return chr(code)
        raise self.error(_("{escape} stands for no character").format(escape=match[0]))

    def seek(self, step: str | int) -> int:
        """The line of entry `step` in the block that starts here, 0 without; on to the block within."""
        column, count = self.skip(), 0
        listed = "-" in self.rows[self.at][0]
        while 0 <= column <= (here := self.skip()):
            lead, key, plain, rest = self.rows[self.at]
            if here == column and ("-" in lead) == listed:
                line = self.at + 1
                if not listed:
                    key, plain, rest = self.entry(lead)
                if step == (count if listed else key):
                    if not (listed and self.step_in(column)):
                        self.at = self.end if plain or rest else line
                    return line
                count += 1
            elif here == column and listed:
                break
            self.at += 1
        return 0


def _no_entry(text: str) -> str:
    """Why `text` is no entry of a mapping."""
    if text.startswith("<<"):
        return _("merge keys (<<) are not allowed")
    if text.startswith(("---", "...", "%")):
        return _("a file is one document without --- and without directives")
    if text[0] in "&*!\"'{":
        return _(_MISPLACED[text[0]])
    return _("`key: value` is expected; a key beyond ASCII letters, digits, _ . - stands in double quotes")
