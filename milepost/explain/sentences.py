"""The timeline in words for people: one sentence for each entry, whether it happened or an outlook expects it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from milepost.customer import ChoiceWay
from milepost.explain.answer_words import answered_by, method_text
from milepost.explain.colleague_sentences import about_colleagues, team_changes
from milepost.explain.local_time import agreed_time_of, due_time_of, time_of
from milepost.explain.people_names import PeopleNames, colleague_name
from milepost.explain.spoken import spoken_sentence
from milepost.explain.undelivered import SENT, Undelivered, went
from milepost.explain.vocabulary import (
    BLOCKED,
    CHOICES,
    CUSTOMER_PARTS,
    DROPPED,
    DUE,
    ENDINGS,
    FACTS,
    HELD,
    IGNORED,
    MAIL,
    MESSAGES,
    PLAY_ENDED,
    PLAY_STARTED,
    PLAY_STARTS,
    SKIPPED,
    TASKS,
    VERDICTS,
    WITHDRAWN,
)
from milepost.language.stored_file import StoredFile
from milepost.planner import agreement_mails, timeline
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.enums import CustomerPart, MailSwitch, MessageReason
from milepost.planner.ids import step_of
from milepost.planner.instants import Instant
from milepost.planner.spoken_entries import AnswerCompleted, Noted, Replied, Requested, RequestEscalated, Responded
from milepost.planner.timeline import Entry
from milepost.text import listing, number, yes_or_no

_OURS = {agreement_mails.STEP: "what was agreed"}
"""What is called a step in messages of ours, and is none."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for the journeys on one map.

    Without a `compiled_map` things are called by their ids; `zone` is the time zone of the instants inside sentences.
    `versions` are the numbers of published versions by their hash; other versions are called by their hash alone.
    `movers` are the people who moved the journey to another version, by instant and hash: only facts know them.
    `added` are the titles of the tasks that were added to the journey, by their ids. `people` are the names around the
    customer.
    """

    compiled_map: CompiledMap | None = None
    zone: str = "UTC"
    versions: Mapping[str, int] = field(default_factory=dict)
    movers: Mapping[tuple[Instant, str], str | None] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)
    undelivered: Mapping[str, Undelivered] = field(default_factory=dict)
    people: PeopleNames = field(default_factory=PeopleNames)

    # Names.

    def step(self, step: str | None) -> str:
        """A step's title; of an outcome, its statement."""
        compiled = self.compiled_map.step_of(step or "") if self.compiled_map else None
        return compiled.step.title if compiled else self.added.get(step or "") or spaced(_OURS.get(step or "", step))

    def stage(self, stage: str | None) -> str:
        compiled = self.compiled_map.stages.get(stage or "") if self.compiled_map else None
        return compiled.stage.title if compiled else spaced(stage)

    def play(self, play: str | None) -> str:
        compiled = self.compiled_map.plays.get(play or "") if self.compiled_map else None
        return compiled.play.title if compiled else spaced(play)

    def role(self, role: str | None) -> str:
        """A role's title; tasks without a role are those of the map's owner."""
        if role == "":
            return "Owner of the map"
        declared = self.compiled_map.map.roles.get(role or "") if self.compiled_map else None
        return declared.title if declared else spaced(role)

    def persona(self, persona: str | None) -> str:
        declared = self.compiled_map.map.personas.get(persona or "") if self.compiled_map else None
        return declared.title if declared else spaced(persona)

    def person(self, who: str) -> str:
        """A person's name, where it is known; else the address, or whatever else stands there."""
        return self.people.of(who)

    def ask(self, step: str, name: str) -> str:
        """What a field of a form asks."""
        ask = self.compiled_map.asks.get(f"{step}.{name}") if self.compiled_map else None
        return ask.title if ask else spaced(name)

    def instant(self, at: Instant | None) -> str:
        """An instant on the local clock."""
        return "no date" if at is None else time_of(at, self.zone)

    def due(self, at: Instant | None) -> str:
        """A due date on the local clock."""
        return "no date" if at is None else due_time_of(at, self.zone)

    def date(self, entry: timeline.StepOpened | timeline.StepDueChanged) -> str:
        """The date of a step: when it is due, or the time of day that people agreed on, with its zone."""
        agreed = entry.begins and f"agreed for {agreed_time_of(entry.begins, entry.minutes, self.zone)}"
        return agreed or f"now due {self.due(entry.due)}"

    def version(self, digest: str) -> str:
        """A version of the map: `version 2 (19059dbead57)`."""
        number = self.versions.get(digest)
        return f"version {short_hash(digest)}" if number is None else version_text(number, digest)

    def moved_by(self, entry: timeline.MapChanged) -> str | None:
        """Returns the person who moved the journey to another version of its map, if known."""
        return self.movers.get((entry.at, entry.to))

    def status_of(self, entry: Entry) -> dict[str, str]:
        """The status of the message that an entry says was due out, as `status`; nothing for other entries."""
        if not isinstance(entry, timeline.MessageSent):
            return {}
        undelivered = self.undelivered.get(entry.message)
        return {"status": undelivered.status if undelivered else SENT}

    # Sentences.

    def sentence(self, entry: Entry) -> str:
        """One entry of the timeline as a sentence."""
        return _sentence(self, entry, _past_tense)


