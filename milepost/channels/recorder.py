"""A channel for tests: it remembers messages, and fails on request."""

from __future__ import annotations

from collections import deque

from milepost.channels.protocol import DeliveryError, OutgoingMessage, Receipt


class RecordingChannel:
    """Keeps every attempt in `attempts`, and every message that was taken in `delivered`."""

    name = "recording"

    def __init__(self) -> None:
        self.attempts: list[OutgoingMessage] = []
        self.delivered: list[OutgoingMessage] = []
        self._failures: deque[DeliveryError] = deque()
        self._always: DeliveryError | None = None

    def fail_next(self, *errors: DeliveryError) -> None:
        """Makes the next deliveries fail, one with each of these errors."""
        self._failures.extend(errors)

    def fail_always(self, error: DeliveryError | None) -> None:
        """Makes every delivery fail from now on; None ends that."""
        self._always = error

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Takes the message, or fails as requested."""
        self.attempts.append(message)
        if self._failures:
            raise self._failures.popleft()
        if self._always is not None:
            raise self._always
        self.delivered.append(message)
        return Receipt(self.name, message.idempotency_key)
