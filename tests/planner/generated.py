"""Generated maps, customers and facts for property tests: valid maps with stages, plays, branches and conditions."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from milepost.customer import Contact, Customer, Mail
from milepost.language.model import Map
from milepost.planner import facts as told
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import parse

START = parse("2026-03-02T10:00:00-05:00")
DAY = 86_400

durations = st.sampled_from(
    [
        "0 days",
        "1 business day",
        "3 business days",
        "2 days",
        "1 week",
        "1 month",
        "45 minutes",
        "36 hours",
        "1 quarter",
    ]
)
task_durations = st.one_of(durations, st.sampled_from(["1 business hour", "9 business hours", "60 business hours"]))
long_durations = st.sampled_from(["5 business days", "10 days", "3 weeks", "2 months"])
conditions = st.sampled_from(
    [
        "customer.health < 40",
        "customer.health >= 60",
        'customer.tier == "gold"',
        'plays.p0 != "open"',
        'steps.s0_0 == "done"',
        "customer.seats > 1 && customer.health < 90",
        "answers.form.seats > 10",
        "'a' in answers.form.teams && has(answers.form.lead)",
    ]
)
triggers = st.one_of(
    conditions.map(lambda text: {"if": text}),
    st.sampled_from(["used", "left"]).map(lambda name: {"event": name}),
    st.integers(1, 3).map(lambda count: {"event": "used", "count": count}),
    st.just({"event": "used", "if": "event.size > 2"}),
)


LATE = ("1 business day", "1 business day", "3 business hours", "2 hours")
WORKING_TIMES = (
    {},
    {"country": "DE-BY", "timezone": "Europe/Berlin", "closed": ["12-24..01-02"]},
    {"country": "SA", "timezone": "Asia/Riyadh", "days": "country", "to": "24:00"},
)


@st.composite
def steps_of(draw, prefix, plays):
    """Touchpoints, actions and outcomes of one stage or play; `plays` may be started by branches."""
    parts = {"touchpoints": [], "actions": [], "outcomes": []}
    ids, results = [], []
    for number in range(draw(st.integers(1, 4))):
        step_id = f"{prefix}_{number}"
        kind = draw(st.sampled_from(["task", "mail", "action", "outcome"]))
        step = draw(_when(ids, kind, results))
        if kind == "task":
            step |= {"touchpoint": step_id, "title": "T", "role": "csm", "due": draw(task_durations)}
            step["warn"] = draw(st.sampled_from([[], ["1 business day before"], ["2 hours before", "1 week before"]]))
            if draw(st.booleans()) and "done_when" not in step:
                step["results"] = {"yes": draw(_dates), "no": draw(_branches(plays))}
                results.append(step_id)
        elif kind == "mail":
            step |= {"touchpoint": step_id, "title": "M", "message": "m.md", "to": draw(_personas)}
            step["essential"] = draw(st.booleans())
        elif kind == "action":
            step |= {"action": step_id, "title": "A", "persona": draw(_personas), "message": "m.md"}
            step["due"] = draw(long_durations)
            step["remind"] = ["1 business day before", "on the day", "2 days after"]
            if plays and draw(st.booleans()):
                step["overdue"] = {"after": "2 business days", "do": draw(_branches(plays))}
        else:
            step |= draw(_outcome(step_id, plays))
        parts[{"task": "touchpoints", "mail": "touchpoints", "action": "actions", "outcome": "outcomes"}[kind]].append(
            step
        )
        ids.append(step_id)
    return {key: value for key, value in parts.items() if value}


_dates = st.sampled_from(
    [[], [{"set": {"renews_on": "1 year after customer.renews_on"}}], [{"set": {"renews_on": "90 days after today"}}]]
)
_personas = st.sampled_from(["sponsor", "user", "absent"])


@st.composite
def _when(draw, ids, kind, results):
    step = {}
    if ids and draw(st.booleans()):
        step["after"] = draw(st.lists(_awaited(ids, results), min_size=1, max_size=2))
    how = draw(st.sampled_from(["", "", "wait", "at"]))
    if how == "wait":
        step["wait"] = draw(durations)
    elif how == "at":
        step["at"] = draw(st.sampled_from(["30 days before customer.renews_on", "on customer.renews_on"]))
    if draw(st.integers(0, 5)) == 0:
        step["optional"] = True
    if draw(st.integers(0, 6)) == 0:
        step["skip_when"] = draw(conditions)
    if kind != "outcome" and draw(st.integers(0, 4)) == 0:
        step["done_when"] = draw(triggers)
    if kind != "outcome" and draw(st.integers(0, 6)) == 0:
        step["every"] = draw(long_durations)
    return step


def _awaited(ids, results):
    """A step to wait for, or a result of one that has results."""
    plain = st.sampled_from(ids)
    asked = st.sampled_from(["yes", "no", "any", ["no", "yes"]])
    return (
        st.one_of(plain, st.tuples(st.sampled_from(results), asked).map(lambda pair: dict([pair])))
        if results
        else plain
    )


@st.composite
def _outcome(draw, step_id, plays):
    step = {
        "outcome": step_id,
        "type": "save_time",
        "statement": "S",
        "persona": draw(_personas),
        "message": "m.md",
        "within": draw(long_durations),
        "remind": ["2 business days", "1 week"],
        "then": {verdict: draw(_branches(plays)) for verdict in ("verified", "partial", "disputed", "silent")},
    }
    if draw(st.booleans()):
        step["ask_again"] = {"after": "10 days", "at_most": draw(st.integers(1, 2)), "if": ["partial", "silent"]}
    if draw(st.integers(0, 3)) == 0:
        step["verified_when"] = draw(triggers)
    return step


def _branches(plays):
    """Branches that wait for somebody: what they start lies later in the file, so nothing goes in a circle."""
    if not plays:
        return st.just([])
    return st.lists(st.sampled_from(plays).map(lambda play: {"play": play}), max_size=1)


FORM = {
    "action": "form",
    "title": "F",
    "persona": "user",
    "asks": [
        {"field": "day", "title": "D", "type": "date", "set": "renews_on"},
        {"field": "seats", "title": "S", "type": "number", "set": "seats"},
        {"field": "teams", "title": "T", "type": "choice", "one_of": ["a", "b"], "many": True, "optional": True},
        {"field": "lead", "title": "L", "type": "person", "persona": "absent", "optional": True},
    ],
}
"""A form, which conditions ask about."""

RENEWAL = {
    "stage": "renewal",
    "title": "R",
    "opens": {"at": "60 days before customer.renews_on"},
    "touchpoints": [
        {
            "touchpoint": "talk",
            "title": "T",
            "role": "csm",
            "results": {"renewed": {"go_to": "s0"}, "lost": {"end": "churned"}},
        },
    ],
}


@st.composite
def maps(draw):
    """A valid map as data."""
    plays = [f"p{number}" for number in range(draw(st.integers(1, 3)))]
    stages = [
        {"stage": f"s{number}", "title": "S", "target": draw(long_durations), **draw(steps_of(f"s{number}", plays))}
        for number in range(draw(st.integers(1, 3)))
    ]
    if draw(st.booleans()):
        stages.append(RENEWAL)
    if draw(st.booleans()):
        stages.append(
            {"stage": "care", "title": "C", "opens": {"when": draw(triggers)}, **draw(steps_of("care", plays))}
        )
    stages[0]["touchpoints"] = [
        {"touchpoint": "s0_0", "title": "First", "role": "csm"},
        *[step for step in stages[0].get("touchpoints", []) if step["touchpoint"] != "s0_0"],
    ]
    form = {**FORM, "optional": draw(st.booleans())}
    stages[0]["actions"] = [form, *stages[0].get("actions", [])]
    for track, key in (("actions", "action"), ("outcomes", "outcome")):
        if track in stages[0]:
            stages[0][track] = [step for step in stages[0][track] if step[key] != "s0_0"]
    return {
        "map": "generated",
        "title": "Generated",
        "outcome": "save_time",
        "owner": "o",
        "segment": {"where": "true"},
        "attributes": {
            "health": {"type": "number"},
            "seats": {"type": "number"},
            "tier": {"type": "text"},
            "renews_on": {"type": "date"},
        },
        "roles": {"csm": {"title": "C", "escalate": {"after": draw(st.sampled_from(LATE)), "to": "boss"}}, "boss": "B"},
        "personas": {
            "sponsor": {"title": "S"},
            "user": {"title": "U", "fallback": "sponsor"},
            "absent": {"title": "A"},
        },
        "working_time": draw(st.sampled_from(WORKING_TIMES)),
        "contact_policy": draw(st.sampled_from([{}, {"limit": "1 per 3 days"}, {"limit": "2 per 1 week"}]))
        | draw(st.sampled_from([{}, {"window": {"to": "24:00", "closed": ["03-09", "12-24..01-02"]}}])),
        "on_resume": draw(st.sampled_from(["shift", "run", "skip"])),
        "stages": stages,
        "plays": [draw(_play(number, plays)) for number in range(len(plays))],
    }


@st.composite
def _play(draw, number, plays):
    play = {
        "play": f"p{number}",
        "kind": draw(st.sampled_from(["risk", "expansion", "other"])),
        "title": "P",
        "holds": draw(st.sampled_from(["none", "messages", "everything"])),
        **draw(steps_of(f"p{number}", plays[number + 1 :])),
    }
    if draw(st.booleans()):
        play["starts_when"] = draw(st.lists(triggers, min_size=1, max_size=2))
    if draw(st.booleans()):
        play["ends_when"] = draw(triggers)
    if draw(st.booleans()):
        play["deadline"] = draw(long_durations)
    play["cooldown"] = draw(st.sampled_from(["1 business day", "2 weeks"]))
    if draw(st.integers(0, 4)) == 0:
        play["only_if"] = draw(conditions)
    return play


MESSAGES = st.sampled_from(
    [
        {},
        {"messages/m.md": "---\nsubject: M\n---\n{{ customer.health }}\n"},
        {"messages/m.md": "---\nsubject: M\n---\n{{ contact.salutation or customer.health }} {{ csm.email }}\n"},
    ]
)
"""The one message of a generated map: it needs nothing, or something that isn't always known."""
compiled_maps = st.builds(lambda data, files: CompiledMap.of(Map.model_validate(data), "v1", files), maps(), MESSAGES)

