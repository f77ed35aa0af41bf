"""The canonical writer of the YAML subset in which records are kept: the same document, the same bytes."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from pm_cli.core.codec import HIDDEN, CodecError, check_depth, check_size
from pm_cli.core.text import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.codec import Node

SEEN = 1024
"""Texts whose spelling is remembered: a record has most of its texts twice, in its fields and in an event."""

# What a reader of YAML 1.1 or 1.2 would take for something else than text.
_WORD = r"(?i:y|n|yes|no|on|off|true|false|null)"
_NUMBER = r"[0-9][0-9_,.:]*+(?:[eE][-+]?[0-9_]*+)?|0[xXoObB][0-9A-Fa-f_]*+"
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\ ].*+)?"

_KEY = re.compile(rf"(?!{_WORD}\Z)[A-Za-z_][A-Za-z0-9_.-]*+")
_PLAIN = re.compile(
    rf"(?!(?:{_WORD}|{_NUMBER}|{_DATE})\Z)(?![\s{HIDDEN}])[A-Za-z0-9_\x80-\U0010ffff]"
    rf"(?:[^:#\n{HIDDEN}]++|:(?!\ |\Z)|(?<!\ )\#)*+(?<!\s)"
)
# No text to other readers, but spelled as they would spell it: a float keeps 15 digits.
_CANONICAL = re.compile(r"true|false|0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,9})\.[0-9]{0,3}[1-9]")
_INSTANT = re.compile(
    r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{6})?(?:[+-][0-9]{2}:[0-9]{2})?)?"
)
_ESCAPED = re.compile(rf'["\\\n{HIDDEN}]')
_HIDDEN = re.compile(rf"[{HIDDEN}]")
_EMPTY: dict[type, str] = {list: "[]", dict: "{}"}
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def dump(doc: Mapping[str, Node]) -> bytes:
    """The one spelling of `doc`, keys in order; raises CodecError for what `load` would not read back."""
    out: list[str] = []
    _mapping(out, doc, "", "", 1)
    if not out:
        raise CodecError(_("nothing in it"), 1)
    text = "\n".join([*out, ""])
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        reason = _("half a character ({escape})").format(escape=ascii(text[error.start])[1:-1])
        raise CodecError(reason, text.count("\n", 0, error.start) + 1) from None
    check_size(data)
    return data


def _mapping(out: list[str], doc: Mapping[str, Node], lead: str, pad: str, depth: int) -> None:
    """Write entries: the first behind `lead`, the others behind `pad`."""
    check_depth(depth, len(out) + 1)
    for key, value in doc.items():
        head = f"{lead}{_key(key)}:"
        lead = pad
        if isinstance(value, str):
            _text(out, head, value, pad)
        elif not value:
            out.append(f"{head} {_EMPTY[type(value)]}")
        else:
            out.append(head)
            if isinstance(value, list):
                _sequence(out, value, pad, pad, depth + 1)
            else:
                inner = pad + "  "
                _mapping(out, value, inner, inner, depth + 1)


def _sequence(out: list[str], items: list[Node], lead: str, pad: str, depth: int) -> None:
    """Write items: the first dash behind `lead`, the others behind `pad`."""
    check_depth(depth, len(out) + 1)
    for item in items:
        head = lead + "-"
        lead = pad
        if isinstance(item, str):
            _text(out, head, item, pad)
        elif not item:
            out.append(f"{head} {_EMPTY[type(item)]}")
        elif isinstance(item, list):
            _sequence(out, item, head + " ", pad + "  ", depth + 1)
        else:
            _mapping(out, item, head + " ", pad + "  ", depth + 1)


def _text(out: list[str], head: str, text: str, pad: str) -> None:
    """Write a text behind its key or dash, or below it when people can read its lines."""
    if _is_bare(text):
        out.append(f"{head} {text}")
    elif "\n" in text and _is_literal(text):
        out.append(f"{head} |" if text.endswith("\n") else f"{head} |-")
        out.extend(f"{pad}  {line}" if line else "" for line in text.removesuffix("\n").split("\n"))
    else:
        out.append(f"{head} {_quoted(text)}")


@lru_cache(SEEN)
def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) else _quoted(key)


@lru_cache(SEEN)
def _is_bare(text: str) -> bool:
    """Whether a text may stand without quotes."""
    return bool(_PLAIN.fullmatch(text)) or _is_canonical(text)


def _is_canonical(text: str) -> bool:
    """A number, truth value, day or instant that any YAML reader would write just so."""
    if not _INSTANT.fullmatch(text):
        return bool(_CANONICAL.fullmatch(text))
    try:
        return datetime.fromisoformat(text).isoformat().startswith(text)
    except ValueError:
        return False


def _is_literal(text: str) -> bool:
    """Lines that editors leave as they are: nothing hidden, no blanks at an end, one break at the last."""
    lines = text.removesuffix("\n").split("\n")
    ragged = text[0] in " \n" or not lines[-1] or any(line != line.rstrip() for line in lines)
    return not ragged and not _HIDDEN.search(text)


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"
