"""Assessment (考评): a judgement of a month or quarter, told to whom it is about. Rules ASSESS-01 to ASSESS-10, ROLE-19."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

from pm_cli.core.action import Action, may, need
from pm_cli.core.approval import own
from pm_cli.core.clock import Clock
from pm_cli.core.errors import Refusal
from pm_cli.core.groups import Department
from pm_cli.core.kind import ANNULLED, DRAFT, Declaration
from pm_cli.core.person import DIRECTORS, EVERYBODY, HEADS
from pm_cli.core.rank import rank_of, roles_of
from pm_cli.core.rule import computed, enforced, guidance, recorded
from pm_cli.core.spans import Span, days
from pm_cli.core.text import N_, _, listed, word
from pm_cli.core.types import Attachment, Link, Natural, StaffRef, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pm_cli.core.action import Facts
    from pm_cli.core.codec import Node

RecordRef = Annotated[str, Link()]
LEADERS = HEADS | DIRECTORS
HIGHEST = 100
"""Scores run from 0 to this (AMB-89)."""
CENTRE = "customer_service"


class Assessment(Declaration):
    """Open until whoever is assessed agrees or the objection is decided on. Figures are not kept: `pm assess` counts them."""

    prefix = "AS"
    open = ("appraised", "told", "objected")
    closed = ("acknowledged", "decided")
    columns = ("period", "person", "department", "contractor", "score", "assessor", "answers_for")
    place = ""
    handler = "assessor"
    summary = "judgement"
    search = ("judgement", "liability", "objection", "ruling")
    sort = ""


class Appraise(Action, start=True, to="appraised", by=LEADERS, rules=("ASSESS-02", "ASSESS-03", "ROLE-19")):
    """Judge the work of a person, department or contractor in a quarter or month"""

    period: Span = need("Quarter or month: 2026-Q4 or 2026-11")
    score: Natural = need("Score from 0 to 100")
    judgement: Text = need("Judgement in words")
    person: StaffRef | None = may("Member of staff it is about")
    department: Department | None = may("Department it is about")
    contractor: Text | None = may("Contractor it is about, for cleaning or greening", rules=("ASSESS-07",))
    answers_for: list[RecordRef] = may("Records delayed, lost or damaged through their fault", rules=("ASSESS-10",))
    liability: Text | None = may("What they answer for", rules=("ASSESS-10",))
    assessor: StaffRef | None = may("Who judges (whoever enters it, always)")

    def refuse(self, now: Facts) -> Refusal | None:
        """Of one subject, after the period, once, by the superior."""
        subject = {name: who for name in SUBJECTS if (who := getattr(self, name))}
        if len(subject) != 1:
            reason = _("it is about one person, one department or one contractor.")
            return Refusal(reason, _("Name one: --person LOGIN, --department NAME or --contractor NAME"))
        return self._untimely(now) or self._superior(now) or self._doubled(now, subject)

    def _untimely(self, now: Facts) -> Refusal | None:
        """A period that is over, a score on the scale, and a note on what somebody answers for."""
        if now.at.date() <= days(self.period)[1]:
            reason = _("{period} is not over yet.").format(period=self.period)
            return Refusal(reason, rules=("ASSESS-03",))
        if self.score > HIGHEST:
            return Refusal(_("{score} is more than {highest}.").format(score=self.score, highest=HIGHEST))
        if self.answers_for and not self.liability:
            return Refusal(_("what do they answer for?"), _("Add --liability TEXT"), ("ASSESS-10",))
        return None

    def _superior(self, now: Facts) -> Refusal | None:
        """Heads judge their own people, directors everybody below them; the centre itself its own judges (AMB-80)."""
        if self.person:
            return own(now, self.person) or below(now, self.person)
        judges = DIRECTORS if self.department else LEADERS
        if self.department == CENTRE:
            judges = frozenset(now.value("assess.cs_centre").items)
        if now.by.may(judges):
            return None
        roles = listed(word("role", role) for role in sorted(judges))
        return Refusal(_("this assessment is for {roles}.").format(roles=roles), rules=("ASSESS-03",))

    def _doubled(self, now: Facts, subject: Mapping[str, str]) -> Refusal | None:
        begun = datetime.combine(days(self.period)[0], time(), now.at.tzinfo)
        for seen in now.since("assessment", begun, period=self.period, **subject):
            if seen.id != now.id and seen.state not in {DRAFT, ANNULLED}:
                return Refusal(_("{period} is judged already: {id}.").format(period=self.period, id=seen.id))
        return None

    def witness(self, now: Facts) -> Mapping[str, Node]:
        """Nobody judges in another's name."""
        return {"assessor": now.by.id}


class Tell(Action, of="appraised", to="told", by=LEADERS, rules=("ASSESS-02",)):
    """Tell whoever is assessed"""

    told: Text = need("What they were told, and how")

    def refuse(self, now: Facts) -> Refusal | None:
        """What concerns a department goes to its head."""
        if "department" not in now.fields:
            return None
        hint = _("Send it to the head: pm assessment send {id} --sent-to LOGIN").format(id=now.id)
        return Refusal(_("it is about a department, whose head receives it."), hint, ("ASSESS-05",))


