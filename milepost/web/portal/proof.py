"""The proof: what was agreed with a customer and what of it was confirmed, over all years, to be shown to others.

It names only those who said that they may be named, and quotes them alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from milepost.explain import local_time
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.map_in_language import in_language
from milepost.planner.state import State
from milepost.store import journeys, outcomes
from milepost.store.errors import UnreadableVersionError
from milepost.translations.reader import Reader
from milepost.web.portal.results import Result, ResultWords, results
from milepost.web.services import Services

_CONFIRMED = frozenset({"verified", "partial"})


@dataclass(frozen=True, slots=True)
class ConfirmedResult:
    """A result that was confirmed, at least partly, in words: `by` and `words` only of who may be named."""

    statement: str
    verdict: str
    is_whole: bool
    day: str
    promise: str | None
    value: str | None
    by: str | None
    words: str | None


@dataclass(frozen=True, slots=True)
class AgreedResult:
    """A result that was agreed and is still to come."""

    statement: str
    promise: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that the page and the document show, in the reader's words; `today` is the day of the look."""

    customer: str
    today: str
    confirmed: tuple[ConfirmedResult, ...]
    agreed: tuple[AgreedResult, ...]


async def proof_of(served: Services, session: AsyncSession, customer: str, reader: Reader) -> Proof | None:
    """Returns the proof of a customer, the newest result first; None where there has been no journey."""
    rows = reversed(await journeys.of_customer(session, customer))
    every: list[tuple[State, list[Result]]] = []
    for row in rows:
        state = State.from_json(row.state)
        compiled_map = await _map_of(served, state)
        if compiled_map is not None:
            records = await outcomes.of_journey(session, row.id)
            every.append((state, results(in_language(compiled_map, reader.tag), state, records)))
    if not every:
        return None
    last = every[-1][0]
    words = ResultWords(reader, last.customer.timezone, last.customer)
    confirmed = [each for _, some in every for each in some if each.answer is not None and each.verdict in _CONFIRMED]
    confirmed.sort(key=_answered_at, reverse=True)
    to_come = [] if last.ended else [each for each in every[-1][1] if each.verdict not in _CONFIRMED]
    today = reader.day(local_time.local(served.now(), last.customer.timezone).date())
    agreed = tuple(AgreedResult(each.statement, _promise(words, each)) for each in _each_once(to_come))
    return Proof(last.customer.name, today, tuple(_confirmed(words, each) for each in confirmed), agreed)


async def _map_of(served: Services, state: State) -> CompiledMap | None:
    try:
        return await served.compiled_maps.of(state.version)
    except UnreadableVersionError:
        return None


def _each_once(some: Sequence[Result]) -> Iterator[Result]:
    yield from {each.outcome: each for each in some}.values()


def _answered_at(result: Result) -> Instant:
    assert result.answer is not None
    return result.answer.at


def _confirmed(words: ResultWords, result: Result) -> ConfirmedResult:
    answer = result.answer
    assert answer is not None
    may_be_named = bool(answer.named) and answer.by is not None
    return ConfirmedResult(
        statement=result.statement,
        verdict=words.verdict(result),
        is_whole=result.is_confirmed,
        day=words.day(answer.at),
        promise=_promise(words, result),
        value=words.value(result),
        by=words.name(answer.by) if may_be_named and answer.by else None,
        words=answer.comment if may_be_named else None,
    )


def _promise(words: ResultWords, result: Result) -> str | None:
    figures = result.figures
    return words.promise(figures) if figures is not None and figures.target is not None else None
