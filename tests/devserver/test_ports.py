from __future__ import annotations

import socket
import sys

import psutil
import pytest

from milepost.devserver.data_folder import DataFolder
from milepost.devserver.ports import LOOPBACK, PortTakenError, check_port
from milepost.devserver.server import TemporalServer
from tests.ports import free_port

WEB = ("the web application", "--port")


def test_a_free_port_may_be_used() -> None:
    port = free_port()
    assert check_port(port, *WEB) == port
    assert check_port(0, *WEB) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ports are given out in turn")
def test_a_chosen_port_is_given_to_nobody_else_for_a_minute() -> None:
    port = free_port()
    closing = [each.laddr.port for each in psutil.net_connections("tcp4") if each.status == psutil.CONN_TIME_WAIT]
    assert port in closing


@pytest.mark.server
def test_a_taken_port_is_named_with_how_to_choose_another() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError) as refused:
            check_port(port, *WEB)
    assert refused.value.port == port
    for part in (f"the web application on 127.0.0.1:{port}: address already in use", "--port PORT"):
        assert part in str(refused.value)


@pytest.mark.server
def test_a_taken_port_of_the_temporal_server_is_refused_before_it_starts(folder: DataFolder) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken, pytest.raises(PortTakenError, match="--temporal-port"):
        TemporalServer.choose(folder, port=taken.getsockname()[1])
