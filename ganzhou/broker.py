"""Talking to the broker so that its death takes nobody with it."""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis


class LastingChannel(redis.Channel):  # type: ignore[misc]
    """Says that its connection is gone in a way that Celery understands.

    Celery gives a lost connection up while a message is still in hand.  When that message is put back, or acknowledged
    by a task that ends later, kombu 5.7 asks the connection for its address and fails with an AttributeError, which ended
    the whole worker about once in thirty deaths of the broker.  An error of the connection is borne, and the task is
    sent again by the outbox or rung again by the timetable.
    """

    def _connparams(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if self.connection.client is None:
            raise ConnectionError("this connection to the broker was given up")
        return super()._connparams(*args, **kwargs)  # type: ignore[no-any-return]


class LastingTransport(redis.Transport):  # type: ignore[misc]
    Channel = LastingChannel


def use() -> None:
    """Let every connection of this process to ``redis://`` and ``redis+socket://`` be such a one."""
    TRANSPORT_ALIASES["redis"] = "ganzhou.broker:LastingTransport"
