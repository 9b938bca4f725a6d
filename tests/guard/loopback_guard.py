"""What tests may do with sockets: connect to this machine alone, and start servers only where a test is marked for it.

An audit hook sees every connection that Python makes, asyncio's included. Python processes that tests start have it
too: `sitecustomize.py` beside this file is on their path. What it refuses is refused before a packet leaves, and noted
in `refused`, so that a test fails even if the code under test takes the refusal for a network that is down.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

NO_SERVERS = "TEST_WITHOUT_SERVERS"
"""Set in the environment while a test runs that may not start a server: its child processes obey too."""

SERVER_PROGRAMS = frozenset({"temporal-test-server", "postgres", "pg_ctl", "initdb"})

refused: list[str] = []


class OutsideError(OSError):
    """A test tried to reach another machine."""


class ServerError(RuntimeError):
    """A test that isn't marked `server` tried to start one."""


def install() -> None:
    """Guard this process from now on; asked again, nothing more."""
    if socket.socket.accept is _guarded_accept:
        return
    os.environ["PYTHONPATH"] = os.pathsep.join(
        dict.fromkeys([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    )
    sys.addaudithook(_audit)
    socket.socket.accept = _guarded_accept  # type: ignore[method-assign]


def refuse_server(what: str) -> None:
    """Refuse to start a server, unless the test is marked for it."""
    if NO_SERVERS in os.environ:
        _refuse(ServerError(f"Only tests marked `server` may start one: {what}. See CONTRIBUTING.md."))


def is_this_machine(host: Any) -> bool:
    """Whether a host, as sockets take it, is this machine; a name other than localhost would be asked of a server."""
    if isinstance(host, (bytes, bytearray)):
        host = host.decode()
    if not isinstance(host, str) or host in ("", "localhost", socket.gethostname()):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(error: Exception) -> None:
    refused.append(str(error))
    raise error


def _check_address(address: Any) -> None:
    if isinstance(address, tuple):
        _check_host(address[0])


def _check_host(host: Any) -> None:
    if not is_this_machine(host):
        _refuse(OutsideError(f"Tests reach nothing but this machine, not {host!r}."))


def _check_program(program: Any, words: Any) -> None:
    name = Path(os.fsdecode(program)).name
    if name in SERVER_PROGRAMS or (name == "temporal" and "server" in words):
        refuse_server(str(program))


_CHECKS: dict[str, Callable[[tuple[Any, ...]], None]] = {
    "socket.connect": lambda args: _check_address(args[1]),
    "socket.sendto": lambda args: _check_address(args[1]),
    "socket.sendmsg": lambda args: _check_address(args[1]),
    "socket.getaddrinfo": lambda args: _check_host(args[0]),
    "socket.gethostbyname": lambda args: _check_host(args[0]),
    "socket.gethostbyaddr": lambda args: _check_host(args[0]),
    "subprocess.Popen": lambda args: _check_program(args[0], args[1]),
}


def _audit(event: str, args: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None:
        check(args)


_accept = socket.socket.accept


def _guarded_accept(self: socket.socket) -> tuple[socket.socket, Any]:
    """Whoever takes a connection is a server, but for two that only talk to themselves."""
    chooses_a_port = sys._getframe(1).f_globals.get("__name__") == "milepost.devserver.ports"
    if self.family != socket.AF_UNIX and not chooses_a_port:  # multiprocessing talks to itself over AF_UNIX
        refuse_server(f"it takes connections at {self.getsockname()}")
    return _accept(self)
