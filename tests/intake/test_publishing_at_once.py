"""Of two who publish a new map on a page at once, one has published it, and the other is told so."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from milepost.intake.candidates import candidates
from milepost.intake.candidates.candidates import CandidateRefusedError, Looked
from milepost.intake.candidates.folder import MapFolder
from milepost.intake.candidates.report import Check, Report
from milepost.intake.intake import Intake
from milepost.intake.publication import Publication
from milepost.intake.rollouts import Reason
from milepost.language.loader import content_hash
from milepost.store import candidates as stored
from milepost.store import maps
from tests.workflows.example import FILES


async def looked_at(intake: Intake, form: str, title: str) -> tuple[int, Looked]:
    """A map that somebody has sent and looked at, and what they saw."""
    text = FILES["map.yaml"].replace("map: pilot", "map: another").replace("title: ", f"title: {title} ", 1)
    files = FILES | {"map.yaml": text}
    number, _ = await candidates.receive(intake.context, form, MapFolder("ours", files, ()), by="ops@vendor.example")
    digest = content_hash(files)
    report = Report(Check("another", title, digest, (), 0, ())).to_json()
    end = partial(stored.end_look, number=number, report=report, problem=None, now=intake.context.now())
    await intake.context.store.write(end)
    return number, Looked(digest, "")


@pytest.mark.parametrize("titles", [("One", "Two"), ("One", "One")])
async def test_one_publishes_and_the_other_is_told(intake: Intake, titles: tuple[str, str]) -> None:
    looks = [await looked_at(intake, f"form {place}", title) for place, title in enumerate(titles)]

    results = await asyncio.gather(
        *(candidates.publish(intake.context, *look, Reason("ops@vendor.example", "first")) for look in looks),
        return_exceptions=True,
    )

    assert {type(each) for each in results} == {Publication, CandidateRefusedError}
    async with intake.context.store.reading() as session:
        assert len(await maps.versions(session, "another")) == 1
