"""A channel for tests: it remembers what it took, and fails when it is told to."""

from __future__ import annotations

from collections import deque

from milepost.channels.protocol import DeliveryError, OutgoingMessage, Receipt


class RecordingChannel:
    """Keeps every attempt in `attempts` and every message that it took in `delivered`."""

    name = "recording"

    def __init__(self) -> None:
        """Begin with nothing taken and no failure ahead."""
        self.attempts: list[OutgoingMessage] = []
        self.delivered: list[OutgoingMessage] = []
        self._failures: deque[DeliveryError] = deque()
        self._always: DeliveryError | None = None

    def fail_next(self, *errors: DeliveryError) -> None:
        """Fail the next deliveries, one with each of these."""
        self._failures.extend(errors)

    def fail_always(self, error: DeliveryError | None) -> None:
        """Fail every delivery from now on; None ends it."""
        self._always = error

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Take the message, or fail as ordered."""
        self.attempts.append(message)
        if self._failures:
            raise self._failures.popleft()
        if self._always is not None:
            raise self._always
        self.delivered.append(message)
        return Receipt(self.name, message.idempotency_key)
