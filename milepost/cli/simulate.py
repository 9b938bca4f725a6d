"""`milepost simulate`: prints the timeline of a scenario, or of a map with a made-up customer, and its mails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from milepost.channels.links import MessageLinks
from milepost.channels.message_text import MessageSource, render
from milepost.cli.runners import Engine, EngineOption, run_on_temporal
from milepost.cli.support.errors import CommandError
from milepost.cli.support.output import aside, print_json
from milepost.language.loader import MAP_FILE
from milepost.language.steps import Touchpoint
from milepost.language.templates.source import TemplateError
from milepost.people.sample_year import load_made_up
from milepost.planner.commands import SendMessage
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.instants import Instant
from milepost.planner.outlook import look_ahead
from milepost.planner.state import State
from milepost.planner.timeline import Entry, MessageSent
from milepost.scenarios.discovery import scenario_files, sort_of
from milepost.scenarios.runs import run_on_planner
from milepost.scenarios.scenario import LoadedScenario, Scenario, load_scenario
from milepost.scenarios.timeline_lines import Clock
from milepost.text import did_you_mean, listing, nearest

_NAMED = 5
_FAR = 800  # days of outlook in which the next entry is looked for


class MadeUp(StrEnum):
    """How a made-up customer behaves."""

    PROMPT = "prompt"
    SILENT = "silent"


def _made_up(word: str) -> MadeUp:
    words = [each.value for each in MadeUp]
    if word not in words:
        hint = did_you_mean(nearest(word, words))
        raise typer.BadParameter(f"{word!r} is not one of {', '.join(words)}{hint}")
    return MadeUp(word)


def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario, or a map's folder or map.yaml.")],
    *,
    customer: Annotated[
        MadeUp | None,
        typer.Option(
            parser=_made_up,
            metavar=f"<{'|'.join(MadeUp)}>",
            help="For a map: whether the made-up customer does everything in good time (the default), or does and says "
            "nothing. Colleagues do their tasks in either case.",
        ),
    ] = None,
    messages: Annotated[bool, typer.Option("--messages", help="Print every mail as it would be sent.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per entry; instants in UTC.")] = False,
    engine: EngineOption = Engine.PLANNER,
) -> None:
    """Print the timeline of a scenario, or a year of a map with a made-up customer."""
    loaded = _load(file, customer)
    aside(*map(str, loaded.problems))
    scenario = loaded.scenario
    if scenario is None:
        raise CommandError(f"{file} can't be simulated.", "Correct what is listed above (milepost lint says more).")
    timeline = run_on_temporal([scenario])[0] if engine is Engine.TEMPORAL else run_on_planner(scenario)
    mails = dict(_mails(scenario)) if messages else {}
    if as_json:
        for entry in timeline:
            mail = _mail_of(entry, mails)
            print_json(entry.to_json() | ({} if mail is None else {"mail": asdict(mail)}))
    else:
        _print(scenario, timeline, mails)


def _load(file: Path, customer: MadeUp | None) -> LoadedScenario:
    if _is_map(file):
        return load_made_up(file, (customer or MadeUp.PROMPT).value)
    if file.is_dir():
        _refuse_folder(file)
    if customer is not None:
        hint = "Leave --customer out, or name the map."
        raise CommandError(f"{file} is a scenario, which has its own customer.", hint)
    return load_scenario(file)


def _is_map(file: Path) -> bool:
    return (file / MAP_FILE).is_file() if file.is_dir() else file.name == MAP_FILE or sort_of(file) == "map"


def _refuse_folder(folder: Path) -> None:
    maps = sorted(str(file.parent) for file in folder.glob(f"*/{MAP_FILE}"))
    if maps:
        hint = f"Name one: {listing(maps, most=_NAMED, last='or')}."
        raise CommandError(f"{folder} is a folder of maps, not one.", hint)
    files = scenario_files(folder)
    if not files:
        raise CommandError(f"{folder} holds neither a {MAP_FILE} nor scenarios.", "Name a map's folder, or a scenario.")
    hint = f"Name one, such as {files[0]}; `milepost test {folder}` runs them all."
    raise CommandError(f"{folder} is a folder of scenarios, not one.", hint)


def _print(scenario: Scenario, timeline: Sequence[Entry], mails: dict[str, Mail]) -> None:
    clock = Clock.of(scenario)
    typer.echo(f"{scenario.name} ({scenario.customer.name}, times in {clock.name})\n")
    for entry in timeline:
        typer.echo(clock.line(entry))
        if (mail := _mail_of(entry, mails)) is not None:
            for line in (f"To: {mail.to}", f"Subject: {mail.subject}", "", *mail.text.splitlines()):
                typer.echo(f"    | {line}".rstrip())
    typer.echo(f"\n{_closing_sentence(scenario, clock)}")


# The mails, as they would go out: the map's texts with the customer's data in them.


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail: its recipient and its words, or why it could not be written."""

    to: str
    subject: str
    text: str


