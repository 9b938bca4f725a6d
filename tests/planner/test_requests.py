"""What customers say about a step: whose the task is, what the state keeps of it, and how long it is quiet."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.customer import Contact, Customer, Mail
from milepost.planner import spoken_entries
from milepost.planner.calendars import Calendar
from milepost.planner.commands import CloseTask, SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import check
from milepost.planner.fact_errors import InvalidFactError
from milepost.planner.facts import (
    Agreed,
    Ended,
    Fact,
    MailSwitched,
    MapChanged,
    Noted,
    Paused,
    Replied,
    Requested,
    Responded,
    StepDone,
    TeamGiven,
)
from milepost.planner.open_tasks import Task, open_tasks
from milepost.planner.plan import Plan, plan
from milepost.planner.spoken_entries import RequestEscalated
from milepost.planner.state import State
from milepost.planner.timeline import FactIgnored, MessageDropped
from tests.planner.test_fact_checks import map_of

START = 1_772_445_600  # Monday 2 March 2026, 10:00 UTC
DAY = 86_400
TEXT = """
map: small
title: Small
outcome: save_time
owner: ops@vendor.example
segment: {where: customer.id != ""}
roles: {csm: CSM, ae: AE}
personas: {sponsor: {title: Sponsor}}
stages:
  - stage: one
    title: One
    touchpoints: [{touchpoint: kickoff, title: Kickoff, role: ae, due: 4 weeks}]
    actions: [{action: sso, title: Connect it, persona: sponsor, due: 5 business days}]
