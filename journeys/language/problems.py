"""What a bad map gets: a problem with its place, its code and a way out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a map; `line` and `column` count from 1, `suggestion` is the nearest valid name."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str | None = None

    @property
    def severity(self) -> Severity:
        """Errors stop publishing, warnings don't."""
        return "warning" if self.code.startswith("W") else "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}"

    def to_json(self) -> dict[str, Any]:
        """The same as data, for `milepost lint --json`."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "suggestion": self.suggestion,
        }


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Without repetitions, by file, place and code; the map itself before its messages and playbooks."""
    return tuple(sorted(set(problems), key=_place))


def _place(problem: Problem) -> tuple[bool, str, int, int, str, str]:
    side_file = problem.file.endswith(".md")
    return (side_file, problem.file, problem.line, problem.column, problem.code, problem.message)


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem, as `milepost lint --explain` tells it."""

    title: str
    explanation: str


CODES: dict[str, Code] = {
    "M101": Code(
        "unknown field",
        "The map has a field that the language does not know at this place. Most often it is a misspelling,"
        " or a field indented under the wrong parent. Nothing unknown is ever ignored: a `remind` that is "
        "written `remimd` would otherwise be a customer who is never reminded. Correct the name or remove "
        "the field.",
    ),
    "M102": Code(
        "missing field, or fields that exclude each other",
        "A field that must be there is not, or two fields were given of which only one can hold: `wait` and"
        " `at`, `role` and `message`, `results` and `done_when`. Some fields need another: `remind` needs a"
        " `message` to send and, for an action, a `due` date to count from. The file itself missing is "
        "reported here too.",
    ),
    "M103": Code(
        "wrong type or value",
        "A value is not of the kind that its field takes: text where a number belongs, a list where one "
        "thing belongs, an id that is not snake_case, a time zone or country that does not exist, or YAML "
        "that can't be read at all. The message says what the field takes.",
    ),
    "M104": Code(
        "id used twice",
        "Ids are unique in a map. Steps share one set of names over all stages and plays, because "
        "conditions, facts and the timeline name a step by its id alone. The same field written twice in "
        "one place is reported here too, as is an attribute with the name of one that every customer has "
        "anyway. Rename one of the two.",
    ),
    "M105": Code(
        "reference to what is not there",
        "A field names a step, stage, play, role, persona or attribute that the map does not have. The "
        "nearest name that it does have is suggested. `after` names steps, `go_to` stages, `escalate.to` "
        "roles, `to`, `invite` and `fallback` personas; an anchor must name an attribute of type date, and "
        "fallbacks must not run in a circle.",
    ),
    "M106": Code(
        "duration, anchor, reminder or limit that can't be read",
        "Time is written in one way: `5 business days`, `2 weeks`, `120 days before customer.renews_on`, `3"
        " business days before`, `on the day`, `3 per 7 days`, `after 90 days`. Numbers are whole.",
    ),
    "M107": Code(
        "condition that does not parse, does not type-check, or names what is not declared",
        "Conditions are written in CEL. They may name `customer.ATTRIBUTE` for declared attributes, "
        "`steps.ID`, `results.ID`, `outcomes.ID`, `plays.ID`, `stages.ID` and, in the `if` of an event, "
        "`event.PROPERTY`. A number is compared with a number, text with text in quotes. `days_until` and "
        "`days_since` are for conditions that are looked at once; what is waited for needs an anchor "
        "(`at:`).",
    ),
    "M108": Code(
        "`after` runs in a circle",
        "Each step of the circle waits for another one of it, so none of them ever opens. Take one `after` away.",
    ),
    "M109": Code(
        "step, stage or play that can never open",
        "Something in the map can't happen: a step waits for one of a stage that opens only after the "
        "step's own stage has closed; a stage stands behind one that never closes by itself, or always goes"
        " elsewhere, and no `go_to` names it; or a condition that must be true first never is. Start it "
        "another way, or remove it. A play that no branch starts is no error: a colleague can start it.",
    ),
    "M110": Code(
        "message or playbook: file missing, syntax, unknown variable",
        "`message: recap.md` is looked for in `messages/`, `playbook: call.md` in `playbooks/`. A message "
        "begins with a front matter that has a `subject`. Files are Jinja2: undefined variables are errors "
        "when the map is linted, so that they are none when the mail goes out.",
    ),
    "M111": Code(
        "`go_to` or plays in a circle with nothing to wait for",
        "Branches lead back to where they began, and on the way there is nothing that takes time or a "
        "person: the engine would go round for ever in one instant. Put a `wait`, a task, an action or an "
        "outcome on the way.",
    ),
    "W201": Code(
        "an outcome's verdict leads nowhere",
        "The customer may say verified, partial or disputed, or say nothing, and for one of these the map "
        "does nothing, at the latest when it has asked for the last time. Write a branch under `then:`, so "
        "that every answer has a consequence.",
    ),
    "W202": Code(
        "a stage without anything for the customer to do or confirm",
        "The stage has touchpoints only. That is a seller's journey: it says what we do and not what it "
        "leads to on the customer's side. Add the action or the outcome that the touchpoints are for.",
    ),
    "W203": Code(
        "no outcome before the renewal",
        "The customer reaches the renewal without ever having been asked to confirm a result. Add an "
        "outcome to a stage before it: renewals are decided by what was confirmed earlier.",
    ),
    "W204": Code(
        "no risk play, or no expansion play",
        "A map without a `kind: risk` play has no answer to a customer in trouble, one without a `kind: "
        "expansion` play makes nothing of a success. Add the one that is missing.",
    ),
    "W205": Code(
        "the map by itself exceeds its own contact limit",
        "Run without any delay on the customer's side, the map wants to send more messages to one contact "
        "than `contact_policy.limit` allows, so some always wait. Spread them out or raise the limit.",
    ),
    "W206": Code(
        "a task without effort",
        "A touchpoint with a `role` has no `effort`, so nobody can plan how many customers a colleague can "
        "look after. Write roughly how long it takes: `effort: 45 minutes`.",
    ),
    "W207": Code(
        "a play that holds messages, with neither `deadline` nor `ends_when`",
        "While the play is open, customer messages are kept back. If its steps are never closed, the "
        "customer hears nothing for ever. Give it a `deadline` or an `ends_when`.",
    ),
    "W208": Code(
        "a required action without `due`",
        "The stage or play waits for the customer to do this, and nothing says by when, so nobody will "
        "notice when it stalls. Give it a `due`, or make it `optional`.",
    ),
    "W209": Code(
        "a task that nobody is told about when it is late",
        "Neither the touchpoint nor its role has an `escalate`. A late task then stays late in silence. "
        "Write `escalate: {after: 3 business days, to: ROLE}` at the role or at the touchpoint.",
    ),
}
