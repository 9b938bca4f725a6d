"""The name, the colour and the logo of the company that runs Milepost, on whatever customers see."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from milepost.brand.logo import LogoError
from milepost.settings import Settings
from milepost.web.app import create_app
from tests.brand.test_logo import SVG
from tests.web.conftest import KEY, World, text_of
from tests.web.example import KIM, SAM

NAME = "Borealis & <Söhne>"


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """An installation with a look of its own."""
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG.format('<path d="M0 0h9v9H0z"/>'), encoding="utf-8")
    look = {"company": NAME, "colour": "#ffcc00", "logo": logo}
    return Settings(data=tmp_path, database_url=sqlite_url, secret_key="s" * 32, api_keys=(KEY,), **look)


@pytest.fixture
async def pages(world: World, visitor: httpx.AsyncClient) -> list[httpx.Response]:
    token = world.links.preferences_token("acme/1", KIM)
    paths = (
        world.plan(KIM),
        world.plan(KIM) + "/proof",
        f"/preferences/{token}",
        "/plan/forged",
        world.plan() + "/nothing",
    )
    return [await visitor.get(path) for path in paths]


async def test_every_page_of_customers_begins_with_name_and_logo(pages: list[httpx.Response]) -> None:
    assert [page.status_code for page in pages] == [200, 200, 200, 403, 404]
    for page in pages:
        assert text_of(page).partition("Borealis & <Söhne>")[2]
        assert "<Söhne>" not in page.text
        assert re.search(r'<p class="company"><img src="/brand/logo\?v=\w{12}" alt=""><span>Borealis', page.text)


async def test_colour_and_logo_are_served_to_be_kept(pages: list[httpx.Response], visitor: httpx.AsyncClient) -> None:
    sheet_path = re.search(r'<link rel="stylesheet" href="(/brand\.css\?v=\w{12})">', pages[0].text)
    logo_path = re.search(r'<img src="(/brand/logo\?v=\w{12})"', pages[0].text)
    assert sheet_path
    assert logo_path
    assert pages[0].text.index("milepost.css") < sheet_path.start()  # the later one counts
    sheet, logo = await visitor.get(sheet_path[1]), await visitor.get(logo_path[1])

    assert ":root { --main: #886700; --on-main: #ffffff; --tint: #f6eed8; }" in sheet.text
    assert "dark) { :root { --main: #ffcc00; --on-main: #10141a;" in sheet.text
    assert sheet.headers["content-type"].startswith("text/css")
    assert logo.headers["content-type"] == "image/svg+xml"
    assert logo.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in logo.headers["content-security-policy"]
    for response in (sheet, logo):
        assert "immutable" in response.headers["cache-control"]


async def test_the_document_of_results_has_the_name(world: World, visitor: httpx.AsyncClient) -> None:
    document = await visitor.get(world.plan(SAM) + "/proof/pdf")

    assert NAME in PdfReader(BytesIO(document.content)).pages[0].extract_text()


async def test_colleagues_pages_keep_our_own_look(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/desk")

    assert "Borealis" not in page.text
    assert "/brand" not in page.text


async def test_with_a_logo_that_does_something_nothing_starts(world: World, settings: Settings) -> None:
    assert settings.logo
    settings.logo.write_text(SVG.format("<script/>"), encoding="utf-8")

    with pytest.raises(LogoError, match="it has <script>"):
        create_app(settings, world.store, world.intake)
