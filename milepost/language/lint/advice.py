"""W201 to W209: what is allowed in a map, but a customer-success leader would advise against."""

from __future__ import annotations

from collections.abc import Iterator

from milepost.language.findings import Finding
from milepost.language.lint.outline import MapOutline, is_unreadable
from milepost.language.model import Play, Stage
from milepost.language.steps import Action, Outcome, Touchpoint
from milepost.language.yaml_text import Path
from milepost.text import listing

_VERDICTS = ("verified", "partial", "disputed", "silent")


def check_advice(outline: MapOutline) -> Iterator[Finding]:
    """Warnings; they don't stop publishing."""
    yield from _outcomes(outline)
    yield from _stages(outline)
    yield from _renewal(outline)
    yield from _kinds_of_plays(outline)
    yield from _tasks(outline)
    yield from _holds(outline)
    yield from _actions(outline)


def _outcomes(outline: MapOutline) -> Iterator[Finding]:
    for path, outcome in outline.nodes(Outcome):
        nowhere = [
            verdict
            for verdict in _VERDICTS
            if not getattr(outcome.then, verdict) and outline.is_readable((*path, "then", verdict))
        ]
        if nowhere:
            verdicts = listing([repr(each) for each in nowhere])
            message = f"Outcome {outcome.id!r} leads nowhere when it is {verdicts}; add a branch under 'then'"
            place = "then" if "then" in outcome.model_fields_set else "outcome"
            yield Finding((*path, place), "W201", message, key=place == "then")


def _stages(outline: MapOutline) -> Iterator[Finding]:
    for index, stage in enumerate(outline.map.stages):
        path: Path = ("stages", index)
        if not stage.actions and not stage.outcomes and outline.is_readable((*path, "actions"), (*path, "outcomes")):
            message = f"Stage {stage.id!r} gives the customer nothing to do or confirm, so it only describes what we do"
            yield Finding((*path, "stage"), "W202", f"{message}; add an action or an outcome")


def _renewal(outline: MapOutline) -> Iterator[Finding]:
    stages = outline.map.stages
    if not outline.is_readable(*(("stages", index, "outcomes") for index in range(len(stages)))):
        return
    at = next((index for index, stage in enumerate(stages) if _is_renewal(stage)), None)
    if at is None:
        if not any(stage.outcomes for stage in stages):
            message = "The map has no outcome, so the customer never confirms a result before renewing; add one"
            yield Finding(("stages",), "W203", message, key=True)
        return
    beside = stages[at].opens is not None
    earlier = (stage for index, stage in enumerate(stages) if index < at or (beside and index != at))
    if not any(stage.outcomes for stage in earlier):
        message = f"No outcome comes before the renewal ({stages[at].id!r}), so nothing is confirmed by then; add one"
        yield Finding(("stages", at, "stage"), "W203", message)


def _is_renewal(stage: Stage) -> bool:
    anchored = stage.opens is not None and stage.opens.at is not None and "renew" in stage.opens.at.attribute
    return "renew" in stage.id or anchored


def _kinds_of_plays(outline: MapOutline) -> Iterator[Finding]:
    plays = outline.map.plays
    kinds = {play.kind for play in plays}
    if not outline.is_whole("plays") or not outline.is_readable(*(("plays", at, "kind") for at in range(len(plays)))):
        return
    needs = {
        "risk": "the map doesn't say what to do when a customer is in trouble",
        "expansion": "the map makes nothing of a success",
    }
    path = ("plays",) if "plays" in outline.map.model_fields_set else ("map",)
    for kind, why in needs.items():
        if kind not in kinds:
            yield Finding(path, "W204", f"There is no play of kind {kind}: {why}; add one", key=True)


def _tasks(outline: MapOutline) -> Iterator[Finding]:
    for path, touchpoint in outline.nodes(Touchpoint):
        if touchpoint.role is None:
            continue
        name = touchpoint.title if is_unreadable(touchpoint.id) else touchpoint.id
        place = (*path, "touchpoint")
        if touchpoint.effort is None and outline.is_readable((*path, "effort")):
            message = f"Task {name!r} has no 'effort', so it can't be planned for; add one, such as 45 minutes"
            yield Finding(place, "W206", message)
        role = outline.map.roles.get(touchpoint.role)
        late = ((*path, "escalate"), ("roles", touchpoint.role, "escalate"))
        if touchpoint.escalate is None and role is not None and role.escalate is None and outline.is_readable(*late):
            message = f"Nobody is told when task {name!r} is late; add 'escalate' to it or to role {touchpoint.role!r}"
            yield Finding(place, "W209", message)


def _holds(outline: MapOutline) -> Iterator[Finding]:
    for path, play in outline.nodes(Play):
        ends = ((*path, "deadline"), (*path, "ends_when"))
        if play.holds != "none" and play.deadline is None and not play.ends_when and outline.is_readable(*ends):
            message = f"Play {play.id!r} holds {play.holds} and may stay open forever; add 'deadline' or 'ends_when'"
            yield Finding((*path, "holds"), "W207", message, key=True)


def _actions(outline: MapOutline) -> Iterator[Finding]:
    for path, action in outline.nodes(Action):
        fields = ((*path, "due"), (*path, "optional"), (*path, "every"))
        if action.due is None and not action.optional and action.every is None and outline.is_readable(*fields):
            message = f"Action {action.id!r} has no 'due', so nobody will notice when it stalls; add one, or 'optional'"
            yield Finding((*path, "action"), "W208", message)
