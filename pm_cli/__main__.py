"""Entry point: answers `--version` before anything is imported, everything else through the command tree."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `pm` and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from pm_cli import __version__

        sys.stdout.write(f"pm {__version__}\n")
        return
    from pm_cli.cli.root import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
