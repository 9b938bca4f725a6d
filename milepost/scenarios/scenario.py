"""Reading a scenario's file: its fields, the map that it names, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from milepost.customer import Customer
from milepost.language.findings import Finding
from milepost.language.loader import read_file
from milepost.language.problems import Problem, in_order
from milepost.language.yaml_text import Path as Place
from milepost.language.yaml_text import read_yaml, spot_of
from milepost.planner.compiled_map import CompiledMap
from milepost.planner.customer_journeys import HandEnrolment, customer_plans
from milepost.planner.entry_checks import entry_problems
from milepost.planner.entry_point import EntryPoint, JourneyStart
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant, instant
from milepost.planner.plan import Plan
from milepost.planner.state import State
from milepost.planner.written_entry import WrittenEntry
from milepost.planner.written_facts import Written, WrittenContact, WrittenFact, WrittenPerson
from milepost.planner.written_values import Country, Name, Value, Zone
from milepost.scenarios.checks.dates import check_instants
from milepost.scenarios.checks.defined_names import DefinedNames, refusal_finding
from milepost.scenarios.checks.expectations import ExpectationCheck
from milepost.scenarios.checks.facts import check_facts
from milepost.scenarios.checks.fields import findings_of
from milepost.scenarios.checks.people import check_attributes, check_contacts, check_segment, check_team
from milepost.scenarios.maps import MapCache, ReadMap, inline_map


class WrittenCustomer(Written):
    """The customer of a scenario."""

    id: Name
    name: Name
    timezone: Zone = "UTC"
    country: Country | None = None
    language: Name | None = None
    attributes: dict[Name, Value] = Field(default_factory=dict)
    contacts: tuple[WrittenContact, ...] = ()
    team: dict[Name, Name] = Field(default_factory=dict)

    def customer(self) -> Customer:
        contacts = tuple(each.contact() for each in self.contacts)
        attributes = {name: value for name, value in self.attributes.items() if value is not None}
        return Customer(
            self.id, self.name, self.timezone, self.country, self.language, attributes, contacts, dict(self.team)
        )


class WrittenEnrolment(Written):
    """An enrolment by hand while the scenario runs, after the end of a journey; `again` is the reason."""

    at: AwareDatetime
    again: Annotated[str, Field(min_length=1)] | None = None
    by: Name | None = None
    enters: WrittenEntry | None = None

    def enrolment(self) -> HandEnrolment:
        entry = self.enters.entry_point() if self.enters else None
        return HandEnrolment(instant(self.at), JourneyStart(entry, self.again, self.by))


class WrittenScenario(BaseModel):
    """The fields of a scenario's file."""

    model_config = ConfigDict(extra="forbid")

    scenario: Annotated[str, Field(min_length=1, max_length=300)]
    map: str | dict[str, Any]
    start: AwareDatetime
    customer: WrittenCustomer
    enters: WrittenEntry | None = None
    facts: list[WrittenFact] = Field(default_factory=list)
    enrolled: list[WrittenEnrolment] = Field(default_factory=list)
    until: AwareDatetime
    expect: list[dict[str, Any]] = Field(default_factory=list)
    never: list[dict[str, Any]] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lines:
    """The file of a scenario, and the line of each fact and expectation in it."""

    file: str = ""
    facts: tuple[int, ...] = ()
    expect: tuple[int, ...] = ()
    never: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that is ready to run.

    `files` are the texts of its map, as they would be published; `offset` is the offset from UTC, in seconds, with
    which its start is written. `versions` are the other versions that facts move the journey to, by their hash.
    """

    name: str
    compiled_map: CompiledMap
    files: Mapping[str, str]
    customer: Customer
    start: Instant
    facts: tuple[Fact, ...]
    until: Instant
    expect: tuple[Mapping[str, Any], ...] = ()
    never: tuple[Mapping[str, Any], ...] = ()
    versions: Mapping[str, CompiledMap] = field(default_factory=dict)
    version_files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    offset: int = 0
    enters: EntryPoint | None = None
    enrolled: tuple[HandEnrolment, ...] = ()

    def begin(self) -> State:
        """The state in which its journey begins."""
        start = JourneyStart(self.enters) if self.enters else None
        return State.begin(self.customer, self.compiled_map.map.map, self.compiled_map.version, self.start, start)

    def plans(self) -> Iterator[Plan]:
        """Every plan of its journeys, by the planner alone."""
        happenings = (*self.facts, *self.enrolled)
        return customer_plans(self.compiled_map, self.begin(), happenings, self.until, self.versions)


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario, or everything that is wrong with it and with its map.

    A message or playbook that is missing or doesn't render (M110) doesn't change when things happen: it is reported
    beside the scenario, so that a map can be tested before its texts are written. So are warnings.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]


def load_scenario(path: Path | str, maps: MapCache | None = None) -> LoadedScenario:
    """Reads a scenario's file and the map that it names; never raises for the content of the files.

    `maps` keeps the maps that were read for the next scenario.
    """
    file = Path(path)
    text = read_file(file, str(path))
    if isinstance(text, Problem):
        return LoadedScenario(None, (text,))
    reading = read_yaml(text)
    problems = [fault.problem(str(path)) for fault in reading.faults]
    if not isinstance(reading.data, dict) and not problems:
        problems.append(Problem(str(path), 1, 1, "M103", "The file isn't a scenario; begin it with 'scenario: NAME'"))
    if problems:
        return LoadedScenario(None, in_order(problems))
    return _Reader(str(path), file, reading.data, maps or MapCache()).read()


class _Reader:
    """Reads one scenario; collects problems with the place of the field that each is about."""

    def __init__(self, name: str, file: Path, data: Any, maps: MapCache) -> None:
        self._name, self._file, self._data, self._maps = name, file, data, maps
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []
        self._named_versions: dict[str, str] = {}

    def read(self) -> LoadedScenario:
        written = self._written()
        if written is None:
            return LoadedScenario(None, in_order(self._problems))
        read_map = self._map(written.map, ("map",))
        compiled_map = read_map.compiled_map
        if compiled_map is None:
            return LoadedScenario(None, in_order(self._problems))
        versions = self._versions(written)
        compiled_maps = {
            version: each.compiled_map for version, each in versions.items() if each.compiled_map is not None
        }
        for finding in _checks(written, compiled_map, compiled_maps.values()):
            self._report(finding)
        if self._problems:
            return LoadedScenario(None, in_order([*self._problems, *self._warnings]))
        scenario = Scenario(
            name=written.scenario,
            compiled_map=compiled_map,
            files=read_map.files,
            customer=written.customer.customer(),
            start=instant(written.start),
            facts=self._facts(written),
            until=instant(written.until),
            expect=tuple(written.expect),
            never=tuple(written.never),
            versions=compiled_maps,
            version_files={version: each.files for version, each in versions.items()},
            lines=Lines(self._name, self._lines("facts"), self._lines("expect"), self._lines("never")),
            enters=written.enters.entry_point() if written.enters else None,
            enrolled=tuple(each.enrolment() for each in written.enrolled),
            offset=int((written.start.utcoffset() or timedelta()).total_seconds()),
        )
        return LoadedScenario(scenario, in_order(self._warnings))

    def _report(self, finding: Finding) -> None:
        problem = finding.problem(self._data, self._name)
        (self._problems if problem.severity == "error" else self._warnings).append(problem)

    def _lines(self, where: str) -> tuple[int, ...]:
        return tuple(spot_of(self._data, (where, index)).line for index in range(len(self._data.get(where) or ())))

    def _written(self) -> WrittenScenario | None:
        """The fields of the file; errors in instants say how one is written."""
        wrong_instants = list(check_instants(self._data))
        for finding in wrong_instants:
            self._report(finding)
        try:
            written = WrittenScenario.model_validate(self._data)
        except ValidationError as error:
            fields = {"scenario": WrittenScenario.model_fields, "customer": WrittenCustomer.model_fields}
            reported = [finding.path for finding in wrong_instants]
            for finding in findings_of(error.errors(), self._data, fields, reported):
                self._report(finding)
            return None
        return None if wrong_instants else written

    def _map(self, written: str | dict[str, Any], path: Place) -> ReadMap:
        """The map that the scenario names or holds; its problems become the scenario's."""
        if isinstance(written, str):
            read_map = self._maps.at(self._file.parent / written)
        else:
            read_map = inline_map(self._data["map"], self._name)
        if not read_map.exists:
            self._report(Finding(path, "M105", f"There is no map at {written!r}, seen from the scenario's folder"))
            return read_map
        self._warnings += read_map.text_problems
        self._problems += read_map.errors
        return read_map

    def _versions(self, written: WrittenScenario) -> dict[str, ReadMap]:
        """The other versions of the map that facts move the journey to, by the hash of their content."""
        versions = {}
        for index, fact in enumerate(written.facts):
            name = fact.map_changed
            if name is None or name in self._named_versions:
                continue
            read_map = self._map(name, ("facts", index, "map_changed"))
            if read_map.compiled_map is not None:
                versions[read_map.compiled_map.version] = read_map
                self._named_versions[name] = read_map.compiled_map.version
        return versions

    def _facts(self, written: WrittenScenario) -> tuple[Fact, ...]:
        facts = []
        for index, fact in enumerate(written.facts):
            if fact.map_changed in self._named_versions:
                fact = fact.model_copy(update={"map_changed": self._named_versions[fact.map_changed]})  # noqa: PLW2901
            facts.append(fact.fact(f"fact-{index + 1}", instant(written.start)))
        return tuple(facts)


