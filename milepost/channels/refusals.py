"""Reads what mail servers answer: whether there is no such address, or it is full, or the mail is disliked."""

from __future__ import annotations

import re

_NO_SUCH_ADDRESS = frozenset({550, 551, 553})
"""Codes of RFC 5321 for a recipient that a server doesn't have."""
_ABOUT_THE_RECIPIENT = frozenset({0, 1, 2, 3, 4, 6, 10})
"""Of 5.1.x (RFC 3463): 5.1.5 is a valid address, 5.1.7 and 5.1.8 are about the sender's."""
_DETAILED = re.compile(r"(?<![\d.])5\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_PLAIN = re.compile(r"(?<![\d.])(5\d\d)(?![\d.]*\d)")
_POLICY = re.compile(
    r"spam|block|blacklist|listed|polic|reputation|dnsbl|rbl\b|spf|dkim|dmarc|relay|gr[ae]ylist|rate|limit|quota|full"
    r"|virus|content|denied|authenticat|not permitted|try again|too many",
    re.IGNORECASE,
)
"""Words of servers that dislike a mail or its sender, and give no detailed code."""


def is_about_the_address(code: int | None, text: str) -> bool:
    """Returns whether a server says that there is no such address.

    The detailed code counts where there is one; otherwise the plain one, by default the first in the text.
    """
    if detailed := _DETAILED.search(text):
        return detailed[1] == "1" and int(detailed[2]) in _ABOUT_THE_RECIPIENT
    if code is None and (plain := _PLAIN.search(text)):
        code = int(plain[1])
    return code in _NO_SUCH_ADDRESS and not _POLICY.search(text)
