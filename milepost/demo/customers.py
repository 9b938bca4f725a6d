"""How customers act: what they do with their own steps, what they answer, how they fare. Pure: a seed decides."""

from __future__ import annotations

from random import Random
from typing import Any

from milepost.demo.actions import DAY, HOUR, Act, Journey, OpenStep
from milepost.demo.chance import Chance
from milepost.demo.map_outline import Asked, MapOutline, Signal
from milepost.demo.personalities import Part, Temperament

WEEK = 7 * DAY

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


def does(step: OpenStep, part: Part, script: MapOutline, chance: Chance) -> list[Act]:
    """What a customer does about an action of its own that is open."""
    draws = chance.of("does", step.about)
    done_at = step.opened_at + int(_time_given(step) * draws.uniform(*_PACE[part.temperament]))
    signal = script.signals.get(step.step)
    if signal is None:
        fact = {"id": f"{step.about} done", "step_done": step.step, "by": step.contact or step.customer}
        return [Act(done_at, step.customer, fact, step.about)]
    first = step.opened_at + (done_at - step.opened_at) // signal.count
    gap = (done_at - first) // max(signal.count - 1, 1)
    return [
        Act(first + gap * number, step.customer, _event(f"{step.about} {number}", signal), step.about)
        for number in range(signal.count)
    ]


def measured(step: OpenStep, part: Part, script: MapOutline, chance: Chance) -> list[Act]:
    """What the product has counted by the time an outcome is to be confirmed, where it keeps count."""
    asked = script.outcomes[step.step]
    verdict = part.verdicts[0]
    if asked.attribute is None or verdict is None:
        return []
    value = _value(verdict, asked, chance.of("measured", step.about))
    fact = {"id": f"{step.about} measured", "set": {asked.attribute: value}, "by": "product"}
    return [Act(step.opened_at + HOUR, step.customer, fact, step.about)]


def answers(step: OpenStep, part: Part, script: MapOutline, chance: Chance, *, again: bool) -> list[Act]:
    """What a customer answers when it is asked, for the first time or again; silence is no act."""
    verdict = part.verdicts[-1 if again else 0]
    if verdict is None or step.asked_at is None:
        return []
    draws = chance.of("answers", step.asking)
    fact = {
        "id": f"{step.asking} answer",
        "answer": step.step,
        "verdict": verdict,
        "value": _value(verdict, script.outcomes[step.step], draws),
        "comment": draws.choice(_SAYS[verdict]),
        "method": "portal",
        "by": step.contact or step.customer,
    }
    after = draws.uniform(*_ANSWERS_AFTER[part.temperament])
    return [Act(step.asked_at + int(after * HOUR), step.customer, fact, step.asking)]


def alarms(journey: Journey, part: Part, script: MapOutline, chance: Chance) -> list[Act]:
    """What happens one day that alarms us, for those whose part has it."""
    if not part.alarm or not script.alarms:
        return []
    draws = chance.of("alarm", journey.journey)
    signal = draws.choice(script.alarms)
    at = journey.started_at + int(draws.uniform(95, 125) * DAY)
    return [
        Act(at + number * HOUR, journey.customer, _event(f"{journey.journey} alarm {number}", signal))
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


def figures(journey: Journey, part: Part, week: int, chance: Chance) -> list[Act]:
    """The figure that the product tells in a week, if it is another than the week before."""
    customer = journey.customer
    now = health(customer, part, week, chance)
    if week < _FIRST_FIGURE or (week > _FIRST_FIGURE and now == health(customer, part, week - 1, chance)):
        return []
    at = journey.started_at + week * WEEK + chance.of("figures", customer).randrange(5 * DAY)
    return [Act(at, customer, {"id": f"{journey.journey} health {week}", "set": {"health": now}, "by": "product"})]


def _event(fact: str, signal: Signal) -> dict[str, Any]:
    return {"id": fact, "event": signal.event, "properties": dict(signal.properties), "by": "product"}


def _time_given(step: OpenStep) -> int:
    return _WITHOUT_DUE if step.due_at is None else max(step.due_at - step.opened_at, HOUR)


def _value(verdict: str, asked: Asked, draws: Random) -> float:
    """A figure that goes with the verdict."""
    low, high = {"verified": (1.02, 1.4), "partial": (0.3, 0.8), "disputed": (0.0, 0.15)}[verdict]
    return round(asked.baseline + (asked.target - asked.baseline) * draws.uniform(low, high), 1)
