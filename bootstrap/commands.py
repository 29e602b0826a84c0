"""What each verb does, as a list of steps."""

import concurrent.futures
import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from bootstrap import checks, install, servers, settings, supervise
from bootstrap.console import Problem, ProgramFailed, complain, progress, run_logged, say, shown
from bootstrap.places import LOGS, PYTHON, ROOT, STATE, prepare_state

UP_LOCK = STATE / "up.lock"
MANAGE = ROOT / "manage.py"


# -- up and stop -----------------------------------------------------------------------------------


def up(port: int, with_demo: bool) -> int:
    prepare_state()
    with only_one_up(port):
        if supervise.end_orphans():
            say("已清理上次异常退出留下的进程")
        checks.check_port(port)
        install.ensure_installed()
        services = servers.services()
        with services.running() as urls:
            env = settings.environment(settings.profile(), port, **urls)
            install.run_side_by_side([lambda: migrate(env), lambda: install.collect_static(env)])
            if with_demo and env["PORTAL_PROFILE"] == "demo":
                seed_first_time(env)
            serve(port, env, services, with_demo)
    return 0


def processes(port: int) -> list[tuple[str, str, list[str]]]:
    """What runs side by side, in the order of starting: label, name of the log, `python -m` …"""
    celery = ["celery", "-A", "ganzhou.celery:app"]
    return [
        (
            "网站",
            "web",
            # The control socket would lie in the home folder, open to whoever shares it.
            f"gunicorn ganzhou.wsgi:application --bind {checks.HOST}:{port} --worker-class gthread"
            " --workers 2 --threads 4 --graceful-timeout 10 --no-control-socket".split(),
        ),
        ("后台任务", "worker", [*celery, *"worker -c 2 -l INFO --without-gossip --without-mingle".split()]),
        ("定时任务", "beat", [*celery, "beat", "-l", "INFO", "--pidfile="]),
    ]


def serve(port: int, env: dict[str, str], services: servers.Services, with_demo: bool) -> None:
    supervisor = supervise.Supervisor(env)

    def check() -> None:
        supervisor.check()
        server = services.dead()
        if server:
            raise Problem(f"{server.label} 意外退出，已停止全部服务。日志最后几行：\n{servers.log_tail(server)}")

    try:
        with progress.step("启动网站、后台任务与定时任务"):
            for label, log, arguments in processes(port):
                supervisor.start(label, log, *arguments)
            supervise.wait_until_healthy(port, check)
        say(f"\n矛盾纠纷调解平台已就绪： http://{checks.HOST}:{port}/\n停止：按 Ctrl-C。日志：{shown(LOGS)}/\n")
        if not with_demo:
            say("还没有账号时，请在另一个窗口执行：./portal manage first_security_admin <用户名> <姓名>")
        elif env["PORTAL_PROFILE"] == "demo":
            # Straight to the terminal: passwords must not end up in a log.
            say(quietly([str(PYTHON), str(MANAGE), "demo_accounts"], env)[1].rstrip())
        while True:
            check()
            time.sleep(0.5)
    finally:
        with progress.step("停止全部服务"):
            supervisor.stop()


@contextlib.contextmanager
def only_one_up(port: int) -> Iterator[None]:
    with open(UP_LOCK, "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = read_up_lock()
            raise Problem(
                f"另一个 ./portal up 正在运行（进程 {other.get('pid', '?')}，{other.get('url', '地址未知')}）。\n"
                "  请直接使用它，或先执行 ./portal stop。"
            ) from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "url": f"http://{checks.HOST}:{port}/"}))
        lock.flush()
        yield


def read_up_lock() -> dict:
    try:
        return json.loads(UP_LOCK.read_text())
    except (OSError, ValueError):
        return {}