Tense = Callable[[str, str], str]
"""Chooses between the words for what happened and those for what will."""


def _past_tense(past: str, _: str) -> str:
    return past


def outlook_sentence(say: Wording, entry: Entry) -> str:
    """One entry of an outlook as a sentence; what can't come by itself is worded as if it had happened."""
    return _sentence(say, entry, lambda _, ahead: ahead)


def spaced(name: str | None) -> str:
    """An id as words: `hours_saved` is `hours saved`."""
    return (name or "").replace("_", " ")


def quoted(title: str) -> str:
    return f"“{title}”"


def answer_text(value: Any) -> str:
    """An answer to a form, as people read it."""
    match value:
        case bool():
            return yes_or_no(value)
        case Mapping():
            return f"{value.get('name')} <{value.get('email')}>"
        case list() | tuple():
            return listing([str(each) for each in value])
    file = StoredFile.parse(value)
    return file.name if file else number(value)


def short_hash(version: str) -> str:
    """The part of a version's hash that people see: enough to be unique, short enough to type."""
    return version[:12]


def version_text(number: int, digest: str) -> str:
    """A published version, as it is written everywhere: `version 2 (19059dbead57)`."""
    return f"version {number} ({short_hash(digest)})"


def because(why: str | None, phrases: Mapping[str, str] | None = None) -> str:
    """The end of a sentence that gives a reason, worded by `phrases`; empty without a reason."""
    return f": {(phrases or {}).get(why, why)}" if why else ""


_NOBODY = {"milepost": " by itself", "product": ", as the product shows"}


def _by(say: Wording, person: str | None) -> str:
    return _NOBODY.get(person, f" by {say.person(person)}") if person else ""


def _changed_by(say: Wording, by: str | None) -> str:
    return ", as the map says" if by == "map" else f" by {say.person(by)}" if by else ""


def _sentence(say: Wording, entry: Entry, tense: Tense) -> str:
    match entry:
        case timeline.JourneyStarted():
            return _journey_started(say, entry)
        case timeline.StageOpened():
            return f"The stage {quoted(say.stage(entry.stage))} {tense('opened', 'will open')}."
        case timeline.StageClosed():
            return f"The stage {quoted(say.stage(entry.stage))} {tense('closed', 'will close')}."
        case timeline.StageStuck():
            title, be = quoted(say.stage(entry.stage)), tense("is", "will be")
            return f"The stage {title} {be} open for longer than it should be: the customer {be} stuck."
        case timeline.PlayStarted():
            why = tense(because(entry.why, PLAY_STARTED), because(entry.why, PLAY_STARTS))
            return f"The play {quoted(say.play(entry.play))} {tense('began', 'will begin')}{why}."
        case timeline.PlayBlocked():
            why = because(entry.why, BLOCKED)
            return f"The play {quoted(say.play(entry.play))} {tense('did', 'will')} not begin{why}."
        case timeline.PlayEnded():
            why = because(entry.why, PLAY_ENDED)
            return f"The play {quoted(say.play(entry.play))} {tense('ended', 'will end')}{why}."
        case timeline.MessageDropped() | timeline.MessageRetried() | timeline.MailSwitched():
            return _about_mail(say, entry, tense)
        case timeline.TaskOpened():
            return _task_opened(say, entry, tense)
        case timeline.TaskAdded():
            who = colleague_name(entry.person) if entry.person else f"the {say.role(entry.role)}"
            return (
                f"{quoted(entry.title)} was added{_by(say, entry.by)}, a task for {who}, due {say.instant(entry.due)}."
            )
        case timeline.JourneyPaused():
            return f"The journey was paused{because(entry.why)}."
        case timeline.JourneyResumed():
            return f"The journey went on{because(entry.why)}."
        case timeline.MapChanged():
            versions = f"from {say.version(entry.from_)} to {say.version(entry.to)}"
            return f"The journey moved {versions} of its map{_by(say, say.moved_by(entry))}."
        case timeline.CustomerChanged():
            return _about_the_record(say, entry, tense)
        case AnswerCompleted() | Requested() | RequestEscalated() | Replied() | Responded() | Noted():
            return spoken_sentence(say, entry, quoted(say.step(entry.step)) if entry.step else None, tense)
        case timeline.HandedOver() | timeline.Away() | timeline.Back():
            return about_colleagues(say, entry)
        case timeline.FactIgnored() | timeline.FactUndone():
            return _about_a_fact(say, entry)
        case timeline.JourneyEnded():
            reason = ENDINGS.get(entry.reason, spaced(entry.reason))
            note = f" Note: {entry.note}" if entry.note else ""
            return f"The journey {tense('ended', 'will end')}: {reason}.{note}"
        case _:
            return _about_step(say, entry, quoted(say.step(entry.step)), tense)


