"""The page of one customer: its status and why, what comes next, and everything that happened."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, TypeGuard
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from milepost.customer import Contact, Customer
from milepost.explain import local_time
from milepost.explain.answer_words import answered_by, method_text
from milepost.explain.overview import AnswerRecord, CustomerOverview, JourneyOverview, OutcomeRecord
from milepost.explain.sentences import Wording, answer_text, outlook_sentence, spaced
from milepost.explain.vocabulary import MAIL_NOW, VERDICTS
from milepost.intake import links as links_of
from milepost.intake.mail_list import MailFilter
from milepost.language.steps import Outcome
from milepost.language.stored_file import StoredFile
from milepost.planner.event_checks import UnusableProperty, unusable_properties
from milepost.planner.instants import Instant
from milepost.planner.outlook import DAYS, Outlook
from milepost.planner.timeline import Entry
from milepost.store import aliases, facts, files, held_mail, links, mail_choices, messages, tasks
from milepost.store.customer_overview import customer_overview
from milepost.store.files import FileStatus
from milepost.store.held_mail import HeldFilter
from milepost.store.link_tables import LinkRow
from milepost.store.tables import FactRow
from milepost.text import number, yes_or_no
from milepost.web import forms, undo
from milepost.web.identity import Looking, Person
from milepost.web.ops.customer_list import standing
from milepost.web.ops.mail import WAITING
from milepost.web.ops.plan_preview import preview_path
from milepost.web.ops.unmatched import reasons
from milepost.web.pages import render_aside, shell, up_to
from milepost.web.services import Served, Services

router = APIRouter(prefix="/ops", include_in_schema=False)
MESSAGES_SHOWN = 20
LINKS_SHOWN = 5
"""Links that no longer work."""
ENTRIES_SHOWN = 200
KINDS = {
    "all": ("Everything", None),
    "steps": ("Steps", ("step_", "task_")),
    "messages": ("Messages", ("message_",)),
    "outcomes": ("Outcomes", ("outcome_",)),
    "plays": ("Stages and plays", ("stage_", "play_", "journey_", "map_")),
    "ignored": ("Ignored", ("fact_",)),
}
FILE_STATUS = {
    FileStatus.COMING: "on its way",
    FileStatus.CHECKING: "being checked",
    FileStatus.READY: "",
    FileStatus.FOUND: "deleted: its check found something",
    FileStatus.REMOVED: "deleted",
}
_MOVE = (
    "publish the map, and move this journey to the new version (milepost tell CUSTOMER map_changed): it goes on within "
    "minutes, with all facts that came in meanwhile."
)
_BLOCKED_HINTS = {
    "EndlessMapError": f"The map has an endless loop. Correct it, {_MOVE}",
    "NeverOpensError": f"A calendar of the map has no working day for years. Correct its days, {_MOVE}",
    "UnreadableVersionError": "A later Milepost published this version of the map. Update the workers.",
}
_BLOCKED_BY_A_BUG = (
    "This is a bug in Milepost, not in your data. The worker's log has the details; report it with the text above, and "
    "update the workers when it is fixed."
)


@router.get("/customers/{customer}")
async def page(
    request: Request,
    served: Served,
    viewer: Looking,
    customer: str,
    before: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """One customer; `journey` picks an earlier journey, `kind` narrows the timeline, `before` shows older entries."""
    journey, kind = (request.query_params.get(name) for name in ("journey", "kind"))
    async with served.store.reading() as session:
        overview = await customer_overview(
            session, served.compiled_maps, customer, served.now(), journey=journey, allow_unreadable=True
        )
        if overview.customer.id != customer:  # an earlier id
            return RedirectResponse(f"/ops/customers/{quote(overview.customer.id)}?{request.url.query}", 303)
        earlier_ids = await aliases.of_customer(session, customer)
        counts: Counter[str] = Counter()
        for day in await facts.event_counts(session, customer):
            counts[day.event] += day.count
        rows = {
            "earlier_ids": earlier_ids,
            "tasks": await tasks.of_customer(session, customer, only_open=False),
            "messages": await messages.outbox(session, customer=customer, limit=MESSAGES_SHOWN),
            "waiting": await held_mail.page(session, HeldFilter(customer=customer), limit=MESSAGES_SHOWN),
            "waiting_counts": [
                (status, await held_mail.count(session, MailFilter(status, customer).held)) for status in WAITING
            ],
            "message_count": up_to(await messages.count_of_customer(session, customer), messages.MOST_COUNTED),
            "links": _links(await links.of_customer(session, customer), served.intake.context.wall()),
            "files": await files.of_customer(session, customer),
            "event_counts": counts,
            "chosen": await session.run_sync(
                mail_choices.chosen, [contact.email for contact in overview.customer.contacts]
            ),
            "unusable": _unusable(overview.journey, await facts.latest_events(session, customer)),
        }
    values = await _values(served, viewer, overview)
    values["told"] = await forms.pending_facts(served, [customer])
    shown = await asyncio.to_thread(_history, overview.journey, kind if kind in KINDS else "all", before)
    around = shell(request, served, viewer, overview.customer.name, "customers", zone=overview.zone)
    if viewer is not None:
        lines = await undo.of_customer(served, customer, viewer.session, overview.zone)
        around |= {"undo": lines, "undo_action": "/desk/undo", "undo_next": f"/ops/customers/{quote(customer)}"}
    return await render_aside("ops/customer.html", {**values, **rows, **shown}, around)


async def _values(served: Services, viewer: Person | None, overview: CustomerOverview) -> dict[str, Any]:
    """Returns what the page shows of the overview, without the timeline."""
    customer, journey = overview.customer, overview.journey
    say = journey.say if journey else Wording(zone=overview.zone)
    steps = journey.compiled_map.steps.values() if journey and journey.compiled_map else ()
    ahead, ahead_note = _ahead(journey)
    blocked_why = (journey.record.blocked_why if journey else None) or ""
    return {
        "overview": overview,
        "say": say,
        "standing": standing,
        "verdicts": VERDICTS,
        "form": forms.token(served, viewer.session, "customer", customer.id) if viewer else None,
        "mail_form": forms.token(served, viewer.session, "mail") if viewer else None,
        "place": ", ".join(part for part in (customer.country, overview.zone.replace("_", " ")) if part),
        "why_none": await _why_none(served, overview) if journey is None else (),
        "hint": _BLOCKED_HINTS.get(blocked_why.partition(":")[0], _BLOCKED_BY_A_BUG),
        "running": journey if _is_open(journey) and journey.compiled_map else None,
        "attributes": list(_attributes(customer, journey)),
        "contacts": list(_contacts(served, customer, journey)),
        "mails": list(MAIL_NOW.items()),
        "file_status": FILE_STATUS,
        "taken": served.intake.context.files,
        "names": {contact.email: contact.name for contact in customer.contacts},
        "ahead": ahead,
        "ahead_note": ahead_note,
        "outcomes": list(_outcomes(journey)) if journey else [],
        "forms": list(_forms(journey)),
        "answerable": [step.id for step in steps if isinstance(step.step, Outcome)],
    }


async def _why_none(served: Services, overview: CustomerOverview) -> tuple[str, ...]:
    """Returns why no map fits the customer now or, if one would, why none did at the last look."""
    if overview.unmatched_why is None:
        return ()
    current = await served.compiled_maps.current()
    return reasons(current, overview.customer, overview.now) or (overview.unmatched_why,)


def _forms(journey: JourneyOverview | None) -> Iterable[tuple[str, list[tuple[str, str, StoredFile | None]]]]:
    """Yields what was filled in last, by step: what was asked, the answer, and the file if it is one."""
    if journey is None:
        return
    for step, answers in journey.state.answers.items():
        yield (
            journey.say.step(step),
            [
                (journey.say.ask(step, name), answer_text(each), StoredFile.parse(each))
                for name, each in answers.items()
            ],
        )


def _attributes(customer: Customer, journey: JourneyOverview | None) -> Iterable[tuple[str, str]]:
    declared = journey.compiled_map.map.attributes if journey and journey.compiled_map else {}
    for name, value in sorted(customer.attributes.items()):
        title = declared[name].title if name in declared else None
        text = yes_or_no(value) if isinstance(value, bool) else number(value)
        yield title or spaced(name).capitalize(), str(text)


def _contacts(
    served: Services, customer: Customer, journey: JourneyOverview | None
) -> Iterator[tuple[Contact, str | None]]:
    """Yields the contacts, each with the address of a look at their plan if the open journey has the contact."""
    with_plan = {contact.email for contact in journey.state.customer.contacts} if _is_open(journey) else set()
    for contact in customer.contacts:
        plan = None
        if journey is not None and contact.email in with_plan:
            plan = preview_path(served, customer.id, journey.record.id, contact.email)
        yield contact, plan


def _links(rows: Sequence[LinkRow], wall: float) -> list[tuple[LinkRow, str]]:
    """Returns the links that work, and the latest of those that don't, each with its status."""
    with_status = [(row, links_of.status(row, wall)) for row in rows]
    working = [each for each in with_status if each[1] == "works"]
    return working + [each for each in with_status if each[1] != "works"][:LINKS_SHOWN]


