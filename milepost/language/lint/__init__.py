"""Linting: reports everything that is wrong with a map, in its fields and between its parts, without running it.

Each module is one kind of check and yields findings; `outline.py` is the view of the map that they share. To ask
whether a map is sound, call `milepost.people.map_check.check_map`, which lints the map and runs it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from milepost.language.findings import Finding, starts_with
from milepost.language.lint.advice import check_advice
from milepost.language.lint.asks import check_asks
from milepost.language.lint.conditions import check_conditions
from milepost.language.lint.cycles import check_cycles
from milepost.language.lint.files import check_files
from milepost.language.lint.messages import check_messages
from milepost.language.lint.order import check_order
from milepost.language.lint.outline import MapOutline
from milepost.language.lint.reachability import check_reachability
from milepost.language.lint.recurrence import check_recurrence
from milepost.language.lint.references import check_ids, check_references
from milepost.language.lint.texts import check_texts
from milepost.language.lint.translations import check_translations
from milepost.language.lint.values import check_places, check_values
from milepost.language.loader import Loaded
from milepost.language.problems import Problem, in_order

_CHECKS: tuple[Callable[[MapOutline], Iterator[Finding]], ...] = (
    check_ids,
    check_references,
    check_asks,
    check_values,
    check_conditions,
    check_places,
    check_texts,
    check_reachability,
    check_cycles,
    check_advice,
    check_order,
    check_recurrence,
)


def lint(loaded: Loaded) -> tuple[Problem, ...]:
    """Returns every problem that reading a map shows, including those of loading, in the order of the files."""
    problems = list(loaded.problems)
    structure = loaded.structure
    if structure is not None and structure.draft is not None:
        outline = MapOutline(structure.draft, structure.data, frozenset(structure.repaired))
        findings = [finding for check in _CHECKS for finding in check(outline)]
        problems += [each.problem(structure.data, loaded.file) for each in findings if not _stands_in(each, outline)]
        problems += check_files(outline, loaded)
        problems += check_messages(outline, loaded)
        problems += check_translations(outline, loaded)
    return in_order(problems)


def _stands_in(finding: Finding, outline: MapOutline) -> bool:
    """Returns whether a finding is about something that only stands in for what couldn't be read."""
    is_about_the_file = finding.code.startswith(("M103", "M104", "M105", "M106", "M107"))
    return not is_about_the_file and any(starts_with(finding.path, repaired) for repaired in outline.repaired)
