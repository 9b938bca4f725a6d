"""A customer at a glance, beside a task: where they stand, how they fare, what was promised, and whom to talk to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.customer import Contact
from milepost.explain import local_time
from milepost.explain.contract import renewal_of, value_of
from milepost.explain.people_names import PeopleNames, colleague_name
from milepost.explain.sentences import Wording
from milepost.explain.task_reasons import TaskReasons
from milepost.planner import timeline as lines
from milepost.planner.situation import Situation
from milepost.planner.spoken_entries import Noted, Replied, Requested
from milepost.planner.timeline import Entry
from milepost.store import outcomes, timeline
from milepost.store.tasks import TaskLine
from milepost.text import number
from milepost.translations.reader import ENGLISH
from milepost.web.health_trend import health_trend
from milepost.web.portal.results import Result, results
from milepost.web.portal.stage_rail import RailStage, stage_rail

LAST = 3
"""So many things that happened are shown."""
_TELLING = (
    *(lines.StepDone, lines.StepSkipped, lines.OutcomeAnswered, lines.OutcomeSilent, lines.PlayStarted),
    *(lines.PlayEnded, lines.StageOpened, lines.JourneyPaused, lines.JourneyResumed, lines.HandedOver),
    *(Requested, Replied, Noted),
)
_VERDICTS = {
    "verified": ("Confirmed", "good"),
    "partial": ("Partly", "warn"),
    "disputed": ("Disputed", "bad"),
    "asked": ("Asked", ""),
    "later": ("To come", ""),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """An outcome: its statement, how it stands in a word with the kind of its tag, and its figures."""

    statement: str
    verdict: str
    kind: str
    figures: str


@dataclass(frozen=True, slots=True)
class Glance:
    """What is shown of a customer. `trend` says how the health went; None where it is known of once at most."""

    stages: tuple[RailStage, ...]
    health: float | None
    trend: str | None
    renewal: str | None
    value: str | None
    promises: tuple[Promise, ...]
    people: tuple[tuple[Contact, str], ...]
    team: tuple[tuple[str, str], ...]
    happened: tuple[tuple[str, str], ...]
    reasons: TaskReasons


async def glance_at(session: AsyncSession, line: TaskLine, situation: Situation, zone: str) -> Glance:
    """Reads what is shown of the customer of a task; times are in `zone`."""
    compiled_map, state, journey = situation.compiled_map, situation.state, line.task.journey_id
    entries = [timeline.entry_of(row) for row in await timeline.of_journey(session, journey)]
    records = await outcomes.of_journey(session, journey)
    added = {each.step: each.title for each in entries if isinstance(each, lines.TaskAdded)}
    say = Wording(compiled_map, zone, added=added, people=PeopleNames.around(state.customer))
    day = renewal_of(line.attributes)
    rail = stage_rail(compiled_map, state, entries, ENGLISH, zone)
    return Glance(
        tuple(rail),
        line.health,
        await health_trend(session, line.task.customer_id, line.health, zone),
        local_time.date_text(day) if day else None,
        value_of(line.attributes),
        tuple(map(_promise, results(compiled_map, state, records))),
        tuple((each, ", ".join(map(say.persona, each.personas))) for each in state.customer.contacts),
        tuple((say.role(role), colleague_name(who)) for role, who in state.customer.team.items()),
        tuple(_happened(entries, say)),
        TaskReasons(situation, entries, records, say),
    )


def _happened(entries: Sequence[Entry], say: Wording) -> list[tuple[str, str]]:
    telling = [each for each in entries if isinstance(each, _TELLING)]
    return [(local_time.day_of(each.at, say.zone), say.sentence(each)) for each in telling[: -LAST - 1 : -1]]


def _promise(result: Result) -> Promise:
    verdict, kind = _VERDICTS.get(result.verdict, (result.verdict, ""))
    return Promise(result.statement, verdict, kind, _figures(result))


def _figures(result: Result) -> str:
    figures = result.figures
    unit = f" {figures.unit}" if figures and figures.unit else ""
    target = f"{number(figures.target)}{unit}" if figures and figures.target is not None else ""
    if result.value is None:
        return f"target {target}" if target else ""
    return f"{number(result.value)}{unit}" + (f" of {target}" if target else "")
