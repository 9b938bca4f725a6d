"""The root of Milepost's errors.

Every exception that Milepost raises on purpose derives from `MilepostError`, so that a caller can tell a mistake it can
mend from a defect, and so that the command line, the API and the pages report all of them in the same way. Errors carry
data; nobody parses their text.
"""

from __future__ import annotations

from typing import ClassVar


class MilepostError(Exception):
    """Something went wrong that somebody can put right.

    Attributes:
        code: What programs branch on, in snake_case; stable, and the same for every error of its class.
        message: What is wrong and where, as a sentence.
        hint: What to do about it, as a sentence; None where the message says it all.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str | None = None) -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message} {hint}" if hint else message)
