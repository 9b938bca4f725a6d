"""M104: checks that ids are unique."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from milepost.language.findings import Finding, describe
from milepost.language.lint.outline import MapOutline
from milepost.language.names import BUILT_IN
from milepost.language.yaml_text import Path


def check_ids(outline: MapOutline) -> Iterator[Finding]:
    """Compares steps over the whole map, stages and plays among themselves, and attributes with the built-in ones."""
    steps = ((placed.step.id, (*placed.path, str(placed.path[-2])[:-1])) for placed in outline.steps)
    yield from _repeated(outline, steps)
    for section, noun in (("stages", "stage"), ("plays", "play")):
        parts = (each for each in outline.containers if each[0][0] == section)
        yield from _repeated(outline, ((part.id, (*path, noun)) for path, part in parts))
    for name in outline.map.attributes:
        if name in BUILT_IN:
            message = f"Every customer has {name!r} without a declaration; rename or remove this attribute"
            yield Finding(("attributes", name), "M104", message, key=True)


def _repeated(outline: MapOutline, ids: Iterable[tuple[str, Path]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for name, path in ids:
        if name in first:
            other = describe(outline.data, first[name][:-3]) if len(first[name]) > 3 else "this map"  # noqa: PLR2004
            message = f"The id {name!r} is used twice: {path[-1]} here, and {first[name][-1]} in {other}; rename one"
            yield Finding(path, "M104", message)
        else:
            first[name] = path