def _about_a_fact(say: Wording, entry: timeline.FactIgnored | timeline.FactUndone) -> str:
    about = f" about {quoted(say.step(entry.step))}" if entry.step else ""
    fact = f"({FACTS.get(entry.fact, 'something')}{about})"
    if isinstance(entry, timeline.FactUndone):
        return f"What was told {fact} was undone{_by(say, entry.by)}."
    return f"What was told{_by(say, entry.by)} {fact} changed nothing{because(entry.why, IGNORED)}."


def _about_mail(
    say: Wording, entry: timeline.MessageDropped | timeline.MessageRetried | timeline.MailSwitched, tense: Tense
) -> str:
    if isinstance(entry, timeline.MailSwitched):
        is_held = entry.to == MailSwitch.HELD
        what = "waits for a person to release it" if is_held else "goes out by itself again"
        return f"Mail {what} from now on."
    about = quoted(say.step(entry.step or step_of(entry.message)))
    if isinstance(entry, timeline.MessageRetried):
        return f"A message about {about} goes out again, to {say.person(entry.contact)}{_by(say, entry.by)}."
    dropped = f"dropped{because(entry.why, DROPPED)}{_by(say, entry.by)}{because(entry.note)}"
    return f"A message about {about} {tense('was', 'will be')} {dropped}."


def _journey_started(say: Wording, entry: timeline.JourneyStarted) -> str:
    title = say.compiled_map.map.title if say.compiled_map else entry.map
    where = f" in the stage {quoted(say.stage(entry.stage))}" if entry.stage else ""
    since = f", where the customer has been since {say.instant(entry.since)}" if entry.since is not None else ""
    again = f"; it was begun again by hand{_by(say, entry.by)}: {entry.again}" if entry.again else ""
    return f"The journey began on the map {quoted(title)}{where}{since}{again}."


def _task_opened(say: Wording, entry: timeline.TaskOpened, tense: Tense) -> str:
    task = TASKS.get(entry.why, spaced(entry.why)) + (f", {listing(entry.names)}" if entry.names else "")
    owner = f"The map's owner, {colleague_name(entry.person)}," if entry.person else "The map's owner"
    who = f"The {say.role(entry.role)}" if entry.role else owner
    return f"{who} {tense('got', 'will get')} a task: {task}."


def _about_the_record(say: Wording, entry: timeline.CustomerChanged, tense: Tense) -> str:
    if entry.mail is not None:
        return _mail_chosen(say, entry, tense)
    names = _changed_names(say, entry)
    part = CUSTOMER_PARTS.get(entry.what, "The record")
    return f"{part} {tense('changed', 'will change')}{_changed_by(say, entry.by)}: {names}."


def _changed_names(say: Wording, entry: timeline.CustomerChanged) -> str:
    if entry.what == CustomerPart.TEAM:
        return team_changes(say, entry)
    word = spaced if entry.what == CustomerPart.ATTRIBUTES else say.person
    return listing([word(name) for name in entry.names])


def _mail_chosen(say: Wording, entry: timeline.CustomerChanged, tense: Tense) -> str:
    is_named = entry.how == ChoiceWay.COLLEAGUE
    why = f": {say.person(entry.by)} set it so" if entry.by and is_named else because(entry.how, CHOICES)
    note = f" Note: {entry.note}" if entry.note else ""
    who = listing([say.person(name) for name in entry.names])
    return f"{who} {tense('gets', 'will get')} {MAIL.get(entry.mail or '', entry.mail)}{why}.{note}"


_AboutStep = (
    timeline.StepOpened | timeline.StepDueChanged | timeline.StepOverdue | timeline.StepEscalated | timeline.StepDone
    | timeline.StepSkipped | timeline.StepWithdrawn | timeline.StepSnoozed | timeline.MessageSent | timeline.MessageHeld
    | timeline.OutcomeAsked | timeline.OutcomeAnswered | timeline.OutcomeSilent | timeline.OutcomeRevoked
    | timeline.AnswersChanged | timeline.TaskWarned | timeline.MessageReleased
)  # fmt: skip


