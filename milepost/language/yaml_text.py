"""YAML with positions: plain data in which every key and value knows where it was written.

Hostile files are harmless: size, depth and the number of values that aliases unfold to are limited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from milepost.language.problems import Problem
from milepost.language.yaml_errors import decimal_comma, find_mistake, misread_name

MAX_BYTES = 1_000_000
MAX_VALUES = 20_000
MAX_DEPTH = 60
MAX_LINE = 200_000
"""Letters; the parser takes time by the square of some lines."""
_SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}
_AS_TEXT = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge"}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: `line` and `column` count from 1; `source` is what stands there, for scalars."""

    line: int = 1
    column: int = 1
    source: str = ""

    def within(self, text: str, offset: int) -> Spot:
        """The place `offset` characters into a scalar's text; its beginning if that can't be known."""
        start = self.source.find(text)
        at = start + offset if start >= 0 else _aligned(self.source, text, offset)
        if at is None:
            return self
        before = self.source[:at]
        newlines = before.count("\n")
        if newlines:
            return Spot(self.line + newlines, len(before) - before.rfind("\n"))
        return Spot(self.line, self.column + at)


def _aligned(source: str, text: str, offset: int) -> int | None:
    """Returns the offset in the source of an offset in its text, if they differ in white space only; else None."""
    begin = source.find("\n") if source[:1] in ("|", ">") else int(source[:1] in ("'", '"'))
    wanted = len("".join(text[:offset].split()))
    solid = [at for at in range(max(begin, 0), len(source)) if not source[at].isspace()]
    letters = "".join(source[at] for at in solid)
    if not letters.startswith("".join(text.split())) or wanted >= len(solid):
        return None
    return solid[wanted]


START = Spot()


class Fields(dict[Any, Any]):
    """A YAML mapping; `keys_at` and `values_at` tell where its parts stand."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_at: dict[Any, Spot] = {}
        self.values_at: dict[Any, Spot] = {}


class Items(list[Any]):
    """A YAML sequence; `values_at` tells where its items stand."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.values_at: list[Spot] = []

    def __delitem__(self, index: Any) -> None:
        super().__delitem__(index)
        del self.values_at[index]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a file as YAML; `repeated` if a key was written twice."""

    spot: Spot
    message: str
    repeated: bool = False

    def problem(self, file: str) -> Problem:
        """Returns the fault as a problem of a file."""
        code = "M104" if self.repeated else "M103"
        return Problem(file, self.spot.line, self.spot.column, code, self.message)


@dataclass(slots=True)
class Reading:
    """The data of a file, as far as it could be read, and what was wrong."""

    data: Any = None
    faults: list[Fault] = field(default_factory=list)


def read_yaml(text: str) -> Reading:
    """Reads YAML 1.2 into `Fields`, `Items` and scalars; never raises."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return Reading(faults=[Fault(START, "The file is larger than 1 MB; a map is a few pages, so split it")])
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE:
            return Reading(faults=[Fault(Spot(number), f"The line is longer than {MAX_LINE} letters; break it")])
    reading = Reading()
    try:
        node = _yaml().compose(text)
        if node is not None:
            reading.data = _Builder(reading.faults).build(node, MAX_DEPTH)
    except RecursionError:
        reading.faults.append(Fault(START, _TOO_DEEP))
    except _UnreadableError as error:
        reading.faults.append(Fault(error.args[0], error.args[1]))
    except (YAMLError, ValueError, AttributeError, TypeError, IndexError) as error:
        reading.faults.append(_fault_of(error, text))
    return reading


class _UnreadableError(Exception):
    """Stops reading, with a spot and a message: the file holds more than a map can, or can't be understood."""


_TOO_MANY = f"The file holds more than {MAX_VALUES} values, with its aliases written out; shorten it"
_TOO_DEEP = f"The file is nested deeper than {MAX_DEPTH} levels, or an alias contains itself; write it flat"


class _BoundedComposer(Composer):
    """Gives up as soon as a file holds more than a map can, so that a huge file is refused at once."""

    _nodes = 0
    _depth = 0

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False  # the later one counts, and nothing is printed about it

    def compose_node(self, parent: Any, index: Any) -> Any:
        self._nodes += 1
        self._depth += 1
        if self._nodes > MAX_VALUES or self._depth > MAX_DEPTH:
            mark = self.parser.peek_event().start_mark
            message = _TOO_DEEP if self._depth > MAX_DEPTH else _TOO_MANY
            raise _UnreadableError(Spot(mark.line + 1, mark.column + 1), message)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = SafeConstructor
    yaml.Composer = _BoundedComposer
    return yaml


def _fault_of(error: Exception, text: str) -> Fault:
    if position := getattr(error, "position", None):  # a character that YAML does not allow
        before = text[:position] if isinstance(position, int) else ""
        spot = Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return Fault(spot, "There is an invisible control character here; remove it")
    mistake = find_mistake(text, error)
    return Fault(Spot(mistake.row + 1, mistake.column + 1), mistake.message)