"""
MAP = map_of(TEXT)
LED = map_of(TEXT.replace("csm: CSM", "csm: {title: CSM, escalate: {to: ae, after: 1 business day}}"))
SAM = "sam@acme.example"
BO = {"name": "Bo Lee", "email": "bo@acme.example"}
CUSTOMER = Customer(
    id="acme",
    name="Acme",
    contacts=(Contact("Sam Poe", SAM, ("sponsor",)),),
    team={"csm": "ana@vendor.example", "ae": "ali@vendor.example"},
)


def after(*facts: Fact, compiled_map: CompiledMap = MAP) -> State:
    return plan(compiled_map, State.begin(CUSTOMER, "small", "v1", START), facts, max(fact.at for fact in facts)).state


def requests(state: State) -> list[Task]:
    return [task for task in open_tasks(MAP, state) if task.why == "request"]


def helps(number: int, step: str = "sso", at: int = START + 60) -> Requested:
    return Requested(id=f"h{number}", at=at, by=SAM, step=step, wish="help", note="How? " * 100)


def proposes(day: str) -> Requested:
    return Requested(id=day, at=START + 60, by=SAM, step="sso", wish="date", due=day)


def test_the_task_says_what_is_wanted_and_names_nobody() -> None:
    person = Requested(id="p", at=START + 60, step="sso", wish="person", person=BO)
    [task] = requests(after(helps(1), proposes("2026-03-12"), person))
    assert task.title == (
        "Answer the customer about “Connect it”: they want help, they propose another date and somebody else does it"
    )
    assert (task.task, task.role, task.person) == ("request/sso/1", "csm", "ana@vendor.example")


def test_the_task_follows_whoever_has_our_step() -> None:
    wish = helps(1, "kickoff")
    assert requests(after(wish))[0].person == "ali@vendor.example"
    agreed = Agreed(id="a", at=START + 60, steps={"kickoff": {"person": "bo@vendor.example"}})
    assert requests(after(wish, agreed))[0].person == "bo@vendor.example"
    team = TeamGiven(id="t", at=START + 60, team={"ae": "al@vendor.example"})
    assert requests(after(wish, team))[0].person == "al@vendor.example"


def test_the_last_proposal_counts_and_what_is_settled_leaves_the_task() -> None:
    state = after(helps(1), proposes("2026-03-12"), proposes("2026-03-13"))
    assert state.tasks["request/sso/1"].day == "2026-03-13"
    agreed = Agreed(id="a", at=START + 60, steps={"sso": {"due": "2026-03-13"}})
    state = plan(MAP, state, [agreed], START + 60).state
    assert (state.tasks["request/sso/1"].wishes, state.tasks["request/sso/1"].day) == (["help"], None)
    assert state.steps["sso"].quiet_until is not None
    assert not requests(plan(MAP, state, [StepDone(id="d", at=START + 90, step="sso")], START + 90).state)


def test_somebody_known_stays_as_they_are() -> None:
    known = {"name": "Samuel", "email": SAM.upper()}
    state = after(Agreed(id="a", at=START + 60, steps={"sso": {"person": known}}))
    assert state.customer.contacts == CUSTOMER.contacts
    state = after(Agreed(id="a", at=START + 60, steps={"sso": {"person": {"email": "bo.lee@acme.example"}}}))
    assert state.customer.contacts[-1] == Contact("Bo Lee", "bo.lee@acme.example", ("sponsor",))
    assert state.steps["sso"].person == "bo.lee@acme.example"


def test_the_state_keeps_no_words_and_stays_small_whatever_is_said() -> None:
    told = after(helps(1), helps(1, "kickoff"))
    again = after(*(helps(number, step) for number in range(200) for step in ("sso", "kickoff")))
    assert again.tasks == told.tasks
    assert "How?" not in json.dumps(again.to_json())
    closed = after(helps(1), Responded(id="r", at=START + 60, step="sso", note="So"))
    assert closed.tasks == {}
    assert State.from_json(json.loads(json.dumps(again.to_json()))) == again


def test_what_is_quiet_is_as_if_snoozed_and_no_longer_than_the_later_of_both() -> None:
    step = replace(after(helps(1)).steps["sso"])
    assert (step.quiet_since, step.is_due("due")) == (START + 60, step.quiet_end)
    step.snoozed_until, step.snoozed_end = (step.quiet_until or 0) + DAY, (step.quiet_end or 0) + DAY
    assert step.is_due("due") == step.snoozed_end


POINTING = map_of(TEXT.replace("stages:", "pointers: {support: {title: our support, message: support.md}}\nstages:"))


def elsewhere(kind: str = "support", **more: Any) -> Responded:
    return Responded(id="e", at=START + 120, by="ana@vendor.example", step="sso", elsewhere=kind, **more)


def pointed(*facts: Fact, compiled_map: CompiledMap = POINTING, customer: Customer = CUSTOMER) -> Plan:
    state = State.begin(customer, "small", "v1", START)
    return plan(compiled_map, state, facts, max(fact.at for fact in facts))


def test_what_is_for_others_closes_the_task_with_its_kind_and_mails_who_asked() -> None:
    made = pointed(helps(1), elsewhere(contact=SAM))
    assert made.state.tasks == {}
    [closing] = [each for each in made.commands if isinstance(each, CloseTask)]
    assert (closing.status, closing.elsewhere) == ("done", "support")
    [mail] = [each for each in made.commands if isinstance(each, SendMessage)]
    assert (mail.message, mail.contact, mail.template) == ("sso/1/pointer/1", SAM, "support.md")
    assert (mail.steps, mail.templates) == (("sso",), ("support.md",))
    [entry] = [each for each in made.timeline if isinstance(each, spoken_entries.Responded)]
    assert (entry.response, entry.elsewhere, entry.by) == ("elsewhere", "support", "ana@vendor.example")


def test_a_second_pointer_about_the_same_step_is_another_mail() -> None:
    again = replace(helps(2), at=START + 200), replace(elsewhere(), id="e2", at=START + 300)
    mails = [each for each in pointed(helps(1), elsewhere(), *again).commands if isinstance(each, SendMessage)]
    assert [each.message for each in mails] == ["sso/1/pointer/1", "sso/1/pointer/2"]


def test_no_mail_goes_where_the_map_has_none_or_nobody_gets_it() -> None:
    wants_none = replace(CUSTOMER.contacts[0], mail=Mail.NONE)
    for made in (
        pointed(helps(1), elsewhere("sales")),
        pointed(helps(1), elsewhere(), compiled_map=MAP),
        pointed(helps(1), elsewhere(), customer=CUSTOMER.having(contacts=(wants_none,))),
        pointed(helps(1), elsewhere(), customer=CUSTOMER.having(contacts=())),
    ):
        assert made.state.tasks == {}
        assert [each for each in made.commands if isinstance(each, SendMessage)] == []
        assert [each.elsewhere for each in made.commands if isinstance(each, CloseTask)]


def test_a_stranger_gets_no_pointer_but_whose_step_it_is() -> None:
    [mail] = [
        each
        for each in pointed(helps(1), elsewhere(contact="eve@else.example")).commands
        if isinstance(each, SendMessage)
    ]
    assert mail.contact == SAM


def test_a_pointer_goes_in_a_pause_and_at_night_and_waits_while_mail_is_held() -> None:
    paused = pointed(helps(1), Paused(id="p", at=START + 90), elsewhere())
    assert [each for each in paused.commands if isinstance(each, SendMessage)]
    held = pointed(MailSwitched(id="m", at=START + 30, to="held", hold=1), helps(1), elsewhere())
    assert not [each for each in held.commands if isinstance(each, SendMessage)]
    [queued] = held.state.queue
    assert (queued.reason, queued.why, queued.contact) == ("pointer", "release", SAM)
    freed = plan(POINTING, held.state, [MailSwitched(id="f", at=START + 400, to="free")], START + 400)
    assert [each.contact for each in freed.commands if isinstance(each, SendMessage)] == [SAM]
    ended = plan(POINTING, held.state, [Ended(id="x", at=START + 400, reason="lost")], START + 400)
    assert (ended.state.queue, [each for each in ended.commands if isinstance(each, SendMessage)]) == ([], [])


@pytest.mark.parametrize(("message", "stays"), [("support.md", True), ("other.md", False)])
def test_a_pointer_that_waits_goes_along_to_a_version_that_has_its_mail_and_is_dropped_by_another(
    message: str, *, stays: bool
) -> None:
    held = pointed(MailSwitched(id="m", at=START + 30, to="held", hold=1), helps(1), elsewhere())
    text = TEXT.replace("stages:", f"pointers: {{support: {{title: our support, message: {message}}}}}\nstages:")
    new = replace(map_of(text), version="v2")

    moved = plan(new, held.state, [MapChanged(id="v", at=START + 400, version=new.version)], START + 400)

    assert [queued.template for queued in moved.state.queue] == (["support.md"] if stays else [])
    dropped = [entry.why for entry in moved.timeline if isinstance(entry, MessageDropped)]
    assert dropped == ([] if stays else ["map_changed"])


def test_without_a_request_nothing_is_pointed_elsewhere() -> None:
    made = pointed(elsewhere())
    assert not made.commands or not [each for each in made.commands if isinstance(each, SendMessage | CloseTask)]
    assert [each.why for each in made.timeline if isinstance(each, FactIgnored)] == ["closed"]


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (elsewhere("suport"), "support"),
        (elsewhere("legal"), "sales"),
        (elsewhere(declined=True), "not both"),
        (Responded(id="r", at=START, step="sso"), "doesn't fit"),
        (Responded(id="r", at=START, step="sso", note="So", contact=SAM), "doesn't fit"),
    ],
)
def test_what_makes_no_sense_is_refused(fact: Responded, said: str) -> None:
    with pytest.raises(InvalidFactError) as refused:
        check(fact, POINTING)
    assert said in str(refused.value)


WORDS = st.sampled_from(["help", "date", "note", "reply", "answer", "responded", "agreed"])


def word(kind: str, number: int, at: int) -> Fact:
    common = {"id": f"w{number}", "at": at, "by": SAM}
    match kind:
        case "help":
            return Requested(**common, step="sso", wish="help")
        case "date":
            return Requested(**common, step="sso", wish="date", due="2026-12-24")
        case "note":
            return Noted(**common, text="We are on it", about="sso")
        case "reply" | "answer":
            return Replied(**common, step="sso", note="Well", needs_answer=kind == "answer" or None)
        case "responded":
            return Responded(**common, step="sso", note="Well")
    return Agreed(**common, steps={"sso": {"due": "2026-12-24"}})


@given(st.lists(st.tuples(WORDS, st.integers(0, 4 * DAY)), min_size=1, max_size=40))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_nothing_is_quiet_for_longer_than_twenty_business_days(said: list[tuple[str, int]]) -> None:
    state, at, begun = State.begin(CUSTOMER, "small", "v1", START), START, None
    calendar: Calendar = MAP.theirs.at("UTC", None)
    for number, (kind, later) in enumerate(said):
        at += later
        state = plan(MAP, state, [word(kind, number, at)], at).state
        until = state.steps["sso"].quiet_until
        if until is None or until <= at:
            begun = None
            continue
        begun = at if begun is None or begun[1] <= at else begun[0], until
        first = calendar.local(calendar.next_open(begun[0])).date()
        assert calendar.local(until).date() <= calendar.business_days(first, 20)


def test_the_wake_up_is_that_of_what_is_quiet() -> None:
    wish = helps(1)
    result = plan(MAP, State.begin(CUSTOMER, "small", "v1", START), [wish], wish.at)
    assert result.wake_at == result.state.steps["sso"].quiet_end


def without_dates(state: State) -> State:
    """The state as it was before requests had a day by which to answer them."""
    written = json.loads(json.dumps(state.to_json()))
    for record in written["tasks"].values():
        for name in ("due_at", "escalates_at"):
            del record[name]
    written.pop("timer_index", None)
    return State.from_json(written)


def test_a_request_from_before_they_had_dates_goes_up_as_it_would_today() -> None:
    today = after(helps(1), compiled_map=LED)
    earlier = plan(LED, without_dates(today), (), START + DAY)
    assert earlier.state.tasks == today.tasks
    assert earlier.wake_at == plan(LED, today, (), START + DAY).wake_at == today.tasks["request/sso/1"].escalates_at
    late = plan(LED, without_dates(today), (), START + 10 * DAY)
    assert [entry.role for entry in late.timeline if isinstance(entry, RequestEscalated)] == ["ae"]
    assert late.state.tasks["request/sso/1"].escalated_to == "ae"
