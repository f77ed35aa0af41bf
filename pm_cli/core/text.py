"""Translation of user-facing text: English is the message id, a catalogue is loaded only when another language is read."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from gettext import NullTranslations

LOCALE = Path(__file__).parent.parent / "locale"
_chosen = "en"


def use_language(language: str) -> None:
    """Choose the language of all later messages (`en`, `zh_CN`, a locale name such as `zh_CN.UTF-8`)."""
    global _chosen
    code = language.split(".")[0].replace("-", "_")
    _chosen = "zh_CN" if code.lower().startswith("zh") else "en"


def language() -> str:
    """The language in use: `en` or `zh_CN`."""
    return _chosen


@lru_cache(maxsize=4)
def catalogue(code: str) -> NullTranslations:
    """The compiled catalogue of one language; an empty one when it is missing."""
    import gettext

    return gettext.translation("pm", LOCALE, languages=[code], fallback=True)


def _(message: str) -> str:
    """Translate a message."""
    return message if _chosen == "en" else catalogue(_chosen).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a message that depends on a number."""
    if _chosen == "en":
        return one if count == 1 else many
    return catalogue(_chosen).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """Translate a short word within its context (`state`, `value`, `field`, `action`, `kind`, `clock`, `role`)."""
    return message if _chosen == "en" else catalogue(_chosen).pgettext(context, message)


def N_(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message


def word(context: str, key: str) -> str:
    """A stable English key as shown to the reader: translated, or with blanks for underscores."""
    shown = pgettext(context, key)
    return shown if shown != key else key.replace("_", " ")


def listed(words: Iterable[str]) -> str:
    """Words as a list in the reader's language: `a, b`, in Chinese `a、b`."""
    return _(", ").join(words)


def keys_for(context: str, shown: str, candidates: list[str]) -> list[str]:
    """The keys among `candidates` that read `shown` in Chinese, so that what is displayed can be typed back."""
    chinese = catalogue("zh_CN")
    return [key for key in candidates if chinese.pgettext(context, key) == shown]


def lasting(seconds: int) -> str:
    """A stretch of time in its two largest units: `2d 3h`, `45m`."""
    minutes = max(0, seconds) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("{days}d {hours}h").format(days=days, hours=hours)
    if hours:
        return _("{hours}h {minutes}m").format(hours=hours, minutes=rest)
    return _("{minutes}m").format(minutes=rest)


def fold_width(text: str) -> str:
    """Full-width letters, digits and punctuation of the number alphabet as their ASCII forms."""
    return unicodedata.normalize("NFKC", text).strip().replace("—", "-").replace("–", "-")


def first_line(doc: str) -> str:
    """The sentence that introduces a module, without its final stop and rule list."""
    return doc.strip().split("\n")[0].split(". Rules")[0].rstrip(".")
