"""A company that tries Milepost: the commands that it gives, and the mail that leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from milepost.settings import PREFIX, Settings
from tests.acceptance.up_process import environment
from tests.channels.loopback_servers import Mailbox
from tests.ports import free_port


class Company:
    """Operations at a terminal, in a folder of their own, and the mail server that takes what they send."""

    base_url = "https://plans.vendor.example"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mailbox = Mailbox()
        self._server = Controller(self.mailbox, hostname="127.0.0.1", port=free_port())
        self._server.start()

    @property
    def settings(self) -> dict[str, str]:
        """What points Milepost to the mail server."""
        return {
            "MILEPOST_CHANNEL": "smtp",
            "MILEPOST_SMTP_HOST": "127.0.0.1",
            "MILEPOST_SMTP_PORT": str(self._server.port),
            "MILEPOST_SMTP_SECURITY": "none",
            "MILEPOST_SMTP_FROM": "Vendor <hello@vendor.example>",
            "MILEPOST_BASE_URL": self.base_url,
            "MILEPOST_DATA": str(self.folder / "data"),
        }

    @property
    def loaded(self) -> Settings:
        """The same settings, for what runs in this process."""
        return Settings.model_validate(
            {name.removeprefix(PREFIX).lower(): value for name, value in self.settings.items()}
        )

    @property
    def mails(self) -> list[EmailMessage]:
        """All that has left, the oldest first."""
        return self.mailbox.mails

    def milepost(self, *words: object, code: int = 0) -> str:
        """Give a command; returns what it prints. It is an error if it ends with another code."""
        command = [sys.executable, "-P", "-m", "milepost", *map(str, words)]
        own = environment() | self.settings
        ended = subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, check=False)
        assert ended.returncode == code, f"{words}: {ended.returncode}\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}"
        return ended.stdout

    def objects(self, *words: object, code: int = 0) -> list[dict[str, Any]]:
        """Give a command with --json; returns the objects that it prints."""
        return [json.loads(line) for line in self.milepost(*words, "--json", code=code).splitlines()]

    def close(self) -> None:
        self._server.stop()
