"""What every stage of a complaint asks: its states and flags, whom it is about, who may deal with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pm_cli.core.errors import Refusal
from pm_cli.core.person import CS, CS_LEADERS, DIRECTORS
from pm_cli.core.rank import RESERVED, concerned, roles_of
from pm_cli.core.text import _
from pm_cli.core.types import Choice, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

ComplaintRef = Annotated[str, Link(kinds=("complaint",))]
CONTENTS = ("construction", "design", "sales", "property_management", "customer_service", "other")
Content = Annotated[str, Choice(options=CONTENTS)]
ABOUT = ("manager", "customer_service", "administration", "department", "none")
About = Annotated[str, Choice(options=ABOUT)]
RUNGS = ("cs_supervisor", "cs_manager", "centre_director")
Known = Annotated[str, Choice(options=RUNGS)]

UNJUDGED = ("recorded", "judging")
IN_HAND = ("valid", "forwarded", "handling")
UNTOLD = (*UNJUDGED, "invalid", *IN_HAND, "passed_on", "handled", "rectifying")
PAUSES = ("waiting",)
INTAKE = ("receive", "accept")
ENDINGS = frozenset({"explain", "close", "move", "annul"})
"""Actions that end it without a result that satisfied the complainant."""
NAMING = frozenset({"forward", "take_up", "convene", "rectify"})
"""Actions by which a director decides who handles it."""

GRADES = ("urgent", "grave", "major")
WHOSE = frozenset(
    {"complained_about", "complained_department", "complained_person", "content_class", "channel", *GRADES, "validity"}
)
"""Fields that decide whose it is, and by when."""
MANAGERS = DIRECTORS | {"cs_manager", "admin"}
LEADERS = CS_LEADERS | DIRECTORS
RECEIVERS = frozenset({"cs_manager", "centre_director", "property_department_manager"})
"""Who receives a visitor in person when needed: CS manager or general property manager (COMP-14)."""
OUTSIDE = frozenset({"developer", "third_party"})
Origin = Annotated[str, Choice(options=("property", "developer", "third_party"))]
ANSWERED_OPENLY = frozenset({"online", "forum", "mailbox", "wechat"})
"""Channels on which an answer reaches somebody without a name."""


def yes(fields: Mapping[str, Node], flag: str) -> bool:
    """Whether a flag is set."""
    return fields.get(flag) == "true"


def count(fields: dict[str, Node], counter: str) -> None:
    """Raise a counter by one."""
    fields[counter] = str(int(str(fields.get(counter, "0"))) + 1)


def roles(now: Facts, key: str) -> frozenset[str]:
    """The roles a policy names."""
    return frozenset(now.value(key).items)


def staff(now: Facts, login: object) -> Mapping[str, Node]:
    """What is registered about a member of staff; nothing for nobody."""
    person = now.find(str(login)) if login else None
    return person.fields if person else {}


def wrong_desk(now: Facts, said: Mapping[str, Any]) -> Refusal | None:
    """The CS centre accepts complaints; administration and personnel those about the centre (COMP-10, D-04, D-05)."""
    hint = _("Enter a first note instead: pm complaint relay")
    if "customer_service" in concerned(now, said):
        accepting = roles(now, "complaint.about_cs.intake")
        reason = _("it is about customer service: administration accepts it.")
    else:
        accepting = roles(now, "reception.complaint_roles") - {"administration"}
        reason = _("it is the CS centre that accepts complaints.")
    return None if now.by.may(accepting) else Refusal(reason, hint, ("COMP-10",))


def unnamed(now: Facts, said: Mapping[str, Any]) -> Refusal | None:
    """Why a complaint about customer service goes no further: whose work it is about decides who keeps out (D-04)."""
    said = {**now.fields, **{name: value for name, value in said.items() if value is not None}}
    named = not said.keys().isdisjoint({"complained_about", "complained_department", "complained_person"})
    if said.get("content_class") != "customer_service" or named or not ours(said):
        return None
    hint = _("Add --complained-about {about}").format(about=", ".join(ABOUT))
    return Refusal(_("whose customer service it is about is missing."), hint, ("COMP-10", "COMP-21"))


def unfollowed(now: Facts, case_owner: str | None = None) -> Refusal | None:
    """Why the account of a major one is not given yet: no specialist is told to follow it through (COMP-50)."""
    if not yes(now.fields, "major") or not ours(now.fields) or case_owner or "case_owner" in now.fields:
        return None
    hint = _("Name one: pm complaint classify {id} --case-owner LOGIN").format(id=now.id)
    return Refusal(_("no specialist has been told to follow it through."), hint, ("COMP-50",))


def for_the_director(now: Facts, said: Mapping[str, Any]) -> str:
    """The rule that makes it the centre director's: whom it is about, or that it is major; none for most."""
    if concerned(now, said) & RESERVED:
        return "COMP-21"
    return "COMP-35" if said.get("major") == "true" else ""


def reserved(now: Facts) -> Refusal | None:
    """What only the centre director deals with, or whom the director named (COMP-21, COMP-35, D-04, D-08)."""
    rule = for_the_director(now, now.fields)
    directors = roles(now, "complaint.about_cs.handler" if rule == "COMP-21" else "complaint.major.handler")
    if not rule or now.by.may(directors):
        return None
    if now.fields.get("handler") == now.by.id and _dealt_with(now, directors):
        return None
    hint = _("Report it up: pm complaint report {id} --reported-to centre_director")
    if now.state in IN_HAND:
        hint = _("Send it up: pm complaint forward {id} --handler LOGIN")
    return Refusal(_("it is for the centre director."), hint.format(id=now.id), (rule,))