def _about_step(say: Wording, entry: _AboutStep, title: str, tense: Tense) -> str:
    match entry:
        case timeline.StepOpened():
            return _step_opened(say, entry, title, tense)
        case timeline.StepDueChanged():
            return f"{title} is {say.date(entry)}{'' if entry.begins else because(entry.why, DUE)}."
        case timeline.StepOverdue():
            return f"{title} {tense('is', 'will be')} overdue."
        case timeline.StepEscalated():
            late = tense("is late and was given", "will be late and go")
            return f"{title} {late} to the {say.role(entry.role)} as well."
        case timeline.StepDone():
            result = f", with the result {quoted(spaced(entry.result))}" if entry.result else ""
            note = f" Note: {entry.note}" if entry.note else ""
            return tense(f"{title} was done{_by(say, entry.by)}{result}.{note}", f"{title} will be done by itself.")
        case timeline.StepSkipped():
            return f"{title} {tense('was', 'will be')} skipped{_by(say, entry.by)}{because(entry.why, SKIPPED)}."
        case timeline.StepWithdrawn():
            return f"{title} {tense('was', 'will be')} withdrawn{because(entry.why, WITHDRAWN)}."
        case timeline.StepSnoozed():
            return f"{title} was put off until {say.instant(entry.until)}{_by(say, entry.by)}{because(entry.why)}."
        case timeline.MessageSent():
            message, to = MESSAGES.get(entry.reason, "message"), _recipient_and_steps(say, entry)
            return tense(went(message, to, say.undelivered.get(entry.message)), f"A {message} will go to {to}.")
        case timeline.MessageHeld():
            until = f", until {say.instant(entry.until)}" if entry.until is not None else ""
            names = f", {listing(entry.names)}" if entry.names else ""
            return f"A message about {title} {tense('waits', 'will wait')}{because(entry.why, HELD)}{names}{until}."
        case timeline.MessageReleased():
            at_once = ", whatever the contact's hours and limit are" if entry.now else ""
            return f"A message about {title} was released{_by(say, entry.by)}{at_once}."
        case timeline.OutcomeAsked():
            until = tense("; an answer is awaited until", ", and may answer until")
            asked = tense("was", "will be")
            return f"The customer {asked} asked whether {title} is there{until} {say.due(entry.due)}."
        case timeline.OutcomeAnswered():
            return f"{title} was {_answer(say, entry)}."
        case timeline.OutcomeSilent():
            nobody = tense("Nobody answered", "The time to answer will be over: nobody will have said")
            return f"{nobody} whether {title} is there."
        case timeline.AnswersChanged():
            fields = listing([quoted(say.ask(entry.step, name)) for name in entry.names])
            return f"The answers for {title} {tense('changed', 'will change')}{_by(say, entry.by)}: {fields}."
        case timeline.TaskWarned():
            return f"The person who does {title} {tense('was', 'will be')} told that it is due soon."
        case timeline.OutcomeRevoked():
            return f"The answer to {title} was taken back{_by(say, entry.by)}{because(entry.why)}."
        case _:
            assert_never(entry)


def _step_opened(say: Wording, entry: timeline.StepOpened, title: str, tense: Tense) -> str:
    due = f", {say.date(entry).removeprefix('now ')}" if entry.due is not None else ""
    if entry.role:
        return f"{title} {tense('is now', 'will be')} a task for the {say.role(entry.role)}{due}."
    who = say.persona(entry.persona)
    if entry.track == "outcome":
        return f"{title} {tense('is now', 'will be there')} to be confirmed by the {who}."
    if entry.track == "customer":
        return f"{title} {tense('is now', 'will be')} with the customer's {who}{due}."
    return tense(f"The mail {title} is to go to the {who}.", f"It will be time for the mail {title} to the {who}.")


def _recipient_and_steps(say: Wording, entry: timeline.MessageSent) -> str:
    """The recipient of a message, and the steps that it is about."""
    steps = listing([quoted(say.step(step)) for step in entry.steps])
    persona = f" ({say.persona(entry.persona)})" if entry.persona else ""
    about = "" if entry.reason == MessageReason.AGREEMENT else f" about {steps}"
    return f"{say.person(entry.contact)}{persona}{about}"


def _answer(say: Wording, entry: timeline.OutcomeAnswered) -> str:
    by = f" by {answered_by(say, entry.by, entry.on_behalf_of, entry.why)}" if entry.by else ""
    value = f", with the value {number(entry.value)}" if entry.value is not None else ""
    how = f" ({method_text(entry.method)})" if entry.method else ""
    verdict = VERDICTS.get(entry.verdict, entry.verdict)
    return f"{verdict}{by}{value}{how}"
