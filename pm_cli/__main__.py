"""Entry point: `--version` answers before anything is imported, a bare `overdue` without the parser, the rest with it."""

from __future__ import annotations

import sys


def main() -> None:
    """Run `pm` and leave with its exit code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        from pm_cli import __version__

        sys.stdout.write(f"pm {__version__}\n")
        return
    if arguments in (["overdue"], ["overdue", "--json"]):
        from pm_cli.cli.bare import overdue

        sys.exit(overdue(as_json=len(arguments) > 1))
    from pm_cli.cli.root import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
