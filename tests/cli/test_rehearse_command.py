"""The end of `milepost rehearse`, whose players are left out: what it says and how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from milepost.cli.launch import rehearsal
from milepost.cli.launch.rehearsal import Rehearsed
from milepost.cli.main import app
from milepost.store.entered_midway import EarlyMessage, EnteredMidway
from milepost.store.rehearsal_account import RehearsalAccount
from tests.web.example import FILES

NOTHING = {"customers": 1, "journeys": {}, "mails": [], "tasks": [], "outcomes": [], "concerns": []}


@pytest.mark.parametrize(
    ("early", "code"), [((), 0), ((EarlyMessage("acme", "Acme Ltd", "welcome.md", "connect"),), 1)]
)
def test_it_exits_with_1_if_somebody_in_the_middle_was_welcomed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, early: tuple[EarlyMessage, ...], code: int
) -> None:
    async def played(*_: object) -> Rehearsed:
        return Rehearsed(RehearsalAccount.from_json(NOTHING), EnteredMidway(1, early), complete=True, folder=None)

    monkeypatch.setattr(rehearsal, "rehearse", played)
    for name, content in FILES.items():
        file = tmp_path / "pilot" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    book = tmp_path / "book.csv"
    book.write_text("id,name,timezone,tier\nacme,Acme Ltd,UTC,pilot\n")

    result = CliRunner().invoke(app, ["rehearse", "--map", str(tmp_path / "pilot"), "--book", str(book)])

    assert result.exit_code == code, result.output
    assert ("Acme Ltd (welcome.md, about connect)" in result.stdout) == bool(early)
