"""Instants: how people type them, how they are stored and shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from pm_cli.core.text import _

RELATIVE_DAYS = {
    "today": 0, "今天": 0, "今日": 0,
    "yesterday": -1, "昨天": -1, "昨日": -1, "前天": -2,
    "tomorrow": 1, "明天": 1, "明日": 1, "后天": 2,
}  # fmt: skip
UNITS = {
    "m": "minutes",
    "min": "minutes",
    "分钟": "minutes",
    "h": "hours",
    "小时": "hours",
    "d": "days",
    "天": "days",
}
_OFFSET = re.compile(r"([+-])\s*(\d{1,5})\s*(m|min|h|d|分钟|小时|天)")
_AGO = re.compile(r"(\d{1,5})\s*(分钟|小时|天)(前|后)")
_CLOCK = re.compile(r"(?:(上午|下午|晚上|早上|中午)\s*)?(\d{1,2})(?:[::点时](\d{1,2})?分?(?::(\d{2}))?)(am|pm)?")
_DATE = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?")


class When(NamedTuple):
    """What a typed time is relative to: the present and the ledger's time zone."""

    now: datetime
    zone: tzinfo


def parse_when(text: str, when: When) -> datetime:
    """An instant as typed, in the ledger's zone with whole seconds; raises ValueError naming the accepted forms."""
    raw = unicodedata.normalize("NFKC", text).strip()
    for pattern, flags in ((_OFFSET, "offset"), (_AGO, "ago")):
        if match := pattern.fullmatch(raw):
            return _shifted(match, flags, when)
    try:
        iso = datetime.fromisoformat(raw)
    except ValueError:
        return _day_and_clock(raw, when)
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", raw):
        raise ValueError(_("{text!r} lacks the hour: 2026-11-21 14:30").format(text=raw))
    if iso.tzinfo is None:
        iso = iso.replace(tzinfo=when.zone)
    return iso.astimezone(when.zone).replace(microsecond=0)


def _shifted(match: re.Match[str], form: str, when: When) -> datetime:
    if form == "offset":
        sign, number, unit = match.groups()
        factor = -1 if sign == "-" else 1
    else:
        number, unit, side = match.groups()
        factor = -1 if side == "前" else 1
    moved = when.now + factor * timedelta(**{UNITS[unit]: int(number)})
    return moved.astimezone(when.zone).replace(microsecond=0)


def _day_and_clock(raw: str, when: When) -> datetime:
    words = raw.replace("T", " ").split()
    today = when.now.astimezone(when.zone).date()
    if raw.lower() in {"now", "现在", "刚才"}:
        return when.now.astimezone(when.zone).replace(microsecond=0)
    if len(words) == 1:
        for name, offset in RELATIVE_DAYS.items():
            if raw.startswith(name) and len(raw) > len(name):
                return _at(today + timedelta(days=offset), raw[len(name) :], raw, when)
        if match := re.match(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日", raw):
            return _at(parse_day(match.group(), when), raw[match.end() :], raw, when)
        return _at(today, raw, raw, when)
    return _at(parse_day(words[0], when), "".join(words[1:]), raw, when)


def _at(day: date, clock: str, raw: str, when: When) -> datetime:
    match = _CLOCK.fullmatch(clock.strip().lower())
    if not match:
        raise ValueError(_bad(raw))
    part, hour_text, minute, second, half = match.groups()
    hour = int(hour_text)
    if hour < 12 and (half == "pm" or part in {"下午", "晚上"} or (part == "中午" and hour < 11)):
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    try:
        return datetime(day.year, day.month, day.day, hour, int(minute or 0), int(second or 0), tzinfo=when.zone)
    except ValueError:
        raise ValueError(_bad(raw)) from None


def parse_day(text: str, when: When) -> date:
    """A day as typed: `2026-11-21`, `11-21`, `11月21日`, `yesterday`, `昨天`; raises ValueError."""
    raw = unicodedata.normalize("NFKC", text).strip()
    today = when.now.astimezone(when.zone).date()
    if raw.lower() in RELATIVE_DAYS:
        return today + timedelta(days=RELATIVE_DAYS[raw.lower()])
    match = _DATE.fullmatch(raw)
    try:
        if match:
            year, month, day = match.groups()
            return date(int(year or today.year), int(month), int(day))
        return date.fromisoformat(raw)
    except ValueError:
        raise ValueError(_bad(raw)) from None


def _bad(raw: str) -> str:
    return _("{text!r} is not a time; write 14:30, yesterday 14:30, -20m or 2026-11-21 14:30").format(text=raw)


def stored(instant: datetime) -> str:
    """The text form of an instant in records: ISO 8601 with offset, whole seconds."""
    return instant.isoformat(timespec="seconds")


def shown(instant: datetime, zone: tzinfo) -> str:
    """An instant for people: local time to the minute."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
