"""How each kind of fact is typed. It loads nothing, so that `milepost tell` answers at once."""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, str] = {
    "step_done": "step_done kickoff --result held --note 'All there' (a form: answers.day=2026-05-04 answers.seats=20)",
    "step_skipped": "step_skipped kickoff --reason 'They know us'",
    "step_reopened": "step_reopened kickoff",
    "snoozed": "snoozed connect_sso 2026-03-10 --reason 'Their freeze'",
    "event": "event report_published rows=120",
    "answer": "answer hours_saved verified --value 12 --evidence 'Mail of 3 March'",
    "answer_completed": "answer_completed hours_saved --value 12.5 --comment 'Since May' named=true",
    "revoked": "revoked hours_saved --reason 'Wrong quarter'",
    "set": "set health=35 seats=20 renews_on=2027-03-01 (NAME= removes one)",
    "contacts": "contacts 'Sam Poe <sam@acme.example> sponsor+coordinator; Ann <ann@acme.example> end_user mail=none'",
    "mail_chosen": "mail_chosen sam@acme.example mail=none --reason 'Asked on the phone' (at all customers)",
    "team": "team csm=ana@vendor.example account_executive=bo@vendor.example",
    "handed_over": "handed_over ana@vendor.example bo@vendor.example introduce=true (or: milepost hand-over)",
    "away": "away ana@vendor.example bo@vendor.example 2026-12-21 2027-01-03 (a line alone; see milepost hand-over)",
    "back": "back ana@vendor.example (a line alone; see milepost away)",
    "agreed": "agreed kickoff due=2026-03-10 person=ana@vendor.example",
    "play_started": "play_started rescue --reason 'Their champion left'",
    "paused": "paused --reason 'Merger'",
    "resumed": "resumed",
    "ended": "ended churned --note 'Their budget was cut'",
    "map_changed": "map_changed 2 (a number, MAP@2, or the beginning of a hash)",
    "message_failed": "message_failed connect_sso/1/opening/1 permanent=true --why 'Address unknown'",
    "message_released": "message_released welcome/1/touchpoint/1 now=true (without now: in the contact's hours)",
    "message_cancelled": "message_cancelled welcome/1/touchpoint/1 --reason 'They know us'",
    "message_retried": "message_retried connect_sso/1/opening/1",
    "task_done": "task_done stuck/onboarding/1 --note 'Spoke to them'",
    "task_added": "task_added 'Send the price list' --due '2 business days' --role csm --effort '30 minutes'",
    "requested": "requested connect_sso wish=date due=2026-03-14 --note 'Our freeze' (or wish=help, wish=person "
    "--person 'Bo Lee <bo@acme.example>')",
    "replied": "replied connect_sso --note 'Who is to do it?' needs_answer=true",
    "responded": "responded connect_sso --note 'The 14th is too late for us' declined=true",
    "note": "note 'They merge in May' --about sam@acme.example (or a step)",
}
"""How each kind of fact is typed."""
