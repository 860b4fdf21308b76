"""Both servers answer at once on connections that stay open: small answers do not wait (TCP_NODELAY)."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

import graphsim.cli
import publicist.cli.serve

Listening = Callable[[str, int], AbstractContextManager[socket.socket]]


@pytest.mark.parametrize(
    "listening", [graphsim.cli.listening, publicist.cli.serve.listening], ids=["graphsim", "publicist"]
)
def test_accepted_connections_send_small_answers_at_once(listening: Listening) -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
