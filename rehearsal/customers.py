"""How customers act: what they do with their own steps, what they answer, how they fare. Pure: a seed decides."""

from __future__ import annotations

from random import Random

from journeys.planner.instants import Instant, parse
from rehearsal.acts import DAY, HOUR, Act, Happening, Who
from rehearsal.chance import Chance
from rehearsal.parts import Part, Temperament
from rehearsal.script import Asked, Script

_PACE = {
    Temperament.PROMPT: (0.05, 0.45),
    Temperament.SLOW: (0.8, 1.4),
    Temperament.SILENT: (1.1, 1.7),
    Temperament.UNHAPPY: (0.5, 1.15),
}
"""How much of the time until a step's due date passes before it is done; more than 1 is late."""
_WITHOUT_DUE = 10 * DAY
_ANSWERS_AFTER = {
    Temperament.PROMPT: (1, 60),
    Temperament.SLOW: (100, 230),
    Temperament.SILENT: (30, 200),
    Temperament.UNHAPPY: (4, 48),
}
"""Hours from being asked to the answer."""
_SAYS = {
    "verified": ("This is what we hoped for.", "Finance has checked it.", "Yes. The team noticed at once."),
    "partial": ("Some of it is there.", "Getting there, but not all teams yet."),
    "disputed": ("We don't see it.", "Our own numbers say something else.", "Nothing has changed for us."),
}


def does(opened: Happening, who: Who, part: Part, script: Script, chance: Chance) -> list[Act]:
    """What a customer does about a step of its own that has opened."""
    draws = chance.of("does", opened.about)
    done_at = opened.at + int(_time_given(opened) * draws.uniform(*_PACE[part.temperament]))
    signal = script.signals.get(opened.step)
    if signal is None:
        fact = {"id": f"{opened.about} done", "step_done": opened.step, "by": _person(opened, who)}
        return [Act(done_at, opened.customer, fact, opened.about)]
    first = opened.at + (done_at - opened.at) // signal.count
    return [
        Act(
            first + (done_at - first) * number // max(signal.count - 1, 1),
            opened.customer,
            {
                "id": f"{opened.about} {signal.event} {number}",
                "event": signal.event,
                "properties": dict(signal.properties),
                "by": "product",
            },
            opened.about,
        )
        for number in range(signal.count)
    ]


def measured(opened: Happening, who: Who, part: Part, script: Script, chance: Chance) -> list[Act]:
    """What the product counts by the time an outcome is to be confirmed, where it keeps count."""
    asked = script.outcomes[opened.step]
    if asked.attribute is None or part.verdicts[0] is None:
        return []
    value = _value(part.verdicts[0], asked, chance.of("value", who.id, opened.about))
    fact = {"id": f"{opened.about} measured", "set": {asked.attribute: value}, "by": "product"}
    return [Act(opened.at + HOUR, who.id, fact, opened.about)]


def answers(asked: Happening, time: int, who: Who, part: Part, script: Script, chance: Chance) -> list[Act]:
    """What a customer answers when it is asked for the `time`-th time, counted from 0; silence is no act."""
    verdict = part.verdicts[min(time, len(part.verdicts) - 1)]
    if verdict is None:
        return []
    draws = chance.of("answers", asked.about, time)
    fact = {
        "id": f"{asked.about} answer {time}",
        "answer": asked.step,
        "verdict": verdict,
        "value": _value(verdict, script.outcomes[asked.step], draws),
        "comment": draws.choice(_SAYS[verdict]),
        "method": "portal",
        "by": _person(asked, who),
    }
    after = draws.uniform(*_ANSWERS_AFTER[part.temperament])
    return [Act(asked.at + int(after * HOUR), asked.customer, fact, asked.about)]


def alarms(started: Happening, part: Part, script: Script, chance: Chance) -> list[Act]:
    """The day on which something happens that alarms us, for those whose part has one."""
    if not part.alarm or not script.alarms:
        return []
    draws = chance.of("alarm", started.journey)
    signal = draws.choice(script.alarms)
    at = started.at + int(draws.uniform(95, 125) * DAY)
    return [
        Act(
            at + number * HOUR,
            started.customer,
            {
                "id": f"{started.journey} {signal.event} alarm {number}",
                "event": signal.event,
                "properties": dict(signal.properties),
                "by": "product",
            },
        )
        for number in range(signal.count)
    ]


_FIRST_FIGURE = 3  # weeks: there is little to measure before
_STEADY = (70, 75, 80, 85)
_DIP = (25, 30)


def health(customer: str, part: Part, week: int, chance: Chance) -> int:
    """A customer's health figure in a week of its journey, counted from 0."""
    draws = chance.of("health", customer)
    falls = draws.randint(7, 11)
    level = draws.choice(_STEADY)
    if part.dips and falls <= week and (week < falls + 5 or not part.recovers):
        return draws.choice(_DIP)
    return level + chance.of("health", customer, week // 2).choice((-5, 0, 0, 5))


def figures(journey: str, customer: str, begun: Instant, part: Part, week: int, chance: Chance) -> list[Act]:
    """The figure that the product tells in a week, if it is another than the week before."""
    now = health(customer, part, week, chance)
    if week < _FIRST_FIGURE or (week > _FIRST_FIGURE and now == health(customer, part, week - 1, chance)):
        return []
    at = begun + week * 7 * DAY + chance.of("figures", customer).randrange(5 * DAY)
    return [Act(at, customer, {"id": f"{journey} health {week}", "set": {"health": now}, "by": "product"})]


def _time_given(opened: Happening) -> int:
    due = opened.more.get("due")
    return max(parse(due) - opened.at, HOUR) if due else _WITHOUT_DUE


def _person(happening: Happening, who: Who) -> str:
    return who.people.get(str(happening.more.get("persona"))) or next(iter(who.people.values()), who.id)


def _value(verdict: str, asked: Asked, draws: Random) -> float:
    """A figure that goes with the verdict."""
    low, high = {"verified": (1.02, 1.4), "partial": (0.3, 0.8), "disputed": (0.0, 0.15)}[verdict]
    return round(asked.baseline + (asked.target - asked.baseline) * draws.uniform(low, high), 1)
