"""Checks whether replies to mails are read, and that their mailbox can be."""

from __future__ import annotations

import asyncio

from milepost.channels.inbound.mailbox import ImapServer, MailboxUnreachableError, open_mailbox
from milepost.intake.check import Check, failed, ok, warning
from milepost.intake.mailbox_reader import imap_server
from milepost.settings import Settings
from milepost.text import count_of

_NAME = "Replies"


async def check_replies(settings: Settings) -> Check:
    """Opens the mailbox of the replies, and reads nothing."""
    server = imap_server(settings)
    if server is not None:
        try:
            unread = await asyncio.to_thread(_unread, server)
        except MailboxUnreachableError as error:
            return failed(_NAME, error.message, error.hint)
        if settings.reply_address is None:
            text = "The mailbox is read, but no mail names it as the address for replies."
            return warning(_NAME, text, "Set MILEPOST_REPLY_ADDRESS.")
        return ok(_NAME, f"The mailbox can be read; it has {count_of(unread, 'unread mail')}.")
    if settings.reply_address is None:
        return ok(_NAME, "They go to the colleague alone; docs/replies.md says how to have them read.")
    if settings.inbound_key is None:
        text = "Replies go to MILEPOST_REPLY_ADDRESS, but neither a mailbox nor a key for a provider is set."
        return warning(_NAME, text, "Set MILEPOST_IMAP_HOST, or MILEPOST_INBOUND_KEY and your provider's webhook.")
    return ok(_NAME, "A provider may post them with MILEPOST_INBOUND_KEY.")


def _unread(server: ImapServer) -> int:
    box = open_mailbox(server)
    try:
        return len(box.unread())
    finally:
        box.close()
