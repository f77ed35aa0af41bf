"""Print the completion script of a shell: pm completion bash >> ~/.bashrc."""

from __future__ import annotations

from typing import Annotated

import typer

from pm_cli.core.errors import Usage
from pm_cli.core.text import N_, _
from pm_cli.ui import console

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_PM_COMPLETE"


def run(shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help=N_("Shell"))]) -> None:
    if shell not in SHELLS:
        raise Usage(_("Choose one of: {names}").format(names=", ".join(SHELLS)))
    from typer._completion_shared import get_completion_script

    console.raw(get_completion_script(prog_name="pm", complete_var=VARIABLE, shell=shell))
