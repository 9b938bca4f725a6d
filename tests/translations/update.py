"""Brings the catalogues in step with the code: `python -m tests.translations.update`.

New texts come in without a translation, texts that are gone go. A text that changed in English is a new one: what the
old one said in another language may no longer be true.
"""

from __future__ import annotations

import contextlib
import tempfile
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po, write_po

from milepost.translations.catalogues import FOLDER, TEMPLATE

ROOT = Path(__file__).parents[2]


def extracted() -> bytes:
    """The template of all catalogues, as the code is now.

    It is read from within the project: Babel wraps the lines that name a text's files by the length of their paths, so
    whole paths would break those lines otherwise in each folder that the project is cloned into.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(ROOT):
        file = Path(folder, "messages.pot")
        options = ["-F", "pyproject.toml", "-k", "translatable", "--add-location", "file"]
        options += ["--sort-by-file", "--omit-header", "--width", "118", "-o", str(file)]
        CommandLineInterface().run(["pybabel", "-q", "extract", *options, "milepost"])
        return file.read_bytes()


def updated(path: Path, template: bytes) -> bytes:
    """A catalogue with the texts of the template, and those translations that it has."""
    catalogue = read_po(BytesIO(path.read_bytes()), path.stem.replace("-", "_"))
    catalogue.update(read_po(BytesIO(template)), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return written(catalogue)


def written(catalogue: Catalog) -> bytes:
    """A catalogue as it is kept."""
    file = BytesIO()
    write_po(file, catalogue, width=118, sort_by_file=True)
    return file.getvalue()


if __name__ == "__main__":
    TEMPLATE.write_bytes(extracted())
    for each in sorted(FOLDER.glob("*.po")):
        each.write_bytes(updated(each, TEMPLATE.read_bytes()))