class Send(Action, of="appraised", to="told", by=LEADERS, requires=("department",), rules=("ASSESS-05",)):
    """Pass the evaluation of a department on to its head"""

    sent_to: StaffRef = need("Head of the department")
    told: Text | None = may("What was said with it")
    attachments: list[Attachment] = may("The evaluation on paper", add=True)

    def refuse(self, now: Facts) -> Refusal | None:
        """A head, and of that department."""
        department, head = str(now.fields["department"]), now.find(self.sent_to)
        if HEADS & roles_of(now, self.sent_to) and head and head.fields.get("department") == department:
            return None
        reason = _("{who} does not head {department}.").format(who=self.sent_to, department=word("value", department))
        return Refusal(reason, _("Who is: pm list staff"), ("ASSESS-05",))

    @staticmethod
    def effect(given: Mapping[str, Node], fields: dict[str, Node], at: str) -> None:
        """When it went out."""
        fields["sent_at"] = at


class Concur(Action, of="told", to="acknowledged", by=EVERYBODY, rules=("ASSESS-02",)):
    """Whoever is assessed has heard it and agrees"""

    comment: Text | None = may("What they say to it")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only they themselves."""
        return assessed_only(now)


class Object(Action, of="told", to="objected", by=EVERYBODY, rules=("ASSESS-02",)):
    """Whoever is assessed does not agree"""

    objection: Text = need("What is wrong with it")

    def refuse(self, now: Facts) -> Refusal | None:
        """Only they themselves."""
        return assessed_only(now)


class Decide(Action, of="objected", to="decided", by=LEADERS, rules=("ASSESS-02", "ROLE-19")):
    """Decide on the objection; the score may change"""

    ruling: Text = need("What was decided and why")
    score: Natural | None = may("Score that stands")

    def refuse(self, now: Facts) -> Refusal | None:
        """Somebody else than the assessor and the assessed, and not below the assessor."""
        if self.score is not None and self.score > HIGHEST:
            return Refusal(_("{score} is more than {highest}.").format(score=self.score, highest=HIGHEST))
        assessor = str(now.fields["assessor"])
        if now.by.rank < rank_of(now, assessor):
            return Refusal(_("{who} judged it, who ranks higher.").format(who=assessor), rules=("ROLE-19",))
        return own(now, assessor, now.fields.get("person"))


SUBJECTS = ("person", "department", "contractor")

CLOCKS = (
    Clock("tell", starts=("appraise",), stops=("tell", "send"), within="assess.tell", rules=("ASSESS-03", "ASSESS-05")),
    Clock("answer", starts=("tell", "send"), stops=("concur", "object"), within="assess.answer", rules=("ASSESS-02",)),
    Clock("objection", starts=("object",), stops=("decide",), within="assess.decide", rules=("ASSESS-02",)),
)

RULES = (
    *computed("assess", "ASSESS-01", "SHEET-28", note="sheets collected and in time, by person and department"),
    *computed(
        "assess", "ASSESS-10", "ROLE-11", note="terms missed by the records somebody handled, with --why by number"
    ),
    *enforced("assessment appraise", "ASSESS-02", note="only the superior judges; told, acknowledged or objected to"),
    *enforced("assessment appraise", "ASSESS-03", note="after the quarter, once; quarters without: pm duties (AMB-80)"),
    *enforced("assessment send", "ASSESS-05", note="sent_to and sent_at; clock tell; figures: report quarterly"),
    *recorded(
        "assessment appraise contractor", "ASSESS-07", note="score and judgement; check lists come with inspections"
    ),
    *recorded("assessment appraise liability", "ASSESS-10"),
    *guidance(
        "assessment appraise",
        "ASSESS-08",
        note=N_("Weigh cooperation: whoever does not cooperate in serving is not qualified for this office."),
    ),
    *guidance(
        "assessment appraise",
        "ASSESS-09",
        note=N_(
            "Judge each step: collecting, analysing, handling, summing up. See first: pm assess person LOGIN --why"
        ),
    ),
)


def below(now: Facts, login: str) -> Refusal | None:
    """Why somebody is not for whoever acts to judge: of another department, or not below them."""
    person = now.find(login)
    ours = now.by.may(DIRECTORS) or (person and person.fields.get("department") == now.by.department)
    if ours and now.by.rank > rank_of(now, login):
        return None
    return Refusal(
        _("only their superior assesses {who}.").format(who=login),
        _("Act as somebody else: --as LOGIN"),
        ("ASSESS-02",),
    )


def assessed_only(now: Facts) -> Refusal | None:
    """Why whoever acts does not answer for the assessed: the person, a head of the department, for a contractor a head."""
    person, department = (now.fields.get(name) for name in ("person", "department"))
    ours = now.by.may(LEADERS) and department in {None, now.by.department}
    if now.by.id == person or (ours and not person):
        return None
    who = str(person or word("value", str(department or "contractor")))
    return Refusal(_("{who} answers to it.").format(who=who), _("Act as somebody else: --as LOGIN"), ("ASSESS-02",))
