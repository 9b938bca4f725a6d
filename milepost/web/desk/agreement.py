"""The page on which colleague and customer write down what they agree on, together; and the click that mails it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from milepost.customer import Contact
from milepost.explain import local_time
from milepost.explain.agreement import LineKind
from milepost.explain.agreement_words import AgreementWords
from milepost.explain.people_names import colleague_name
from milepost.intake import agreement
from milepost.intake.agreement import CustomerAgreement, Standing
from milepost.intake.agreement_summary import words_of
from milepost.intake.facts import FactReceipt
from milepost.planner.fact_errors import RefusedError
from milepost.store.agreement_tables import AgreementRow
from milepost.translations.reader import ENGLISH
from milepost.web import forms, undo
from milepost.web.desk.agreement_form import AgreementForm, choices_of
from milepost.web.form_values import Token
from milepost.web.identity import Acting, Looking, Person
from milepost.web.pages import back_to, render, shell
from milepost.web.services import Served, Services

router = APIRouter(prefix="/desk/agreement", include_in_schema=False)
_SAVE, _MAIL = "agreement", "mail-agreement"


def path_of(customer: str) -> str:
    """Returns the address of the page."""
    return f"/desk/agreement/{quote(customer, safe='')}"


@router.get("/{customer}")
async def show(request: Request, served: Served, viewer: Looking, customer: str) -> Response:
    """What is agreed on, ready to be changed."""
    stands = await agreement.of_customer(served.intake.context, customer)
    form = AgreementForm.of_present(stands.agreement, stands.compiled_map.ours.timezone)
    return await _page(request, served, viewer, stands, form)


@router.post("/{customer}")
async def save(request: Request, served: Served, person: Acting, customer: str, form: Token) -> Response:
    """Saves all that was typed, or nothing: what is wrong stands beside its field."""
    sent = _sent(served, person, form, _SAVE, customer)
    context, ids = served.intake.context, f"desk/{sent.id}"
    if await agreement.was_saved(context, customer, ids):
        return back_to(path_of(customer), "again")
    stands = await agreement.of_customer(context, customer)
    zone = stands.compiled_map.ours.timezone
    typed = AgreementForm.sent(await request.form(), stands.agreement, zone)
    changes, receipts = typed.changes(stands.state, stands.agreement, served.now(), zone), []
    if not typed.wrong:
        try:
            receipts = await agreement.save(context, customer, changes, by=person.address, source="desk", ids=ids)
        except RefusedError as refused:
            typed.wrong["form"] = " ".join(filter(None, (refused.message, refused.hint)))
    if typed.wrong:
        return await _page(request, served, person, stands, typed)
    return back_to(path_of(customer), await _told(served, customer, receipts))


@router.post("/{customer}/mail")
async def mail(served: Served, person: Acting, customer: str, form: Token) -> Response:
    """Mails what was agreed to the people who are part of it."""
    sent = _sent(served, person, form, _MAIL, customer)
    receipt = await agreement.mail(
        served.intake.context, customer, by=person.address, source="desk", fact_id=f"desk/{sent.id}/mailed"
    )
    told = await _told(served, customer, [receipt])
    return back_to(path_of(customer), "agreement_mailed" if told == "noted" else told)


def _sent(served: Services, person: Person, form: str, kind: str, customer: str) -> forms.Form:
    sent = forms.read(served, person.session, form, kind)
    if sent.subject != (customer,):
        raise forms.FormRefusedError
    return sent


async def _told(served: Services, customer: str, receipts: list[FactReceipt]) -> str:
    """Returns the key of the notice; the journey has taken it in by then, if it can be reached."""
    if not receipts:
        return "nothing_typed"
    if receipts[-1].delivered:
        await forms.wait_until_taken_in(served, [(customer, receipts[-1].fact_id)])
    return forms.notice_of(receipts[-1].status)


async def _page(
    request: Request, served: Services, viewer: Person | None, stands: CustomerAgreement, form: AgreementForm
) -> Response:
    customer, zone = stands.state.customer, stands.compiled_map.ours.timezone
    team = {address: colleague_name(address) for address in sorted(set(customer.team.values()))}
    around = shell(request, served, viewer, f"What we agree: {customer.name}", "desk", zone=zone)
    if viewer is not None:
        mine = await undo.by_colleague(served, viewer.address, viewer.session, zone)
        lines = [replace(each, follows=()) for each in mine if each.customer == customer.id]
        around |= {"undo": lines, "undo_action": "/desk/undo", "undo_next": path_of(customer.id)}
    page = {
        "customer": customer,
        "agreement": stands.agreement,
        "form": form,
        "choices": {line.step: list(choices_of(line, stands.state, team)) for line in stands.agreement.steps},
        "personas": {each: persona.title for each, persona in stands.compiled_map.map.personas.items()},
        "answers": _Answers(stands, zone),
        "path": path_of(customer.id),
        "save": forms.token(served, viewer.session, _SAVE, customer.id) if viewer else None,
        "mail": forms.token(served, viewer.session, _MAIL, customer.id) if viewer else None,
        "mailed": stands.mailed,
        "people": [_name(customer.contacts, each) for each in stands.agreement.addresses],
        "is_pending": bool(await forms.pending_facts(served, [customer.id])),
    }
    return render("desk/agreement.html", page, around, 422 if form.wrong else 200)


def _name(contacts: Iterable[Contact], address: str) -> str:
    return next((each.name for each in contacts if each.has_address(address)), address)


class _Answers:
    """What the customer said to each line, in words for colleagues."""

    def __init__(self, stands: CustomerAgreement, zone: str) -> None:
        self._stands, self._zone = stands, zone
        self._words = AgreementWords(ENGLISH, zone)

    def of(self, kind: str, step: str = "") -> list[tuple[str, str]]:
        """Returns what was said to a line: a sentence each, and the kind of its tag."""
        key = (LineKind(kind), step)
        standing = self._stands.standing.get(key, Standing())
        said = []
        if standing.yes is not None and standing.changed:
            before = self._words.before(self._stands.agreement, *key, standing.yes.said)
            said.append((f"Changed since {self._who(standing.yes)} said yes to: {before}", "warn"))
        elif standing.yes is not None:
            said.append((f"Agreed: {self._who(standing.yes)}", "good"))
        if standing.proposed is not None:
            said.append((f"{self._who(standing.proposed)} proposes: {words_of(standing.proposed)}", "warn"))
        return said

    def _who(self, row: AgreementRow) -> str:
        return f"{_name(self._stands.state.customer.contacts, row.said_by)}, {local_time.day_of(row.at, self._zone)}"
