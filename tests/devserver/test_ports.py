from __future__ import annotations

import os
import socket

import pytest

from milepost.devserver.data_folder import DataFolder
from milepost.devserver.ports import LOOPBACK, PortTakenError, check_web_port, free_port
from milepost.devserver.server import TemporalServer


def test_a_free_port_may_be_used() -> None:
    port = free_port()
    assert check_web_port(port) == port
    assert check_web_port(0) > 0


def test_a_taken_port_is_named_with_who_has_it_and_how_to_choose_another() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as refused:
            check_web_port(port)
    assert refused.value.port == port
    for part in (f"127.0.0.1:{port}", f"process {os.getpid()}", "--port PORT"):
        assert part in str(refused.value)


def test_a_taken_port_of_the_temporal_server_is_refused_before_it_starts(folder: DataFolder) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken, pytest.raises(PortTakenError, match="--temporal-port"):
        TemporalServer.choose(folder, port=taken.getsockname()[1])