class _Builder:
    """Builds data from YAML nodes, with a budget that aliases use up as if they were written out."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._left = MAX_VALUES
        self._scalars = _yaml()

    def build(self, node: Node, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            message = f"The file holds more than {MAX_VALUES} values once its aliases are written out; shorten it"
            raise _UnreadableError(_spot(node), message)
        if depth == 0:
            raise _UnreadableError(_spot(node), _TOO_DEEP)
        if isinstance(node, MappingNode):
            return self._fields(node, depth)
        if isinstance(node, SequenceNode):
            return self._items(node, depth)
        assert isinstance(node, ScalarNode)
        return self._scalar(node)

    def _fields(self, node: MappingNode, depth: int) -> Fields:
        fields = Fields()
        for index, (key_node, value_node) in enumerate(node.value):
            key = self._key(key_node)
            if key is None:
                continue
            if index and (way := decimal_comma(node.value[index - 1][1], key_node, value_node)):
                self._faults.append(Fault(_spot(key_node), way))
                continue
            if key in fields:
                another_item = key == next(iter(fields)) and len(node.value) > 1 + len(fields)
                self._faults.append(_written_twice(key, fields, _spot(key_node), another_item=another_item))
                if another_item:
                    break  # its other fields are written twice as well
                continue
            fields[key] = self.build(value_node, depth - 1)
            fields.keys_at[key], fields.values_at[key] = _spot(key_node), _spot(value_node)
        return fields

    def _key(self, node: Node) -> str | None:
        if isinstance(node, ScalarNode):
            if node.style is None and (way := misread_name(node.value)):
                raise _UnreadableError(_spot(node), way)
            return str(node.value)
        message = "There is a bracket where the name of a field belongs; put text that begins with '{{' in quotes"
        self._faults.append(Fault(_spot(node), message))
        return None

    def _items(self, node: SequenceNode, depth: int) -> Items:
        items = Items()
        for each in node.value:
            items.append(self.build(each, depth - 1))
            items.values_at.append(_spot(each))
        return items

    def _scalar(self, node: ScalarNode) -> Any:
        tag = str(node.tag)
        if any("\ud800" <= letter <= "\udfff" for letter in node.value):
            self._faults.append(Fault(_spot(node), "The text holds half a character (\\ud800 to \\udfff); remove it"))
            return ""
        if tag in _SCALARS:
            try:
                return self._scalars.constructor.construct_object(node)
            except (ValueError, YAMLError):
                self._faults.append(Fault(_spot(node), f"{node.value[:40]!r} can't be read; put it in quotes"))
                return None
        if tag not in _AS_TEXT:
            self._faults.append(Fault(_spot(node), f"The tag {tag[:40]!r} has no meaning in a map; remove it"))
        return str(node.value)


def _written_twice(key: str, fields: Fields, spot: Spot, *, another_item: bool) -> Fault:
    """`another_item`: the dash of a list item may be missing."""
    hint = ", or write '- ' before the second if another item of a list begins there" if another_item else ""
    first = fields.keys_at[key]
    return Fault(spot, f"{key!r} is written twice, first on line {first.line}; remove one{hint}", repeated=True)


def _spot(node: Node) -> Spot:
    start, end = node.start_mark, node.end_mark
    source = start.buffer[start.index : end.index] if isinstance(node, ScalarNode) and start.buffer else ""
    return Spot(start.line + 1, start.column + 1, source)


def deep_copy(data: Any) -> Any:
    """Returns a copy in which no part is shared, so that each can be changed by itself."""
    if isinstance(data, dict):
        fields = Fields()
        fields.update({key: deep_copy(each) for key, each in data.items()})
        if isinstance(data, Fields):
            fields.keys_at, fields.values_at = dict(data.keys_at), dict(data.values_at)
        return fields
    if isinstance(data, list | tuple):
        items = Items(deep_copy(each) for each in data)
        items.values_at = list(getattr(data, "values_at", [START] * len(data)))
        return items
    return data


def steps_to(data: Any, path: Path) -> Iterator[tuple[Any, str | int]]:
    """Yields the containers along `path`, each with the key or index that leads on.

    Passed over are an index into a single thing, written where a list may stand, and pydantic's name of one of the
    types that a list may have.
    """
    for part in path:
        inside = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if inside or (isinstance(data, dict) and part in data):
            yield data, part
            data = data[part]
        elif isinstance(part, str) if isinstance(data, list) else part == 0:
            continue
        else:
            return


def value_at(data: Any, path: Path) -> Any:
    """The value at a path, or at the nearest place above it that exists."""
    for container, part in steps_to(data, path):
        data = container[part]
    return data


def spot_of(data: Any, path: Path, *, key: bool = False) -> Spot:
    """The place of a path's value, or of its key; of the nearest place above it that exists."""
    spot = START
    if isinstance(data, Fields) and data.keys_at:
        spot = next(iter(data.keys_at.values()))
    for container, part in steps_to(data, path):
        if isinstance(container, Fields):
            spots = container.keys_at if key else container.values_at
            spot = spots.get(part, spot)
        elif isinstance(container, Items) and isinstance(part, int):
            spot = container.values_at[part]
    return spot
