"""Parsing a stranger's file in a process of its own: little memory, a few seconds, no database, no keys.

A parser that dies of a hostile file takes nothing with it, and what it needed is given back at once.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from imports import reading
from imports.reading import OPEN_AND_SAVE, BrokenFile, Table, Wanted

MEMORY_BYTES: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 20
#: On the clock: a machine that is busy needs longer than its processor time.
PATIENCE_SECONDS: Final = 90
STEP_SECONDS: Final = 2

TOO_MUCH: Final = "文件太复杂，读的时候超过了时间或者内存的限度。请把数据（只粘贴数值）复制到下载的模板里再上传。"


def read(content: bytes, wanted: Wanted, waiting: Callable[[], None] = lambda: None) -> Table:
    """``imports.reading.read``, elsewhere.  Calls ``waiting`` every other second.  Raises BrokenFile."""
    # -I: neither the environment nor the folder can change what is run.
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", str(Path(reading.__file__)), json.dumps(asdict(wanted))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}, preexec_fn=_limits,
    )  # fmt: skip
    ends = time.monotonic() + PATIENCE_SECONDS
    given: bytes | None = content
    with process:
        while True:
            try:
                answer, complaint = process.communicate(given, timeout=STEP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                given = None
                if time.monotonic() > ends:
                    process.kill()
                    raise BrokenFile(TOO_MUCH) from None
                waiting()
            except BaseException:
                process.kill()
                raise
    if process.returncode < 0 or b"MemoryError" in complaint:
        raise BrokenFile(TOO_MUCH)
    if process.returncode or not answer:
        raise BrokenFile(f"文件读不出来，可能已经损坏。{OPEN_AND_SAVE}")
    if answer.startswith(b'{"refused"'):
        raise BrokenFile(json.loads(answer)["refused"])
    return reading.unpacked(answer)


def _limits() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
