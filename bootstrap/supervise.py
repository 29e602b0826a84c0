"""Web server, worker and beat: started in order, watched, stopped in reverse."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bootstrap.checks import HOST
from bootstrap.console import Problem, Stopped, shown, tail
from bootstrap.places import LOGS, PYTHON, ROOT, STATE, VENV, write_private

PIDS = STATE / "children.json"
READY_SECONDS = 120
PATIENCE_SECONDS = 20  # for a polite end; then they are killed
LARGEST_LOG = 5 * 1024 * 1024


@dataclass
class Child:
    label: str
    log: Path
    process: subprocess.Popen
    log_begin: int

    def last_words(self) -> str:
        with open(self.log, "rb") as log:
            log.seek(self.log_begin)
            return tail(log.read().decode(errors="replace"))


class Supervisor:
    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.children: list[Child] = []

    def start(self, label: str, name: str, *arguments: str) -> None:
        log = LOGS / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        with open(log, "ab") as file:
            begin = file.tell()
            process = subprocess.Popen(
                [str(PYTHON), "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=ROOT,
                start_new_session=True,  # Ctrl-C in the terminal is for us; we stop them in order
            )
        self.children.append(Child(label, log, process, begin))
        write_private(PIDS, json.dumps([child.process.pid for child in self.children]))

    def dead(self) -> Child | None:
        return next((child for child in self.children if child.process.poll() is not None), None)

    def check(self) -> None:
        child = self.dead()
        if child:
            raise Problem(
                f"{child.label}意外退出（返回 {child.process.returncode}），已停止全部服务。日志最后几行：\n"
                f"{child.last_words()}\n  完整日志：{shown(child.log)}"
            )

    def stop(self) -> None:
        """Beat first, so that nothing new is begun; each finishes what it holds while the others do."""
        last_first = [self.children.pop().process for _ in range(len(self.children))]
        for process in last_first:
            if process.poll() is None:
                process.terminate()
        for process in last_first:
            end_process_group(process)
        PIDS.unlink(missing_ok=True)


def end_process_group(process: subprocess.Popen) -> None:
    """Give the parent time to end its own workers; if it cannot, end the whole group."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS)
    # Also after a parent that died alone: its workers must not linger.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until_healthy(port: int, check: Callable[[], None]) -> None:
    """Until /healthz answers; `check` raises when there is nothing left to wait for."""
    deadline = time.monotonic() + READY_SECONDS
    answer = "没有应答"
    while time.monotonic() < deadline:
        check()
        status = health(port)
        if status is not None and status < 500:
            return
        if status is not None:
            answer = f"状态 {status}"
        time.sleep(0.2)
    raise Problem(
        f"网站在 {READY_SECONDS} 秒内没有就绪（/healthz {answer}）。\n  请查看日志：{shown(LOGS / 'web.log')}"
    )


def health(port: int) -> int | None:
    # http.client, not urllib: a proxy set for the internet must not see this
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def end_orphans() -> int:
    """Children of an `up` that was killed outright.  A number may have been given to a stranger since,
    so only processes started from this folder's environment are touched."""
    try:
        pids = json.loads(PIDS.read_text())
    except (OSError, ValueError):
        return 0
    ours = [pid for pid in pids if runs_from_here(pid)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in ours:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(map(runs_from_here, ours)) and time.monotonic() < deadline:
            time.sleep(0.1)
    PIDS.unlink(missing_ok=True)
    return len(ours)


def runs_from_here(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return os.fsencode(VENV) in Path(f"/proc/{pid}/cmdline").read_bytes()
    with contextlib.suppress(OSError):  # systems without /proc
        shown_by_ps = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True)
        return os.fsencode(VENV) in shown_by_ps.stdout
    return False


@contextlib.contextmanager
def stopping_politely() -> Iterator[None]:
    """Ctrl-C, `kill` and a closed terminal all end the block the same way, once."""

    def stop(number, frame):
        for other in signals:
            # An impatient second Ctrl-C must not leave things half stopped.
            signal.signal(other, lambda number, frame: None)
        raise Stopped

    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
