"""Makes the website of the same pages that are read on GitHub.

The pages at the root of the repository (README.md and others) become pages of the site, `decisions/` gets a list of
its pages, and links that lead out of `docs/` are turned to where their target is on the site, or to the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"
AT_THE_ROOT = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
}
SOURCES = {there: ROOT / here for here, there in AT_THE_ROOT.items()}
LIST_OF_DECISIONS = "decisions/index.md"
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|\{\{)([^)#\s]+)")
CODE = re.compile(r"(^```.*?^```$|`[^`\n]*`)", re.DOTALL | re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for there, source in SOURCES.items():
        files.append(File.generated(config, there, content=source.read_text()))
    files.append(File.generated(config, LIST_OF_DECISIONS, content=decisions()))
    return files


def decisions() -> str:
    """What GitHub shows as a folder."""
    titles = {page.name: page.read_text().partition("\n")[0].lstrip("# ") for page in sorted(DECISIONS.glob("*.md"))}
    entries = "\n".join(f"- [{title}]({name})" for name, title in titles.items())
    return f"# Decisions\n\nWhat was decided, why, what else was weighed, and what it costs.\n\n{entries}\n"


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: object) -> str:
    source = SOURCES.get(page.file.src_uri, DOCS / page.file.src_uri)
    repository: str = config.extra["repository"]

    def turned(link: re.Match[str]) -> str:
        return led_on_the_site(link[1], source, page.file.src_uri, repository)

    parts = CODE.split(markdown)
    parts[::2] = [LINK.sub(turned, part) for part in parts[::2]]  # every other part is code
    return "".join(parts)


def led_on_the_site(target: str, source: Path, page: str, repository: str) -> str:
    there = Path(os.path.normpath(source.parent / target))
    if there == DECISIONS:
        place = LIST_OF_DECISIONS
    elif there.parent == ROOT and there.name in AT_THE_ROOT:
        place = AT_THE_ROOT[there.name]
    elif there.is_relative_to(DOCS):
        place = there.relative_to(DOCS).as_posix()
    elif there.exists() and there.is_relative_to(ROOT):
        return f"{repository}/{'tree' if there.is_dir() else 'blob'}/main/{there.relative_to(ROOT).as_posix()}"
    else:
        return target  # mkdocs complains of it
    return Path(os.path.relpath(place, Path(page).parent)).as_posix()
