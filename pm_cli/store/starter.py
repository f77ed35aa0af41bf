"""A new ledger: policy and calendar copied from the starter ledger, settings, git with the attributes that keep records whole."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pm_cli.core.errors import Refusal
from pm_cli.core.text import _
from pm_cli.share import share
from pm_cli.store import git
from pm_cli.store.desk import DeskSettings
from pm_cli.store.layout import SETTINGS, Layout
from pm_cli.store.ledger import Ledger
from pm_cli.store.write import prepare_local

if TYPE_CHECKING:
    from pathlib import Path

IGNORED = ".pm/\n"
ATTRIBUTES = """# records are merged by `pm merge`, never by lines
journal/** -merge -text
register/** -merge -text
attachments/** -text
"""
RULES = ("policy", "calendar")
BOOKS = ("register", "journal", "attachments")


@dataclass(frozen=True)
class Start:
    """What the first command of a ledger says."""

    estate: str
    desk: str
    desk_name: str = ""
    timezone: str = "Asia/Shanghai"
    language: str = ""
    with_git: bool = True
    demo: bool = False


def begin(root: Path, start: Start) -> Ledger:
    """Make a folder a ledger; raises Refusal when it is one already or is not empty."""
    if (root / SETTINGS).exists():
        raise Refusal(
            _("{path} is a ledger already.").format(path=root), _("Look at it: pm --ledger {path}").format(path=root)
        )
    if root.exists() and any(path.name != ".git" for path in root.iterdir()):
        raise Refusal(_("{path} is not empty.").format(path=root), _("Name a new folder."))
    root.mkdir(parents=True, exist_ok=True)
    starter = share("ledger")
    for folder in RULES + (BOOKS if start.demo else ()):
        if (starter / folder).is_dir():
            shutil.copytree(starter / folder, root / folder)
    for folder in BOOKS[:2]:
        (root / folder).mkdir(exist_ok=True)
    if start.demo and not start.estate:
        shutil.copy(starter / SETTINGS, root / SETTINGS)
    else:
        (root / SETTINGS).write_text(_settings(start), encoding="utf-8")
    (root / ".gitignore").write_text(IGNORED, encoding="utf-8")
    (root / ".gitattributes").write_text(ATTRIBUTES, encoding="utf-8")
    layout = Layout(root.resolve())
    prepare_local(layout.local)
    DeskSettings(desk=start.desk).write(layout.local / "settings.json")
    ledger = Ledger(layout)
    if start.with_git:
        _first_commit(ledger)
    return ledger


def _first_commit(ledger: Ledger) -> None:
    """Put the beginning under git, in a repository of its own unless the folder lies in one."""
    if ledger.git is None:
        git.start(ledger.root)
        vars(ledger).pop("git", None)
    repository = ledger.git
    assert repository is not None
    contents = {
        path.relative_to(ledger.root).as_posix(): path.read_bytes()
        for path in sorted(ledger.root.rglob("*"))
        if path.is_file() and not {".git", ".pm"} & set(path.relative_to(ledger.root).parts)
    }
    repository.commit(contents, "init: a ledger for the estate\n", git.Author("admin", "admin@pm"), ledger.now())


def _settings(start: Start) -> str:
    """`ledger.yaml`, written so that people can go on editing it."""
    import io

    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    yaml = YAML()
    yaml.width = 4096
    plain = CommentedMap(estate=start.estate, timezone=start.timezone)
    if start.language:
        plain["language"] = start.language
    plain["desks"] = CommentedMap({start.desk: start.desk_name or start.desk})
    plain.yaml_set_start_comment("Settings of the whole estate. Each desk (clone) has a letter of its own.")
    text = io.StringIO()
    yaml.dump(plain, text)
    return text.getvalue()
