"""What customers read of a map on their plan: its texts one by one, and the map with other ones in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from milepost.language.asks import Ask, StepLink
from milepost.language.model import Map, Play, Stage
from milepost.language.steps import Action, Metric, Outcome, Touchpoint

Reword = Callable[[str, str], str]
"""Takes a text of a map, and where it stands; returns what stands there instead."""
_Container = TypeVar("_Container", Stage, Play)


def texts_of(map: Map) -> Iterator[tuple[str, str]]:  # noqa: A002 - the field's word
    """Yields each text that customers read, and where it stands, such as `action name_people, how`.

    A text that stands in several places comes once for each.
    """
    texts: list[tuple[str, str]] = []

    def keep(text: str, place: str) -> str:
        texts.append((text, place))
        return text

    reworded(map, keep)
    yield from texts


def reworded(map: Map, reword: Reword) -> Map:  # noqa: A002 - the field's word
    """Returns a map with the texts that customers read replaced, and everything else as it is.

    Those are the titles of roles, personas, stages and of the steps that a plan or an invitation shows, with all that
    stands there about the step. Answers of a `choice` stay what they are, since conditions compare them; `Ask.label`
    has what customers read.
    """
    return map.model_copy(
        update={
            "roles": {
                name: role.model_copy(update={"title": reword(role.title, f"role {name}, title")})
                for name, role in map.roles.items()
            },
            "personas": {
                name: persona.model_copy(update={"title": reword(persona.title, f"persona {name}, title")})
                for name, persona in map.personas.items()
            },
            "stages": tuple(_stage(stage, reword) for stage in map.stages),
            "plays": tuple(_steps(play, reword) for play in map.plays),
        }
    )


def _stage(stage: Stage, reword: Reword) -> Stage:
    place = f"stage {stage.id}, {'shown_as' if stage.shown_as else 'title'}"
    return _steps(stage.model_copy(update={"shown_as": reword(stage.title_for_customers, place)}), reword)


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
    return step.model_copy(update={"statement": reword(step.statement, f"{place}, statement"), "metric": metric})


def _metric(metric: Metric, place: str, reword: Reword) -> Metric:
    unit = reword(metric.unit, f"{place}, metric's unit") if metric.unit else metric.unit
    return metric.model_copy(update={"name": reword(metric.name, f"{place}, metric's name"), "unit": unit})


def _way(step: Touchpoint | Action, place: str, reword: Reword) -> dict[str, Any]:
    """What a step is called, and how and where it is done."""
    return {
        "title": reword(step.title, f"{place}, title"),
        "how": step.how and reword(step.how, f"{place}, how"),
        "link": step.link and _link(step.link, place, reword),
    }


def _link(link: StepLink, place: str, reword: Reword) -> StepLink:
    return link.model_copy(
        update={
            "title": reword(link.title, f"{place}, link's title"),
            "url": reword(link.url, f"{place}, link's url"),
        }
    )


def _ask(ask: Ask, place: str, reword: Reword) -> Ask:
    where = f"{place}, {ask.field}"
    labels = {each: reword(each, f"{where}, answer") for each in ask.one_of or ()}
    update = {
        "title": reword(ask.title, f"{where}, title"),
        "help": ask.help and reword(ask.help, f"{where}, help"),
    }
    return ask.model_copy(update=update).labelled(labels)


def is_template(place: str) -> bool:
    """Returns whether the text at a place is a template: what it says is filled in for each customer."""
    return place.endswith((", how", "link's url"))


def may_stay(place: str) -> bool:
    """Returns whether the text at a place is fine for readers of any language: an address."""
    return place.endswith("link's url")
