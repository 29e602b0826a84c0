"""What happens to a message in hand when the broker dies.  Real brokers that are killed: tests/ganzhou/test_faults.py."""

from __future__ import annotations

from typing import Any

import pytest
from kombu import Connection
from kombu.transport import redis

from ganzhou.broker import LastingTransport
from ganzhou.celery import app


def acknowledge_after_the_end(transport: type) -> None:
    """A task ends when its connection has been given up already."""
    connection = Connection("redis+socket:///nowhere/at/all", transport=transport)
    given_up: Any = connection.transport
    given_up.client = None
    channel = transport.Channel.__new__(transport.Channel)
    channel.connection = given_up
    channel._connparams()


def test_a_connection_that_was_given_up_is_an_error_of_the_connection() -> None:
    with pytest.raises(app.connection_for_read().connection_errors):
        acknowledge_after_the_end(LastingTransport)


def test_kombu_still_needs_our_help() -> None:
    """When this fails, ganzhou/broker.py can go."""
    with pytest.raises(AttributeError):
        acknowledge_after_the_end(redis.Transport)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "redis+socket:///tmp/s"])
def test_every_connection_is_such_a_one(url: str) -> None:
    assert isinstance(app.connection_for_write(url).transport, LastingTransport)
