"""Drawing a sample that everybody draws alike: by a digest of seed and name, so that one more name changes little."""

from __future__ import annotations

import hashlib
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal


def drawn(names: Iterable[str], percent: Decimal, *seed: str) -> list[str]:
    """So many percent of the names, rounded up, in the order in which the seed draws them."""
    every = sorted(set(names), key=lambda name: _lot(name, *seed))
    return every[: ceil(len(every) * percent / 100)]


def _lot(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
