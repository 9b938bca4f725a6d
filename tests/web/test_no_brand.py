"""Without a name, a colour and a logo, pages have Milepost's own look."""

from __future__ import annotations

import httpx

from tests.web.conftest import World


async def test_nothing_stands_above_the_plan(world: World, visitor: httpx.AsyncClient) -> None:
    page = await visitor.get(world.plan())

    assert page.status_code == 200
    assert 'class="company"' not in page.text
    assert "/brand" not in page.text


async def test_there_is_neither_a_style_sheet_nor_a_logo(world: World, visitor: httpx.AsyncClient) -> None:
    for path in ("/brand.css", "/brand/logo"):
        assert (await visitor.get(path)).status_code == 404
