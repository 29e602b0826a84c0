"""`./portal chaos`: the portal under fire.  Its own database and processes, real HTTP, kill -9, and a client that
remembers what it was promised.

The seed decides which faults come, in which order and after how many registrations; how long a restart takes
is the machine's.  A client is let go only so far that every fault falls into running traffic.  At the end the client's
journal is compared with the database (ganzhou/chaos/verify.py).
"""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap import checks, commands, install, servers, settings, supervise
from bootstrap.console import Problem, progress, say, shown
from bootstrap.places import LOGS, PYTHON, ROOT, prepare_state

CLIENTS = 8
SETTINGS = "ganzhou.chaos.settings"
KILLS = ("web", "web-child", "worker", "worker-child", "beat")
DATABASE_FAULTS = ("immediate", "fast", "kill")
BROKER_FAULTS = ("flush", "hang", "stop", "kill")
RESTART_TRIES = 60


@dataclass(frozen=True)
class Options:
    seed: int
    size: int
    kills: int
    restarts: int  # of the database, and as many troubles of the broker
    seconds: int


@dataclass(frozen=True)
class Fault:
    """What happens once ``after`` registrations are finished; ``pause``: how long it is away or hangs."""

    after: int
    kind: str
    how: str
    pause: float


def plan(options: Options) -> list[Fault]:
    """The faults of a seed: the same every time."""
    rng = random.Random(options.seed)  # noqa: S311  to be the same every time
    kinds = [("kill", rng.choice(KILLS)) for _ in range(options.kills)]
    kinds += [("database", DATABASE_FAULTS[n % len(DATABASE_FAULTS)]) for n in range(options.restarts)]
    first = rng.randrange(len(BROKER_FAULTS))
    kinds += [("broker", BROKER_FAULTS[(first + n) % len(BROKER_FAULTS)]) for n in range(options.restarts)]
    rng.shuffle(kinds)
    moments = sorted(rng.uniform(0.03, 0.95) for _ in kinds)
    return [
        Fault(int(options.size * moment), kind, how, rng.uniform(0.3, 2.0) if kind != "broker" else rng.uniform(1, 6))
        for moment, (kind, how) in zip(moments, kinds, strict=True)
    ]


# -- the portal's processes ------------------------------------------------------------------------------------------


