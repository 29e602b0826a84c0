"""A client program that keeps a journal: what it sent, and what it was told.  Standard library only.

Started with the path of a settings file (JSON); told on its input how far it may go (``go 40``), so that every fault
falls into running traffic; says on its output how far it is (``at 37``).  A registration without an answer is sent
again with the same key, as docs/api.md tells clients to do; a few are sent twice although they were answered, and a
few are given up without an answer.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

TIMEOUT_SECONDS: Final = 10
SENT_AGAIN: Final = 0.03
GIVEN_UP: Final = 0.01
#: What ends a registration for good: registered, registered before, or refused.
_FINAL: Final = frozenset({200, 201, 400, 401, 403, 404, 409, 413, 415})


@dataclass
class Gate:
    """How many registrations may have begun; more are let in as faults are over."""

    limit: int = 0
    _taken: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def open_to(self, limit: int) -> None:
        with self._changed:
            self.limit = max(self.limit, limit)
            self._changed.notify_all()

    def take(self, size: int, ends: float) -> int | None:
        """The next number, or None when there is none left or it is too late."""
        with self._changed:
            while self._taken >= self.limit and self._taken < size:
                left = ends - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return None
            if self._taken >= size or time.monotonic() >= ends:
                return None
            self._taken += 1
            return self._taken


class Journal:
    """One line an event, on disk before the next step: the journal outlives whatever is killed."""

    def __init__(self, path: str) -> None:
        self._file: TextIO = open(path, "a", encoding="utf-8")  # noqa: SIM115  open as long as the program runs
        self._lock = threading.Lock()

    def write(self, **facts: Any) -> None:
        with self._lock:
            self._file.write(json.dumps({"at": time.time(), **facts}, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def body(number: int, place: str) -> dict[str, Any]:
    """A valid registration; its number stands in the summary, so that a double is seen whatever its key."""
    return {
        "source": "window",
        "category": "0202",
        "division": place,
        "summary": f"演练第{number}件，两户院墙滴水檐伸出，雨水冲刷菜地，要求改造屋檐。",
        "risk": "low",
        "willingness": "willing",
        "notice_form": "oral",
        "application_form": "oral",
        "applicants": [{"name": "李桂兰", "id_number": "622201196805120002", "phone": "13800000001"}],
        "respondents": [{"name": "赵建军"}],
    }


class Sender(threading.Thread):
    """Registers one after another over one connection that is opened again when it breaks."""

    def __init__(self, settings: Mapping[str, Any], token: str, seed: int, gate: Gate, journal: Journal) -> None:
        super().__init__(daemon=True)
        self.settings, self.token, self.gate, self.journal = settings, token, gate, journal
        self.random = random.Random(seed)  # noqa: S311  to be the same every time
        self.ends = time.monotonic() + settings["seconds"]
        self.finished = 0
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while (number := self.gate.take(self.settings["size"], self.ends)) is not None:
            self._register(number)
            self.finished += 1

    def _register(self, number: int) -> None:
        key = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        content = json.dumps(body(number, self.settings["place"]), ensure_ascii=False).encode()
        while True:
            self.journal.write(event="sent", number=number, key=key)
            began = time.monotonic()
            status, answer, wait = self._post(key, content)
            took = time.monotonic() - began
            if status in _FINAL:
                self.journal.write(
                    event="answered", number=number, key=key, status=status, code=answer.get("code"), took=took
                )
                if status == 201 and self.random.random() < SENT_AGAIN:
                    continue
                return
            self.journal.write(event="failed", number=number, key=key, status=status, took=took)
            if time.monotonic() > self.ends or self.random.random() < GIVEN_UP:
                self.journal.write(event="given up", number=number, key=key)
                return
            time.sleep(wait or self.random.uniform(0.1, 0.6))

    def _post(self, key: str, content: bytes) -> tuple[int, dict[str, Any], float]:
        """Status (0: no answer), the JSON of the answer, and how long we are asked to wait."""
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key,
        }  # fmt: skip
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.settings["port"], timeout=TIMEOUT_SECONDS)
        try:
            self._connection.request("POST", "/api/v1/disputes/", content, headers)
            answer = self._connection.getresponse()
            read = answer.read()
            told = json.loads(read) if answer.status in _FINAL else {}
            return answer.status, told, float(answer.headers.get("Retry-After") or 0)
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
            self._connection = None
            return 0, {}, 0


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        settings = json.load(file)
    gate, journal = Gate(), Journal(settings["journal"])
    senders = [
        Sender(settings, token, settings["seed"] * 1000 + number, gate, journal)
        for number, token in enumerate(settings["tokens"])
    ]
    threading.Thread(target=_listen, args=(gate,), daemon=True).start()
    for sender in senders:
        sender.start()
    told = -1
    while any(sender.is_alive() for sender in senders):
        told = _tell(senders, told)
        time.sleep(0.05)
    _tell(senders, told)


def _listen(gate: Gate) -> None:
    for line in sys.stdin:
        gate.open_to(int(line.removeprefix("go ")))
    os._exit(1)  # whoever started us is gone


def _tell(senders: list[Sender], told: int) -> int:
    finished = sum(sender.finished for sender in senders)
    if finished != told:
        print(f"at {finished}", flush=True)
    return finished


if __name__ == "__main__":
    main(sys.argv[1])
