"""Times in an imported file: those in numbers are read as strptime reads them, only sooner."""
# ruff: noqa: DTZ001, DTZ007 (the zone is that of the file, and added later)

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from pm_cli.flows.importing import numeric

FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y",
    "%Y年%m月%d日 %H时%M分",
    "%m/%d/%y",
    "%d %b %Y",
    "%H:%M",
)


@given(
    at=st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)),
    form=st.sampled_from(FORMATS),
    place=st.integers(0, 30),
    other=st.sampled_from("0123456789 :/APM-"),
)
def test_times_in_numbers_are_read_as_strptime_reads_them(at: datetime, form: str, place: int, other: str) -> None:
    written = at.strftime(form)
    for text in (written, written[:place] + other + written[place + 1 :]):
        try:
            expected: datetime | None = datetime.strptime(text, form)
        except ValueError:
            expected = None
        try:
            found = numeric.read(text, form)
        except ValueError:
            assert expected is None
        else:
            assert found in (expected, None)


def test_formats_that_are_all_numbers_need_no_strptime() -> None:
    assert numeric.read("07/14/2019 12:05:09 AM", FORMATS[0]) == datetime(2019, 7, 14, 0, 5, 9)
    assert numeric.read("14 Jul 2019", "%d %b %Y") is None
