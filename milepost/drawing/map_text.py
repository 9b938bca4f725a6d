"""The words for each stage, play and step of a map in its picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter

from milepost.drawing.content import TRACKS, Card, Column, Content, Fact, Line, Mark
from milepost.explain.held_messages import weekdays_text
from milepost.explain.phrases import Phrases
from milepost.explain.sentences import spaced
from milepost.language.durations import Unit
from milepost.language.model import Map, Play, Stage, WorkingTime
from milepost.language.steps import Action, AnyStep, Branch, Metric, Outcome, Touchpoint, Triggers
from milepost.planner.calendars import Calendar
from milepost.text import listing

_MOST_ASKS = 6
_HOLDS = {"messages": "messages of the stages", "everything": "messages and steps of the stages"}
_ANSWERS = {"verified": "yes to", "partial": "partly to", "disputed": "no to", "silent": "silence on"}
_VERDICTS = {"verified": "yes", "partial": "partly", "disputed": "no", "silent": "silence"}
_MISSING = {
    "company": "Nothing for us to do: the customer is left alone.",
    "outcomes": "No outcome to confirm: nobody will know whether it helped.",
    "customer": "Nothing for the customer to do: all the work is ours.",
    "plays": "No play: nothing is planned for a customer at risk, nor for one who wants more.",
}


def content_of(map: Map, edition: str = "") -> Content:  # noqa: A002 - the field's word
    """Returns everything that a picture of the map says; `edition` says which version it shows, and of which day."""
    return _MapText(map).content(edition)


def _hours(ours: WorkingTime) -> str:
    """When we work: `Monday to Friday, 09:00 to 17:00 in Europe/Berlin, not on holidays of DE-BY`."""
    days = weekdays_text(Calendar.of(ours, ours.timezone, ours.country).days)
    off = [*([f"holidays of {ours.country}"] if ours.country else []), *(["closed days"] if ours.closed else [])]
    but = f", not on {' and '.join(off)}" if off else ""
    return f"{days}, {ours.from_} to {ours.to} in {ours.timezone.replace('_', ' ')}{but}"


class _MapText:
    def __init__(self, map: Map) -> None:  # noqa: A002 - the field's word
        self.map = map
        self.say = Phrases(map)
        self.homes = {step.id: container for container, step in map.all_steps()}
        self.steps = {step.id: step for _, step in map.all_steps()}
        self.starts = _starts_of(map)
        self.titles = Counter(step.title for step in self.steps.values())

    def content(self, edition: str) -> Content:
        stages = tuple(self._stage(stage, place) for place, stage in enumerate(self.map.stages))
        plays = tuple(self._play(play) for play in self.map.plays)
        lead = [f"For customers whose {self.say.condition(self.map.segment.where)}"]
        if self.map.hypothesis:
            lead.append(f"Hypothesis: {self.map.hypothesis}")
        roles = self.map.roles
        if escalations := [
            f"from {role.title} to {roles[role.escalate.to].title} {_unbreakable(f'after {role.escalate.after}')}"
            for role in roles.values()
            if role.escalate
        ]:
            lead.append(f"Late tasks also go up: {'; '.join(escalations)}")
        if self._counts_working_time():
            lead.append(f"We work {_hours(self.map.working_time)}")
        footer = " \u00b7 ".join(part for part in (self.map.map, edition, f"owner {self.map.owner}") if part)
        present = {card.track for column in (*stages, *plays) for card in column.cards}
        present |= {"plays"} if plays else set()
        missing = {name: note for name, note in _MISSING.items() if name not in present}
        description = _description(self.map, stages, plays, missing.values())
        return Content(self.map.title, tuple(lead), footer, description, stages, plays, missing)

    def _counts_working_time(self) -> bool:
        """Returns whether somebody who reads the picture asks when we work."""
        tasks = [step for step in self.steps.values() if isinstance(step, Touchpoint)]
        escalations = [role.escalate for role in self.map.roles.values()] + [task.escalate for task in tasks]
        durations = [task.due for task in tasks] + [each.after for each in escalations if each]
        return any(each is not None and each.unit is Unit.BUSINESS_HOUR for each in durations)

    # Stages and plays.

    def _stage(self, stage: Stage, place: int) -> Column:
        lines = [Line(stage.goal)] if stage.goal else []
        opens_itself = stage.opens is not None and place > 0
        if opens_itself and stage.opens is not None:
            opens = self.say.anchor(stage.opens.at) if stage.opens.at else f"on {self.say.triggers(stage.opens.when)}"
            lines.append(Line(f"opens {opens}", Mark.CLOCK))
        if stage.target:
            lines.append(Line(f"done within {stage.target}", Mark.CLOCK))
        if stage.then:
            lines.append(Line(f"then {self.say.branch(stage.then)}", Mark.BRANCH))
        return self._column(stage, str(place + 1), "opens" if opens_itself else "stage", lines, ())

    def _play(self, play: Play) -> Column:
        starts = [self.say.trigger(trigger) for trigger in play.starts_when]
        if play.id == self.map.introduction:
            starts.append("a hand-over with an introduction")
        facts = [Fact("Starts", "; ".join([*starts, *self._branches_to(play.id)] or ["when somebody starts it"]))]
        if play.only_if:
            facts.append(Fact("Only if", self.say.condition(play.only_if)))
        facts.append(Fact("Ends", "; ".join(self._ends(play))))
        if play.holds != "none":
            facts.append(Fact("Holds", _HOLDS[play.holds]))
        return self._column(play, self.say.plays[play.id], play.kind, (), facts)

    def _branches_to(self, play: str) -> Iterator[str]:
        """Yields the steps, stages and plays whose branches start it, those of one kind together."""
        hows: dict[str, list[str]] = {}
        for how, ids in self.starts.get(play, {}).items():
            hows.setdefault(", ".join(self._names_of(ids)), []).append(how)
        for names, ways in hows.items():
            yield f"{listing(list(ways), last='or')} {names}"

    def _names_of(self, names: Sequence[str]) -> Iterator[str]:
        """Yields the names for ids; steps with the same title once, and then with their stages or plays."""
        homes: dict[str, list[str]] = {}
        for name in names:
            if name in self.steps:
                homes.setdefault(self.say.step(name), []).append(name)
            else:
                homes[self._container(name)] = []
        for called, steps in homes.items():
            shared = steps and self.titles[self.steps[steps[0]].title] > 1
            yield f"{called} ({listing([self._home(step) for step in steps])})" if shared else called

    def _container(self, name: str) -> str:
        if name in self.say.plays:
            return f"play\u00a0{self.say.plays[name]}"
        return f"stage\u00a0{self.say.stages[name]}"

    def _ends(self, play: Play) -> Iterator[str]:
        yield "all steps are closed"
        yield from (self.say.trigger(trigger) for trigger in play.ends_when)
        if play.deadline:
            then = f" (then {self.say.branch(play.on_deadline)})" if play.on_deadline else ""
            yield f"after {play.deadline}{then}"
        if play.then:
            yield f"then {self.say.branch(play.then)}"
        if play.cooldown:
            yield f"may start again {play.cooldown} later"

    def _column(
        self, container: Stage | Play, mark: str, tone: str, lines: Iterable[Line], facts: Iterable[Fact]
    ) -> Column:
        cards = [self._card(step, container) for step in _in_order(container.steps)]
        if isinstance(container, Stage):  # in lanes; a play is one line of steps
            cards.sort(key=lambda card: TRACKS.index(card.track))
        return Column(container.id, mark, container.title, tuple(lines), tuple(facts), tone, tuple(cards))

    # Steps.

    def _card(self, step: AnyStep, home: Stage | Play) -> Card:
        here = {other.id for other in home.steps}
        track, lines = self._lines(step)
        awaited = dict.fromkeys(each.step for each in step.awaits)
        elsewhere = tuple(name for name in awaited if name not in here and name in self.homes)
        lines += [Line(f"after {self.say.step(name)} ({self._home(name)})") for name in elsewhere]
        asked = [each for each in step.awaits if each.results]
        lines += [Line(f"if {self.say.step(each.step)} ends with {each.in_words}") for each in asked]
        after = tuple(name for name in awaited if name in here)
        return Card(step.id, track, step.title, tuple(lines), after, elsewhere)

    def _home(self, step: str) -> str:
        return self._container(self.homes[step].id)

    def _lines(self, step: AnyStep) -> tuple[str, list[Line]]:
        match step:
            case Touchpoint():
                return "company", list(self._touchpoint(step))
            case Action():
                return "customer", list(self._action(step))
            case Outcome():
                return "outcomes", list(self._outcome(step))

    def _touchpoint(self, step: Touchpoint) -> Iterator[Line]:
        if step.role is None:
            yield Line(f"automatic mail to {self._persona(step.to or '')}", Mark.MAIL)
        else:
            yield Line(self.map.roles[step.role].title, Mark.PERSON)
        yield from self._when(step, f"due in {step.due_or_default}" if step.role else None)
        yield from self._done_when("done when", step.done_when)
        if step.warn:
            yield Line(f"warned {listing([_unbreakable(str(each)) for each in step.warn])}", Mark.CLOCK)
        if step.escalate:
            to = self.map.roles[step.escalate.to].title
            yield Line(f"{_unbreakable(f'{step.escalate.after} late:')} also {to}", Mark.RAISED)
        for name, branch in (step.results or {}).items():
            if branch:
                yield Line(f"{spaced(name)}: {self.say.branch(branch)}", Mark.BRANCH)

    def _action(self, step: Action) -> Iterator[Line]:
        yield Line(self._persona(step.persona), Mark.PERSON)
        yield from self._when(step, f"due in {step.due}" if step.due else None)
        if step.asks:
            yield Line(f"asked: {listing([ask.title for ask in step.asks], most=_MOST_ASKS)}", Mark.FORM)
        yield from self._done_when("done when", step.done_when)
        mails = [*(["mail"] if step.message else []), *_reminders(len(step.remind))]
        if mails:
            yield Line(f"automatic {', '.join(mails)}", Mark.MAIL)
        if step.overdue and step.overdue.do:
            yield Line(f"{_unbreakable(f'{step.overdue.after} late:')} {self.say.branch(step.overdue.do)}", Mark.BRANCH)

    def _outcome(self, step: Outcome) -> Iterator[Line]:
        yield Line(f"{self._persona(step.persona)} confirms", Mark.PERSON)
        yield from self._when(step, f"answer within {step.within}")
        yield Line("automatic " + ", ".join(["request", *_reminders(len(step.remind))]), Mark.MAIL)
        if step.metric:
            yield Line(f"{step.metric.name}: {self._figures(step.metric)}", Mark.TARGET)
        yield from self._done_when("confirmed when", step.verified_when)
        for verdict, word in _VERDICTS.items():
            if branch := getattr(step.then, verdict):
                yield Line(f"{word}: {self.say.branch(branch)}", Mark.BRANCH)

    def _figures(self, metric: Metric) -> str:
        baseline = "" if metric.baseline is None else f"from {self.say.figure(metric.baseline)} to "
        return f"{baseline}{self.say.figure(metric.target)} {metric.unit or ''}".strip()

    def _done_when(self, words: str, triggers: Triggers) -> Iterator[Line]:
        if triggers:
            yield Line(f"{words} {self.say.triggers(triggers)}", Mark.DONE)

    def _when(self, step: AnyStep, due: str | None) -> Iterator[Line]:
        words = []
        if step.wait and step.wait.count:
            words.append(f"waits {step.wait}")
        if step.at:
            words.append(self.say.anchor(step.at))
        if due:
            words.append(due)
        if not isinstance(step, Outcome) and step.every:
            words.append(f"every {step.every if step.every.count > 1 else step.every.unit}")
        if words:
            yield Line(", ".join(_unbreakable(each) for each in words), Mark.CLOCK)
        if step.optional:
            yield Line("optional", Mark.OPTIONAL)

    def _persona(self, persona: str) -> str:
        declared = self.map.personas.get(persona)
        return declared.title if declared else spaced(persona)


def _starts_of(map: Map) -> Mapping[str, Mapping[str, list[str]]]:  # noqa: A002 - the field's word
    """Returns the steps, stages and plays whose branches start a play, by play and then by how."""
    starts: dict[str, dict[str, list[str]]] = {}
    for how, name, branch in _branches(map):
        for item in branch:
            if item.play is not None:
                names = starts.setdefault(item.play, {}).setdefault(how, [])
                if name not in names:
                    names.append(name)
    return starts


def _branches(map: Map) -> Iterator[tuple[str, str, Branch]]:  # noqa: A002 - the field's word
    containers: tuple[Stage | Play, ...] = (*map.stages, *map.plays)
    for container in containers:
        for step in container.steps:
            yield from _branches_of(step)
        yield "end of", container.id, container.then
        if isinstance(container, Play):
            yield "deadline of", container.id, container.on_deadline


def _branches_of(step: AnyStep) -> Iterator[tuple[str, str, Branch]]:
    match step:
        case Touchpoint():
            for result, branch in (step.results or {}).items():
                yield f"{spaced(result)} at", step.id, branch
        case Action():
            if step.overdue:
                yield "late:", step.id, step.overdue.do
        case Outcome():
            for verdict, how in _ANSWERS.items():
                yield how, step.id, getattr(step.then, verdict)


def _unbreakable(words: str) -> str:
    """Returns the words held together on one line, if a line can hold them."""
    return words.replace(" ", "\u00a0")


def _reminders(many: int) -> list[str]:
    return [f"{many} reminder{'' if many == 1 else 's'}"] if many else []


def _in_order(steps: tuple[AnyStep, ...]) -> list[AnyStep]:
    """Returns the steps in the order of the file, but each after those that it waits for."""
    places = {step.id: place for place, step in enumerate(steps)}
    sorter = TopologicalSorter({step.id: [each.step for each in step.awaits if each.step in places] for step in steps})
    sorter.prepare()
    ordered: list[AnyStep] = []
    ready = set(sorter.get_ready())
    while ready:
        name = min(ready, key=places.__getitem__)
        ready.remove(name)
        ordered.append(steps[places[name]])
        sorter.done(name)
        ready |= set(sorter.get_ready())
    return ordered


def _description(
    map: Map,  # noqa: A002 - the field's word
    stages: Iterable[Column],
    plays: Iterable[Column],
    missing: Iterable[str],
) -> str:
    """Returns the picture in words, for those who can't see it."""
    parts = [f"The journey of {map.title}, stage by stage: what we do, what the customer does and confirms."]
    for kind, columns in (("Stage", stages), ("Play", plays)):
        for column in columns:
            steps = "; ".join(card.title for card in column.cards) or "no step"
            parts.append(f"{kind} {column.mark}, {column.title}: {steps.rstrip('.')}.")
    return " ".join([*parts, *missing])
