"""What was agreed, as the customer reads it on the plan: yes to a line or to all of it, or something else instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from milepost import limits
from milepost.customer import ADDRESS_PATTERN
from milepost.explain import local_time
from milepost.explain.agreement import FiguresLine, LineKind, StepLine, agreement_of
from milepost.explain.agreement_words import AgreementWords
from milepost.intake import agreement
from milepost.intake.agreement import CustomerAgreement, Key, Standing
from milepost.language.attribute_values import parse_date
from milepost.planner.enums import Wish
from milepost.planner.fact_errors import RefusedError
from milepost.planner.situation import Situation
from milepost.planner.written_facts import WrittenFact, WrittenPerson
from milepost.store import agreements
from milepost.store.agreement_tables import AgreementRow
from milepost.text import shortened
from milepost.translations.reader import ENGLISH
from milepost.web import forms
from milepost.web.form_values import Address, Line, Text, Token
from milepost.web.pages import Values, back_to, notice_for, render_for
from milepost.web.portal.complaints import refused_complaint
from milepost.web.portal.plan import undo_lines
from milepost.web.portal.plan_link import Opened, mark_used, open_link
from milepost.web.portal.plan_texts import our_contact
from milepost.web.portal.throttle import let_through
from milepost.web.services import Served, Services

router = APIRouter(prefix="/plan", include_in_schema=False, dependencies=[Depends(let_through)])
log = structlog.get_logger()
_ANSWER, _ALL = "agreement", "all"
_TITLE = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposes in the place of a line, as typed; `wrong` says what is wrong, by field."""

    key: Key | None = None
    due: str = ""
    name: str = ""
    email: str = ""
    figure: str = ""
    note: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    def complain(self, opened: Opened, today: str) -> None:
        """Puts what is wrong into `wrong`, in the reader's words."""
        translated = opened.reader.gettext
        if self.due and parse_date(self.due) is None:
            self.wrong["due"] = translated("Please choose a day.")
        elif self.due and self.due < today:
            self.wrong["due"] = translated("That day is past. Please choose a later one.")
        if self.name and not re.fullmatch(ADDRESS_PATTERN, self.email):
            self.wrong["email"] = translated("Please write a mail address, such as sam@company.com.")
        elif self.email and not self.name:
            self.wrong["name"] = translated("Please write who does it.")
        if not (self.due or self.name or self.email or self.figure or self.note):
            self.wrong["note"] = translated("Please write something.")

    @property
    def parts(self) -> dict[str, str]:
        """What is proposed, part by part, as it is kept."""
        parts = {"due": self.due, "name": self.name, "email": self.email, "figure": self.figure, "note": self.note}
        return {name: text for name, text in parts.items() if text}


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """The page for one reader."""

    served: Services
    opened: Opened
    stands: CustomerAgreement
    proposal: Proposal

    @staticmethod
    async def of(served: Services, opened: Opened, proposal: Proposal | None = None) -> AgreementPage:
        async with served.store.reading() as session:
            said = await agreements.of_journey(session, opened.journey)
        now = Situation.of(opened.compiled_map, opened.state, served.now())
        stands = agreement.with_answers(opened.journey, now, said)
        return AgreementPage(served, opened, stands, proposal or Proposal())

    @property
    def words(self) -> AgreementWords:
        return AgreementWords(self.opened.reader, self.opened.zone)

    @property
    def people(self) -> str:
        return ", ".join(self.words.person(line) for line in self.stands.agreement.people)

    @property
    def is_all_agreed(self) -> bool:
        return all(each.is_agreed for each in self.stands.standing.values())

    def standing(self, kind: str, step: str = "") -> Standing:
        return self.stands.standing.get((LineKind(kind), step), Standing())

    def typed(self, kind: str, step: str = "") -> Proposal:
        """Returns what is typed in the place of a line; nothing for the others."""
        return self.proposal if self.proposal.key == (LineKind(kind), step) else Proposal()

    def form(self, kind: str, step: str = "") -> str:
        """Returns the token of the form of a line, which stands for what the line says now; or of all lines."""
        key = () if kind == _ALL else (kind, step)
        mark = self.stands.agreement.digest(*key)
        return forms.token(self.served, self.opened.owner, _ANSWER, kind, step, mark)

    def before(self, kind: str, step: str, said: Mapping[str, Any]) -> str:
        return self.words.before(self.stands.agreement, LineKind(kind), step, said)

    def who(self, row: AgreementRow) -> str:
        """Returns who said something: a name."""
        contacts = self.opened.state.customer.contacts
        return next((each.name for each in contacts if each.has_address(row.said_by)), row.said_by)

    def day(self, row: AgreementRow) -> str:
        return self.opened.reader.weekday(local_time.local(row.at, self.opened.zone).date())


@router.get("/{token}/agreement")
async def show(request: Request, served: Served, token: str) -> Response:
    """What was agreed, with the forms that answer it."""
    opened = await open_link(request, served, token)
    return await _page(served, opened, {"notice": notice_for(opened.reader, request)})


async def _page(served: Services, opened: Opened, values: Values, proposal: Proposal | None = None) -> Response:
    page = {
        "agreement": await AgreementPage.of(served, opened, proposal),
        "contact": our_contact(opened),
        "undo": await undo_lines(served, opened),
        **values,
    }
    return render_for(served, opened.reader, "portal/agreement.html", page, status=422 if proposal else 200)


