"""The words that people read for the codes in entries, facts, answers and tasks."""

from __future__ import annotations

ENDINGS = {"completed": "everything is done"}
HELD = {
    "pause": "the journey is paused",
    "play": "an open play keeps messages back",
    "contact": "nobody is known who could get it",
    "value": "it lacks a value",
    "release": "a person is to look at it before it goes",
    "window": "it is outside the contact's hours",
    "limit": "the contact has had enough mail for now",
}
DROPPED = {
    "superseded": "a newer one takes its place",
    "done": "the step is done",
    "skipped": "the step was skipped",
    "withdrawn": "the step was withdrawn",
    "answered": "the answer came",
    "silent": "the time to answer is over",
    "revoked": "the answer was taken back",
    "journey_ended": "the journey ended",
    "opted_out": "its recipient wants no such mail, or can't get any",
    "cancelled": "somebody cancelled it",
    "outdated": "the due date passed while it was held",
    "quiet": "the customer has written about the step",
}
IGNORED = {
    "ended": "the journey had ended",
    "unknown": "the map does not know what it names",
    "closed": "that was closed already",
    "not_open": "its stage or play is not open",
    "not_closed": "the step is not closed",
    "needs_answer": "an outcome is answered, not done",
    "result": "the result is missing or unknown",
    "answers": "the answers are missing or wrong",
    "until": "the date is past or cannot be read",
    "no_outcome": "that is no outcome",
    "verdict": "the verdict is unknown",
    "not_answered": "there was no answer to take back",
    "timezone": "there is no such time zone",
    "country": "there is no such country",
    "type": "the value has the wrong type",
    "value": "the value is not one of those allowed",
    "due": "the due date cannot be read",
    "past": "the date agreed on is past",
    "paused": "the journey is paused already",
    "not_paused": "the journey is not paused",
    "same_version": "the journey is on this version already",
    "unknown_version": "there is no such version of the map",
    "limit": "too many tasks that were added are open",
    "not_theirs": "nothing here was that person's to hand over",
    "not_held": "the message does not wait",
    "held_since": "mail was held since",
    "held": "something else keeps the message back",
    "outdated": "the due date has passed",
    "contact": "nobody is known who could get it",
}
CUSTOMER_PARTS = {
    "attributes": "What is known of the customer",
    "contacts": "The contacts",
    "team": "The team",
}
MAIL = {
    "all": "all mail again",
    "essential": "only essential mail and questions about results",
    "none": "no more mail",
}
MAIL_NOW = {
    "all": "all mail",
    "essential": "only essential mail and questions about results",
    "none": "no mail",
}
CHOICES = {
    "page": "they chose so",
    "one_click": "they unsubscribed in their mail program",
    "complaint": "they reported a mail as spam",
    "provider": "they unsubscribed at the mail provider",
    "colleague": "a colleague set it so",
    "import": "an import says so",
    "record": "their record says so",
    "bounce": "the address was refused for good",
}
"""How a person came to get other mail."""
WITHDRAWN = {
    "stage_closed": "its stage closed",
    "go_to": "the journey went on to another stage",
    "play_ended": "its play ended",
    "journey_ended": "the journey ended",
    "map_changed": "the new version of the map has it no longer",
    "repeat": "its next turn begins",
}
SKIPPED = {
    "skip_when": "it does not apply to this customer",
    "after": "what it waits for ended otherwise",
    "told": "somebody said so",
    "before": "the customer was past it already",
    "opted_out": "its recipient wants no such mail",
    "cancelled": "its mail was cancelled",
}
PLAY_STARTED = {
    "branch": "the step before led here",
    "fact": "somebody started it",
    "condition": "what it waits for came true",
    "event": "what it waits for happened",
    "hand_over": "the customer was handed over",
    "before": "it ran already when the journey began here",
}
PLAY_STARTS = {
    "branch": "the step before leads here",
    "fact": "somebody starts it",
    "condition": "what it waits for comes true",
    "event": "what it waits for happens",
    "hand_over": "the customer is handed over",
}
PLAY_ENDED = {
    "completed": "all its steps are closed",
    "ends_when": "what ends it came true",
    "deadline": "its time was over",
    "handed_back": "the customer was handed back",
    "map_changed": "the new version of the map has it no longer",
}
BLOCKED = {"open": "it runs already", "cooldown": "it ended a short while ago", "only_if": "its condition is not true"}
DUE = {
    "pause": "the journey was paused",
    "agreed": "so it was agreed",
    "agreed_no_more": "what was agreed was taken back",
    "map_changed": "the map changed",
}
METHODS = {"portal": "on the shared plan", "recorded": "recorded by a colleague", "product": "shown by the product"}
VERDICTS = {
    "verified": "confirmed",
    "partial": "partly confirmed",
    "disputed": "disputed",
    "silent": "met with silence",
}
TASKS = {
    "stuck": "look after the customer, who is stuck",
    "contact": "name the person who is missing",
    "message_failed": "reach the person in another way, a message did not get through",
    "opted_out": "reach the person in another way, they get no such mail",
    "cancelled": "reach the person in another way, their mail was cancelled",
    "value": "tell what a message lacks",
    "request": "answer the customer",
    "idle": "say what is next, nothing is open",
    "review": "review the map",
}
FACTS = {
    "step_done": "a step is done",
    "step_skipped": "a step is skipped",
    "step_reopened": "a step is reopened",
    "snoozed": "a step is snoozed",
    "event": "a product event",
    "answer": "an answer",
    "answer_completed": "more to an answer",
    "revoked": "an answer is taken back",
    "set": "new attributes",
    "contacts": "new contacts",
    "mail_chosen": "other mail for somebody",
    "team": "a new team",
    "handed_over": "a hand-over",
    "away": "an absence",
    "back": "the end of an absence",
    "agreed": "an agreement",
    "play_started": "a play is to start",
    "paused": "a pause",
    "resumed": "a resume",
    "ended": "the end",
    "map_changed": "another version of the map",
    "message_failed": "a message failed",
    "message_released": "a message is released",
    "message_cancelled": "a message is cancelled",
    "message_retried": "a message is to be sent again",
    "agreement_mailed": "a mail with what was agreed",
    "mail_switched": "mail is held, or free",
    "task_done": "a task is done",
    "task_added": "a new task",
    "requested": "what a customer wants",
    "replied": "a reply to a mail",
    "responded": "a word to the customer",
    "note": "a note",
    "undone": "something was undone",
}
INSTEAD = {
    "step_done": "Open the step anew: reopen it, and say why.",
    "step_skipped": "Open the step anew: reopen it, and say why.",
    "step_reopened": "Close the step: say that it is done, or skip it.",
    "snoozed": "Agree on another date for the step.",
    "answer": "Take the answer back (revoke it), and say why; then answer anew.",
    "answer_completed": "Add to the answer once more: the last that was added counts.",
    "revoked": "Answer the outcome anew.",
    "set": "Set the attributes as they were.",
    "contacts": "Change the contacts to what they were.",
    "team": "Change the team to what it was.",
    "agreed": "Agree on what holds now.",
    "paused": "Resume the journey.",
    "resumed": "Pause the journey again.",
    "ended": "Begin the journey again by hand, and say why (`milepost enroll CUSTOMER --again`).",
    "map_changed": "Move the journey back to the version that it was on.",
    "task_added": "Close the task: say that it is done, or skip it.",
    "handed_over": "Hand the customer back.",
    "mail_chosen": "Choose anew which mail the person gets.",
    "agreement_mailed": "Cancel the mails that still wait; else mail what holds instead.",
    "message_released": "Hold mail again if it hasn't left (`milepost mail hold`); else write to whoever got it.",
    "message_cancelled": "Write to the person yourself.",
    "requested": "Tell the person who looks after you, or answer the customer.",
    "responded": "Say to the customer what holds instead.",
    "note": "Add a note that puts it right.",
}
"""What to do once a fact can't be undone any more."""
MESSAGES = {
    "opening": "mail",
    "reminder": "reminder",
    "request": "request to confirm",
    "touchpoint": "mail",
    "invitation": "mail for the calendar",
    "agreement": "mail with what was agreed",
    "pointer": "mail that points to others",
}
