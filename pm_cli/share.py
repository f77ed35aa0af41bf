"""Where the files that come with the code are: the starter ledger and the templates."""

from __future__ import annotations

from pathlib import Path

from pm_cli.core.text import _

PACKAGE = Path(__file__).parent


def share(name: str) -> Path:
    """The folder `ledger` or `templates`: inside an installed package, beside it in a source checkout.

    Raises FileNotFoundError when it is in neither place.
    """
    for folder in (PACKAGE / "_share" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        _("The folder {name} that comes with pm is not in {package}: install pm again.").format(
            name=name, package=PACKAGE
        )
    )
