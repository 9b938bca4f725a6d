"""The chosen task beside the list: why it is there, how to do it, the customer at a glance, and its forms."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from starlette.datastructures import FormData

from milepost.explain import local_time
from milepost.explain.task_reasons import Reason
from milepost.planner.situation import Situation
from milepost.store import journeys
from milepost.store.stand_ins import StandIns
from milepost.store.tasks import TaskLine
from milepost.web import forms
from milepost.web.desk.cards import RESPONSES, Card
from milepost.web.desk.glance import Glance, glance_at
from milepost.web.desk.request_view import requests_of
from milepost.web.identity import Person
from milepost.web.problems import Problem
from milepost.web.services import Services


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """A form about a task that was refused: the last part of where it was sent to, what was typed in it, and why."""

    form: str
    typed: FormData
    problem: Problem


@dataclass(frozen=True, slots=True)
class Pane:
    """The chosen task. `stay` is the address of the page with it, `onward` that after it is closed.

    `customer_form` is the token of the forms about its customer, None where nobody is signed in.

    `snoozes` are days to put it off until, each with its words, from tomorrow on; `today` is the first that can be
    agreed on. `refused` is a form of it that was refused.
    """

    card: Card
    glance: Glance
    reason: Reason | None
    snoozes: tuple[tuple[str, str], ...]
    today: str
    stay: str
    onward: str
    customer_form: str | None
    refused: RefusedForm | None = None

    def typed(self, form: str, name: str, other: str = "") -> str:
        """Returns what was typed in a field of a form that was refused; `other` in any other form."""
        if self.refused is None or self.refused.form != form:
            return other
        return str(self.refused.typed.get(name, ""))


@dataclass(frozen=True, slots=True)
class PaneBuilder:
    """Builds the pane of a task on the desk of `whose`, for one viewer."""

    served: Services
    viewer: Person | None
    whose: str
    zone: str
    in_force: StandIns

    async def pane(self, line: TaskLine, stay: str, onward: str) -> Pane | None:
        """Returns the pane of a task; None if its customer was forgotten meanwhile."""
        task, now = line.task, self.served.now()
        pending = await forms.pending_facts(self.served, [task.customer_id])
        async with self.served.store.reading() as session:
            states = await journeys.states(session, {task.journey_id})
            if task.journey_id not in states:
                return None
            state = states[task.journey_id]
            compiled_map = await self.served.compiled_maps.of(state.version)
            wanted = await requests_of(session, [line], states, self.zone)
            glance = await glance_at(session, line, Situation.of(compiled_map, state, now), self.zone)
        files = await self.served.compiled_maps.files(state.version)
        request = wanted.get((task.journey_id, task.task))
        told = pending.get((task.customer_id, task.step or task.task))
        if request and not told:
            told = RESPONSES.get(pending.get((task.customer_id, request.step), ""))
        token, customer_form = None, None
        if self.viewer is not None:
            token = forms.token(self.served, self.viewer.session, "task", task.journey_id, task.task)
            customer_form = forms.token(self.served, self.viewer.session, "customer", task.customer_id)
        stand_in = self.in_force.for_task(task.person, task.role, task.customer_id)
        base_url = self.served.links.base_url
        where = (line, compiled_map, state, files, self.whose, now, self.zone, base_url)
        card = Card(*where, token, told, stand_in, request=request)
        reasons = glance.reasons
        reason = reasons.of_step(task.step) if task.step else reasons.of_system_task(task.why, task.about)
        ready = await asyncio.to_thread(card.with_playbook)
        today = local_time.local(now, compiled_map.ours.timezone).date()
        snoozes = tuple(_snoozes(today))
        return Pane(ready, glance, reason, snoozes, today.isoformat(), stay, onward, customer_form)


def _snoozes(today: date) -> list[tuple[str, str]]:
    """Returns days to put a task off until, as they are written, by their words."""
    monday = today + timedelta(days=7 - today.weekday())
    days: dict[date, str] = {today + timedelta(days=7): "In a week", monday: "Monday"}
    days[today + timedelta(days=1)] = "Tomorrow"
    return [(day.isoformat(), words) for day, words in sorted(days.items())]
