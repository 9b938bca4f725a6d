"""When a book is read by itself: every so often, or by a line as cron has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from milepost import places
from milepost.intake.sync.errors import InvalidSyncError

_UNITS = {"m": 60, "h": 3600, "d": 86_400}
_SHORTEST = 60  # seconds
_LONGEST = 366 * 86_400
_FIELDS = 5
_HINT = (
    "Write 15m, 1h or 1d; or a line of cron with five fields and, where it isn't UTC, a zone: "
    "0 6 * * 1-5 Europe/Berlin."
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a book is read. `text` is what somebody wrote: `15m`, or `0 6 * * 1-5 Europe/Berlin`."""

    text: str
    seconds: int | None = None
    cron: str = ""
    timezone: str = "UTC"

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Reads a schedule.

        Raises:
            InvalidSyncError: it isn't one, or is more often than once a minute.
        """
        words = text.split()
        if match := re.fullmatch(r"(\d{1,9})\s*([mhd])", text.strip()):
            seconds = int(match[1]) * _UNITS[match[2]]
            if _SHORTEST <= seconds <= _LONGEST:
                return cls(text.strip(), seconds)
        elif len(words) in (_FIELDS, _FIELDS + 1):
            return cls._of_cron(words)
        raise InvalidSyncError(f"{text!r} doesn't say how often.", _HINT)

    @classmethod
    def _of_cron(cls, words: list[str]) -> Schedule:
        zone = words[_FIELDS] if len(words) > _FIELDS else "UTC"
        schedule = cls(" ".join(words), None, " ".join(words[:_FIELDS]), zone)
        try:
            places.timezone(zone)
            schedule.after(0)
        except (CronSimError, StopIteration, ValueError) as error:
            raise InvalidSyncError(f"{schedule.text!r} doesn't say how often: {error}.", _HINT) from None
        return schedule

    def after(self, wall: float) -> int:
        """Returns when the next run begins, after an instant of the wall clock."""
        if self.seconds is not None:
            return int(wall) + self.seconds
        start = datetime.fromtimestamp(wall, UTC).astimezone(ZoneInfo(self.timezone))
        following: datetime = next(CronSim(self.cron, start))
        return int(following.timestamp())

    def retry(self, wall: float, failures: int) -> int:
        """Returns when a run that failed is repeated: after a minute, then two, up to an hour, or the next run."""
        return min(self.after(wall), int(wall) + (60 << min(failures, 6)), int(wall) + 3600)
