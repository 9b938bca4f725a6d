"""The default channel: messages stay on the page Mail, and nothing is sent."""

from __future__ import annotations

from milepost.channels.protocol import OutgoingMessage, Receipt


class OutboxChannel:
    """Takes every message. The store keeps it anyway, and the page Mail shows it."""

    name = "outbox"

    async def deliver(self, message: OutgoingMessage) -> Receipt:
        """Takes the message without sending it."""
        return Receipt(self.name, message.idempotency_key)