def _ahead(journey: JourneyOverview | None) -> tuple[list[tuple[Entry, str]], str]:
    """Returns the coming entries with their sentences, and a note on them."""
    if journey is not None and journey.record.blocked_since is not None:
        return [], "The journey is blocked, so what comes next isn't known."
    outlook = journey.outlook if journey else None
    if journey is None or outlook is None or journey.has_ended:
        return [], "No journey is open, so nothing comes by itself."
    return [(entry, outlook_sentence(journey.say, entry)) for entry in outlook.entries], _ahead_note(
        outlook, journey.zone
    )


def _ahead_note(outlook: Outlook, zone: str) -> str:
    if outlook.paused:
        return "The journey is paused: nothing happens before it is resumed."
    if outlook.more:
        return "And so on; only the first lines are shown."
    if outlook.entries:
        return f"That is all until {local_time.day_of(outlook.until, zone)}."
    return f"Nothing happens by itself in the next {DAYS} days: the journey waits for people."


def _unusable(journey: JourneyOverview | None, events: Sequence[FactRow]) -> list[tuple[Instant, UnusableProperty]]:
    """Returns what the map can't use of the last events, the latest of each property with when it came."""
    if journey is None or journey.compiled_map is None:
        return []
    latest: dict[tuple[str, str], tuple[Instant, UnusableProperty]] = {}
    for row in events:
        for each in unusable_properties(journey.compiled_map, row.data["event"], row.data.get("properties") or {}):
            latest.setdefault((each.event, each.name), (row.at, each))
    return list(latest.values())


