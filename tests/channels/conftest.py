from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.loopback_servers import Receiver, http_receiver


@pytest.fixture
def receiver(real_server: None) -> Iterator[Receiver]:
    with http_receiver() as server:
        yield server
