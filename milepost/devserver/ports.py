"""Free ports on this machine."""

from __future__ import annotations

import os
import socket

from milepost.errors import MilepostError

LOOPBACK = "127.0.0.1"


class PortTakenError(MilepostError):
    """A port is in use, or the system doesn't let us listen there."""

    code = "port_taken"

    def __init__(self, host: str, port: int, program: str, option: str, why: str) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"Can't start {program} on {host}:{port}: {why}.",
            f"Stop what uses the port (`lsof -i :{port}` names it), or choose another one with {option} PORT.",
        )


def check_port(port: int, program: str, option: str, *, host: str = LOOPBACK) -> int:
    """Returns `port` if it is free, for 0 any free one; `option` is how people choose another for `program`.

    Raises:
        PortTakenError: it isn't free.
    """
    try:
        # As servers open it: a port whose last connections are still closing counts as free.
        with socket.create_server((host, port)) as server:
            if not port:
                _keep_from_others(server)
            return int(server.getsockname()[1])
    except OSError as error:
        raise PortTakenError(host, port, program, option, os.strerror(error.errno or 0).lower()) from None


def _keep_from_others(server: socket.socket) -> None:
    """Lets the system give a chosen port to nobody else who asks for any: for as long as a connection to it is closing.

    That is a minute on Linux, and whoever names the port can listen on it meanwhile. It has to be closed on our side
    first.
    """
    with socket.create_connection(server.getsockname()):
        accepted, _ = server.accept()
        accepted.close()
