"""The verbs and their options."""

import argparse
import errno
import secrets
import sys
from collections.abc import Sequence

from bootstrap import chaos, checks, commands
from bootstrap.console import Problem, Stopped, complain, say
from bootstrap.supervise import stopping_politely

PASSED_ON = ("manage", "test", "seed", "bench")  # what follows these belongs to another program
INTERRUPTED = 130


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"端口应为 1 至 65535 的整数，收到 {text!r}")
    return int(text)


def whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"应为不小于 0 的整数，收到 {text!r}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="./portal", description="甘州区综治中心矛盾纠纷调解平台：运行、测试与维护")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="命令")
    up = verbs.add_parser("up", help="启动：安装依赖、数据库、演示数据、网站与后台任务；Ctrl-C 停止")
    up.add_argument("--port", type=port_number, default=8000, help="端口，默认 8000（只监听本机）")
    up.add_argument("--no-demo", action="store_true", help="首次运行不写入演示数据")
    verbs.add_parser("stop", help="停止正在运行的全部服务")
    verbs.add_parser("test", help="运行代码检查与全部测试；带参数时只运行 pytest 参数所选的测试")
    lint = verbs.add_parser("lint", help="检查格式、写法、类型、分层、迁移、模板")
    lint.add_argument("--fix", action="store_true", help="先自动改正格式与写法")
    verbs.add_parser("seed", help="写入演示数据：./portal seed --size S|M")
    verbs.add_parser("manage", help="执行 Django 管理命令：./portal manage <命令> …")
    verbs.add_parser("bench", help="测量性能指标")
    fire = verbs.add_parser("chaos", help="故障演练：自带数据库，随机 kill -9 和重启，核对有无丢失、重复")
    fire.add_argument("--seed", type=int, default=None, help="种子，决定故障的种类和先后；默认随机")
    fire.add_argument("--size", type=whole_number, default=10_000, help="登记多少件，默认 10000")
    fire.add_argument("--kills", type=whole_number, default=24, help="kill -9 多少次，默认 24")
    fire.add_argument("--restarts", type=whole_number, default=3, help="数据库重启、消息队列故障各多少次，默认 3")
    fire.add_argument("--seconds", type=whole_number, default=3600, help="最长多少秒，默认 3600")
    return top


def run(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in PASSED_ON and arguments[1:] not in (["-h"], ["--help"]):
        verb, rest = arguments[0], list(arguments[1:])
        if verb == "manage":
            return commands.manage(rest)
        if verb == "test":
            return commands.test(rest)
        if verb == "seed":
            return commands.seed(rest or ["--size", "S"])
        return commands.bench(rest)
    options = parser().parse_args(arguments)
    if options.verb == "up":
        return commands.up(options.port, not options.no_demo)
    if options.verb == "lint":
        return commands.lint(options.fix)
    if options.verb == "chaos":
        seed = secrets.randbelow(10_000) if options.seed is None else options.seed
        return chaos.chaos(chaos.Options(seed, options.size, options.kills, options.restarts, options.seconds))
    return commands.stop()


def main(arguments: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal in another encoding still gets the sentence
    try:
        with stopping_politely():
            return run(arguments)
    except Stopped:
        say("已停止")
        return 0 if list(arguments[:1]) == ["up"] else INTERRUPTED
    except Problem as problem:
        complain(str(problem))
    except PermissionError as error:
        complain(
            f"没有权限：{error.filename or error}。\n"
            "  若以前用其他用户（如 root）运行过，请继续用那个用户，或把本文件夹及 .venv、.portal 改归当前用户。"
        )
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        complain(checks.disk_sentence())
    return 1
