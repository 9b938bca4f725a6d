"""One sign-in on its way through the provider: what the browser keeps until it comes back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from authlib.common.security import generate_token

LASTS = 600
"""A sign-in has to be over after as many seconds."""
_LENGTH = 48  # characters: PKCE wants 43 to 128


@dataclass(frozen=True, slots=True)
class Flow:
    """The secrets of one sign-in, and where it leads.

    `state` ties the answer to the browser, `nonce` the token to the question, and `verifier` the code to whoever began;
    `onward` is the address to go to afterwards, `began_at` of the wall clock.
    """

    state: str
    nonce: str
    verifier: str
    onward: str
    began_at: int

    @staticmethod
    def begin(onward: str, now: int) -> Flow:
        """Begins one that leads `onward` afterwards; `now` is of the wall clock."""
        state, nonce, verifier = (generate_token(_LENGTH) for _ in range(3))
        return Flow(state, nonce, verifier, onward, now)

    def to_json(self) -> dict[str, Any]:
        """Returns it for the cookie."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Flow:
        """Reads it from the cookie."""
        return Flow(**data)
