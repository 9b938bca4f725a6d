"""What customers say about a step: whose the task is, what the state keeps of it, and how long it is quiet."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from milepost.customer import Contact, Customer
from milepost.planner.calendars import Calendar
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Agreed, Fact, Noted, Replied, Requested, Responded, StepDone, TeamGiven
from milepost.planner.open_tasks import Task, open_tasks
from milepost.planner.plan import plan
from milepost.planner.spoken_entries import RequestEscalated
from milepost.planner.state import State
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