@dataclass
class Processes:
    """Web, worker and beat, each in a session of its own so that it can be killed with all its children."""

    env: dict[str, str]
    port: int
    suffix: str
    running: dict[str, subprocess.Popen] = field(default_factory=dict)

    def commands(self) -> dict[str, list[str]]:
        return {name: arguments for _, name, arguments in commands.processes(self.port)}

    def start(self, name: str) -> None:
        with open(LOGS / f"{name}{self.suffix}.log", "ab") as log:
            self.running[name] = subprocess.Popen(
                [str(PYTHON), "-m", *self.commands()[name]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=ROOT,
                start_new_session=True,
            )

    def start_all(self) -> None:
        for name in self.commands():
            self.start(name)

    def revive(self) -> list[str]:
        """Start again what ended by itself, as a service manager would; which it was."""
        fallen = [name for name, process in self.running.items() if process.poll() is not None]
        for name in fallen:
            self.kill(name)
            self.start(name)
        return fallen

    def kill(self, name: str) -> int:
        """kill -9 of a process and all its children; its number."""
        process = self.running[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return process.pid

    def kill_child(self, name: str, rng: random.Random) -> int | None:
        """kill -9 of one child of a process; its number, or None when it has none."""
        found = children(self.running[name].pid)
        if not found:
            return None
        victim = rng.choice(found)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
        return victim

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            supervise.end_process_group(process)


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(word) for word in listed.stdout.split()]


# -- the client ------------------------------------------------------------------------------------------------------


class Client:
    """The client program: how far it is, and how far it may go."""

    def __init__(self, config: Path) -> None:
        self.process = subprocess.Popen(
            [str(PYTHON), str(ROOT / "ganzhou" / "chaos" / "client.py"), str(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
        self.finished = 0
        self._moved = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._moved:
                self.finished = int(line.removeprefix("at "))
                self._moved.notify_all()
        with self._moved:
            self._moved.notify_all()

    def go(self, limit: int) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(f"go {limit}\n")
            self.process.stdin.flush()

    def wait_for(self, finished: int, meanwhile: Callable[[], None]) -> bool:
        """Until so many are finished; False when the client ended before that."""
        while True:
            with self._moved:
                if self.finished >= finished:
                    return True
                if not self._reader.is_alive():
                    return False
                self._moved.wait(0.5)
            meanwhile()

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


# -- faults ----------------------------------------------------------------------------------------------------------


class Trouble:
    """Does what the plan says, and tells when."""

    def __init__(self, options: Options, processes: Processes, services: servers.Services) -> None:
        self.rng = random.Random(f"{options.seed} victims")  # noqa: S311
        self.processes = processes
        self.database, self.broker = services.servers
        self.began = time.monotonic()
        self.done: dict[str, int] = {}

    def tell(self, sentence: str) -> None:
        say(f"  {time.monotonic() - self.began:7.1f} 秒  {sentence}")

    def cause(self, fault: Fault) -> None:
        self.done[fault.kind] = self.done.get(fault.kind, 0) + 1
        getattr(self, f"_{fault.kind}")(fault)

    def _kill(self, fault: Fault) -> None:
        name, _, child = fault.how.partition("-")
        victim = self.processes.kill_child(name, self.rng) if child else None
        if victim:
            self.tell(f"kill -9 {name} 的子进程 {victim}")
            return
        pid = self.processes.kill(name)
        self.tell(f"kill -9 {name}（{pid}），{fault.pause:.1f} 秒后重新启动")
        time.sleep(fault.pause)
        self.processes.start(name)

    def _database(self, fault: Fault) -> None:
        number = {"immediate": signal.SIGQUIT, "fast": signal.SIGINT, "kill": signal.SIGKILL}[fault.how]
        self._restart(self.database, number, fault)

    def _broker(self, fault: Fault) -> None:
        if fault.how == "flush":
            flush(self.broker.socket)
            self.tell("Valkey FLUSHALL")
        elif fault.how == "hang":
            self.tell(f"Valkey SIGSTOP {fault.pause:.1f} 秒")
            self.broker.process.send_signal(signal.SIGSTOP)
            time.sleep(fault.pause)
            self.broker.process.send_signal(signal.SIGCONT)
        else:
            self._restart(self.broker, signal.SIGTERM if fault.how == "stop" else signal.SIGKILL, fault)

    def _restart(self, server: servers.Server, number: signal.Signals, fault: Fault) -> None:
        server.process.send_signal(number)
        server.process.wait()
        self.tell(f"{server.label} {number.name}，{fault.pause:.1f} 秒后重新启动")
        time.sleep(fault.pause)
        for _ in range(RESTART_TRIES):
            # After kill -9 its children hold the memory for another moment.
            with contextlib.suppress(Problem):
                server.ensure_started()
                return
            time.sleep(0.5)
        raise Problem(f"{server.label} 没有重新启动。\n  日志：{shown(server.log)}")


def flush(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as broker:
        broker.settimeout(5)
        broker.connect(str(path))
        broker.sendall(b"FLUSHALL\r\n")
        broker.recv(16)


# -- the run ---------------------------------------------------------------------------------------------------------


def chaos(options: Options) -> int:
    """0 when nothing was lost and nothing doubled."""
    prepare_state()
    install.ensure_installed()
    with own_services() as (suffix, services, urls):
        port = free_port()
        env = settings.environment("test", port, **urls)
        # A database and a profile of its own, whatever is set outside.
        env |= urls | {
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "LOG_LEVEL": "INFO",
            "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        commands.migrate(env)
        prepared = json.loads(commands.manage_step("准备账号和令牌", env, "chaos_prepare", "--clients", str(CLIENTS)))
        with tempfile.TemporaryDirectory(prefix="portal-chaos-") as folder:
            journal = Path(folder) / "journal.jsonl"
            config = Path(folder) / "client.json"
            config.touch(mode=0o600)
            config.write_text(
                json.dumps(
                    {
                        **prepared, "port": port, "size": options.size, "seed": options.seed,
                        "seconds": options.seconds, "journal": str(journal),
                    }
                )
            )  # fmt: skip
            processes = Processes(env, port, suffix)
            try:
                finished = under_fire(options, processes, services, config)
                code = commands.call([PYTHON, ROOT / "manage.py", "chaos_verify", journal, "--patience", "120"], env)
            finally:
                processes.stop()
            if not finished:
                say(f"时限 {options.seconds} 秒已到，没有发完。")
            if code:
                kept = LOGS / f"chaos-journal-{options.seed}.jsonl"
                shutil.copy(journal, kept)
                say(f"✗ 有丢失、重复或者残缺。客户端流水：{shown(kept)}")
            else:
                say("✓ 没有丢失，没有重复，没有残缺。")
            return 1 if code or not finished else 0


def under_fire(options: Options, processes: Processes, services: servers.Services, config: Path) -> bool:
    """Traffic and faults, until the client is done; whether it sent everything."""
    faults = plan(options)
    say(
        f"种子 {options.seed}：登记 {options.size} 件，每件有一个期限到期，kill -9 {options.kills} 次，"
        f"数据库重启 {options.restarts} 次，消息队列故障 {options.restarts} 次，最长 {options.seconds} 秒"
    )
    processes.start_all()
    with progress.step("启动网站、后台任务与定时任务"):
        supervise.wait_until_healthy(processes.port, lambda: None)
    trouble = Trouble(options, processes, services)

    def look_after() -> None:
        for name in processes.revive():
            trouble.tell(f"{name} 自己退出了，重新启动")

    client = Client(config)
    try:
        stops = [*(fault.after for fault in faults[1:]), options.size]
        client.go(faults[0].after + CLIENTS if faults else options.size)
        for fault, stop in zip(faults, stops, strict=True):
            if not client.wait_for(fault.after, look_after):
                break
            client.go(stop + CLIENTS)  # it goes on while this happens, up to the next
            trouble.cause(fault)
        client.go(options.size)
        finished = client.wait_for(options.size, look_after)
        look_after()
        took = time.monotonic() - trouble.began
        did = trouble.done
        say(
            f"发出 {client.finished} 件，用时 {took:.0f} 秒（每秒 {client.finished / took:.1f} 件）；"
            f"kill -9 {did.get('kill', 0)} 次，数据库重启 {did.get('database', 0)} 次，"
            f"消息队列故障 {did.get('broker', 0)} 次。等待消息送完后核对："
        )
        return finished
    finally:
        client.end()


@contextlib.contextmanager
def own_services() -> Iterator[tuple[str, servers.Services, dict[str, str]]]:
    """A new, empty PostgreSQL and Valkey that nobody else uses, removed afterwards."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    suffix, slot = servers.free_slot("-chaos")
    services = servers.services(suffix)
    with slot:
        wipe(services)
        try:
            with services.running() as urls:
                yield suffix, services, urls
        finally:
            wipe(services)


def wipe(services: servers.Services) -> None:
    services.stop_leftovers()
    for server in services.servers:
        shutil.rmtree(server.pid_file.parent, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((checks.HOST, 0))
        return int(probe.getsockname()[1])
