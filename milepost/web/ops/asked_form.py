"""The form of a customer's step as a colleague fills it in for them, with what they said elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Contact
from milepost.explain.overview import JourneyOverview
from milepost.planner.compiled_map import CompiledMap, CompiledStep
from milepost.planner.state import State
from milepost.store import files
from milepost.store.stand_ins import StandIns
from milepost.translations.reader import ENGLISH
from milepost.web.identity import Person
from milepost.web.ops.step_choices import with_form
from milepost.web.portal.answer_form import AnswerForm, filled_in
from milepost.web.portal.plan_link import Opened
from milepost.web.services import Services

FILES = "/ops"
"""Where colleagues open the files of forms: `/ops/files/FILE`."""


@dataclass(frozen=True, slots=True)
class AskedForm:
    """A step that asks for something, and its form as the page shows it."""

    step: CompiledStep
    form: AnswerForm


def opened_by(person: Person, journey: str, compiled_map: CompiledMap, state: State) -> Opened:
    """Returns the plan as a colleague fills its forms in: files are kept as theirs, numbers are typed in English."""
    somebody = Contact(person.address, person.address, language=ENGLISH.tag)
    return Opened(FILES, person.session, journey, compiled_map, state, somebody, ENGLISH, StandIns())


async def asked_form(
    served: Services, session: AsyncSession, person: Person, journey: JourneyOverview, step: str
) -> AskedForm | None:
    """Returns the form of a step with the answers that were sent last, of the first one if `step` has none."""
    ids = [id_ for id_, _ in with_form(journey)]
    if not ids or journey.compiled_map is None:
        return None
    compiled = journey.compiled_map.steps[step if step in ids else ids[0]]
    opened = opened_by(person, journey.record.id, journey.compiled_map, journey.state)
    answers = journey.state.answers.get(compiled.id, {})
    named = set(files.named_in(answers))
    rows = {row.id: row for row in await files.of_customer(session, journey.record.customer_id) if row.id in named}
    return AskedForm(compiled, filled_in(compiled, answers, opened, rows, served.intake.context.files))
