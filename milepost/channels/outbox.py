"""The default channel: nothing leaves the house."""

from __future__ import annotations

from milepost.channels.protocol import OutgoingMessage, Receipt


class OutboxChannel:
    """Takes every message. It stays where it lies already: in the store's messages, which the outbox page shows."""

    name = "outbox"

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Take the message; it goes nowhere."""
        return Receipt(self.name, message.idempotency_key)
