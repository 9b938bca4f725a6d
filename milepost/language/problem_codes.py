"""The codes of problems: what each means, why it matters, and an example of it wrong and right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """A kind of problem, as `milepost lint --explain` shows it; `wrong` and `right` are parts of a map."""

    title: str
    explanation: str
    wrong: str
    right: str


CODES: dict[str, ProblemCode] = {
    "M101": ProblemCode(
        "unknown field",
        "The map has a field that the language doesn't have at this place. Most often it is a misspelling, "
        "or a field indented under the wrong parent. Unknown fields are never ignored: if `remind` were "
        "written `remimd`, the customer would never be reminded. Correct the name or remove the field.",
        "remimd: [on the day]",
        "remind: [on the day]",
    ),
    "M102": ProblemCode(
        "missing field, or fields that exclude each other",
        "A required field is missing, or there are two fields of which only one is allowed: `wait` and `at`, "
        "`role` and `message`, `results` and `done_when`. Some fields need another: `remind` needs a "
        "`message` to send and, for an action, a `due` date to count from. A missing map file is reported "
        "with this code too.",
        "wait: 2 weeks\nat: on customer.renews_on",
        "at: on customer.renews_on",
    ),
    "M103": ProblemCode(
        "wrong type or value",
        "A value doesn't fit its field: text where a number belongs, a list where a single thing belongs, an "
        "id that isn't snake_case, a time zone or country that doesn't exist, or YAML that can't be read at "
        "all. The message says what the field takes.",
        "priority: high",
        "priority: 20",
    ),
    "M104": ProblemCode(
        "id used twice",
        "Ids are unique in a map. Steps share one set of names across all stages and plays, because "
        "conditions, facts and the timeline name a step by its id alone. A field that is written twice in "
        "one place has this code too, and so has an attribute with the name of one that every customer has. "
        "Two maps that are linted or published together can't have the same id either, because one would "
        "replace the other. Rename one of the two.",
        "- action: kickoff        # there is a touchpoint 'kickoff' already",
        "- action: join_kickoff",
    ),
    "M105": ProblemCode(
        "reference to something that doesn't exist",
        "A field names a step, stage, play, role, persona or attribute that the map doesn't have; the nearest "
        "name that it has is suggested. `after` names steps, `go_to` stages, `escalate.to` "
        "roles, `to`, `invite` and `fallback` personas. An anchor must name an attribute of type date, and "
        "fallbacks can't run in a circle.",
        "after: kickof",
        "after: kickoff          # as the step is called",
    ),
    "M106": ProblemCode(
        "duration, anchor, reminder or limit that can't be read",
        "There is one way to write time: `5 business days`, `2 weeks`, `120 days before customer.renews_on`, `3 "
        "business days before`, `on the day`, `3 per 7 days`, `after 90 days`. Numbers are whole.",
        "due: two weeks",
        "due: 2 weeks",
    ),
    "M107": ProblemCode(
        "condition that can't be read, mixes types, uses an undeclared name, or compares with a value that never "
        "occurs",
        "Conditions are written in CEL. They may use `customer.ATTRIBUTE` for declared attributes, "
        "`steps.ID`, `results.ID`, `outcomes.ID`, `plays.ID`, `stages.ID` and, in the `if` of an event, "
        "`event.PROPERTY`. Compare a number with a number, and text with text in quotes that can "
        "occur there: a state, a result, a value of `one_of`, a date `YYYY-MM-DD`. `days_until` and "
        "`days_since` are for conditions that are checked once; to wait for a day, use an anchor (`at:`).",
        "where: customer.tier = enterprise",
        'where: customer.tier == "enterprise"',
    ),
    "M108": ProblemCode(
        "`after` runs in a circle",
        "Each step in the circle waits for another one in it, so none of them ever opens. Remove one `after`.",
        "- {action: connect, after: test, ...}\n- {action: test, after: connect, ...}",
        "- {action: connect, ...}\n- {action: test, after: connect, ...}",
    ),
    "M109": ProblemCode(
        "step, stage or play that can never open",
        "Something in the map can't happen: a step waits for one in a stage that opens only after the step's "
        "own stage has closed; a stage follows one that never closes, or that always goes elsewhere, and no "
        "`go_to` names it; or a condition that has to be true first never is. Start it another way, or "
        "remove it. A play that no branch starts is fine: a colleague can start it.",
        "after: renewal_talk     # a step of a later stage, in a step of an earlier one",
        "after: kickoff          # a step of the same stage, or of one before",
    ),
    "M110": ProblemCode(
        "message or playbook: file missing, syntax, unknown variable",
        "`message: recap.md` is a file in `messages/`, `playbook: call.md` one in `playbooks/`. A message "
        "begins with front matter that has a `subject`. Files are Jinja2 templates; an undefined variable is "
        "reported when the map is linted, so that it can't fail when the mail is sent.",
        "Dear {{ contact.nam }},",
        "Dear {{ contact.name }},",
    ),
    "M111": ProblemCode(
        "`go_to` or plays in a circle with nothing to wait for",
        "Branches lead back to where they began, and nothing on the way takes time or a person, so the journey "
        "would go round forever. Put a `wait`, a task, an action or an outcome on the way.",
        "- {stage: b, title: B, touchpoints: [...], then: {go_to: b}}   # mails only, nothing to wait for",
        "- {stage: b, title: B, touchpoints: [...], actions: [...], then: {go_to: b}}",
    ),
    "W201": ProblemCode(
        "an outcome's verdict leads nowhere",
        "The customer may answer verified, partial or disputed, or not at all, and for one of these the map "
        "does nothing, even after it has asked for the last time. Add a branch under `then:`, so that every "
        "answer has a consequence.",
        "then: {verified: {play: expand}}",
        "then: {verified: {play: expand}, partial: {play: gap}, disputed: {play: rescue}, silent: {play: rescue}}",
    ),
    "W202": ProblemCode(
        "a stage without anything for the customer to do or confirm",
        "The stage has only touchpoints, so it describes what we do but not what that leads to on the "
        "customer's side. Add the action or the outcome that the touchpoints are for.",
        "- stage: onboarding\n  title: Onboarding\n  touchpoints: [...]",
        "- stage: onboarding\n  title: Onboarding\n  touchpoints: [...]\n  actions: [...]",
    ),
    "W203": ProblemCode(
        "no outcome before the renewal",
        "The customer reaches the renewal without ever being asked to confirm a result. Add an outcome to an "
        "earlier stage: a renewal is decided by what was confirmed before it.",
        "stages:\n"
        "  - {stage: onboarding, title: Onboarding, actions: [...]}\n"
        "  - {stage: renewal, title: Renewal, touchpoints: [...]}",
        "stages:\n"
        "  - {stage: onboarding, title: Onboarding, actions: [...], outcomes: [...]}\n"
        "  - {stage: renewal, title: Renewal, touchpoints: [...]}",
    ),
    "W204": ProblemCode(
        "no risk play, or no expansion play",
        "A map without a play of `kind: risk` doesn't say what to do when a customer is in trouble, and one "
        "without `kind: expansion` makes nothing of a success. Add the missing one.",
        "plays:\n  - {play: expand, kind: expansion, ...}",
        "plays:\n  - {play: rescue, kind: risk, ...}\n  - {play: expand, kind: expansion, ...}",
    ),
    "W205": ProblemCode(
        "the map exceeds its own contact limit",
        "When the map is run with made-up customers, it wants to send more messages to one contact than "
        "`contact_policy.limit` allows, so some always wait. Every persona is a different person, and nobody "
        "hesitates. The map is run with a customer who does everything at once, with one who does nothing "
        "while colleagues carry on, and with nobody doing anything. Spread the messages out with `wait`, "
        "send fewer, or raise the limit.",
        "contact_policy: {limit: 1 per week}\n"
        "...\n"
        "- {action: connect_sso, message: connect_sso.md, ...}\n"
        "- {action: invite_team, message: invite_team.md, after: connect_sso, ...}",
        "contact_policy: {limit: 1 per week}\n"
        "...\n"
        "- {action: connect_sso, message: connect_sso.md, ...}\n"
        "- {action: invite_team, message: invite_team.md, after: connect_sso, wait: 1 week, ...}",
    ),
    "W206": ProblemCode(
        "a task without effort",
        "A touchpoint with a `role` has no `effort`, so nobody can plan how many customers a colleague can "
        "look after. Say roughly how long it takes: `effort: 45 minutes`.",
        "- {touchpoint: kickoff, title: Kickoff call, role: csm}",
        "- {touchpoint: kickoff, title: Kickoff call, role: csm, effort: 90 minutes}",
    ),
    "W207": ProblemCode(
        "a play that holds messages without a `deadline` or `ends_when`",
        "While the play is open, customer messages are held back. If its steps are never closed, the customer "
        "never hears from you again. Give it a `deadline` or an `ends_when`.",
        "- {play: rescue, kind: risk, holds: messages, ...}",
        "- {play: rescue, kind: risk, holds: messages, deadline: 30 business days, ...}",
    ),
    "W208": ProblemCode(
        "a required action without `due`",
        "The stage or play waits for the customer to do this, but not until when, so nobody will notice if it "
        "stalls. Give it a `due`, or make it `optional`.",
        "- {action: connect_sso, title: Connect, persona: coordinator}",
        "- {action: connect_sso, title: Connect, persona: coordinator, due: 10 business days}",
    ),
    "W209": ProblemCode(
        "a task that nobody hears of when it is late",
        "Neither the touchpoint nor its role has an `escalate`, so nobody hears of it when the task is late. "
        "Write `escalate: {after: 3 business days, to: ROLE}` at the role or at the touchpoint.",
        "roles:\n  csm: {title: Customer success manager}",
        "roles:\n  csm: {title: Customer success manager, escalate: {after: 3 business days, to: cs_manager}}",
    ),
    "W210": ProblemCode(
        "a scenario whose customer isn't in the map's segment",
        "The segment's `where` isn't true for the scenario's customer at the start, so in production this customer "
        "would never begin a journey on this map without being enrolled by hand. Correct the customer's "
        "attributes or the segment, unless that is what the scenario is about.",
        'segment: {where: customer.tier == "enterprise"}      # map.yaml\n'
        "attributes: {tier: small}                             # the scenario",
        'segment: {where: customer.tier == "enterprise"}\nattributes: {tier: enterprise}',
    ),
    "W211": ProblemCode(
        "a scenario that can't fail",
        "It has neither `expect` nor `never`, or both are empty; or a line is about something that never happens in "
        "the map, such as `step_overdue` for an action without `due`. It passes whatever the map does, so it "
        "isn't a test. Write what must happen, and what must not.",
        "until: 2026-05-01T00:00:00Z\nexpect: []",
        "until: 2026-05-01T00:00:00Z\nexpect:\n  - {kind: journey_ended, reason: goal_reached}",
    ),
    "W212": ProblemCode(
        "an event in a scenario that the map doesn't wait for",
        "No trigger in the map names the event, so it changes nothing. Most often it is a misspelling, and the step "
        "that it should close stays open.",
        "facts:\n  - {at: 2026-03-06T10:00:00Z, event: sso_conected}",
        "facts:\n  - {at: 2026-03-06T10:00:00Z, event: sso_connected}",
    ),
}