def _checks(written: WrittenScenario, compiled_map: CompiledMap, versions: Iterable[CompiledMap]) -> Iterator[Finding]:
    """Checks the whole scenario against its map and the versions that it moves to."""
    names = DefinedNames((compiled_map, *versions))
    start, until = instant(written.start), instant(written.until)
    if until < start:
        yield Finding(("until",), "M103", "'until' is before 'start', so nothing would ever happen; write a later one")
    elif not written.expect and not written.never:
        message = "The scenario expects nothing and forbids nothing, so it can't fail; add 'expect' or 'never'"
        yield Finding(("scenario",), "W211", message)
    customer = written.customer
    about = list(check_attributes(("customer", "attributes"), customer.attributes, names))
    about += check_contacts(("customer", "contacts"), customer.contacts, names)
    about += check_team(("customer", "team"), customer.team, names)
    yield from about or check_segment(("customer", "attributes"), compiled_map, customer.customer(), start)
    yield from check_facts(written.facts, written.expect, names, (start, until))
    for index, enrolled in enumerate(written.enrolled):
        at = instant(enrolled.at)
        if not start <= at <= until:
            message = "The enrolment is dated before 'start' or after 'until'"
            yield Finding(("enrolled", index, "at"), "M103", message)
        for place, refused in (
            entry_problems(compiled_map, enrolled.enters.entry_point(), at) if enrolled.enters else ()
        ):
            yield refusal_finding(("enrolled", index, "enters", *place), refused, is_key=len(place) > 1)
    if written.enters:
        for place, refused in entry_problems(compiled_map, written.enters.entry_point(), start):
            yield refusal_finding(("enters", *place), refused, is_key=len(place) > 1)
    reasons = [fact.ended for fact in written.facts if fact.ended]
    agreed = [step for fact in written.facts for step, each in (fact.agreed or {}).items() if each.due]
    check = ExpectationCheck(names, (start, until), _addresses(written), reasons, agreed, _enters(written))
    yield from check.findings("expect", written.expect)
    yield from check.findings("never", written.never)


def _enters(written: WrittenScenario) -> bool:
    """Returns whether a journey of the scenario begins with what was before its start."""
    return written.enters is not None or any(each.enters for each in written.enrolled)


def _addresses(written: WrittenScenario) -> list[str]:
    """The addresses that a message of the scenario may go to."""
    contacts = [*written.customer.contacts, *(each for fact in written.facts for each in fact.contacts or ())]
    people = (each.person for fact in written.facts for each in (fact.agreed or {}).values() if each.person)
    agreed = [each.email if isinstance(each, WrittenPerson) else each for each in people]
    answers = [each for fact in written.facts for each in (fact.answers or {}).values() if isinstance(each, dict)]
    return [*(each.email for each in contacts), *agreed, *(each["email"] for each in answers if "email" in each)]
