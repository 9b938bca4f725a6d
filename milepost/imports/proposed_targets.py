"""The fields that the columns of a file may fill: by headings, then by what stands below them, a sure one first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from milepost.imports.dates import patterns_of
from milepost.imports.known_headings import known_targets
from milepost.imports.known_words import attribute_called, folded, lone_persona, value_meant
from milepost.imports.proposed_columns import (
    EXAMPLES,
    MOST_DATES,
    Seen,
    date_fields,
    has_zones,
    is_country,
    is_language,
    language_of,
    meant,
    stems,
    words,
)
from milepost.imports.proposed_contacts import BookKeys
from milepost.imports.proposed_places import proposed_place, stage_by_heading, stage_heading
from milepost.imports.proposed_shapes import ADDRESS, Shape, are_colleagues, shape_of
from milepost.imports.targets import Target, parse_target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.text import listing, nearest, parse_flag

_MOST_VALUES = 12
_MOST_LISTED = 10
_NEAR_TITLE = 0.75
_KINDS = {
    Shape.DATES: AttributeType.DATE,
    Shape.FLAGS: AttributeType.FLAG,
    Shape.NUMBERS: AttributeType.NUMBER,
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a column may fill; `fields` are those of its entry besides the target, `doubt` is what to look at."""

    target: Target
    fields: Mapping[str, object] = field(default_factory=dict)
    doubt: str | None = None