def unseen(now: Facts) -> Refusal | None:
    """Why it cannot end yet: neither CS manager nor supervisor has heard of it (COMP-19)."""
    if {"reported_to", "proposal"} & now.fields.keys() or not ours(now.fields) or now.by.may(LEADERS):
        return None
    hint = _("Report it first: pm complaint report {id} --reported-to cs_manager").format(id=now.id)
    return Refusal(_("neither CS manager nor supervisor has seen it."), hint, ("COMP-19", "COMP-20"))


def past_the_director(now: Facts) -> Refusal | None:
    """Why it cannot end yet: it is the centre director's, who does not know of it (COMP-21, COMP-35)."""
    rule = for_the_director(now, now.fields)
    if not rule or now.by.may(DIRECTORS) or at_the_top(now.fields):
        return None
    if any(DIRECTORS & roles_of(now, by) for _action, _at, by in now.events()):
        return None
    hint = _("Report it first: pm complaint report {id} --reported-to centre_director").format(id=now.id)
    return Refusal(_("it is for the centre director, who does not know of it."), hint, (rule,))


def at_the_top(fields: Mapping[str, Node]) -> bool:
    """Whether the centre director knows of it."""
    return fields.get("reported_to") in {"centre_director", "company"}


def about_them(now: Facts, handler: str | None) -> Refusal | None:
    """Why somebody is not named to handle it: it is about them."""
    if not handler or handler != now.fields.get("complained_person"):
        return None
    return Refusal(_("it is about {who}, who does not handle it.").format(who=handler), rules=("ROLE-19",))


def _dealt_with(now: Facts, directors: frozenset[str]) -> bool:
    """Whether a director had it in hand: a handler named before it became theirs was not named by them."""
    return any(action in NAMING and directors & roles_of(now, by) for action, _at, by in now.events())


def known_up(now: Facts, held: frozenset[str]) -> Mapping[str, Node]:
    """How far up it is known through somebody with these roles; nothing new when it was further up already."""
    if DIRECTORS & held:
        rung = RUNGS[2]
    elif CS_LEADERS & held:
        rung = RUNGS["cs_manager" in held]
    else:
        return {}
    so_far = str(now.fields.get("reported_to", ""))
    return {} if so_far == "company" or so_far in RUNGS[RUNGS.index(rung) :] else {"reported_to": rung}


def no_receiver(now: Facts, login: str | None) -> Refusal | None:
    """Why somebody named as having received the visitor cannot have (COMP-14)."""
    if not login or RECEIVERS & roles_of(now, login):
        return None
    return Refusal(_("{who} is neither CS manager nor director.").format(who=login), rules=("COMP-14",))


def no_papers(signed: bool | None, papers: object) -> Refusal | None:
    """Why papers cannot be signed: there are none (COMP-15)."""
    if not signed or papers:
        return None
    return Refusal(_("there are no attachments to sign."), _("Add --attachments FILE"), ("COMP-15",))


def unsigned(fields: dict[str, Node]) -> None:
    """Papers said not to be signed are awaited like those of which nothing was said (COMP-15)."""
    if not yes(fields, "papers_signed"):
        fields.pop("papers_signed", None)


def outside(fields: Mapping[str, Node]) -> bool:
    """Whether it is taken to somebody outside; what the project department has repaired under warranty is not."""
    return fields.get("origin") in OUTSIDE and fields.get("route") != "project"


def unreachable(fields: Mapping[str, Node]) -> bool:
    """Whether nobody can be visited: no name is given and no way of contact; neither may be demanded."""
    caller = fields.get("caller")
    return yes(fields, "anonymous") and not (isinstance(caller, dict) and "phone" in caller)


def lost(fields: Mapping[str, Node]) -> bool:
    """Whether nobody can be told anything later: unreachable, not coming back, not on a channel that is read by all."""
    return unreachable(fields) and fields.get("channel") not in ANSWERED_OPENLY and "reply_by" not in fields


def silent(fields: Mapping[str, Node]) -> bool:
    """Whether nobody can be answered at all, not even on the spot."""
    return lost(fields) and fields.get("channel") not in {"phone", "visit"}


def here(field: str, value: str) -> Callable[[Mapping[str, Node]], bool]:
    """When a term runs that depends on a field and never runs on imported history."""
    return lambda fields: ours(fields) and fields.get(field) == value


def ours(fields: Mapping[str, Node]) -> bool:
    """Whether it was taken in here and not imported."""
    return "external" not in fields


def promised(fields: Mapping[str, Node]) -> bool:
    """Whether a promise stands of which nobody has said yet if it was kept (COMP-58)."""
    return "promise" in fields and "promise_kept" not in fields


class Answering:
    """Mixed into every word to the complainant."""

    def refuse(self, now: Facts) -> Refusal | None:
        """Forum and mailbox are answered by the CS centre only (COMP-09)."""
        if now.fields.get("channel") in {"forum", "mailbox"} and not now.by.may(CS | {"admin"}):
            return Refusal(_("forum and mailbox are answered by the CS centre only."), rules=("COMP-09",))
        return None