@router.post("/{token}/agreement")
async def answer(
    request: Request,
    served: Served,
    token: str,
    form: Token,
    *,
    other: Annotated[str, Form(max_length=10)] = "",
    due: Line = "",
    name: Line = "",
    email: Address = "",
    figure: Line = "",
    note: Text = "",
) -> Response:
    """The customer says yes to a line or to all, or with `other` proposes something else in its place."""
    opened = await open_link(request, served, token)
    sent = forms.read(served, opened.owner, form, _ANSWER)
    page = await AgreementPage.of(served, opened)
    kind, step, mark = sent.subject
    here = f"{opened.path}/agreement"
    await mark_used(served, opened)
    key = () if kind == _ALL else (kind, step)
    if page.stands.agreement.digest(*key) != mark:
        return back_to(here, "agreement_changed")
    if not other or kind == _ALL:
        keys = [each for each in page.stands.agreement.lines if kind == _ALL or each == (LineKind(kind), step)]
        return back_to(here, await _say_yes(page, sent, keys))
    proposal = Proposal((LineKind(kind), step), due, name, email, figure, note)
    proposal.complain(opened, local_time.local(served.now(), opened.zone).date().isoformat())
    if not proposal.wrong:
        try:
            return back_to(here, await _propose(page, sent, proposal))
        except RefusedError as refused:
            log.warning("a proposal was refused", code=refused.code)
            proposal.wrong["note"] = refused_complaint(opened.reader)
    return await _page(served, opened, {"notice": None}, proposal)


async def _say_yes(page: AgreementPage, sent: forms.Form, keys: list[Key]) -> str:
    title = _titles(page)
    said = "; ".join(f"“{title[key]}”" for key in keys)
    text = shortened(f"Said yes to what was agreed: {said}", limits.TEXT)
    fact = WrittenFact(id=f"portal/{sent.id}/note", note=text)
    by = page.opened.contact.email
    [receipt] = await agreement.answer(page.served.intake.context, page.stands, keys, [fact], by=by)
    told = forms.notice_of(receipt.status)
    return "agreed" if told == "noted" else told


def _titles(page: AgreementPage) -> dict[Key, str]:
    """Returns what each line says, in the words of the map and by our clock, by its key: as the timeline has it."""
    written, state = page.opened.map_as_written, page.opened.state
    words = AgreementWords(ENGLISH, written.ours.timezone)
    agreed = agreement_of(Situation.of(written, state, page.served.now()))
    titles: dict[Key, str] = {(LineKind.STEP, each.step): f"{each.title}: {words.step(each)}" for each in agreed.steps}
    titles |= {(LineKind.FIGURES, each.outcome): words.figures(each) for each in agreed.figures}
    return titles | {(LineKind.PEOPLE, ""): ", ".join(words.person(each) for each in agreed.people)}


async def _propose(page: AgreementPage, sent: forms.Form, proposal: Proposal) -> str:
    """Tells what is proposed: a wish about a step of the reader's own, else a task for whoever looks after them."""
    assert proposal.key is not None
    title, words = (
        _titles(page)[proposal.key],
        AgreementWords(ENGLISH, page.opened.zone).proposed(proposal.parts),
    )
    ids = f"portal/{sent.id}"
    wishes = _wishes(page, ids, proposal)
    if not wishes:
        task = shortened(f"{page.opened.contact.name} proposes {words} instead of {title}", _TITLE)
        wishes = [WrittenFact(id=f"{ids}/task", task_added=task, internal=True)]
    note = WrittenFact(id=f"{ids}/note", note=f"Proposes {words} instead of: {title}")
    by, context = page.opened.contact.email, page.served.intake.context
    receipts = await agreement.answer(
        context, page.stands, [proposal.key], [note, *wishes], by=by, proposed=proposal.parts
    )
    told = forms.notice_of(receipts[0].status)
    return "proposed" if told == "noted" else told


def _wishes(page: AgreementPage, ids: str, proposal: Proposal) -> list[WrittenFact]:
    """Returns what is wished about a step of the reader's own; nothing where it is another's, or a word alone."""
    step = page.opened.compiled_map.steps.get(proposal.key[1]) if proposal.key else None
    line = _line_of(page.stands, proposal.key)
    if step is None or not isinstance(line, StepLine) or line.is_ours:
        return []
    situation = Situation.of(page.opened.compiled_map, page.opened.state, page.served.now())
    if not situation.may_act(step, page.opened.contact.email):
        return []
    note, wishes = proposal.note or None, []
    if proposal.due:
        wishes.append(WrittenFact(id=f"{ids}/date", requested=step.id, wish=Wish.DATE, due=proposal.due, note=note))
    if proposal.email:
        person = WrittenPerson(name=proposal.name, email=proposal.email)
        wishes.append(WrittenFact(id=f"{ids}/person", requested=step.id, wish=Wish.PERSON, person=person, note=note))
    return wishes


def _line_of(stands: CustomerAgreement, key: Key | None) -> StepLine | FiguresLine | None:
    if key is None:
        return None
    kind, step = key
    if kind is LineKind.STEP:
        return next(each for each in stands.agreement.steps if each.step == step)
    return next((each for each in stands.agreement.figures if each.outcome == step), None)