class _Due(NamedTuple):
    journey_id: str
    message: str
    contact: str
    steps: list[str]
    templates: list[str]
    at: Instant
    calendar: dict[str, Any] | None


def _mails(scenario: Scenario) -> Iterator[tuple[str, Mail]]:
    """Every mail that a scenario sends, with the id of its message."""
    links = MessageLinks("https://milepost.example", "link")
    for plan in scenario.plans():
        state = plan.state
        files = scenario.version_files.get(state.version, scenario.files)
        for command in plan.commands:
            if isinstance(command, SendMessage):
                steps, entry = list(command.steps), asdict(command.calendar) if command.calendar else None
                templates = list(command.templates)
                due = _Due("simulated", command.message, command.contact, steps, templates, state.clock, entry)
                source = MessageSource(_map_of(scenario, state), files, state, due, links)
                yield command.message, _mail(source)


def _mail(source: MessageSource) -> Mail:
    to = f"{source.contact.name} <{source.contact.email}>"
    try:
        rendered = render(source)
    except TemplateError as error:
        return Mail(to, "(cannot be written)", str(error))
    return Mail(to, rendered.subject, rendered.text.strip())


def _mail_of(entry: Entry, mails: dict[str, Mail]) -> Mail | None:
    return mails.get(entry.message) if isinstance(entry, MessageSent) else None


# What follows the last line: by itself, or only when somebody does something.


def _closing_sentence(scenario: Scenario, clock: Clock) -> str:
    """Says that the journey has ended, what comes next and when, or who it waits for."""
    *_, last = scenario.plans()
    state, until = last.state, clock.time(scenario.until)
    if state.ended:
        assert state.ended_at is not None
        return f"The journey ended on {clock.time(state.ended_at)} ({state.reason}); nothing comes after it."
    if state.paused:
        return f"This is all up to {until}: the journey is paused, and nothing happens until it is resumed."
    compiled_map = _map_of(scenario, state)
    outlook = look_ahead(compiled_map, state, scenario.until, days=_FAR, most=1)
    waits = _waits(compiled_map, state)
    if not outlook.entries:
        return f"This is all up to {until}, and nothing more happens by itself{waits}."
    entry = outlook.entries[0]
    what = f"{entry.kind} {entry.subject}".rstrip()
    return f"This is all up to {until}. Next by itself, on {clock.time(entry.at)}: {what}{waits}."


def _waits(compiled_map: CompiledMap, state: State) -> str:
    """The open steps and tasks, by the people who do them."""
    waiting: dict[str, list[str]] = {}
    for step in compiled_map.steps.values():
        if state.step(step.id).is_open and not step.is_mail:
            who = step.step.role if isinstance(step.step, Touchpoint) else step.persona
            waiting.setdefault(str(who), []).append(step.id)
    for task, opened in sorted(state.tasks.items()):
        waiting.setdefault(opened.role, []).append(task)
    people = [f"the {who} ({', '.join(what)})" for who, what in waiting.items()]
    return f"; it waits for {' and for '.join(people)}" if people else ""


def _map_of(scenario: Scenario, state: State) -> CompiledMap:
    return scenario.versions.get(state.version, scenario.compiled_map)
