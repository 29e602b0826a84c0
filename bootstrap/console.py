"""Sentences for the person at the terminal, progress of long steps, programs run with their log."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bootstrap.places import LOGS, ROOT

REDRAW_SECONDS = 0.25
REPEAT_SECONDS = 10.0  # without a terminal (CI), say once in a while that we are still alive


class Problem(Exception):
    """Something the user can act on: what is wrong, then what to do."""


class Stopped(BaseException):
    """Ctrl-C or a polite signal.  Not an Exception: nobody may swallow it by accident."""


def say(sentence: str = "") -> None:
    print(sentence, flush=True)


def complain(sentence: str) -> None:
    print(f"\n✗ {sentence}", file=sys.stderr, flush=True)


class Progress:
    """One line of running steps with their seconds; several may run side by side."""

    def __init__(self) -> None:
        self.running: dict[str, float] = {}
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        started = time.monotonic()
        with self.lock:
            self.running[label] = started
            if not sys.stdout.isatty():
                say(f"… {label}")
            if self.thread is None:
                self.thread = threading.Thread(target=self._tick, daemon=True)
                self.thread.start()
        mark = "✗"
        try:
            yield
            mark = "✓"
        except Stopped:
            mark = "–"
            raise
        finally:
            with self.lock:
                self.running.pop(label, None)
                self._wipe()
                say(f"{mark} {label}（{time.monotonic() - started:.1f} 秒）")

    def _tick(self) -> None:
        terminal = sys.stdout.isatty()
        told = time.monotonic()
        while True:
            time.sleep(REDRAW_SECONDS)
            with self.lock:
                if not self.running:
                    self.thread = None
                    return
                if terminal:
                    self._wipe()
                    # Chinese characters are two columns wide
                    print(self._line()[: shutil.get_terminal_size().columns // 2], end="", flush=True)
                elif time.monotonic() - told > REPEAT_SECONDS:
                    told = time.monotonic()
                    say(self._line())

    def _line(self) -> str:
        now = time.monotonic()
        return "… " + " · ".join(f"{name} {now - since:.0f} 秒" for name, since in self.running.items())

    def _wipe(self) -> None:
        if sys.stdout.isatty():
            print("\r\x1b[K", end="", flush=True)


progress = Progress()


class ProgramFailed(Exception):
    """A program ended badly; `output` is what it said."""

    def __init__(self, program: str, code: int, output: str, log: Path) -> None:
        super().__init__(program)
        self.program, self.code, self.output, self.log = program, code, output, log


def run_logged(command: Sequence[str | Path], log_name: str, env: dict[str, str] | None = None, **popen) -> str:
    """Run to the end with its output in .portal/log; returns it, or raises ProgramFailed with it."""
    if _told_to_stop.is_set():
        raise Stopped
    log = LOGS / log_name
    with open(log, "wb") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=popen.pop("cwd", ROOT),
            **popen,
        )
        _unfinished.add(process)
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            _unfinished.discard(process)
    output = log.read_text(errors="replace")
    if _told_to_stop.is_set():
        raise Stopped
    if code:
        raise ProgramFailed(Path(command[0]).name, code, output, log)
    return output


_unfinished: set[subprocess.Popen] = set()
_told_to_stop = threading.Event()


def end_unfinished() -> None:
    """Programs that other threads are waiting for, when one of them failed or the user pressed Ctrl-C."""
    _told_to_stop.set()
    for process in list(_unfinished):
        with contextlib.suppress(OSError):
            process.terminate()


def tail(text: str, lines: int = 15) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])


def shown(path: Path) -> str:
    """A path as the user would type it from the checkout."""
    return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)
