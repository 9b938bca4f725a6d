"""Mails that came in as mail providers post them: JSON around the raw mail, or its parts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from milepost.channels.inbound.mail import InboundMail, UnreadableMailError, read_mail

_OF_THE_BODY = frozenset({"content-type", "content-transfer-encoding", "mime-version", "content-disposition"})


def read_posted(provider: str, data: Any) -> InboundMail | None:
    """Returns the mail of a request; None where it brings none, as with a subscription of Amazon SNS.

    Raises:
        KeyError: there is no such provider.
        UnreadableMailError: the data isn't what this provider posts.
    """
    read = PROVIDERS[provider]
    try:
        return read(data)
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error) as error:
        hint = "docs/replies.md shows what each provider posts."
        raise UnreadableMailError(f"This isn't what {provider} posts.", hint) from error


def _ses(data: Any) -> InboundMail | None:
    """Amazon SES, by a rule with an SNS action: the raw mail, as it is or in base64."""
    if data.get("Type") in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return None
    notice = json.loads(data["Message"]) if isinstance(data.get("Message"), str) else data
    receipt, content = notice["receipt"], notice["content"]
    is_base64 = str(receipt["action"].get("encoding") or "").upper() == "BASE64"
    raw = base64.b64decode(content, validate=True) if is_base64 else content.encode("utf-8", "surrogateescape")
    return read_mail(raw, [str(each) for each in receipt.get("recipients") or ()])


def _postmark(data: Any) -> InboundMail:
    """Postmark: the raw mail where that is switched on, else headers and bodies."""
    recipients = [str(data.get("OriginalRecipient") or "")]
    if isinstance(data.get("RawEmail"), str):
        return read_mail(data["RawEmail"].encode("utf-8", "surrogateescape"), recipients)
    mail = EmailMessage(policy=SMTP)
    for header in data["Headers"]:
        _add(mail, header["Name"], header["Value"])
    for name, value in (("From", data["From"]), ("To", data.get("To")), ("Cc", data.get("Cc"))):
        _add(mail, name, value)
    _add(mail, "Subject", data.get("Subject"))
    mail.set_content(str(data.get("TextBody") or ""))
    if data.get("HtmlBody"):
        mail.add_alternative(str(data["HtmlBody"]), subtype="html")
    for each in data.get("Attachments") or ():
        mail.add_attachment(b"", maintype="application", subtype="octet-stream", filename=str(each["Name"]))
    return read_mail(bytes(mail), recipients)


def _add(mail: EmailMessage, name: str, value: object) -> None:
    if value and name.lower() not in _OF_THE_BODY and name not in mail:
        mail[name] = " ".join(str(value).split())


PROVIDERS: Mapping[str, Callable[[Any], InboundMail | None]] = {"postmark": _postmark, "ses": _ses}
"""What reads the mails that each provider posts."""
