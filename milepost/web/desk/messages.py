"""What a colleague is told outside the pages: their morning mail, and messages to a chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from pydantic import Field as PydanticField
from starlette.responses import RedirectResponse, Response

from milepost import limits, places
from milepost.channels.chat import Chat
from milepost.channels.chat_address import ChatAddressError
from milepost.channels.sealed_text import Sealer
from milepost.explain import local_time
from milepost.intake.desk_choices import InvalidChoiceError, Morning, allowed_by, choose_chat, choose_morning, end_chat
from milepost.intake.desk_messenger import chat_news_of
from milepost.store import absences, desk_messages, mail_switches, morning_mails
from milepost.store.desk_message_tables import DeskMessagesRow, MorningMailRow
from milepost.store.desk_news import News
from milepost.store.morning_mails import MorningLine, MorningStatus
from milepost.web import forms
from milepost.web.form_values import Token
from milepost.web.identity import Acting, Person
from milepost.web.pages import Values, back_to, render, shell
from milepost.web.services import Served, Services

ADDRESS = "/desk/messages"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)
_FORM = "messages"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ABOUT = {
    News.TASK: "A new task for me",
    News.ESCALATED: "A task that was escalated to me",
    News.DISPUTED: "A customer disputes a result",
}
_HOURS = tuple(map(str, range(24)))
_STATUSES = {
    MorningStatus.WAITING: "waits for its next attempt",
    MorningStatus.SENDING: "is on its way",
    MorningStatus.SENT: "sent",
    MorningStatus.EMPTY: "no mail: there was nothing to tell",
    MorningStatus.AWAY: "no mail: you were away",
    MorningStatus.HELD: "no mail: all mail was held",
    MorningStatus.LATE: "no mail: it was too late for it when Milepost ran again",
    MorningStatus.FAILED: "could not be sent",
}
_PARTS = {"late": "Late", "today": "Due today", "escalated": "Escalated to you", "disputed": "Disputed by the customer"}


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line of a mail as the page shows it."""

    part: str
    title: str
    customer: str
    url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class MailView:
    """The mail of a day: what became of it, and its lines where it was written."""

    day: str
    counts: str
    status: str
    why: str | None
    lines: tuple[SentLine, ...]


@router.get("")
async def shown(request: Request, served: Served, person: Acting) -> Response:
    """What the reader chose, the last mails, and what their chat answered."""
    return await _page(request, served, person)


class MorningForm(BaseModel):
    """The form about the morning mail."""

    form: str = PydanticField(max_length=1000)
    wanted: str = ""
    hour: str = "8"
    timezone: str = PydanticField("", max_length=limits.NAME)
    country: str = PydanticField("", max_length=limits.NAME)
    days: list[str] = []

    def chosen(self, zone: str) -> Morning:
        hour = int(self.hour) if self.hour in _HOURS else -1
        days = tuple(day for day, _ in enumerate(_DAYS) if str(day) in self.days)
        return Morning(self.wanted == "yes", self.timezone.strip() or zone, hour, days, self.country.strip() or None)


class ChatForm(BaseModel):
    """The form about the chat."""

    form: str = PydanticField(max_length=1000)
    chat: str = ""
    address: str = PydanticField("", max_length=limits.VALUE)
    about: list[str] = []


@router.post("/morning")
async def morning(request: Request, served: Served, person: Acting, sent: Annotated[MorningForm, Form()]) -> Response:
    """Stores when the mail comes, or that none does."""
    forms.read(served, person.session, sent.form, _FORM)
    chosen = sent.chosen(await served.zone())
    try:
        await choose_morning(served.intake.context, person.address, chosen)
    except InvalidChoiceError as error:
        return await _page(request, served, person, typed=sent.model_dump(exclude={"form"}), problem=error)
    return back_to(ADDRESS, "morning_chosen" if chosen.wanted else "morning_ended")


@router.post("/chat")
async def chat(request: Request, served: Served, person: Acting, sent: Annotated[ChatForm, Form()]) -> Response:
    """Stores the chat, and what it is told."""
    forms.read(served, person.session, sent.form, _FORM)
    context, settings = served.intake.context, served.settings
    try:
        await choose_chat(
            context,
            Sealer(settings.signing_key()),
            allowed_by(settings, context),
            person=person.address,
            chat=sent.chat,
            about=sent.about,
            address=sent.address,
            timezone=await served.zone(),
        )
    except (InvalidChoiceError, ChatAddressError) as error:
        typed = {"chat": sent.chat, "about": sent.about}  # the address isn't shown again: it is a secret
        return await _page(request, served, person, typed=typed, problem=error)
    return back_to(ADDRESS, "chat_chosen", "chat")


