"""What the pages say exists: commands, options, targets, files, links, examples."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML
from typer.testing import CliRunner

from milepost import limits
from milepost.cli import main as cli
from milepost.cli.support.lazy_commands import LazyCommand
from milepost.language.loader import load
from milepost.people.map_check import check_map
from milepost.settings import PREFIX, Settings
from tests.cli.settings_reference import markdown as settings_page
from tests.conformance.catalogue import anchor

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ids = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^ {4}(?:\$ )?(?:\S*/)?|`(?:\S*/)?|exec .* )milepost ([a-z][a-z-]*)([^`\n]*)", re.MULTILINE)
MAKE = re.compile(r"(?:^ {4}|`)make ([a-z-]+)", re.MULTILINE)
HEADINGS = ("What", "Why", "weighed", "cost")
BUILT_IN = {"--help"}


@cache
def options() -> dict[str, set[str]]:
    """The options of each command, those that all share included."""
    root: Any = typer.main.get_command(cli.app)
    shared = {name for param in root.params for name in param.opts} | BUILT_IN
    return {
        listed.name: shared | {name for param in LazyCommand(listed, []).load().params for name in param.opts}
        for listed in cli.LISTED
    }


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_and_option_on_the_page_exists(page: Path) -> None:
    for name, rest in COMMAND.findall(without_code(page.read_text())):
        assert name in options(), f"milepost {name}"
        told = set(re.findall(r"(?<=\s)--[a-z][a-z-]*", rest.partition(" #")[0]))
        assert told <= options()[name], f"milepost {name} {told - options()[name]}"


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_make_target_on_the_page_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(MAKE.findall(page.read_text())) <= targets


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_setting_on_the_page_exists(page: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"MILEPOST_SETTINGS"}
    assert set(re.findall(r"\bMILEPOST_[A-Z][A-Z_]*[A-Z]\b", page.read_text())) <= known


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(without_code(page.read_text())):
        if target.startswith(("http://", "https://", "mailto:")) or "{{" in target:
            continue
        path, _, fragment = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert fragment in {anchor(heading) for heading in headings}, target


@pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("*.md")), ids=lambda page: page.name)
def test_every_decision_says_what_why_what_else_and_what_it_costs(page: Path) -> None:
    marks = re.findall(r"^(?:## (.+)|\*\*(.+?)\.?\*\*)", page.read_text(), re.MULTILINE)
    said = " ".join(heading or bold for heading, bold in marks)
    for heading in HEADINGS:
        assert heading.lower() in said.lower(), heading


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_settings_page_is_fresh() -> None:
    written = (ROOT / "docs/reference/settings.md").read_text()
    assert written == settings_page(), "python -m tests.cli.settings_reference > docs/reference/settings.md"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text()
    assert {listed.name for listed in cli.LISTED} <= {name for name, _ in COMMAND.findall(readme)}


# The map and the scenario in the page about the map language.


def block(start: str) -> str:
    page = (ROOT / "docs/map-language.md").read_text()
    return next(
        text for text in re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE) if text.startswith(start)
    )


@pytest.fixture
def written_map(tmp_path: Path) -> Path:
    (tmp_path / "map.yaml").write_text(block("map: first-savings"))
    (tmp_path / "messages").mkdir()
    (tmp_path / "scenarios").mkdir()
    page = (ROOT / "docs/map-language.md").read_text()
    for name, message in re.findall(r"`(messages/\w+\.md)`:\n\n```markdown\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(message)
    (tmp_path / "scenarios/early.yaml").write_text(block("scenario:"))
    return tmp_path


def test_nothing_is_wrong_with_the_map_in_the_docs_and_the_messages_shown_with_it(written_map: Path) -> None:
    assert check_map(load(written_map)) == ()


def test_the_scenario_in_the_docs_passes_on_the_map_in_the_docs(written_map: Path) -> None:
    done = CliRunner().invoke(cli.app, ["test", str(written_map)])
    assert done.exit_code == 0, done.output
    assert "1 passed" in done.output


def test_every_code_of_the_checker_is_in_the_docs() -> None:
    from milepost.language.problem_codes import problem_codes  # noqa: PLC0415 - for this test alone

    page = (ROOT / "docs/map-language.md").read_text()
    assert set(re.findall(r"^\| ([MW]\d{3}) \|", page, re.MULTILINE)) == set(problem_codes())


def test_every_kind_of_fact_and_of_the_timeline_is_in_the_docs() -> None:
    from milepost.planner.timeline import ENTRIES  # noqa: PLC0415 - for this test alone
    from milepost.planner.written_facts import KINDS  # noqa: PLC0415

    page = (ROOT / "docs/map-language.md").read_text()
    words = set(re.findall(r"[a-z]+(?:_[a-z]+)*", page))
    assert set(ENTRIES) <= words
    assert set(KINDS) <= words


def test_compose_example_and_yaml_can_be_read() -> None:
    for file in (ROOT / "deploy").rglob("*.yaml"):
        assert YAML(typ="safe", pure=True).load(file.read_text())


def test_the_page_names_every_limit() -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8").partition("## Limits")[2].partition("\n## ")[0]
    hidden = {"POSITION"}  # nobody comes near it
    for name, value in vars(limits).items():
        if name.isupper() and name not in hidden:
            sizes = {f"{value:,}", f"{value // 1024} KB", f"{value // 1024**2} MB"} - {"0 KB", "0 MB"}
            assert any(re.search(rf"(?<![\d,]){size}(?![\d,])", page) for size in sizes), name
