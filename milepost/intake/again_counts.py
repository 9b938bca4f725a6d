"""Journeys of an import that begin again, and those that can't: counted, with the first of them by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.intake.begin_again import Restart, StaysThere, Verdict
from milepost.intake.reasons import count_reason

_EXAMPLES = 5
_NAMED = 4


@dataclass(slots=True)
class AgainCounts:
    """How many journeys begin again, and why others stay although they began elsewhere.

    `examples` are the first that begin again, by customer; `named` the first customers for each reason.
    """

    begin: int = 0
    stay: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, verdict: Verdict) -> None:
        """Counts one customer."""
        match verdict:
            case Restart():
                self.begin += 1
                if len(self.examples) < _EXAMPLES:
                    self.examples[verdict.customer] = str(verdict)
            case StaysThere():
                named = self.named.setdefault(count_reason(self.stay, verdict.why), [])
                named += [verdict.customer] if len(named) < _NAMED else []
            case None:
                pass

    def to_json(self) -> dict[str, Any]:
        if not self.begin and not self.stay:
            return {}
        return {
            "again": {"begin": self.begin, "examples": self.examples, "stay": dict(self.stay), "named": self.named},
        }

    @staticmethod
    def from_json(data: Mapping[str, Any] | None) -> AgainCounts:
        """Reads what `to_json` wrote below `again`; None: nothing."""
        if data is None:
            return AgainCounts()
        return AgainCounts(data["begin"], Counter(data["stay"]), dict(data["named"]), dict(data["examples"]))