customers = st.builds(
    lambda timezone, country, health, mail: Customer(
        "acme",
        "Acme",
        timezone,
        country,
        None,
        {"health": health, "seats": 5, "renews_on": "2026-09-01"},
        (
            Contact("Sam", "sam@acme.example", ("sponsor",)),
            Contact("Uli", "uli@acme.example", ("user",), "Asia/Tokyo", "JP", mail=mail),
        ),
        {"csm": "ana@vendor.example"},
    ),
    st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney", "Pacific/Kiritimati"]),
    st.sampled_from(["US", "DE", None]),
    st.sampled_from([20, 50, 80, None]),
    st.sampled_from([Mail.ALL, Mail.ALL, Mail.ESSENTIAL, Mail.NONE]),
)


_DAYS = [date(2026, 3, 2) + timedelta(days=days) for days in range(1, 100)]


@st.composite
def facts_for(draw, compiled_map):
    """Facts that a customer and colleagues might tell, in time and out of it, sensible or not."""
    facts = []
    for number in range(draw(st.integers(0, 14))):
        at = START + draw(st.one_of(st.integers(0, 200 * DAY), st.integers(0, 20 * DAY)))
        common = {"id": f"f{number}", "at": at}
        if draw(st.integers(0, 5)) == 0:  # a pause, over one closing time or over weeks
            length = draw(st.one_of(st.integers(60, DAY), st.integers(DAY, 40 * DAY)))
            facts += [told.Paused(**common), told.Resumed(id=f"r{number}", at=at + length)]
        else:
            facts.append(draw(_fact(compiled_map, common)))
    return sorted(facts, key=lambda fact: fact.at)


