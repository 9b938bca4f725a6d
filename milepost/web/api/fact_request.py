"""A fact, or a list of facts, as a request of the API brings it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationError

from milepost import limits
from milepost.planner.facts import KEY
from milepost.planner.written_facts import WrittenFact
from milepost.planner.written_values import Name
from milepost.web.api.keys import Key, KeyScopeError
from milepost.web.api.shapes import ErrorDetail, ErrorShown
from milepost.web.problems import ALTERNATIVES, describe_invalid

_FACTS = {
    "step_done": "the step that was done; with `result` if it has results, `note`, `evidence`, `answers`",
    "step_skipped": "the step that isn't needed; with `reason`",
    "step_reopened": "the closed step that opens again; with `reason`",
    "snoozed": "the step that is put off; with `until`, `reason`",
    "event": "the product event that happened; with `properties`",
    "answer": "the outcome that was answered; with `verdict`, `value`, `comment`, `evidence`, `on_behalf_of`",
    "answer_completed": "the outcome whose answer is added to; with `value`, `comment`, `evidence`, `emptied`, `named`",
    "named": "true: whoever answered may be named where the result is shown to others",
    "revoked": "the outcome whose answer no longer holds; with `reason`",
    "set": "attributes by name; null forgets one",
    "contacts": "all contacts of the customer; they replace the previous ones",
    "mail_chosen": "the address of a person who gets other mail from now on, at every customer; with `mail`, `reason`",
    "mail": "`all`, `essential` (messages that matter and questions about results) or `none`",
    "how": "how it came to that; of what the API tells always `colleague`",
    "team": "the whole team, mail addresses by role; it replaces the previous one",
    "handed_over": "the address of whoever hands the customer over for good; with `to`, `roles`, `introduce`",
    "to": "the address of the new colleague",
    "roles": "the roles that go over; by default all that the former colleague has",
    "introduce": "true: the map's introduction begins",
    "away": "for the timeline: the address of whoever is away; with `delegate`, `first_day`, `last_day`, `role`",
    "delegate": "the address of whoever stands in",
    "back": "for the timeline: the address of whoever is back earlier",
    "agreed": "by step: the `due` date, or `at` and `minutes`, and the `person` that were agreed on",
    "play_started": "the play to start; with `reason`",
    "paused": "true: nothing opens, is sent or falls due; with `reason`",
    "resumed": "true: the journey goes on; with `reason`",
    "ended": "the kind of ending, such as churned; with `note`",
    "map_changed": "the version that the journey moves to: its number, `MAP@NUMBER`, or the beginning of its hash",
    "at_next_stage": "true: the journey moves when its next stage is about to open, instead of at once",
    "message_failed": "the message that couldn't be delivered; with `why`, `permanent`, `contact`",
    "permanent": "true: the address was refused for good; nothing is sent there until the contact is changed",
    "contact": "the address that was refused; by default that of whoever gets the messages of the step",
    "message_released": "the message that waited for a person to release it; with `now`",
    "now": "true: the message goes at once, whatever the contact's hours and limit are",
    "message_cancelled": "the waiting message that isn't to go; with `reason`",
    "message_retried": "the message that couldn't be delivered and is to be sent again",
    "task_done": "the task without a step that was done; with `note`",
    "task_added": "the title of a task of this customer alone; with `due`, `role` or `person`, `effort`, `internal`",
    "requested": "the step about which the customer wants something: `wish`, with `due` or `person`, `note`",
    "wish": "`help`, another `date` (`due`), or that somebody else does it (`person`)",
    "replied": "the step, or the message, that a mail of the customer's answers; with `note`, `needs_answer`",
    "needs_answer": "true: a colleague gets a task to answer the mail",
    "responded": "the step about which a colleague says something to the customer, `note`; with `declined`",
    "declined": "true: what the customer wanted isn't to be",
    "elsewhere": "what the customer wanted is for others: a kind of the map's `pointers`, support, sales or finance",
    "due": "a date, or a duration such as 2 business days; 5 business days without it",
    "role": "the role that a task is for",
    "person": "the address of the colleague that a task is for; of a wish, who does it: perhaps with `name`",
    "effort": "a duration, such as 45 minutes",
    "note": "something for the timeline, also of a journey that has ended, with `about`; or the note of another fact",
    "about": "the step, or the address of the person, that a note is about",
    "verdict": "`verified`, `partial` or `disputed`",
    "method": "how an answer was told; through the API always `key/` and the key's name",
    "on_behalf_of": "the address of who was asked, where somebody else answers for them; with `reason`",
}


def _explain(schema: dict[str, Any]) -> None:
    """Describes each field, and shows examples."""
    for name, meaning in _FACTS.items():
        schema["properties"][name]["description"] = meaning
    schema["examples"] = [
        {"customer": "acme", "step_done": "kickoff", "by": "ana@vendor.example"},
        {"customer": "acme", "event": "report_published", "id": "evt_829"},
        {"customer": "acme", "answer": "hours_saved", "verdict": "verified", "value": 12},
        {"customer": "acme", "set": {"health": 35}},
    ]


class FactRequest(WrittenFact):
    """One fact about one customer: `customer`, exactly one field that says what happened, and its details."""

    model_config = ConfigDict(json_schema_extra=_explain)

    customer: Name = Field(description="the customer's id")

    def written(self, key: str) -> WrittenFact:
        """Returns the fact without the customer; an answer is told with the key of this name, whatever it says."""
        data = self.model_dump(exclude={"customer"}, exclude_none=True)
        return WrittenFact(**data | ({"method": f"{KEY}{key}"} if self.answer is not None else {}))


FactsRequest = Annotated[
    Annotated[FactRequest, Tag(ALTERNATIVES[0])]
    | Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=limits.FACTS,
            json_schema_extra={"items": {"$ref": "#/components/schemas/FactRequest"}},
        ),
        Tag(ALTERNATIVES[1]),
    ],
    Discriminator(lambda body: ALTERNATIVES[isinstance(body, list)]),
]
"""One fact, or a list of them: those are read one by one, so that a wrong one is answered for itself."""


def fact_request_of(raw: dict[str, Any], key: Key) -> FactRequest | ErrorShown:
    """Reads one fact of a list; what is wrong with it, or that the key may not tell it, comes back as its answer."""
    try:
        request = FactRequest.model_validate(raw)
        key.check_may_tell(request.kind)
    except ValidationError as error:
        message, hint = describe_invalid(error.errors())
        return ErrorShown(error=ErrorDetail(code="invalid", message=message, hint=hint))
    except KeyScopeError as error:
        problem = error.problem
        return ErrorShown(error=ErrorDetail(code=problem.code, message=problem.message, hint=problem.hint))
    return request
