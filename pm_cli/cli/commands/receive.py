"""Take in whatever is asked: what is known of the flat first, then the right record, then the words for the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pm_cli import kinds
from pm_cli.cli import query
from pm_cli.cli.act import act, carried_out, tell
from pm_cli.cli.help import Group
from pm_cli.cli.options import common
from pm_cli.cli.present import reply_lines
from pm_cli.cli.session import current
from pm_cli.cli.verbs import parameters, verb
from pm_cli.core.errors import NotFound, Usage
from pm_cli.core.text import N_, _, keys_for, language, listed, word
from pm_cli.core.times import When
from pm_cli.core.types import FlagType
from pm_cli.flows import reception
from pm_cli.ui import console, prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pm_cli.flows.reception import Known

WRITES = True
BLOCKS = {
    "requests": N_("Open here: is it about one of these? Then press for it instead of entering it again:"),
    "papers": N_("Out or waiting for this flat:"),
    "outages": N_("Known outage: answer in these words:"),
    "visits": N_("Visits announced for today:"),
}
"""What is shown before an intake, and why."""


class Receive(Group):
    """`pm receive complaint`: each reason with the options of the record it leads to."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.params += common(writes=True)

    def list_commands(self, ctx: Any) -> list[str]:
        """The reasons whose kinds are there."""
        return [name.replace("_", "-") for name in _reasons()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The starting verb behind a reason, in English or Chinese, which also shows what is known first."""
        reason = _meant(cmd_name)
        if not reason:
            return None
        kind, action, others = reception.starts_of(reception.WAYS[reason])
        command = verb(kind, action)
        named = {parameter.name for parameter in command.params}
        command.params += [more for other in others for more in parameters(kind, other) if more.name not in named]
        command.name = cmd_name
        command.callback = lambda **typed: _intake(_people_first(reason), _given(typed))
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each reason with what its record is."""
        with formatter.section(_("Reasons")):
            formatter.write_dl([(_titled(name), _help(name)) for name in _reasons()])


app = typer.Typer(
    cls=Receive,
    invoke_without_command=True,
    help=N_("Take in whatever is asked"),
    rich_markup_mode=None,
    add_completion=False,
)


@app.callback()
def run(
    context: typer.Context,
    unit: Annotated[str, typer.Option("--unit", help=N_("Flat it is about: what is known of it is shown first"))] = "",
    reply: Annotated[
        str, typer.Option("--reply", metavar="ID", help=N_("Only show the two lines for the caller of a record"))
    ] = "",
) -> None:
    if context.invoked_subcommand:
        return
    if reply:
        _show_reply(current.ledger.number(reply))
        return
    if not current.may_ask:
        names = listed(name.replace("_", "-") for name in _reasons())
        raise Usage(_("Say what is asked: pm receive REASON; one of: {names}").format(names=names))
    _ask(unit)


def _ask(unit: str) -> None:
    """Unit, what is known of it, reason, then the questions of that kind."""
    if reception.closed_at(current.ledger, current.when) and "reception.after_hours" in current.ledger.policy:
        post = current.ledger.policy.at("reception.after_hours", current.when.astimezone(current.ledger.zone)).text
        console.tell(_("Outside office hours: {post} is the post.").format(post=word("role", str(post))))
    unit = _asked_unit(unit)
    known = reception.known(current.ledger, unit, current.when)
    _show(known)
    reason, one = _asked_reason(known)
    if one is None:
        _intake(_people_first(reason), {"unit": unit} if unit else {}, known_shown=True)
    elif one.block == "outages":
        _answered_from(one, unit)
    elif one.block == "visits":
        act(kinds.load("contact"), kinds.load("contact").actions["come"], {"number": one.id})
    else:
        note = prompt.read(_("What was said (optional): ")).strip()
        act(kinds.load(one.kind), kinds.load(one.kind).actions["urge"], {"number": one.id, "note": note or None})
        _show_reply(one.id)


def _asked_unit(typed: str) -> str:
    """A registered flat or place, or "" for none."""
    while True:
        text = typed or prompt.read(_("Flat or place (Enter: none, or not known): ")).strip()
        if not text:
            return ""
        try:
            return current.ledger.resolve(text, ("unit",))
        except NotFound as error:
            console.tell(f"  {error.message}")
            console.tell(f"  {error.hint}")
            typed = ""


def _asked_reason(known: Sequence[Known]) -> tuple[str, Known | None]:
    """The reason by number or word; or the record shown above that it is about, by its number."""
    reasons = _reasons()
    console.tell("  ".join(f"{number} {_word(name)}" for number, name in enumerate(reasons, 1)))
    pressing = [one for one in known if one.block in {"requests", "outages", "visits"}]
    question = _("What brings you here? ")
    if pressing:
        question = _("What brings you here? (or the number of one above, such as {tail}) ").format(
            tail=pressing[0].id.rpartition("-")[2]
        )
    while True:
        text = prompt.read(question).strip()
        if text.isdigit() and 1 <= int(text) <= len(reasons):
            return reasons[int(text) - 1], None
        if found := [one for one in pressing if text and one.id.upper().endswith(text.upper())]:
            return "", found[0]
        if meant := _meant(text) or _begun(text):
            return meant, None
        console.tell("  " + _("One of these numbers or words, please."))


def _people_first(reason: str) -> str:
    """Whoever asks for help is asked first whether somebody is hurt, where somebody can be asked."""
    return "injury" if reason == "help" and current.may_ask and _hurt() else reason


def _hurt() -> bool:
    """People come before everything else, so this is asked before everything else (EMER-02)."""
    while True:
        answer = prompt.read(_("Is anybody hurt? (y/n) ")).strip()
        try:
            return bool(FlagType().parse(answer or "no", When(current.now, current.ledger.zone)))
        except ValueError as error:
            console.tell(f"  {error}")


def _intake(reason: str, typed: dict[str, Any], *, known_shown: bool = False) -> None:
    """Carry out the starting action for whoever acts, then say what the caller is told."""
    ledger = current.ledger
    actor = ledger.actor(current.actor, current.when)
    kind, action, preset = reception.start_of(ledger, reception.WAYS[reason], actor, current.when)
    unit = str(typed.get("unit") or "")
    if unit and not known_shown and not current.json:
        _show(reception.known(ledger, ledger.resolve(unit, ("unit",)), current.when))
    own = {"more", "draft"}
    fitting = {name: value for name, value in typed.items() if name.partition("__")[0] in own | action.fields.keys()}
    outcomes = carried_out(kind, action, {**preset, **fitting})
    tell(outcomes, kind, action, in_short=False)
    if current.json or current.dry_run:
        return
    record = outcomes[0].record
    if late := reception.registered_late(ledger, record):
        console.tell("  " + _("Registered {minutes} minutes later than a direct intake allows.").format(minutes=late))
    _show_reply(record.id)


def _answered_from(incident: Known, unit: str) -> None:
    """Answer from the incident's words, and keep that somebody asked."""
    words = _words(incident)
    console.out(words)
    contact = kinds.load("contact")
    said = {"reason": "information", "content": words, "result": words, "concerns": incident.id}
    act(contact, contact.actions["log"], {**said, **({"unit": unit} if unit else {})})


def _words(incident: Known) -> str:
    """What residents are told of an outage; until somebody has settled the words, that it is known."""
    words = str(incident.fields.get("residents_told") or _("We know of it and are seeing to it."))
    end = str(incident.fields.get("expected_end") or "")[:16].replace("T", " ")
    return f"{words} " + _("Expected to end: {at}").format(at=end) if end else words


def _show(known: Sequence[Known]) -> None:
    """What the desk should know, by blocks."""
    ledger = current.ledger
    for block, title in BLOCKS.items():
        rows = [one for one in known if one.block == block]
        if rows:
            console.tell(_(title))
        for one in rows:
            told = _words(one) if block == "outages" else one.summary
            when = str(one.fields.get("expected") or "")[:16].replace("T", " ") or query.minute(ledger, one.when)
            parts = (
                one.id,
                word("kind", one.kind),
                word("state", one.state),
                when,
                told,
                ledger.display_name(one.handler),
            )
            console.tell("  " + "  ".join(part for part in parts if part))


def _show_reply(number: str) -> None:
    """The two lines, on standard output so that they can be copied."""
    record = current.ledger.get(number)
    if record is None:
        raise NotFound(_("No record answers to {text!r}.").format(text=number))
    lines = reply_lines(current.ledger, record)
    if current.json:
        console.as_json({"id": record.id, "reply": list(lines)})
        return
    for line in lines:
        console.out(line)


def _reasons() -> list[str]:
    return reception.offered(current.ledger, current.when)


def _meant(typed: str) -> str:
    """The reason somebody named: the reason itself or its kind, in English or Chinese; "" for none."""
    name, ways = typed.lower().replace("-", "_"), reception.WAYS
    there = [reason for reason, way in ways.items() if way.kind in kinds.names()]
    by_kind = {ways[reason].kind: reason for reason in reversed(there)}
    if name in there:
        return name
    chinese = [by_kind[kind] for kind in keys_for("kind", typed, list(by_kind))] or keys_for("value", typed, there)
    return by_kind.get(name, "") or next(iter(chinese), "")


def _begun(typed: str) -> str:
    """The one reason with this in its word, "" for none or several: 意见 is 意见建议."""
    found = [name for name in _reasons() if typed and typed in _word(name)]
    return found[0] if len(found) == 1 else ""


def _given(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if value not in (None, (), [])}


def _word(reason: str) -> str:
    """The reason as people read it: its kind, or where several lead to a contact, what it is about."""
    kind = reception.WAYS[reason].kind
    return word("value", reason) if kind == "contact" else word("kind", kind)


def _titled(reason: str) -> str:
    typed = reason.replace("_", "-")
    return f"{typed} {_word(reason)}" if language() == "zh_CN" else typed


def _help(reason: str) -> str:
    kind, action, _others = reception.starts_of(reception.WAYS[reason])
    return f"{word('kind', kind.name)}: {_(action.help())}"
