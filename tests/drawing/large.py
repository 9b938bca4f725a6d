"""A made map of sixty steps, with everything that a picture shows and texts that are long."""

from __future__ import annotations

from typing import Any

from milepost.language.model import Map

_TITLES = (
    "Agree on what success looks like",
    "Review the numbers of the quarter with everybody who has a part in them",
    "Import last year's data",
    "Train",
    "Mail the summary of the workshop with next steps",
    "Decide which departments follow, and in which order",
    "Connect the data warehouse",
)


def large_map(stages: int = 6, plays: int = 6) -> Map:
    """Seven steps in each stage, three in each play: with six of both, sixty steps."""
    return Map.model_validate(large(stages, plays))


def large(stages: int = 6, plays: int = 6) -> dict[str, Any]:
    return {
        "map": "large",
        "title": "Groups of companies that want to spend less on everything, everywhere, all the time",
        "outcome": "save_money",
        "owner": "operations@vendor.example",
        "hypothesis": "Groups whose first company saves in its first quarter bring in the second within the year.",
        "segment": {"where": 'customer.tier == "group" && customer.health >= 10'},
        "attributes": {"tier": {"type": "text"}, "health": {"type": "number"}, "renews_on": {"type": "date"}},
        "roles": {"csm": "Customer success manager", "engineer": "Implementation engineer for large customers"},
        "personas": {
            "sponsor": {"title": "Executive sponsor"},
            "lead": {"title": "Lead of the shared service centre"},
        },
        "stages": [_stage(number, last=number == stages - 1) for number in range(stages)],
        "plays": [_play(number, plays) for number in range(plays)],
    }


def _stage(number: int, *, last: bool) -> dict[str, Any]:
    name = f"s{number}"
    stage: dict[str, Any] = {
        "stage": name,
        "title": f"{_TITLES[number % 7].split(',')[0]} {number}",
        "goal": "Everybody in the group knows what is saved, by whom and since when.",
        "target": "12 weeks",
        "touchpoints": [
            _task(f"{name}_a", 0),
            _task(f"{name}_b", 1, after=f"{name}_d", escalate={"after": "2 business days", "to": "engineer"}),
            {**_mail(f"{name}_c"), "after": [f"{name}_b", f"{name}_a"]},
        ],
        "actions": [
            _action(f"{name}_d", 2, after=f"{name}_a"),
            _action(f"{name}_e", 5, after=[f"{name}_c", f"{name}_d"], optional=True),
            _action(f"{name}_f", 6, after=f"{name}_c", overdue={"after": "2 days", "do": {"play": f"p{number % 2}"}}),
        ],
        "outcomes": [_outcome(f"{name}_g", [f"{name}_e", f"{name}_b"])],
    }
    if number:
        stage["touchpoints"][0]["after"] = f"s{number - 1}_a"
    if last:
        stage["opens"] = {"at": "120 days before customer.renews_on"}
    return stage


def _play(number: int, plays: int) -> dict[str, Any]:
    name = f"p{number}"
    return {
        "play": name,
        "kind": ("risk", "expansion", "other")[number % 3],
        "title": f"{_TITLES[(number + 1) % 7]} {number}",
        "starts_when": [{"if": f"customer.health < {20 + number}"}, {"event": "champion_left", "count": 2}],
        "only_if": f'plays.p{(number + 1) % plays} != "open"' if plays > 1 else "customer.health > 1",
        "ends_when": {"if": "customer.health >= 80"},
        "cooldown": "30 days",
        "holds": "messages",
        "deadline": "30 business days",
        "touchpoints": [
            _task(f"{name}_a", 3),
            _task(f"{name}_b", 4, after=[f"{name}_c", f"{name}_a"]),
        ],
        "actions": [_action(f"{name}_c", 5, after=f"{name}_a")],
    }


def _task(name: str, title: int, **more: Any) -> dict[str, Any]:
    return {"touchpoint": name, "title": _TITLES[title], "role": "engineer", "due": "5 business days", **more}


def _mail(name: str) -> dict[str, Any]:
    return {"touchpoint": name, "title": _TITLES[4], "message": "m.md", "to": "lead"}


def _action(name: str, title: int, **more: Any) -> dict[str, Any]:
    return {
        "action": name,
        "title": _TITLES[title],
        "persona": "lead",
        "message": "m.md",
        "due": "10 business days",
        "remind": ["1 business day before", "on the day"],
        "wait": "2 business days",
        **more,
    }


def _outcome(name: str, after: list[str]) -> dict[str, Any]:
    return {
        "outcome": name,
        "type": "save_money",
        "statement": "The group spends at least 100,000 less a quarter than in the quarter before.",
        "metric": {"name": "saved a quarter", "unit": "EUR", "target": 100_000},
        "persona": "sponsor",
        "after": after,
        "message": "m.md",
        "within": "15 business days",
        "then": {"verified": {"play": "p1"}, "disputed": [{"play": "p0"}, {"set": {"health": 20}}]},
    }