def _fact(compiled_map, common):
    steps, plays = st.sampled_from(sorted(compiled_map.steps)), st.sampled_from(sorted(compiled_map.plays))
    days, now = st.sampled_from(_DAYS).map(str), {name: st.just(value) for name, value in common.items()}
    abe = st.sampled_from(Mail).map(
        lambda mail: (Contact("Abe", "abe@acme.example", ("absent", "sponsor"), mail=mail),)
    )
    health = st.sampled_from([10, 50, 70, None]).map(lambda value: {"health": value})
    messages = steps.map(lambda step: f"{step}/1/opening/1")
    renewal = st.sampled_from(["2026-05-01", "2027-01-01"]).map(lambda day: {"renews_on": day})
    form = st.fixed_dictionaries(
        {"day": st.sampled_from(["2026-05-01", "2026-02-30"]), "seats": st.sampled_from([5, 50, "many"])},
        optional={
            "teams": st.sampled_from([["a"], ["b", "a"], []]),
            "lead": st.just({"name": "Abe", "email": "ABE@acme.example"}),
        },
    )
    agreed = st.builds(lambda step, day: {step: {"due": day, "person": "new@x.example"}}, steps, days)
    return st.one_of(
        st.builds(told.StepDone, **now, step=steps, result=st.sampled_from([None, "yes", "no", "renewed"])),
        st.builds(told.StepDone, **now, step=st.just("form"), answers=form),
        st.builds(told.StepDone, **now, step=st.just("form"), by=st.sampled_from([None, "uli@acme.example"])),
        st.builds(told.StepSkipped, **now, step=steps, reason=st.none()),
        st.builds(told.StepReopened, **now, step=steps, reason=st.none()),
        st.builds(told.Snoozed, **now, step=steps, until=days, reason=st.none()),
        st.builds(told.EventHappened, **now, event=st.just("used"), properties=st.just({"size": 3})),
        st.builds(told.EventHappened, **now, event=st.just("left"), properties=st.just({})),
        st.builds(told.Answered, **now, outcome=steps, verdict=st.sampled_from(["verified", "partial", "disputed"])),
        st.builds(told.Revoked, **now, outcome=steps, reason=st.none()),
        st.builds(told.AttributesSet, **now, attributes=st.one_of(health, renewal)),
        st.builds(told.ContactsGiven, **now, contacts=abe),
        st.builds(told.Agreed, **now, steps=agreed),
        st.builds(told.PlayStarted, **now, play=plays, reason=st.none()),
        st.just(told.Paused(**common)),
        st.just(told.Resumed(**common)),
        st.builds(
            told.MailChosen,
            **now,
            contact=st.sampled_from(["sam@acme.example", "nobody@acme.example"]),
            mail=st.sampled_from(["all", "essential", "none", "odd"]),
            how=st.sampled_from([None, "page", "bounce"]),
        ),
        st.builds(told.MessageFailed, **now, message=messages, permanent=st.sampled_from([None, True])),
        _mail_fact(steps, now),
        st.builds(
            told.TaskAdded, **now, title=st.just("Call"), due=st.one_of(st.none(), days, st.just("1 business day"))
        ),
        st.builds(told.StepDone, **now, step=st.sampled_from(["task/1", "task/2"])),
        st.builds(told.Snoozed, **now, step=st.just("task/1"), until=days),
        _words(steps, days, now),
    )


