"""Chance that can be had again: the same seed and the same words give the same draws, on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws from a seed. Each thing has draws of its own, so that one more of one changes none of another."""

    seed: int

    def of(self, *about: object) -> Random:
        """The draws of what these words name."""
        words = "/".join(str(word) for word in (self.seed, *about))
        return Random(words)  # noqa: S311 - a play, not a secret
