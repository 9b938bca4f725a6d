"""The services behind the pages, created once per process and passed to every request."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from itsdangerous import URLSafeTimedSerializer

from milepost.brand.brand import Brand
from milepost.channels.links import LinkSigner
from milepost.intake.candidates.runs import CandidateRuns
from milepost.intake.intake import Intake
from milepost.oidc.provider import Provider
from milepost.planner.clock import REAL_TIME
from milepost.planner.instants import Instant
from milepost.settings import Settings
from milepost.store.compiled_maps import CompiledMaps
from milepost.store.database import Store
from milepost.store.followed_clock import FollowedClock
from milepost.translations.languages import Languages
from milepost.web.rehearsal_runs import RehearsalRuns

Check = Callable[[], Awaitable[bool]]
Seen = Callable[[], Awaitable[list[str]]]
"""Names the workers that asked Temporal for work just now."""


@dataclass(frozen=True, slots=True)
class Services:
    """Settings, store and intake. `temporal` tells whether Temporal answers, `workers` who asks it for work.

    `brand` is the company that customers see on their pages; with `provider` colleagues sign in, if there is one.
    """

    settings: Settings
    store: Store
    intake: Intake
    links: LinkSigner
    temporal: Check
    workers: Seen
    rehearsals: RehearsalRuns
    candidates: CandidateRuns
    brand: Brand
    provider: Provider | None

    @property
    def compiled_maps(self) -> CompiledMaps:
        return self.intake.context.compiled_maps

    @property
    def languages(self) -> Languages:
        return self.intake.context.languages

    @property
    def is_played(self) -> bool:
        """Whether people are played here, in a demo or a rehearsal: whoever looks at it chooses who to be."""
        return self.intake.context.clock != REAL_TIME

    @property
    def is_hurried(self) -> bool:
        """Whether journey time goes otherwise than the clock on the wall."""
        return self.intake.context.clock.current.speed != REAL_TIME.speed

    @property
    def demo(self) -> FollowedClock | None:
        """The clock of a demo, which visitors steer; None: nobody can."""
        clock = self.intake.context.clock
        return clock if isinstance(clock, FollowedClock) and clock.kept.usual_speed is not None else None

    def now(self) -> Instant:
        """Returns the present instant in journey time: what pages call now."""
        return self.intake.now()

    def wall(self) -> datetime:
        """Returns the wall clock, which links expire by."""
        return datetime.fromtimestamp(self.intake.context.wall(), UTC)

    async def zone(self, versions: Iterable[str] = ()) -> str:
        """Returns the time zone that most of these map versions work in; without any, that of most published maps.

        Versions that this Milepost can't read don't count.
        """
        compiled_maps = await self.compiled_maps.readable(versions)
        zones = Counter(each.ours.timezone for each in compiled_maps or await self.compiled_maps.readable())
        return max(sorted(zones), key=zones.__getitem__, default="UTC")

    def serializer(self, salt: str) -> URLSafeTimedSerializer:
        """Returns the signer of what pages hand out and read again; `salt` keeps its kinds apart."""
        return URLSafeTimedSerializer(
            self.settings.signing_key(),
            salt=salt,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    @property
    def is_https(self) -> bool:
        return self.settings.links_begin_with.startswith("https://")


def services(request: Request) -> Services:
    """Returns the services of the application that a request came to."""
    app_services: Services = request.app.state.services
    return app_services


Served = Annotated[Services, Depends(services)]
