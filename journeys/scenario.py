"""Scenarios: tests of a map. A customer, what happens, and what must and must not come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from journeys.customer import Customer
from journeys.judging import as_instant
from journeys.language.findings import Finding
from journeys.language.lint import lint
from journeys.language.loader import Loaded, content_hash, from_data, load, read_file
from journeys.language.model import Map
from journeys.language.names import did_you_mean, nearest
from journeys.language.problems import Problem, in_order
from journeys.language.yaml_text import read_yaml
from journeys.planner.chart import Chart
from journeys.planner.facts import Fact
from journeys.planner.instants import Instant, instant
from journeys.planner.timeline import Kind
from journeys.written import Name, Value, Written, WrittenContact, WrittenFact, Zone

ENTRY_FIELDS = (
    "at", "kind", "stage", "play", "step", "occurrence", "map", "version", "track", "role", "persona", "due", "why",
    "by", "result", "until", "message", "template", "contact", "reason", "steps", "verdict", "value", "method", "from",
    "to", "note", "fact",
)  # fmt: skip


ABOUT_TEXTS = "M110"


class WrittenCustomer(Written):
    """The customer of a scenario."""

    id: Name
    name: Name
    timezone: Zone = "UTC"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    language: Name | None = None
    attributes: dict[Name, Value] = Field(default_factory=dict)
    contacts: tuple[WrittenContact, ...] = ()
    team: dict[Name, Name] = Field(default_factory=dict)

    def customer(self) -> Customer:
        contacts = tuple(each.contact() for each in self.contacts)
        known = {name: value for name, value in self.attributes.items() if value is not None}
        return Customer(
            self.id, self.name, self.timezone, self.country, self.language, known, contacts, dict(self.team)
        )


class WrittenScenario(BaseModel):
    """The fields of a scenario's file."""

    model_config = ConfigDict(extra="forbid")

    scenario: Annotated[str, Field(min_length=1, max_length=300)]
    map: str | dict[str, Any]
    start: AwareDatetime
    customer: WrittenCustomer
    facts: list[WrittenFact] = Field(default_factory=list)
    until: AwareDatetime
    expect: list[dict[str, Any]] = Field(default_factory=list)
    never: list[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that is ready to run. `files` are the texts of its map, as a store would publish them."""

    name: str
    chart: Chart
    files: Mapping[str, str]
    customer: Customer
    start: Instant
    facts: tuple[Fact, ...]
    until: Instant
    expect: tuple[Mapping[str, Any], ...] = ()
    never: tuple[Mapping[str, Any], ...] = ()
    versions: Mapping[str, Chart] = field(default_factory=dict)
    version_files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario, or all that is wrong with it and with its map.

    A message or playbook that is missing or does not render (M110) changes nothing of when things happen: it is told
    beside the scenario, so that a map can be tried before its texts are written.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]


def load_scenario(path: Path | str) -> LoadedScenario:
    """Read a scenario's file and the map that it names; never raises for what is in the files."""
    file = Path(path)
    unread: list[Problem] = []
    text = read_file(file, str(path), unread)
    if text is None:
        return LoadedScenario(None, tuple(unread))
    reading = read_yaml(text)
    problems = [
        Problem(str(path), fault.spot.line, fault.spot.column, "M104" if fault.repeated else "M103", fault.message)
        for fault in reading.faults
    ]
    if not isinstance(reading.data, dict) and not problems:
        problems.append(Problem(str(path), 1, 1, "M103", "The file holds no scenario; begin it with 'scenario: NAME'"))
    if problems:
        return LoadedScenario(None, in_order(problems))
    return _Reader(str(path), file, reading.data).read()


class _Reader:
    """Reads one scenario; collects problems with the place of the field that each is about."""

    def __init__(self, name: str, file: Path, data: Any) -> None:
        self._name, self._file, self._data = name, file, data
        self._problems: list[Problem] = []
        self._of_texts: list[Problem] = []
        self._named_versions: dict[str, str] = {}

    def read(self) -> LoadedScenario:
        written = self._written()
        if written is None:
            return LoadedScenario(None, in_order(self._problems))
        loaded, files = self._map(written.map)
        chart = self._chart(loaded, files)
        if chart is None:
            return LoadedScenario(None, in_order(self._problems))
        versions, version_files = self._versions(written)
        facts = self._facts(written, chart, versions)
        self._check_entries("expect", written.expect)
        self._check_entries("never", written.never)
        if self._problems:
            return LoadedScenario(None, in_order(self._problems))
        scenario = Scenario(
            name=written.scenario,
            chart=chart,
            files=files,
            customer=written.customer.customer(),
            start=instant(written.start),
            facts=facts,
            until=instant(written.until),
            expect=tuple(written.expect),
            never=tuple(written.never),
            versions=versions,
            version_files=version_files,
        )
        return LoadedScenario(scenario, in_order(self._of_texts))

    def _find(self, path: tuple[str | int, ...], code: str, message: str, *, key: bool = False) -> None:
        self._problems.append(Finding(path, code, message, key=key).problem(self._data, self._name))

    def _written(self) -> WrittenScenario | None:
        try:
            return WrittenScenario.model_validate(self._data)
        except ValidationError as error:
            for each in error.errors():
                self._say_invalid(each)
            return None

    def _say_invalid(self, error: Any) -> None:
        path = tuple(
            part for part in error["loc"] if not (error["loc"][0] == "map" and part in ("str", "dict[str,any]"))
        )
        kind = error["type"]
        if kind == "extra_forbidden":
            valid = list(WrittenFact.model_fields if path[0] == "facts" else WrittenScenario.model_fields)
            if path[0] == "customer":
                valid = list(WrittenContact.model_fields if "contacts" in path else WrittenCustomer.model_fields)
            hint = did_you_mean(nearest(str(path[-1]), valid)) or f"; it knows {', '.join(valid)}"
            self._find(path, "M101", f"Unknown field {path[-1]!r}{hint}", key=True)
        elif kind == "missing":
            self._find(path[:-1], "M102", f"The field {path[-1]!r} is missing")
        else:
            field_name = ".".join(str(part) for part in path)
            self._find(path, "M103", f"{error['msg'].removeprefix('Value error, ')} ({field_name})")

    def _map(self, written: str | dict[str, Any]) -> tuple[Loaded, Mapping[str, str]]:
        if isinstance(written, str):
            loaded = load(self._file.parent / written)
            return loaded, with_placeholders(loaded.files or {}, loaded.map)
        loaded = from_data(self._data["map"], self._name)
        return loaded, with_placeholders({"map.yaml": json.dumps(written, default=str)}, loaded.map)

    def _chart(self, loaded: Loaded, files: Mapping[str, str]) -> Chart | None:
        errors = [problem for problem in lint(loaded) if problem.severity == "error"]
        self._of_texts += [problem for problem in errors if problem.code == ABOUT_TEXTS]
        errors = [problem for problem in errors if problem.code != ABOUT_TEXTS]
        if errors or loaded.map is None:
            self._problems += errors
            return None
        return Chart.of(loaded.map, content_hash(files))

    def _versions(self, written: WrittenScenario) -> tuple[dict[str, Chart], dict[str, Mapping[str, str]]]:
        """The other versions of the map that facts move the journey to, by the hash of their content."""
        charts, texts = {}, {}
        for named in dict.fromkeys(fact.map_changed for fact in written.facts if fact.map_changed):
            loaded, files = self._map(named)
            chart = self._chart(loaded, files)
            if chart is not None:
                charts[chart.version] = chart
                texts[chart.version] = files
                self._named_versions[named] = chart.version
        return charts, texts

    def _facts(self, written: WrittenScenario, chart: Chart, versions: Mapping[str, Chart]) -> tuple[Fact, ...]:
        facts = []
        for index, fact in enumerate(written.facts):
            self._check_names(index, fact, (chart, *versions.values()))
            if fact.at is None:
                self._find(("facts", index), "M102", "The field 'at' is missing: when is it told?")
            if fact.map_changed in self._named_versions:
                fact = fact.model_copy(update={"map_changed": self._named_versions[fact.map_changed]})  # noqa: PLW2901
            facts.append(fact.fact(f"fact-{index + 1}", instant(written.start)))
        return tuple(facts)

    def _check_names(self, index: int, fact: WrittenFact, charts: tuple[Chart, ...]) -> None:
        steps = [step for chart in charts for step in chart.steps]
        plays = [play for chart in charts for play in chart.plays]
        attributes = [name for chart in charts for name in chart.map.attributes]
        attributes += ["name", "timezone", "country", "language"]
        named = [(kind, getattr(fact, kind), steps) for kind in _NAMES_A_STEP if getattr(fact, kind) is not None]
        named += [("play_started", fact.play_started, plays)] if fact.play_started else []
        named += [("agreed", step, steps) for step in fact.agreed or ()]
        named += [("set", name, attributes) for name in fact.set or ()]
        for kind, name, valid in named:
            if name not in valid:
                hint = did_you_mean(nearest(name, valid))
                self._find(("facts", index, kind), "M105", f"Unknown name {name!r} in {kind!r}{hint}")

    def _check_entries(self, where: str, entries: list[dict[str, Any]]) -> None:
        for index, entry in enumerate(entries):
            for name, value in entry.items():
                valid = [kind.value for kind in Kind]
                if name not in ENTRY_FIELDS:
                    hint = did_you_mean(nearest(name, ENTRY_FIELDS))
                    self._find((where, index, name), "M101", f"Unknown field {name!r} of an entry{hint}", key=True)
                elif name == "kind" and value not in valid:
                    hint = did_you_mean(nearest(str(value), valid))
                    self._find((where, index, name), "M103", f"Unknown kind {value!r} of entry{hint}")
                elif name == "at" and as_instant(value) is None:
                    self._find((where, index, name), "M103", f"{value!r} is no instant; write one with an offset")


_NAMES_A_STEP = ("step_done", "step_skipped", "step_reopened", "snoozed", "answer", "revoked")


def with_placeholders(files: Mapping[str, str], map: Map | None) -> dict[str, str]:  # noqa: A002 - the field's word
    """The files of a map with a text in the place of each message and playbook that is not written yet."""
    out = dict(files)
    for container in (*map.stages, *map.plays) if map else ():
        for step in container.steps:
            for name in (step.message, getattr(step, "reminder", None)):
                if name:
                    out.setdefault(f"messages/{name}", f"---\nsubject: {name}\n---\n{name}\n")
            if playbook := getattr(step, "playbook", None):
                out.setdefault(f"playbooks/{playbook}", f"{playbook}\n")
    return out
