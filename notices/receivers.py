"""Doorbells: news of the outbox."""

from common.outbox import handles
from notices import deliveries


@handles(deliveries.UNDELIVERED)
def send_again(delivery: int) -> None:
    deliveries.again(delivery)