def up_is_running() -> bool:
    with open(UP_LOCK, "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def stop() -> int:
    if not STATE.exists():
        say("没有正在运行的服务")
        return 0
    prepare_state()
    found = up_is_running()
    if found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(read_up_lock()["pid"], signal.SIGTERM)
        with progress.step("等待服务停止"):
            deadline = time.monotonic() + 4 * supervise.PATIENCE_SECONDS
            while up_is_running():
                if time.monotonic() > deadline:
                    raise Problem(f"进程 {read_up_lock().get('pid')} 没有在限期内停止。\n  请手动结束它。")
                time.sleep(0.1)
    found = bool(supervise.end_orphans()) or found
    if install.PYTHON_STAMP.exists() and not servers.services().stop_leftovers():
        raise Problem("数据库仍被另一个 ./portal 命令使用。\n  请等它结束后重试。")
    say("已停止" if found else "没有正在运行的服务")
    return 0


# -- Django commands -------------------------------------------------------------------------------


def manage_step(label: str, env: dict[str, str], *arguments: str) -> str:
    try:
        with progress.step(label):
            return run_logged([PYTHON, MANAGE, *arguments], f"{arguments[0]}.log", env=env)
    except ProgramFailed as failed:
        raise checks.explain(label, failed) from None


def migrate(env: dict[str, str]) -> None:
    manage_step("更新数据库结构", env, "migrate", "--noinput", "-v1")


def call(command: Sequence[str | Path], env: dict[str, str]) -> int:
    """In the foreground, on our terminal.  Told to stop, we end it too."""
    process = subprocess.Popen([str(part) for part in command], env=env, cwd=ROOT)
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


@contextlib.contextmanager
def interrupts_are_theirs() -> Iterator[None]:
    """Ctrl-C reaches a program in the foreground anyway (a shell, pytest); we wait for what it makes of it."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def ready_for_django() -> Iterator[dict[str, str]]:
    """Installed packages and running servers, shared with an `up` in another window."""
    prepare_state()
    install.ensure_installed()
    with servers.services().running() as urls:
        yield settings.environment(settings.profile(), **urls)


def manage(arguments: Sequence[str]) -> int:
    with ready_for_django() as env, interrupts_are_theirs():
        return call([PYTHON, MANAGE, *arguments], env)


def seed(arguments: Sequence[str]) -> int:
    with ready_for_django() as env:
        migrate(env)
        code = call([PYTHON, MANAGE, "seed", *arguments], env)
        if code == 0:
            demo_marker(env).write_text("done")
        return code


def bench(arguments: Sequence[str]) -> int:
    with ready_for_django() as env, interrupts_are_theirs():
        migrate(env)
        return call([PYTHON, MANAGE, "bench", *arguments], env)


def demo_marker(env: dict[str, str]) -> Path:
    """Per database: emptied or replaced, it is looked at anew."""
    return STATE / ("demo-" + hashlib.sha256(env.get("DATABASE_URL", "").encode()).hexdigest()[:12])


def seed_first_time(env: dict[str, str]) -> None:
    """Demo cases for an empty database.  A seeding cut short is taken up again; other people's cases are left alone."""
    marker = demo_marker(env)
    state = marker.read_text() if marker.exists() else ""
    if state == "done":
        return
    if not state and database_has_cases(env):
        marker.write_text("done")
        return
    if not servers.given("DATABASE_URL"):
        checks.check_room(checks.ROOM_FOR_DEMO, STATE)
    marker.write_text("begun")
    say("… 首次运行：写入演示数据（约一分钟）")
    if call([PYTHON, MANAGE, "seed", "--size", "S"], env) != 0:
        raise Problem("写入演示数据失败，原因见上。\n  可先不带演示数据启动：./portal up --no-demo")
    marker.write_text("done")


def database_has_cases(env: dict[str, str]) -> bool:
    question = "from disputes.models import Dispute; print('cases:', Dispute.objects.exists())"
    return "cases: True" in manage_step("检查数据库", env, "shell", "--no-imports", "-c", question)


# -- Tests and checks ------------------------------------------------------------------------------


def test(arguments: Sequence[str]) -> int:
    """Everything when called plainly; with arguments only pytest, with just those."""
    prepare_state()
    install.run_side_by_side([lambda: install.ensure_installed(development=True), install.ensure_chromium])
    chromium = install.find_chromium()
    lint_code = 0 if arguments else lint()
    suffix, slot = servers.free_slot("-test")
    results = LOGS / f"results{suffix}.xml"
    with slot, servers.services(suffix).running() as urls:
        env = settings.environment("test", **urls)
        if chromium:
            env |= install.browser_environment(chromium)
        with interrupts_are_theirs():
            code = call([PYTHON, "-m", "pytest", f"--junitxml={results}", *arguments], env)
    if os.environ.get("PORTAL_CI"):
        code = code or refuse_skips(results)
    if not chromium:
        say(install.NO_BROWSER)
    if lint_code:
        complain("代码检查未通过，见上。")
    return code or lint_code


def refuse_skips(results: Path) -> int:
    """A check that did not run proves nothing: in CI every test must have run."""
    skipped = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in ElementTree.parse(results).iter("testcase")  # noqa: S314  our own file
        if any(s.get("type") != "pytest.xfail" for s in case.iter("skipped"))
    ]
    if not skipped:
        return 0
    complain("持续集成不允许跳过测试：\n" + "\n".join(f"  {name}" for name in skipped))
    return 1


TYPED = ("common/**/*.py", "mediators/**/*.py", "*/services*", "*/querysets*", "*/guards*")


def typed_files() -> list[str]:
    """Where types are checked first: the rules, not the screens."""
    found = {path for pattern in TYPED for path in ROOT.glob(pattern) if not path.name.startswith("test_")}
    own = {path for path in found if not shown(path).startswith((".", "node_modules", "tests"))}
    return sorted(shown(path) for path in own if path.suffix == ".py" or path.is_dir())


def lint_commands() -> dict[str, list[str]]:
    run, concise = [str(PYTHON), "-m"], ["--output-format=concise"]
    return {
        "格式": [*run, "ruff", "format", "--check", *concise, ".", "portal"],
        "写法": [*run, "ruff", "check", *concise, ".", "portal"],
        "类型": [*run, "mypy", *typed_files()],
        "分层": [
            str(PYTHON.parent / "python"),
            "-c",
            "from importlinter.cli import lint_imports_command as m; m()",
        ],
        "迁移": [*run[:1], "-W", "ignore", str(MANAGE), "makemigrations", "--check", "--dry-run"],
        "模板": [*run, "djlint", "templates", "--lint", "--quiet"],
    }


def lint(fix: bool = False) -> int:
    prepare_state()
    install.ensure_installed(development=True)
    if fix:
        for arguments in (["format"], ["check", "--fix"]):
            subprocess.run([PYTHON, "-m", "ruff", *arguments, ".", "portal"], cwd=ROOT)
    env = settings.environment("test")
    # makemigrations only compares models with files; it needs settings, not a running database
    env.setdefault("DATABASE_URL", "postgres://portal@%2Fnowhere/portal")
    env.setdefault("REDIS_URL", "unix:///nowhere/valkey.sock")
    failed = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = {name: pool.submit(quietly, command, env) for name, command in lint_commands().items()}
        with progress.step("检查代码：" + "、".join(jobs)):
            finished = {name: job.result() for name, job in jobs.items()}
    for name, (code, output) in finished.items():
        if code:
            failed.append(name)
            say(f"\n—— {name} ——\n{output.strip()}")
    say(f"未通过：{'、'.join(failed)}" if failed else "代码检查全部通过")
    return 1 if failed else 0


def quietly(command: Sequence[str], env: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout
