"""The tab *Results* of a customer's page: outcomes with their answers, what was filled in, files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from milepost.explain.answer_words import answered_by, method_text
from milepost.explain.overview import AnswerRecord, JourneyOverview, OutcomeRecord
from milepost.explain.sentences import Wording, answer_text
from milepost.explain.vocabulary import VERDICTS
from milepost.language.stored_file import StoredFile
from milepost.store import files
from milepost.store.files import HELD, FileStatus
from milepost.text import number
from milepost.web.ops.customer_view import CustomerView

FILE_STATUS = {
    FileStatus.COMING: "on its way",
    FileStatus.CHECKING: "being checked",
    FileStatus.READY: "",
    FileStatus.FOUND: "deleted: its check found something",
    FileStatus.REMOVED: "deleted",
}


async def values(view: CustomerView) -> dict[str, Any]:
    """Returns what the tab shows."""
    journey = view.journey
    return {
        "outcomes": list(_outcomes(journey)) if journey else [],
        "verdicts": VERDICTS,
        "filled_in": list(_filled_in(journey)),
        "files": await files.of_customer(view.session, view.customer),
        "file_status": FILE_STATUS,
        "held_files": HELD,
        "names": {contact.email: contact.name for contact in view.overview.customer.contacts},
    }


def _filled_in(journey: JourneyOverview | None) -> Iterable[tuple[str, list[tuple[str, str, StoredFile | None]]]]:
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
