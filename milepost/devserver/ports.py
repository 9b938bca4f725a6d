"""Ports on this machine: free ones, and a clear word about taken ones."""

from __future__ import annotations

import errno
import socket

import psutil

LOOPBACK = "127.0.0.1"


class PortTakenError(Exception):
    """Somebody else listens there, or the system does not let us."""

    def __init__(self, *, host: str, port: int, what: str, option: str, why: str) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"Can't start {what} on {host}:{port}: {why}. "
            f"Stop what uses the port, or choose another one with {option} PORT."
        )


def free_port(host: str = LOOPBACK) -> int:
    """A port that nobody uses now."""
    with socket.create_server((host, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def check_port(port: int, *, what: str, option: str, host: str = LOOPBACK) -> int:
    """Return `port` if it is free; `what` wants it, and `option` of the command line chooses another.

    Raises:
        PortTakenError: It is not.
    """
    try:
        # As servers open it: a port whose last connections are still closing counts as free.
        socket.create_server((host, port)).close()
    except OSError as error:
        raise PortTakenError(host=host, port=port, what=what, option=option, why=_why(error, port)) from None
    return port


def check_web_port(port: int = 8080, *, host: str = LOOPBACK) -> int:
    """Return the port for the web application if it is free (for 0: any free one), else raise `PortTakenError`."""
    return free_port(host) if port == 0 else check_port(port, what="the web application", option="--port", host=host)


def _why(error: OSError, port: int) -> str:
    if error.errno != errno.EADDRINUSE:
        return error.strerror or str(error)
    user = _listener(port)
    return "the port is taken" if user is None else f"the port is taken by {user}"


def _listener(port: int) -> str | None:
    try:
        for connection in psutil.net_connections("tcp"):
            listens_there = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
            if listens_there and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return None  # some systems tell only the administrator
    return None