def _outcomes(
    journey: JourneyOverview,
) -> Iterator[tuple[OutcomeRecord, str | None, list[tuple[AnswerRecord, str]]]]:
    for each in journey.outcomes:
        yield each, _target(each), [(answer, _details(journey.say, answer)) for answer in each.answers]


def _target(outcome: OutcomeRecord) -> str | None:
    metric = outcome.metric
    if not metric:
        return None
    unit = f" {metric['unit']}" if metric.get("unit") else ""
    baseline = f"from {number(metric['baseline'])} " if metric.get("baseline") is not None else ""
    target = "an amount to be agreed" if metric["target"] is None else f"{number(metric['target'])}{unit}"
    return f"{metric['name']}: {baseline}to {target}"


def _details(say: Wording, answer: AnswerRecord) -> str:
    parts = [
        f"asked of {say.person(answer.asked_of)}" if answer.asked_of and answer.is_by_another else None,
        f"by {answered_by(say, answer.by, answer.on_behalf_of, answer.reason)}" if answer.by else None,
        f"value {number(answer.value)}" if answer.value is not None else None,
        method_text(answer.method) if answer.method else None,
        f"“{answer.comment}”" if answer.comment else None,
        f"evidence: {answer_text(answer.evidence)}" if answer.evidence else None,
    ]
    return ", ".join(part for part in parts if part)


def _history(journey: JourneyOverview | None, kind: str, before: int | None) -> dict[str, Any]:
    """Returns what the page shows of the timeline: the newest entries of a kind, those before the one with a number."""
    beginnings = KINDS[kind][1]
    of_kind = [
        (number, entry)
        for number, entry in enumerate(journey.entries if journey else ())
        if (beginnings is None or entry.kind.startswith(beginnings)) and (before is None or number < before)
    ]
    shown = of_kind[-ENTRIES_SHOWN:]
    return {
        "entries": [(entry, journey.say_fully.sentence(entry)) for _, entry in reversed(shown)] if journey else [],
        "older": shown[0][0] if len(shown) < len(of_kind) else None,
        "kind": kind,
        "kinds": {key: title for key, (title, _) in KINDS.items()},
    }


def _is_open(journey: JourneyOverview | None) -> TypeGuard[JourneyOverview]:
    return journey is not None and not journey.has_ended
