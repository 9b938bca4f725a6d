"""The demo's customers: they do their own steps, answer, and have good and bad times. Pure: a seed decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from milepost.customer import Contact, name_of
from milepost.demo.personalities import Personality, Temperament
from milepost.demo.views import DAY, HOUR, Journey, OpenStep, PlannedFact
from milepost.language.asks import Ask, AskType
from milepost.language.steps import Outcome
from milepost.people.draws import Chance, Draws
from milepost.people.form_answers import form_answers
from milepost.people.responses import outcome_value
from milepost.people.signals import Signal, alarms, signals
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.fact_checks import asks_of
from milepost.planner.instants import Instant, moment

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
_COMMENTS = {
    "verified": ("This is what we hoped for.", "Finance has checked it.", "Yes. The team noticed at once."),
    "partial": ("Some of it is there.", "Getting there, but not all teams yet."),
    "disputed": ("We don't see it.", "Our own numbers say something else.", "Nothing has changed for us."),
}
_SHARES = {"verified": (1.02, 1.4), "partial": (0.3, 0.8), "disputed": (0.0, 0.15)}
"""How far the value of an outcome has come from its baseline to its target, by the verdict."""
_BASELINES, _GAINS = (18, 20, 24), (6, 8, 10, 12)
"""The figures of an outcome as customers agree to them, where the map asks for them."""
_FIRST_FIGURE = 3  # weeks: there is little to measure before
_STEADY = (70, 75, 80, 85)
_DIP = (25, 30)


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer that the demo plays, on its map. The facts that it plans are worked out as they are read."""

    personality: Personality
    compiled_map: CompiledMap
    chance: Chance

    def about_opening(self, step: OpenStep) -> Iterator[PlannedFact]:
        """Yields what the customer, or the product, does about an open step."""
        return self._action_done(step) if step.kind == "action" else self._measured_value(step)

    def _action_done(self, step: OpenStep) -> Iterator[PlannedFact]:
        """Yields product events where the map counts them, else that the customer says so."""
        draws = self.chance("does", step.key)
        done_at = step.opened_at + int(_time_left(step) * draws.uniform(*_PACE[self.personality.temperament]))
        compiled_step = self.compiled_map.steps.get(step.step)
        events = signals(getattr(compiled_step.step, "done_when", ())) if compiled_step else []
        if not events:
            fact: dict[str, Any] = {"id": f"{step.key} done", "step_done": step.step}
            fact["by"] = step.contact or step.customer
            if asks := asks_of(compiled_step) if compiled_step else ():
                fact["answers"] = self._form(step, asks, done_at)
            files = tuple(ask.field for ask in asks if ask.type is AskType.FILE and ask.field in fact["answers"])
            yield PlannedFact(done_at, step.customer, fact, step.key, files, step.customer)
            return
        signal = events[0]
        first = step.opened_at + (done_at - step.opened_at) // signal.count
        gap = (done_at - first) // max(signal.count - 1, 1)
        for number in range(signal.count):
            yield PlannedFact(first + gap * number, step.customer, _event(f"{step.key} {number}", signal), step.key)

    def _form(self, step: OpenStep, asks: tuple[Ask, ...], at: Instant) -> dict[str, Any]:
        """Returns the form of an action as the customer fills it in."""
        address = step.contact or f"somebody@{step.customer}.example"
        me = (Contact(name_of(address), address),)
        agreed = self._agreed_figures(step.customer)
        return form_answers(asks, agreed, me, moment(at).date(), self.chance("form", step.key))

    def _agreed_figures(self, customer: str) -> dict[str, float]:
        """Returns the figures that the customer agrees to where the map asks for them: targets above the baselines."""
        draws, agreed = self.chance("agrees", customer), dict[str, float]()
        for compiled_step in self.compiled_map.steps.values():
            metric = compiled_step.step.metric if isinstance(compiled_step.step, Outcome) else None
            if metric is not None:
                low = draws.choice(_BASELINES) if isinstance(metric.baseline, str) else metric.baseline or 0.0
                figures = ((metric.baseline, low), (metric.target, low + draws.choice(_GAINS)))
                agreed |= {name.removeprefix("customer."): value for name, value in figures if isinstance(name, str)}
        return agreed

    def _measured_value(self, step: OpenStep) -> Iterator[PlannedFact]:
        """Yields the value that the product has measured by the time an outcome is to be confirmed, if there is one."""
        outcome, verdict = self._outcome(step), self.personality.verdicts[0]
        if outcome is not None and outcome.value_from is not None and verdict is not None:
            attribute = outcome.value_from.removeprefix("customer.")
            value = _value(step, verdict, self.chance("measured", step.key))
            fact = {"id": f"{step.key} measured", "set": {attribute: value}, "by": "product"}
            yield PlannedFact(step.opened_at + HOUR, step.customer, fact, step.key)

    def answer(self, step: OpenStep, *, again: bool) -> Iterator[PlannedFact]:
        """Yields the customer's answer when it is asked, for the first time or again; nothing for silence."""
        outcome, verdict = self._outcome(step), self.personality.verdicts[-1 if again else 0]
        if outcome is None or verdict is None or step.asked_at is None:
            return
        draws = self.chance("answers", step.asking)
        fact = {
            "id": f"{step.asking} answer",
            "answer": step.step,
            "verdict": verdict,
            "value": _value(step, verdict, draws),
            "comment": draws.choice(_COMMENTS[verdict]),
            "method": "portal",
            "by": step.contact or step.customer,
        }
        after = draws.uniform(*_ANSWERS_AFTER[self.personality.temperament])
        at = step.asked_at + int(after * HOUR)
        yield PlannedFact(at, step.customer, fact, step.asking, whose=step.customer)

    def alarm(self, journey: Journey) -> Iterator[PlannedFact]:
        """Yields an event that starts a play against a risk, for customers whose personality has one."""
        possible = alarms(self.compiled_map)
        if not self.personality.alarm or not possible:
            return
        draws = self.chance("alarm", journey.journey)
        signal = draws.choice(possible)
        at = journey.started_at + int(draws.uniform(95, 125) * DAY)
        for number in range(signal.count):
            fact = _event(f"{journey.journey} alarm {number}", signal)
            yield PlannedFact(at + number * HOUR, journey.customer, fact)

    def health(self, customer: str, week: int) -> int:
        """Returns the customer's health figure in a week of its journey, counted from 0."""
        draws = self.chance("health", customer)
        falls = draws.randint(7, 11)
        level = draws.choice(_STEADY)
        if self.personality.dips and falls <= week and (week < falls + 5 or not self.personality.recovers):
            return draws.choice(_DIP)
        return level + self.chance("health", customer, week // 2).choice((-5, 0, 0, 5))

    def health_change(self, journey: Journey, week: int) -> Iterator[PlannedFact]:
        """Yields the health figure that the product sends in a week, if it differs from the week before."""
        customer = journey.customer
        now = self.health(customer, week)
        if week < _FIRST_FIGURE or (week > _FIRST_FIGURE and now == self.health(customer, week - 1)):
            return
        at = journey.started_at + week * WEEK + self.chance("figures", customer).randrange(5 * DAY)
        fact = {"id": f"{journey.journey} health {week}", "set": {"health": now}, "by": "product"}
        yield PlannedFact(at, customer, fact)

    def _outcome(self, step: OpenStep) -> Outcome | None:
        compiled_step = self.compiled_map.steps.get(step.step)
        return compiled_step.step if compiled_step and isinstance(compiled_step.step, Outcome) else None


def _event(fact: str, signal: Signal) -> dict[str, Any]:
    return {"id": fact, "event": signal.event, "properties": dict(signal.properties), "by": "product"}


def _time_left(step: OpenStep) -> int:
    return _WITHOUT_DUE if step.due_at is None else max(step.due_at - step.opened_at, HOUR)


def _value(step: OpenStep, verdict: str, draws: Draws) -> float | None:
    """Returns a measured value that goes with the verdict; None where the outcome has no target."""
    return outcome_value(step.metric, draws.uniform(*_SHARES[verdict]), digits=1)
