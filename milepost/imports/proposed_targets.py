"""The fields that the columns of a file may fill: by headings, then by what stands below them, a sure one first."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from milepost.imports.dates import patterns_of
from milepost.imports.known_headings import known_targets
from milepost.imports.known_words import attribute_called, folded, lone_persona, value_meant
from milepost.imports.proposed_columns import (
    EXAMPLES,
    MOST_DATES,
    Proposed,
    Seen,
    choice_of,
    date_fields,
    has_zones,
    is_country,
    is_language,
    language_of,
    speaks_several,
    stems,
    words,
)
from milepost.imports.proposed_contacts import BookKeys
from milepost.imports.proposed_places import proposed_place
from milepost.imports.proposed_shapes import ADDRESS, Shape, are_colleagues, shape_of
from milepost.imports.proposed_stages import StagesOfBook, stage_heading, stages_by_heading, stages_by_values
from milepost.imports.targets import Target, parse_target
from milepost.imports.vocabulary import Vocabulary
from milepost.language.field_types import AttributeType
from milepost.text import listing, nearest, parse_flag

_MOST_VALUES = 12
_MOST_LISTED = 10
_COUNTED = re.compile(r"^(number|no|nr|count|anzahl|nombre) (of|der|de) |^anzahl ")
_NEAR_TITLE = 0.75
_NOT_KNOWN: Mapping[str, Collection[str]] = {}
_KINDS = {
    Shape.DATES: AttributeType.DATE,
    Shape.FLAGS: AttributeType.FLAG,
    Shape.NUMBERS: AttributeType.NUMBER,
}


class ProposedTargets:
    """The fields that the columns of a file may fill, `proposed` by heading; `taken` are those that one fills.

    `stage_values` are the values of the column of stages at the customers of each map, as far as these are known.
    """

    def __init__(
        self,
        columns: Sequence[Seen],
        vocabulary: Vocabulary,
        stage_values: Mapping[str, Collection[str]] = _NOT_KNOWN,
    ) -> None:
        self.all_columns = columns
        self.columns = [column for column in columns if column.heading]
        self._vocabulary = vocabulary
        self.stages = StagesOfBook.of(vocabulary, stage_values)
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
        self._call_otherwise()

    def _call_otherwise(self) -> None:
        """Gives the only contact of the book the persona that it has on maps without that of its column."""
        addresses = [
            (column, proposed, proposed.target.name or str(proposed.fields.get("persona", "")))
            for column in self.columns
            if (proposed := self.proposed[column.heading])
            and (proposed.target == Target("contacts") or proposed.target.field == "email")
        ]
        if len(addresses) != 1 or self._vocabulary.reach is None:
            return
        [(column, proposed, persona)] = addresses
        others = self._vocabulary.reach.called_otherwise(persona) if persona else {}
        if others:
            who = listing([f"the {name.replace('_', ' ')} on {map_id}" for map_id, name in others.items()])
            doubt = f"is it {who}, too? There is no {persona.replace('_', ' ')} there"
            fields = {**proposed.fields, "also": list(dict.fromkeys(others.values()))}
            said = "; ".join(filter(None, (proposed.doubt, doubt)))
            self.proposed[column.heading] = replace(proposed, fields=fields, doubt=said)

    @property
    def _open(self) -> list[Seen]:
        """The columns for which nothing is proposed yet."""
        return [each for each in self.columns if not self.proposed.get(each.heading)]

    @property
    def team_columns(self) -> list[int]:
        proposed = ((index, self.proposed.get(column.heading)) for index, column in enumerate(self.all_columns))
        return [index for index, each in proposed if each and each.target.kind == "team"]

    def index_of(self, target: Target) -> int | None:
        """Returns where the column that fills a field stands in a row; None where none does."""
        proposed = ((index, self.proposed.get(column.heading)) for index, column in enumerate(self.all_columns))
        return next((index for index, each in proposed if each and each.target == target), None)

    def kind_of(self, column: Seen) -> str:
        """Returns the kind of the field that a column fills; empty where it fills none."""
        proposed = self.proposed[column.heading]
        return proposed.target.kind if proposed else ""

    @property
    def keys(self) -> BookKeys:
        """The ids and names of the customers in the rows that were looked at."""
        return BookKeys(self._values_of(Target("id")), self._values_of(Target("name")))

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

    def languages(self) -> Counter[str]:
        """Returns how many customers read each language, by their countries; none where a column says it."""
        countries = () if Target("language") in self.taken else self._values_of(Target("country")).items()
        spoken: Counter[str] = Counter()
        for country, count in countries:
            spoken[language_of(country)] += count
        spoken.pop("", None)
        return spoken

    def speaking_several(self) -> list[str]:
        """Returns the countries of customers in which several languages are read."""
        return [value for value in self._values_of(Target("country")) if speaks_several(value)]

    def _values_of(self, target: Target) -> Counter[str]:
        columns = (each for each in self.columns if (found := self.proposed[each.heading]) and found.target == target)
        return next((column.values for column in columns), Counter())

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
        heading, names = words(column.heading), self._names()
        name = names.get(heading) or names.get(_COUNTED.sub("", heading))
        return self._attribute(column, name) if name else None

    def _place(self, column: Seen) -> Proposed | None:
        """The field of a persona's contact, or of where a customer stands, that heading and values suggest."""
        heading = words(column.heading)
        by_stages = stages_by_values(heading, column.values, self.stages)
        return by_stages or proposed_place(heading, column.values, self._vocabulary)

    def _known(self, column: Seen) -> Proposed | None:
        """The attribute that a heading in another language, or another usual one, stands for."""
        names = self._names()
        called = attribute_called(words(column.heading), names)
        name = names[called] if called else None
        if name is None or not self._readable(column, name):
            return None
        return self._attribute(column, name, remark="by its heading")

    def _by_values(self, column: Seen) -> Proposed | None:
        """The one attribute whose values, which the maps know, half of a column's values are or mean, or more."""
        if not 0 < len(column.values) <= _MOST_VALUES:
            return None
        fitting = [name for name in sorted(self._free) if self._fits(column, name)]
        if len(fitting) != 1:
            return None
        return self._attribute(column, fitting[0], remark="by its values")

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
        return stages_by_heading(column.values, self.stages)

    def _by_shape(self, column: Seen) -> Proposed | None:
        """What the values look like, for a heading that nobody knows."""
        match shape_of(column, self._rows):
            case Shape.ADDRESSES | Shape.PEOPLE as shape:
                return self._people_of(column, shape)
            case Shape.COUNTRIES:
                return replace(self._standard_target(column, Target("country")), remark="by its values")
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
            return Proposed(Target("contacts", whose[0], "name"), remark="by its values") if whose else None
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
        return self._attribute(column, name, remark="by its heading") if name else None

    def _attribute(self, column: Seen, name: str, guess: str | None = None, remark: str | None = None) -> Proposed:
        found = self._values(column, name)
        doubt = "; ".join(filter(None, (guess, found.doubt)))
        return replace(found, doubt=doubt or None, remark="; ".join(filter(None, (remark, found.remark))) or None)

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

    def _values(self, column: Seen, name: str) -> Proposed:
        """How the cells of an attribute's column are written, and what is doubtful about it."""
        target, kind = Target("attributes", name), self._vocabulary.types[name]
        if kind is AttributeType.DATE:
            return Proposed(target, *date_fields(column))
        if kind is AttributeType.FLAG:
            strange = [value for value in column.values if parse_flag(value) is None]
            values: dict[str, object] = dict.fromkeys(strange)
            return Proposed(target, {"values": values}, "say true or false") if strange else Proposed(target)
        allowed = self._allowed(name)
        strange = [value for value in column.values if value not in allowed][:_MOST_VALUES] if allowed else []
        return choice_of(target, strange, allowed) if strange else Proposed(target)
