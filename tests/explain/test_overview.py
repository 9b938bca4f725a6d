"""Everything about one customer, as plain values."""

from __future__ import annotations

from dataclasses import replace

from milepost.explain.overview import AnswerRecord, CustomerOverview, JourneyOverview, JourneyRecord, OutcomeRecord
from milepost.language.model import Map
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.facts import Ended, StepDone
from milepost.planner.plan import plan
from milepost.planner.state import State
from tests.store.book import DAY, HOUR, SMALL_MAP, START, customer

SMALL = CompiledMap.of(Map.model_validate({**SMALL_MAP, "reenter": "after 30 days"}), "v1")


def record(state: State) -> JourneyRecord:
    return JourneyRecord(
        id="acme/1", customer_id="acme", map="small", version="v1", status=state.status, reason=state.reason,
        started_at=START, ended_at=state.ended_at, wake_at=None, blocked_since=None, blocked_why=None,
        planned_with=None,
    )  # fmt: skip


def overview(*facts) -> CustomerOverview:
    started = plan(SMALL, State.begin(customer(), "small", "v1", START), [], START)
    walked = plan(SMALL, started.state, facts, START + DAY)
    journey = JourneyOverview(
        record(walked.state), walked.state, SMALL, {"v1": 1}, is_current=True, movers={},
        entries=(*started.timeline, *walked.timeline), outcomes=(), pending=(), now=START + DAY, zone="UTC",
    )  # fmt: skip
    return CustomerOverview(customer(), 75.0, None, START + DAY, "UTC", (journey.record,), journey)


def test_a_journey_shows_its_stages_plays_and_tasks():
    not_ready = StepDone(id="n", at=START + HOUR, step="kickoff", result="not_ready")
    journey = overview(not_ready).journey
    assert [(stage.stage, stage.title, stage.stuck) for stage in journey.stages] == [("start", "Start", False)]
    assert [(play.play, play.kind) for play in journey.plays] == [("unblock", "other")]
    assert sorted(task.task for task in journey.tasks) == ["review/1", "unblock_call/1"]
    assert journey.version.startswith("version 1")
    assert journey.explain().waits == journey.waits
    assert journey.explain_step("review").waits.status == "open"


def test_a_journey_on_a_version_that_cannot_be_read_has_its_record_and_no_more():
    journey = replace(overview().journey, compiled_map=None)
    assert (journey.title, journey.number) == ("small", 1)
    assert (journey.stages, journey.plays, journey.tasks, journey.waits, journey.starts) == ((), (), (), (), ())
    assert (journey.outlook, journey.explain(), journey.explain_step("review")) == (None, None, None)
    assert journey.say.sentence(journey.entries[0])


def test_a_customer_may_enter_a_map_again_only_when_its_rule_allows():
    ended = overview(Ended(id="e", at=START + HOUR, reason="churned"))
    assert ended.journey.has_ended
    ((considered, barred),) = ended.considered([SMALL])
    assert considered.where.holds
    assert "takes the customer again from" in barred
    ((_, later),) = replace(ended, now=START + 60 * DAY).considered([SMALL])
    assert later is None


def test_the_last_answer_that_was_not_revoked_counts():
    first = AnswerRecord(START, "partial", None, "sam@acme.example", None, None, "recorded", 3, *[None] * 6)
    second = replace(first, verdict="disputed", revoked_at=START + HOUR)
    outcome = OutcomeRecord("saved", 1, "Ten hours less", "partial", None, None, None, None, (first, second))
    assert outcome.last == first
    assert replace(outcome, answers=(second,)).last is None
