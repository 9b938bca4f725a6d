"""Scenarios: tests of a map. A customer, what happens, and what must and must not come of it."""

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
from milepost.planner.facts import Fact
from milepost.planner.instants import Instant, instant
from milepost.planner.written_facts import Name, Value, Written, WrittenContact, WrittenFact, Zone
from milepost.scenarios.checks.dates import check_instants
from milepost.scenarios.checks.defined_names import DefinedNames
from milepost.scenarios.checks.expectations import ExpectationCheck
from milepost.scenarios.checks.facts import check_facts
from milepost.scenarios.checks.fields import findings_of
from milepost.scenarios.checks.people import check_attributes, check_contacts, check_segment, check_team
from milepost.scenarios.maps import MapsRead, ReadMap, inline_map


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
        attributes = {name: value for name, value in self.attributes.items() if value is not None}
        return Customer(
            self.id, self.name, self.timezone, self.country, self.language, attributes, contacts, dict(self.team)
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
class Lines:
    """Where the parts of a scenario stand: in which file, and for each part on which line of it."""

    file: str = ""
    facts: tuple[int, ...] = ()
    expect: tuple[int, ...] = ()
    never: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that is ready to run.

    `files` are the texts of its map, as a store would publish them; `offset` is the scenario's own offset from UTC, in
    seconds, as its start is written.
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


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """A scenario, or all that is wrong with it and with its map.

    A message or playbook that is missing or does not render (M110) changes nothing of when things happen: it is told
    beside the scenario, so that a map can be tried before its texts are written. So are warnings.
    """

    scenario: Scenario | None
    problems: tuple[Problem, ...]


def load_scenario(path: Path | str, maps: MapsRead | None = None) -> LoadedScenario:
    """Read a scenario's file and the map that it names; never raises for what is in the files.

    `maps` remembers the maps that were read, for the next scenario.
    """
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
    return _Reader(str(path), file, reading.data, maps or MapsRead()).read()


class _Reader:
    """Reads one scenario; collects problems with the place of the field that each is about."""

    def __init__(self, name: str, file: Path, data: Any, maps: MapsRead) -> None:
        self._name, self._file, self._data, self._maps = name, file, data, maps
        self._problems: list[Problem] = []
        self._beside: list[Problem] = []
        self._named_versions: dict[str, str] = {}

    def read(self) -> LoadedScenario:
        written = self._written()
        if written is None:
            return LoadedScenario(None, in_order(self._problems))
        found = self._map(written.map, ("map",))
        if found.compiled_map is None:
            return LoadedScenario(None, in_order(self._problems))
        versions = self._versions(written)
        compiled_maps = {
            version: each.compiled_map for version, each in versions.items() if each.compiled_map is not None
        }
        for finding in _checks(written, found.compiled_map, compiled_maps.values()):
            self._find(finding)
        if self._problems:
            return LoadedScenario(None, in_order([*self._problems, *self._beside]))
        scenario = Scenario(
            name=written.scenario,
            compiled_map=found.compiled_map,
            files=found.files,
            customer=written.customer.customer(),
            start=instant(written.start),
            facts=self._facts(written),
            until=instant(written.until),
            expect=tuple(written.expect),
            never=tuple(written.never),
            versions=compiled_maps,
            version_files={version: each.files for version, each in versions.items()},
            lines=Lines(self._name, self._lines("facts"), self._lines("expect"), self._lines("never")),
            offset=int((written.start.utcoffset() or timedelta()).total_seconds()),
        )
        return LoadedScenario(scenario, in_order(self._beside))

    def _find(self, finding: Finding) -> None:
        problem = finding.problem(self._data, self._name)
        (self._problems if problem.severity == "error" else self._beside).append(problem)

    def _lines(self, where: str) -> tuple[int, ...]:
        return tuple(spot_of(self._data, (where, index)).line for index in range(len(self._data.get(where) or ())))

    def _written(self) -> WrittenScenario | None:
        """The fields; errors of instants are told in words that say how one is written."""
        wrong = list(check_instants(self._data))
        for finding in wrong:
            self._find(finding)
        try:
            written = WrittenScenario.model_validate(self._data)
        except ValidationError as error:
            fields = {"scenario": WrittenScenario.model_fields, "customer": WrittenCustomer.model_fields}
            said = [finding.path for finding in wrong]
            for finding in findings_of(error.errors(), self._data, fields, said):
                self._find(finding)
            return None
        return None if wrong else written

    def _map(self, written: str | dict[str, Any], path: Place) -> ReadMap:
        """The map that is named or stands at a path, its problems taken over."""
        if isinstance(written, str):
            found = self._maps.at(self._file.parent / written)
        else:
            found = inline_map(self._data["map"], self._name)
        if not found.there:
            self._find(Finding(path, "M105", f"There is no map at {written!r}, seen from the scenario's folder"))
            return found
        self._beside += found.beside
        self._problems += found.errors
        return found

    def _versions(self, written: WrittenScenario) -> dict[str, ReadMap]:
        """The other versions of the map that facts move the journey to, by the hash of their content."""
        versions = {}
        for index, fact in enumerate(written.facts):
            named = fact.map_changed
            if named is None or named in self._named_versions:
                continue
            found = self._map(named, ("facts", index, "map_changed"))
            if found.compiled_map is not None:
                versions[found.compiled_map.version] = found
                self._named_versions[named] = found.compiled_map.version
        return versions

    def _facts(self, written: WrittenScenario) -> tuple[Fact, ...]:
        facts = []
        for index, fact in enumerate(written.facts):
            if fact.map_changed in self._named_versions:
                fact = fact.model_copy(update={"map_changed": self._named_versions[fact.map_changed]})  # noqa: PLW2901
            facts.append(fact.fact(f"fact-{index + 1}", instant(written.start)))
        return tuple(facts)


def _checks(written: WrittenScenario, compiled_map: CompiledMap, versions: Iterable[CompiledMap]) -> Iterator[Finding]:
    """All that is wrong with what a scenario says, held against its map and the versions that it moves to."""
    names = DefinedNames((compiled_map, *versions))
    start, until = instant(written.start), instant(written.until)
    if until < start:
        yield Finding(("until",), "M103", "'until' is before 'start', so nothing would ever happen; write a later one")
    elif not written.expect and not written.never:
        said = "The scenario expects nothing and forbids nothing, so it cannot fail; add 'expect' or 'never'"
        yield Finding(("scenario",), "W211", said)
    customer = written.customer
    about = list(check_attributes(("customer", "attributes"), customer.attributes, names))
    about += check_contacts(("customer", "contacts"), customer.contacts, names)
    about += check_team(("customer", "team"), customer.team, names)
    yield from about or check_segment(("customer", "attributes"), compiled_map, customer.customer(), start)
    yield from check_facts(written.facts, written.expect, names, (start, until))
    reasons = [fact.ended for fact in written.facts if fact.ended]
    agreed = [step for fact in written.facts for step, each in (fact.agreed or {}).items() if each.due]
    check = ExpectationCheck(names, (start, until), _addresses(written), reasons, agreed)
    yield from check.findings("expect", written.expect)
    yield from check.findings("never", written.never)


def _addresses(written: WrittenScenario) -> list[str]:
    """Everybody whom a message of the scenario may go to."""
    contacts = [*written.customer.contacts, *(each for fact in written.facts for each in fact.contacts or ())]
    agreed = [each.person for fact in written.facts for each in (fact.agreed or {}).values() if each.person]
    return [*(each.email for each in contacts), *agreed]
