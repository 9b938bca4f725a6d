"""Cuts off clients that don't send their request, or read the answer, in time: none holds a connection for ever."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from milepost import limits
from milepost.web.request_limits import limits_of

_LAST_LOOK = 0.05  # seconds
_GRACE = 5.0
"""Seconds after which a connection is closed whose body did not arrive, though `security.Guard` has answered that."""


class DeadlineProtocol(H11Protocol):
    """HTTP/1.1 with a time limit on the headers of a request, one on its body, and one on reading the answer.

    Between two requests uvicorn's own limit of five seconds holds.
    """

    _deadline: asyncio.TimerHandle | None = None
    _awaited: object = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(limits.SENDING, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        self._read()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Sets the deadline of what the client has yet to send, headers or body; stops it where that is nothing."""
        state = self.conn.their_state
        is_first = self.cycle is None
        if state is h11.SEND_BODY or (state is h11.IDLE and (is_first or self.conn.trailing_data[0])):
            if self._awaited is not state:
                self._stop()
                self._awaited = state
                self._deadline = self.loop.call_later(self._seconds(state), self._look_once_more)
        else:
            self._stop()

    def _seconds(self, state: object) -> float:
        """Returns how long the client may take with its headers or, which depends on where it goes, its body."""
        return limits_of(self.scope["path"]).seconds + _GRACE if state is h11.SEND_BODY else limits.RECEIVING

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._awaited = None

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
        self._unread = None

    def _look_once_more(self) -> None:
        """Lets the loop read what lies there: after a standstill, timers come before what arrived meanwhile."""
        self._deadline = self.loop.call_later(_LAST_LOOK, self._cut_off)

    def _cut_off(self) -> None:
        if self._awaited is h11.IDLE and self.conn.trailing_data[0]:
            text = f"The request's headers did not arrive within {limits.RECEIVING} seconds.\n".encode()
            head = f"content-type: text/plain\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n".encode()
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\n" + head + text)
        self.transport.close()
