"""Records all documents anew: `python -m tests.recorded.record`.

Do so only where a change of what Milepost writes is meant; look at the difference before you commit it.
"""

from __future__ import annotations

import shutil

from tests.recorded.documents import FOLDER, GROUPS, made, written


def main() -> None:
    """Replace every recorded document by what the code makes now."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for group in GROUPS:
        documents = made(group)
        for name, data in documents.items():
            file = FOLDER / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written(name, data), encoding="utf-8")
        print(f"{group}: {len(documents)} documents")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
