"""What customers read of a map on their plan: its texts one by one, and the map with other ones in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from milepost.language.asks import Ask, StepLink
from milepost.language.model import Map, Play, Stage
from milepost.language.steps import Action, Metric, Outcome, Touchpoint


class Place(NamedTuple):
    """Where a text stands, such as `action name_people, how`.

    `is_template` tells whether what it says is filled in for each customer, `is_address` whether it leads somewhere
    and says nothing: that is fine for readers of any language.
    """

    name: str
    is_template: bool = False
    is_address: bool = False


Reword = Callable[[str, Place], str]
"""Takes a text of a map, and where it stands; returns what stands there instead."""
_Container = TypeVar("_Container", Stage, Play)


def texts_of(map: Map) -> Iterator[tuple[str, Place]]:  # noqa: A002 - the field's word
    """Yields each text that customers read, and where it stands.

    A text that stands in several places comes once for each.
    """
    texts: list[tuple[str, Place]] = []

    def keep(text: str, place: Place) -> str:
        texts.append((text, place))
        return text

    reworded(map, keep)
    yield from texts


def reworded(map: Map, reword: Reword) -> Map:  # noqa: A002 - the field's word
    """Returns a map with the texts that customers read replaced, and everything else as it is.

    Those are the titles of roles, personas, pointers, stages and of the steps that a plan or an invitation shows, with
    all that stands there about the step. Answers of a `choice` stay what they are, since conditions compare them;
    `Ask.label` has what customers read.
    """
    return map.model_copy(
        update={
            "roles": {
                name: role.model_copy(update={"title": reword(role.title, Place(f"role {name}, title"))})
                for name, role in map.roles.items()
            },
            "personas": {
                name: persona.model_copy(update={"title": reword(persona.title, Place(f"persona {name}, title"))})
                for name, persona in map.personas.items()
            },
            "pointers": {
                name: pointer.model_copy(update={"title": reword(pointer.title, Place(f"pointer {name}, title"))})
                for name, pointer in map.pointers.items()
            },
            "stages": tuple(_stage(stage, reword) for stage in map.stages),
            "plays": tuple(_steps(play, reword) for play in map.plays),
        }
    )


def _stage(stage: Stage, reword: Reword) -> Stage:
    place = f"stage {stage.id}, {'shown_as' if stage.shown_as else 'title'}"
    return _steps(stage.model_copy(update={"shown_as": reword(stage.title_for_customers, Place(place))}), reword)


def _steps(container: _Container, reword: Reword) -> _Container:
    tracks: dict[str, Any] = {
        "touchpoints": tuple(_touchpoint(step, container, reword) for step in container.touchpoints),
        "actions": tuple(_action(step, reword) for step in container.actions),
        "outcomes": tuple(_outcome(step, reword) for step in container.outcomes),
    }
    return container.model_copy(update=tracks)


def _touchpoint(step: Touchpoint, container: Stage | Play, reword: Reword) -> Touchpoint:
    is_on_the_plan = step.role is not None and not step.internal and isinstance(container, Stage)
    if not is_on_the_plan and not step.invite:
        return step
    return step.model_copy(update=_way(step, f"touchpoint {step.id}", reword))


def _action(step: Action, reword: Reword) -> Action:
    place = f"action {step.id}"
    update = {**_way(step, place, reword), "asks": tuple(_ask(ask, place, reword) for ask in step.asks)}
    return step.model_copy(update=update)


def _outcome(step: Outcome, reword: Reword) -> Outcome:
    place = f"outcome {step.id}"
    metric = step.metric and _metric(step.metric, place, reword)
    return step.model_copy(update={"statement": reword(step.statement, Place(f"{place}, statement")), "metric": metric})


def _metric(metric: Metric, place: str, reword: Reword) -> Metric:
    unit = reword(metric.unit, Place(f"{place}, metric's unit")) if metric.unit else metric.unit
    return metric.model_copy(update={"name": reword(metric.name, Place(f"{place}, metric's name")), "unit": unit})


def _way(step: Touchpoint | Action, place: str, reword: Reword) -> dict[str, Any]:
    """What a step is called, and how and where it is done."""
    return {
        "title": reword(step.title, Place(f"{place}, title")),
        "how": step.how and reword(step.how, Place(f"{place}, how", is_template=True)),
        "link": step.link and _link(step.link, place, reword),
    }


def _link(link: StepLink, place: str, reword: Reword) -> StepLink:
    return link.model_copy(
        update={
            "title": reword(link.title, Place(f"{place}, link's title")),
            "url": reword(link.url, Place(f"{place}, link's url", is_template=True, is_address=True)),
        }
    )


def _ask(ask: Ask, place: str, reword: Reword) -> Ask:
    where = f"{place}, {ask.field}"
    labels = {each: reword(each, Place(f"{where}, answer")) for each in ask.one_of or ()}
    update = {
        "title": reword(ask.title, Place(f"{where}, title")),
        "help": ask.help and reword(ask.help, Place(f"{where}, help")),
    }
    return ask.model_copy(update=update).labelled(labels)
