"""The codes of problems: what each means, why it matters, and an example of doing it wrong and right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of problem, as `milepost lint --explain` tells it; `wrong` and `right` are parts of a map."""

    title: str
    explanation: str
    wrong: str
    right: str


CODES: dict[str, Code] = {
    "M101": Code(
        "unknown field",
        "The map has a field that the language does not know at this place. Most often it is a misspelling, "
        "or a field indented under the wrong parent. Nothing unknown is ever ignored: a `remind` that is "
        "written `remimd` would otherwise be a customer who is never reminded. Correct the name or remove "
        "the field.",
        "remimd: [on the day]",
        "remind: [on the day]",
    ),
    "M102": Code(
        "missing field, or fields that exclude each other",
        "A field that must be there is not, or two fields were given of which only one can hold: `wait` and "
        "`at`, `role` and `message`, `results` and `done_when`. Some fields need another: `remind` needs a "
        "`message` to send and, for an action, a `due` date to count from. The file itself missing is "
        "reported here too.",
        "wait: 2 weeks\nat: on customer.renews_on",
        "at: on customer.renews_on",
    ),
    "M103": Code(
        "wrong type or value",
        "A value is not of the kind that its field takes: text where a number belongs, a list where one "
        "thing belongs, an id that is not snake_case, a time zone or country that does not exist, or YAML "
        "that can't be read at all. The message says what the field takes.",
        "priority: high",
        "priority: 20",
    ),
    "M104": Code(
        "id used twice",
        "Ids are unique in a map. Steps share one set of names over all stages and plays, because "
        "conditions, facts and the timeline name a step by its id alone. The same field written twice in one"
        " place is reported here too, as is an attribute with the name of one that every customer has "
        "anyway. So is a map whose id another of the maps has that are linted or published together: one would"
        " take the place of the other. Rename one of the two.",
        "- action: kickoff        # there is a touchpoint 'kickoff' already",
        "- action: join_kickoff",
    ),
    "M105": Code(
        "reference to what is not there",
        "A field names a step, stage, play, role, persona or attribute that the map does not have. The "
        "nearest name that it does have is suggested. `after` names steps, `go_to` stages, `escalate.to` "
        "roles, `to`, `invite` and `fallback` personas; an anchor must name an attribute of type date, and "
        "fallbacks must not run in a circle.",
        "after: kickof",
        "after: kickoff          # as the step is called",
    ),
    "M106": Code(
        "duration, anchor, reminder or limit that can't be read",
        "Time is written in one way: `5 business days`, `2 weeks`, `120 days before customer.renews_on`, `3 "
        "business days before`, `on the day`, `3 per 7 days`, `after 90 days`. Numbers are whole.",
        "due: two weeks",
        "due: 2 weeks",
    ),
    "M107": Code(
        "condition that does not parse, does not type-check, names what is not declared, or compares with what "
        "never comes",
        "Conditions are written in CEL. They may name `customer.ATTRIBUTE` for declared attributes, "
        "`steps.ID`, `results.ID`, `outcomes.ID`, `plays.ID`, `stages.ID` and, in the `if` of an event, "
        "`event.PROPERTY`. A number is compared with a number, text with text in quotes, and that text "
        "is one that can come: a state, a result, a value of `one_of`, a date `YYYY-MM-DD`. `days_until` and "
        "`days_since` are for conditions that are looked at once; what is waited for needs an anchor "
        "(`at:`).",
        "where: customer.tier = enterprise",
        'where: customer.tier == "enterprise"',
    ),
    "M108": Code(
        "`after` runs in a circle",
        "Each step of the circle waits for another one of it, so none of them ever opens. Take one `after` away.",
        "- {action: connect, after: test, ...}\n- {action: test, after: connect, ...}",
        "- {action: connect, ...}\n- {action: test, after: connect, ...}",
    ),
    "M109": Code(
        "step, stage or play that can never open",
        "Something in the map can't happen: a step waits for one of a stage that opens only after the step's"
        " own stage has closed; a stage stands behind one that never closes by itself, or always goes "
        "elsewhere, and no `go_to` names it; or a condition that must be true first never is. Start it "
        "another way, or remove it. A play that no branch starts is no error: a colleague can start it.",
        "after: renewal_talk     # a step of a later stage, in a step of an earlier one",
        "after: kickoff          # a step of the same stage, or of one before",
    ),
    "M110": Code(
        "message or playbook: file missing, syntax, unknown variable",
        "`message: recap.md` is looked for in `messages/`, `playbook: call.md` in `playbooks/`. A message "
        "begins with a front matter that has a `subject`. Files are Jinja2: undefined variables are errors "
        "when the map is linted, so that they are none when the mail goes out.",
        "Dear {{ contact.nam }},",
        "Dear {{ contact.name }},",
    ),
    "M111": Code(
        "`go_to` or plays in a circle with nothing to wait for",
        "Branches lead back to where they began, and on the way there is nothing that takes time or a "
        "person: the engine would go round for ever in one instant. Put a `wait`, a task, an action or an "
        "outcome on the way.",
        "- {stage: b, title: B, touchpoints: [...], then: {go_to: b}}   # mails only, nothing to wait for",
        "- {stage: b, title: B, touchpoints: [...], actions: [...], then: {go_to: b}}",
    ),
    "W201": Code(
        "an outcome's verdict leads nowhere",
        "The customer may say verified, partial or disputed, or say nothing, and for one of these the map "
        "does nothing, at the latest when it has asked for the last time. Write a branch under `then:`, so "
        "that every answer has a consequence.",
        "then: {verified: {play: expand}}",
        "then: {verified: {play: expand}, partial: {play: gap}, disputed: {play: rescue}, silent: {play: rescue}}",
    ),
    "W202": Code(
        "a stage without anything for the customer to do or confirm",
        "The stage has touchpoints only. That is a seller's journey: it says what we do and not what it "
        "leads to on the customer's side. Add the action or the outcome that the touchpoints are for.",
        "- stage: onboarding\n  title: Onboarding\n  touchpoints: [...]",
        "- stage: onboarding\n  title: Onboarding\n  touchpoints: [...]\n  actions: [...]",
    ),
    "W203": Code(
        "no outcome before the renewal",
        "The customer reaches the renewal without ever having been asked to confirm a result. Add an outcome"
        " to a stage before it: renewals are decided by what was confirmed earlier.",
        "stages:\n"
        "  - {stage: onboarding, title: Onboarding, actions: [...]}\n"
        "  - {stage: renewal, title: Renewal, touchpoints: [...]}",
        "stages:\n"
        "  - {stage: onboarding, title: Onboarding, actions: [...], outcomes: [...]}\n"
        "  - {stage: renewal, title: Renewal, touchpoints: [...]}",
    ),
    "W204": Code(
        "no risk play, or no expansion play",
        "A map without a `kind: risk` play has no answer to a customer in trouble, one without a `kind: "
        "expansion` play makes nothing of a success. Add the one that is missing.",
        "plays:\n  - {play: expand, kind: expansion, ...}",
        "plays:\n  - {play: rescue, kind: risk, ...}\n  - {play: expand, kind: expansion, ...}",
    ),
    "W205": Code(
        "the map by itself exceeds its own contact limit",
        "Run with made-up customers, whose every persona is a person of its own and with whom nobody "
        "hesitates, the map wants to send more messages to one contact than `contact_policy.limit` allows, "
        "so some always wait. It is tried with a customer who does everything at once, with one who does "
        "nothing while colleagues go on, and with nobody doing anything. Spread the messages out with "
        "`wait`, send fewer, or raise the limit.",
        "contact_policy: {limit: 1 per week}\n"
        "...\n"
        "- {action: connect_sso, message: connect_sso.md, ...}\n"
        "- {action: invite_team, message: invite_team.md, after: connect_sso, ...}",
        "contact_policy: {limit: 1 per week}\n"
        "...\n"
        "- {action: connect_sso, message: connect_sso.md, ...}\n"
        "- {action: invite_team, message: invite_team.md, after: connect_sso, wait: 1 week, ...}",
    ),
    "W206": Code(
        "a task without effort",
        "A touchpoint with a `role` has no `effort`, so nobody can plan how many customers a colleague can "
        "look after. Write roughly how long it takes: `effort: 45 minutes`.",
        "- {touchpoint: kickoff, title: Kickoff call, role: csm}",
        "- {touchpoint: kickoff, title: Kickoff call, role: csm, effort: 90 minutes}",
    ),
    "W207": Code(
        "a play that holds messages, with neither `deadline` nor `ends_when`",
        "While the play is open, customer messages are kept back. If its steps are never closed, the "
        "customer hears nothing for ever. Give it a `deadline` or an `ends_when`.",
        "- {play: rescue, kind: risk, holds: messages, ...}",
        "- {play: rescue, kind: risk, holds: messages, deadline: 30 business days, ...}",
    ),
    "W208": Code(
        "a required action without `due`",
        "The stage or play waits for the customer to do this, and nothing says by when, so nobody will "
        "notice when it stalls. Give it a `due`, or make it `optional`.",
        "- {action: connect_sso, title: Connect, persona: coordinator}",
        "- {action: connect_sso, title: Connect, persona: coordinator, due: 10 business days}",
    ),
    "W209": Code(
        "a task that nobody is told about when it is late",
        "Neither the touchpoint nor its role has an `escalate`. A late task then stays late in silence. "
        "Write `escalate: {after: 3 business days, to: ROLE}` at the role or at the touchpoint.",
        "roles:\n  csm: {title: Customer success manager}",
        "roles:\n  csm: {title: Customer success manager, escalate: {after: 3 business days, to: cs_manager}}",
    ),
    "W210": Code(
        "a scenario whose customer the map is not for",
        "The segment's `where` is not true of the scenario's customer when it begins, so in production this customer "
        "would never begin a journey on the map by itself: what the scenario shows happens to nobody. Correct the "
        "customer's attributes, or the segment. Somebody may be enrolled by hand all the same; then it is meant.",
        'segment: {where: customer.tier == "enterprise"}      # map.yaml\n'
        "attributes: {tier: small}                             # the scenario",
        'segment: {where: customer.tier == "enterprise"}\nattributes: {tier: enterprise}',
    ),
    "W211": Code(
        "a scenario that cannot fail",
        "It has neither `expect` nor `never`, or both are empty; or a line is about what the map never has there, "
        "as `step_overdue` of an action without `due`. It passes whatever the map does, and everybody takes "
        "it for a test. Write what must happen, and what must not.",
        "until: 2026-05-01T00:00:00Z\nexpect: []",
        "until: 2026-05-01T00:00:00Z\nexpect:\n  - {kind: journey_ended, reason: goal_reached}",
    ),
    "W212": Code(
        "an event in a scenario that the map does not wait for",
        "No trigger of the map names the event, so telling it brings about nothing. Most often it is a misspelling, "
        "and the step that it was to close stays open.",
        "facts:\n  - {at: 2026-03-06T10:00:00Z, event: sso_conected}",
        "facts:\n  - {at: 2026-03-06T10:00:00Z, event: sso_connected}",
    ),
}
