"""A return visit and its request go together: visiting one visits the other, in one command and commit. Rules RV-21 to RV-23."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pm_cli.core.duration import due
from pm_cli.core.errors import Refusal
from pm_cli.core.fold import fold
from pm_cli.core.ident import link
from pm_cli.core.kind import DRAFT
from pm_cli.core.perform import Order, past, perform
from pm_cli.core.text import _, listed, word
from pm_cli.flows.following import following, follows
from pm_cli.flows.reopening import DISSATISFIED, reopening

if TYPE_CHECKING:
    from typing import Any

    from pm_cli.core.kind import Kind
    from pm_cli.core.perform import Books, Outcome
    from pm_cli.core.record import Record

DUE = "rv.due"


@follows("return_visit", "draw", "complete")
def planned(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """Only what is finished is visited; a suggestion enters the plan of return visits with the form (SUGG-06)."""
    form = outcome.record
    if form.state == DRAFT:
        return []
    kind, request, state = _request(books, form, order.at)
    plan = kind.actions.get("plan_visit")
    if plan is not None and kind.allows(plan, state) and not _visitable(kind, state):
        day = str(form.fields.get("planned_for") or f"{order.at.astimezone(books.zone):%Y-%m-%d}")
        said = {"visit_on": day, "visitor": form.fields["visitor"]}
        return [perform(books, kind, Order(plan, said, order.by, order.at, order.now), request)]
    if not _visitable(kind, state):
        raise Refusal(
            _("{id} cannot be visited now: it is {state}.").format(id=request.id, state=word("state", state)),
            _("Look at it: pm show {id}").format(id=request.id),
            ("RV-08",),
        )
    return []


@follows("return_visit", "visit", "attempt")
def visited(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The request is visited by the form's visitor, whoever enters it; where nobody was reached that stands there too."""
    form, given = outcome.record, outcome.event.given
    kind, request, _state = _request(books, form, order.at)
    said: dict[str, Any] = {
        "way": given["way"],
        "result": given.get("result", "unreachable"),
        "remark": given.get("opinion") or given.get("transcript") or given.get("note"),
        "visit_form": link(form.id, form.identity),
    }
    visit = kind.actions["visit"]
    if "opinion" in visit.fields:
        said["opinion"] = given.get("opinion")
    said = {name: text for name, text in said.items() if text}
    books.reserve(form)
    entailed = Order(visit, said, str(form.fields["visitor"]), order.at, order.now)
    seen = perform(books, kind, entailed, request)
    return [seen, *(said_of_it(books, entailed, seen) if kind.name == "repair" else ())]


@follows("repair", "visit")
def said_of_it(books: Books, _order: Order, outcome: Outcome) -> list[Outcome]:
    """An opinion on a work order is one for the ledger of suggestions, which only its own entry gets answered (SUGG-12)."""
    number = outcome.record.id
    if "opinion" in outcome.event.given and not books.matching("suggestion", {"repair": number}):
        hint = _("What is to be answered is entered: pm suggestion receive --repair {id}")
        outcome.notices.append(hint.format(id=number))
    return []


@follows("return_visit", "rectify")
def rectifying(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The request is taken up again: by its own rectification, or reopened where it ended dissatisfied (RV-21)."""
    form, given = outcome.record, outcome.event.given
    kind, request, state = _request(books, form, order.at)
    rectify, reopen = kind.actions.get("rectify"), reopening(kind, state) if state == DISSATISFIED else None
    if rectify is not None and kind.allows(rectify, state):
        said = {"rectify_by": given["rectify_by"], "handler": given["responsible"]}
        return [perform(books, kind, Order(rectify, said, order.by, order.at, order.now), request)]
    if reopen is not None:
        said = {"reason": f"{form.id}: {given['rectification']}"}
        return [perform(books, kind, Order(reopen, said, order.by, order.at, order.now), request)]
    return []


@follows("return_visit", "report_nonconformity")
def reported(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """The report is opened with the form, and what follows from that follows too (RV-05)."""
    form, given = outcome.record, outcome.event.given
    if "nonconformity" in given:
        return []
    kind = books.kind("nonconformity")
    said = {
        "source": "return_visit",
        "description": given["description"],
        "return_visit": link(form.id, form.identity),
        "request": form.fields["request"],
    }
    asked = Order(kind.actions["open"], said, order.by, order.at, order.now)
    report = perform(books, kind, asked)
    books.reserve(report.record)
    return [report, *following(books, kind, asked, report)]


@follows("complaint", "visit")
def major_at_home(books: Books, order: Order, outcome: Outcome) -> list[Outcome]:
    """Visited directly, a major complaint is visited at home by the CS manager all the same (RV-22, RV-23)."""
    fields, given = outcome.record.fields, outcome.event.given
    if fields.get("major") != "true" or given.get("result") == "unreachable" or "external" in fields:
        return []
    day, named = order.at.astimezone(books.zone), "rv.assign_rules.major"
    if named not in books.policy:
        return []
    roles = frozenset(books.policy.at(named, day).items)
    if not books.actor(order.by, order.at).may(roles):
        meant = listed(word("role", role) for role in sorted(roles))
        raise Refusal(
            _("A major complaint is visited by: {roles}.").format(roles=meant),
            _("Act as somebody else: --as LOGIN"),
            ("RV-22",),
        )
    if given.get("way") != "home" and books.policy.at("rv.major_requires_home", day).text == "yes":
        raise Refusal(_("A major complaint is visited at home."), _("Say --way home"), ("RV-23",))
    return []


def visit_by(books: Books, request: Record) -> datetime | None:
    """Until when a request is to be visited, from the end of its handling; None while that has not ended (AMB-35)."""
    kind = books.kind(request.kind)
    done = [step.instant for step in fold(kind, request).steps if step.event.do in kind.declared.resolves]
    return term(books, kind.name, done[-1]) if done else None


def term(books: Books, kind: str, finished: datetime) -> datetime:
    """When the visit of what was finished at an instant is due: the kind's own term, or the 10th of the next month."""
    key = f"{kind}.visit" if f"{kind}.visit" in books.policy else DUE
    value = books.policy.at(key, finished.astimezone(books.zone))
    return due(value.duration, finished, books.calendar)


def _request(books: Books, form: Record, at: datetime) -> tuple[Kind, Record, str]:
    """The request of a form with its kind and the state it was in at an instant."""
    request = books.get(str(form.fields["request"]))
    assert request is not None
    kind = books.kind(request.kind)
    return kind, request, past(kind, request, at).state


def _visitable(kind: Kind, state: str) -> bool:
    return kind.allows(kind.actions["visit"], state)