def _words(steps, days, now):
    """What a customer says about a step, and what a colleague says to that."""
    words = {**now, "step": steps, "note": st.just("Well")}
    sam = {**now, "by": st.just("sam@acme.example")}
    bo = {"name": "Bo Lee", "email": "bo@acme.example"}
    return st.one_of(
        st.builds(told.Requested, **words, wish=st.just("help")),
        st.builds(told.Requested, **words, wish=st.just("date"), due=days),
        st.builds(told.Requested, **words, wish=st.just("person"), person=st.just(bo)),
        st.builds(told.Replied, **words, needs_answer=st.sampled_from([None, True])),
        st.builds(told.Responded, **words, declined=st.sampled_from([None, True])),
        st.builds(told.Responded, **words, elsewhere=st.sampled_from(["support", "sales"])),
        st.builds(told.Agreed, **now, steps=steps.map(lambda step: {step: {"person": bo}})),
        st.builds(told.Noted, **now, text=st.just("They merge"), about=st.one_of(st.none(), steps)),
        st.builds(told.AnswerCompleted, **sam, outcome=steps, value=st.sampled_from([None, 3, 12.5])),
        st.builds(told.Noted, **sam, text=st.just("We are on it"), about=steps),
    )


def _mail_fact(steps, now):
    """What somebody does with a message that waits or failed, or with the switch of all mail."""
    waiting = st.tuples(steps, st.sampled_from(["opening", "touchpoint", "request", "reminder"])).map(
        lambda pair: f"{pair[0]}/1/{pair[1]}/1"
    )
    free, position = st.sampled_from([None, ["m.md"]]), st.sampled_from(["held", "held", "free"])
    hold = st.sampled_from([None, 0, 1, 2])
    return st.one_of(
        st.builds(told.MailSwitched, **now, to=position, free=free, hold=hold),
        st.builds(told.AgreementMailed, **now, people=st.just(("sam@acme.example", "kim@acme.example"))),
        st.builds(told.MessageReleased, **now, message=waiting, now=st.sampled_from([None, True]), hold=hold),
        st.builds(
            told.MessageCancelled, **now, message=waiting, parts=st.one_of(st.none(), st.tuples(waiting, waiting))
        ),
        st.builds(told.MessageRetried, **now, message=waiting, hold=hold),
        st.builds(
            lambda message, **more: told.MessageReturned(
                message=message, steps=(message.split("/")[0],), templates=("m.md",), **more
            ),
            waiting,
            **now,
        ),
    )