class ProposedTargets:
    """The fields that the columns of a file may fill, `proposed` by heading; `taken` are those that one fills."""

    def __init__(self, columns: Sequence[Seen], vocabulary: Vocabulary) -> None:
        self.all_columns = columns
        self.columns = [column for column in columns if column.heading]
        self._vocabulary = vocabulary
        self._rows = max((sum(column.values.values()) for column in columns), default=0)
        self._free = set(vocabulary.attributes)
        self.taken: set[Target] = set()
        self.proposed: dict[str, Proposed | None] = {}
        for propose_one in (
            self._literal,
            self._standard,
            self._exact,
            self._place,
            self._known,
            self._by_values,
            self._stage,
            self._guess,
            self._by_shape,
        ):  # a guess takes nothing from a sure one
            for column in self.columns:
                if self.proposed.get(column.heading) is None:
                    self.proposed[column.heading] = self._taking(propose_one(column))

    @property
    def _open(self) -> list[Seen]:
        """The columns for which nothing is proposed yet."""
        return [each for each in self.columns if not self.proposed.get(each.heading)]

    @property
    def team_columns(self) -> list[int]:
        proposed = ((index, self.proposed.get(column.heading)) for index, column in enumerate(self.all_columns))
        return [index for index, each in proposed if each and each.target.kind == "team"]

    @property
    def keys(self) -> BookKeys:
        """The ids and names of the customers in the rows that were looked at."""
        of_target = {each.target: column.values for column in self.columns if (each := self.proposed[column.heading])}
        return BookKeys(of_target.get(Target("id"), ()), of_target.get(Target("name"), ()))

    def rivals(self, column: Seen) -> str:
        """Says what a column may be that nothing is proposed for: one of several attributes, or nothing of a map."""
        shape = shape_of(column, self._rows)
        kind = _KINDS.get(shape) if shape else None
        free = self._free_of(kind) if kind else []
        names = listing(free, most=_MOST_LISTED, last="or")
        return f"doubt: is it {names}? Only its values say so" if free else "no map uses it"

    def unfilled(self) -> dict[str, tuple[str, ...]]:
        """Returns what the segments of maps ask for and no column fills, each with those maps."""
        filled = {target.name if target.kind == "attributes" else target.kind for target in self.taken}
        asked = self._vocabulary.segment_attributes
        return {name: maps for name, maps in asked.items() if name not in {*filled, "timezone"}}

    def language(self) -> str | None:
        """Returns the language of most customers, by their countries, if it isn't English and no column says it."""
        if Target("language") in self.taken:
            return None
        spoken: Counter[str] = Counter()
        for column in self.columns:
            if (found := self.proposed[column.heading]) and found.target == Target("country"):
                for value, count in column.values.items():
                    spoken[language_of(value)] += count
        most = max(spoken, key=spoken.__getitem__, default="")
        return None if most in ("", "en") else most

    def _taking(self, proposed: Proposed | None) -> Proposed | None:
        """Takes the target of a proposal; None where another column has it."""
        if proposed is None or proposed.target in self.taken:
            return None
        self.taken.add(proposed.target)
        if proposed.target.kind == "attributes":
            self._free.discard(proposed.target.name)
        return proposed

    def _literal(self, column: Seen) -> Proposed | None:
        """The field that the heading itself names, as those of an export do: `enters.plays.rescue`."""
        if "." not in column.heading:
            return None
        try:
            return Proposed(parse_target(column.heading))
        except ValueError:
            return None

    def _standard(self, column: Seen) -> Proposed | None:
        target = known_targets().get(folded(words(column.heading)))
        if target is None or (target == "timezone" and not has_zones(column)):
            return None
        kind, _, role = target.partition(".")
        if role and self._vocabulary.roles and role not in self._vocabulary.roles:
            return Proposed(Target(kind, min(self._vocabulary.roles)), {}, "which role is it?")
        return self._standard_target(column, Target(kind, role))

    def _standard_target(self, column: Seen, target: Target) -> Proposed:
        if target == Target("contacts"):
            return self._lone_contact(column)
        if target == Target("id") and max(column.values.values(), default=1) > 1:
            repeated = [json.dumps(value, ensure_ascii=False) for value, count in column.values.items() if count > 1]
            return Proposed(target, {}, f"some values come more than once: {listing(repeated, most=EXAMPLES)}")
        if target == Target("country"):
            unknown = [value for value in column.values if not is_country(value)]
            if unknown:
                return Proposed(target, {"values": dict.fromkeys(unknown)}, "write the codes of these countries")
        if target == Target("language"):
            unknown = [value for value in column.values if not is_language(value)]
            if unknown:
                return Proposed(target, {"values": dict.fromkeys(unknown)}, "write the codes of these languages")
        return Proposed(target)

    def _lone_contact(self, column: Seen) -> Proposed:
        """A column with contacts and their addresses, or only with the name of one."""
        personas = sorted(self._vocabulary.lone_personas)
        if not personas:
            return Proposed(Target("contacts"))
        persona, why = lone_persona(words(column.heading), personas, self._vocabulary.reach)
        doubt = f"which persona? {why[0].upper()}{why[1:]}; there are {listing(personas)}"
        if column.values and not any(ADDRESS.search(value) for value in column.values):
            return Proposed(Target("contacts", persona, "name"), {}, doubt)
        return Proposed(Target("contacts"), {"persona": persona}, doubt)

    def _exact(self, column: Seen) -> Proposed | None:
        """The attribute whose name or title is the heading."""
        name = self._names().get(words(column.heading))
        return self._attribute(column, name) if name else None

    def _place(self, column: Seen) -> Proposed | None:
        """The field of a persona's contact, or of where a customer stands, that heading and values suggest."""
        found = proposed_place(words(column.heading), column.values, self._vocabulary)
        return Proposed(*found) if found else None

    def _known(self, column: Seen) -> Proposed | None:
        """The attribute that a heading in another language, or another usual one, stands for."""
        names = self._names()
        called = attribute_called(words(column.heading), names)
        name = names[called] if called else None
        if name is None or not self._readable(column, name):
            return None
        return self._attribute(column, name, f"is it {name}?")

    def _by_values(self, column: Seen) -> Proposed | None:
        """The one attribute whose values, which the maps know, half of a column's values are or mean, or more."""
        if not 0 < len(column.values) <= _MOST_VALUES:
            return None
        fitting = [name for name in sorted(self._free) if self._fits(column, name)]
        if len(fitting) != 1:
            return None
        return self._attribute(column, fitting[0], f"is it {fitting[0]}, by its values?")

    def _fits(self, column: Seen, name: str) -> bool:
        allowed = self._allowed(name)
        return sum(value_meant(value, allowed) is not None for value in column.values) >= len(column.values) / 2

    def _allowed(self, name: str) -> list[str]:
        declared = self._vocabulary.attributes[name]
        return list(dict.fromkeys(str(each) for attribute in declared for each in attribute.one_of or ()))

    def _stage(self, column: Seen) -> Proposed | None:
        """Where a customer stands, if the heading says so and its values are none of the maps' own."""
        if words(column.heading) != stage_heading([words(each.heading) for each in self._open]):
            return None
        found = stage_by_heading(column.values, self._vocabulary)
        return Proposed(*found) if found else None

    def _by_shape(self, column: Seen) -> Proposed | None:
        """What the values look like, for a heading that nobody knows."""
        match shape_of(column, self._rows):
            case Shape.ADDRESSES | Shape.PEOPLE as shape:
                return self._people_of(column, shape)
            case Shape.COUNTRIES:
                return replace(self._standard_target(column, Target("country")), doubt="is it the country?")
            case Shape.FLAGS | Shape.DATES as shape:
                return self._of_kind(column, _KINDS[shape])
            case Shape.IDS if Target("id") not in self.taken:
                return Proposed(Target("id"), {}, "is it the id? Each row has another one")
            case Shape.IDS | Shape.NUMBERS:
                return self._of_kind(column, AttributeType.NUMBER)
            case Shape.NAMES:
                return Proposed(Target("name"), {}, "is it the customer's name? Each row has another one")
            case None:
                return None

    def _people_of(self, column: Seen, shape: Shape) -> Proposed | None:
        roles, taken = self._vocabulary.roles, {target.kind for target in self.taken}
        if are_colleagues(column, self._rows):
            role = "csm" if "csm" in roles or not roles else min(roles)
            return Proposed(Target("team", role), {}, f"are these colleagues, each the {role} of customers?")
        if shape is Shape.PEOPLE:
            whose = [target.name for target in self.taken if target.kind == "contacts" and target.field == "email"]
            doubt = f"is it the name of the {whose[0]}?" if whose else ""
            return Proposed(Target("contacts", whose[0], "name"), {}, doubt) if whose else None
        if "contacts" in taken or not self._vocabulary.lone_personas:
            return None
        lone = self._lone_contact(column)
        plain = all(ADDRESS.fullmatch(value) for value in column.values)
        return (
            replace(lone, target=Target("contacts", str(lone.fields["persona"]), "email"), fields={}) if plain else lone
        )

    def _of_kind(self, column: Seen, kind: AttributeType) -> Proposed | None:
        """The one attribute of a type that no column fills, if no other column could fill it."""
        free = self._free_of(kind)
        rivals = [each for each in self._open if each is not column]
        if kind is AttributeType.FLAG:  # what has two values need not be one
            rivals = [each for each in rivals if shape_of(each, self._rows) is Shape.FLAGS]
        if (
            len(free) != 1
            or not self._readable(column, free[0])
            or any(self._readable(each, free[0]) for each in rivals)
        ):
            return None
        return self._attribute(column, free[0], f"is it {free[0]}? Only its values say so")

    def _free_of(self, kind: AttributeType) -> list[str]:
        return [name for name in sorted(self._free) if self._vocabulary.types[name] is kind]

    def _guess(self, column: Seen) -> Proposed | None:
        """The one attribute that a heading is like, or shares a word with, and whose values the column may have."""
        names = self._names()
        near = nearest(words(column.heading), names, cutoff=_NEAR_TITLE)
        sharing = [name for name in sorted(self._free) if stems(column.heading) & self._stems_of(name)]
        sharing = [name for name in sharing if self._readable(column, name)]
        name = names[near] if near else sharing[0] if len(sharing) == 1 else None
        return self._attribute(column, name, f"is it {name}?") if name else None

    def _attribute(self, column: Seen, name: str, guess: str | None = None) -> Proposed:
        fields, doubt = self._values(column, name)
        return Proposed(Target("attributes", name), fields, "; ".join(filter(None, (guess, doubt))) or None)

    def _names(self) -> dict[str, str]:
        """The attributes that no column fills yet, by their names and titles in words."""
        titles = {title: name for name in sorted(self._free) for title in self._titles(name)}
        return {**titles, **{words(name): name for name in self._free}}

    def _stems_of(self, name: str) -> set[str]:
        return stems(" ".join((name, *self._titles(name))))

    def _titles(self, name: str) -> list[str]:
        return [words(attribute.title) for attribute in self._vocabulary.attributes[name] if attribute.title]

    def _readable(self, column: Seen, name: str) -> bool:
        match self._vocabulary.types[name]:
            case AttributeType.DATE:
                return bool(patterns_of(column.values, share=MOST_DATES))
            case AttributeType.NUMBER:
                return bool(column.values) and all(any(sign.isdigit() for sign in value) for value in column.values)
            case AttributeType.FLAG:
                return len(column.values) <= 2  # noqa: PLR2004 - yes and no
            case _:
                return True

    def kind(self, column: Seen) -> AttributeType | None:
        proposed = self.proposed[column.heading]
        return self._vocabulary.types.get(proposed.target.name) if proposed else None

    def _values(self, column: Seen, name: str) -> tuple[dict[str, object], str | None]:
        """How the cells of an attribute's column are written, and what is doubtful about it."""
        kind = self._vocabulary.types[name]
        if kind is AttributeType.DATE:
            return date_fields(column)
        if kind is AttributeType.FLAG:
            strange = [value for value in column.values if parse_flag(value) is None]
            values: dict[str, object] = dict.fromkeys(strange)
            return ({"values": values}, "say true or false") if strange else ({}, None)
        allowed = self._allowed(name)
        if not allowed:
            return {}, None
        strange = [value for value in column.values if value not in allowed][:_MOST_VALUES]
        stands_for = {value: meant(value, allowed) for value in strange}
        akin = [
            f"{value!r} {stands_for[value]}"
            for value in strange
            if value_meant(value, allowed) is None and stands_for[value]
        ]
        known = f"the maps know {listing(allowed, most=_MOST_LISTED)}"
        doubt = f"is {listing(akin, most=EXAMPLES)}? {known[0].upper()}{known[1:]}" if akin else known
        return ({"values": stands_for}, doubt) if strange else ({}, None)