@router.post("/chat/test")
async def test(served: Served, person: Acting, form: Token) -> Response:
    """Posts a test; the page says what the chat answered."""
    forms.read(served, person.session, form, _FORM)
    works = await chat_news_of(served.intake.context, served.settings).test(person.address)
    return back_to(ADDRESS, "chat_works") if works else RedirectResponse(f"{ADDRESS}#chat", 303)


@router.post("/chat/end")
async def end(served: Served, person: Acting, form: Token) -> Response:
    """Ends the messages, and deletes the address."""
    forms.read(served, person.session, form, _FORM)
    await end_chat(served.intake.context, person.address)
    return back_to(ADDRESS, "chat_ended", "chat")


async def _page(
    request: Request,
    served: Services,
    person: Person,
    *,
    typed: Values | None = None,
    problem: InvalidChoiceError | ChatAddressError | None = None,
) -> Response:
    async with served.store.reading() as session:
        row = await desk_messages.of_person(session, person.address)
        mails = await session.run_sync(morning_mails.load, person.address)
        lines = {each.day: await morning_mails.lines_of(session, person.address, each.day) for each in mails}
        is_held = await session.run_sync(mail_switches.holds_everything)
        away = await absences.in_force(session, served.now())
    zone = row.timezone if row else await served.zone()
    page = {
        "chosen": {**_chosen(row, zone), **(typed or {})},
        "problem": problem,
        "field": getattr(problem, "field", "address") if problem else None,
        "next": local_time.zoned_time_of(row.next_at, zone) if row and row.next_at else None,
        "is_held": is_held,
        "away": bool(away.of_person(person.address)),
        "is_outbox": served.settings.channel == "outbox",
        "mails": [_view(each, lines[each.day], person.address) for each in mails],
        "chat": _chat(row, zone),
        "form": forms.token(served, person.session, _FORM),
        "days": list(enumerate(_DAYS)),
        "hours": range(len(_HOURS)),
        "zones": sorted(places.timezones()),
        "countries": places.countries(),
        "chats": list(Chat),
        "about": ABOUT,
    }
    around = shell(request, served, person, "Morning mail and chat", "desk", zone=zone)
    return render("desk/messages.html", page, around, 422 if problem else 200)


def _chosen(row: DeskMessagesRow | None, zone: str) -> Values:
    return {
        "wanted": "yes" if row and row.next_at is not None else "",
        "hour": str(row.hour if row else 8),
        "timezone": zone,
        "country": (row.country if row else "") or "",
        "days": tuple(row.days if row else desk_messages.WORKING_DAYS),
        "chat": (row.chat if row else "") or "",
        "about": tuple(row.chat_about) if row and row.chat else tuple(News),
    }


def _chat(row: DeskMessagesRow | None, zone: str) -> Values | None:
    if row is None or row.chat is None:
        return None
    return {
        "label": Chat(row.chat).label,
        "shown": row.chat_shown,
        "problem": row.chat_problem,
        "problem_at": local_time.time_of(row.chat_problem_at, zone) if row.chat_problem_at else None,
        "stopped": row.chat_stopped,
        "again": row.chat_again_at is not None and row.chat_failures > 0,
    }


def _view(mail: MorningMailRow, lines: list[MorningLine], person: str) -> MailView:
    counts = ((mail.late, "late"), (mail.today, "due today"), (mail.news, "new since the mail before"))
    status = _STATUSES[MorningStatus(mail.status)]
    if mail.status == MorningStatus.SENT and mail.channel == "outbox":
        status = "kept here; nothing leaves this installation"
    shown = tuple(_line(each, person) for each in lines)
    text = ", ".join(f"{count} {what}" for count, what in counts if count)
    return MailView(local_time.day_text(mail.day), text, status, mail.why, shown)


def _line(line: MorningLine, person: str) -> SentLine:
    if line.task is None:
        url = f"/ops/customers/{quote(line.customer, safe='')}"
    else:
        url = f"/desk/{quote(person)}?journey={quote(line.journey)}&task={quote(line.task)}"
    return SentLine(_PARTS[line.part], line.title, line.customer_name, url, line.is_open or line.task is None)
