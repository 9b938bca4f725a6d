"""Other words for facts: what somebody means who writes `done`, `skip` or `verified`."""

from __future__ import annotations

from milepost.planner.facts import TOLD
from milepost.text import nearest

_SYNONYMS = {
    "step_done": ("done", "complete", "completed", "finish", "finished", "step", "check", "tick"),
    "step_skipped": ("skip", "skipped", "omit", "omitted"),
    "step_reopened": ("reopen", "reopened", "undo", "undone", "open"),
    "snoozed": ("snooze", "postpone", "postponed", "defer", "deferred"),
    "event": ("happened", "product_event"),
    "answer": ("answered", "outcome", "confirm", "confirmed", "verified", "partial", "disputed", "verify"),
    "answer_completed": ("complete_answer", "answer_added", "detail", "details"),
    "revoked": ("revoke", "withdraw", "withdrawn"),
    "set": ("attribute", "attributes", "update"),
    "mail_chosen": ("mail", "unsubscribe", "unsubscribed", "opt_out", "opted_out", "opted_in", "preference"),
    "play_started": ("play", "start", "started", "start_play"),
    "paused": ("pause", "stop", "stopped", "hold"),
    "resumed": ("resume", "continue", "continued", "unpause"),
    "map_changed": ("move", "moved", "map", "version"),
    "message_failed": ("bounce", "bounced", "failed"),
    "message_released": ("release", "released", "send"),
    "message_cancelled": ("cancel", "cancelled"),
    "message_retried": ("retry", "retried", "resend"),
    "task_added": ("task", "add_task", "todo", "remind", "new_task"),
    "handed_over": ("hand_over", "handover", "hand", "reassign", "reassigned"),
    "away": ("absent", "absence", "vacation", "holiday", "sick", "delegate"),
    "back": ("returned", "return"),
    "requested": ("request", "help", "wish", "ask", "asked", "propose", "proposed"),
    "replied": ("reply", "wrote", "mailed"),
    "responded": ("respond", "response", "decline", "declined"),
    "note": ("notes", "remember", "comment", "remark"),
}
_KIND_OF = {synonym: kind for kind, synonyms in _SYNONYMS.items() for synonym in synonyms}
_FINAL = "ended"  # never suggested: after a few minutes it can't be taken back


def fact_called(word: str) -> str | None:
    """Returns the kind of fact that another word stands for; None if it stands for none."""
    return _KIND_OF.get(word.lower().replace("-", "_"))


def meant_fact(word: str) -> str | None:
    """Returns the kind of fact that a word means: another word for it, or one misspelled; None if that isn't clear."""
    plain = word.lower().replace("-", "_")
    return fact_called(plain) or nearest(plain, [each for each in TOLD if each != _FINAL])
