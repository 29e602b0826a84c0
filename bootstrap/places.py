"""Where things are kept.  Everything a machine makes for itself lies in these folders, all ignored by git."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".portal"
LOGS = STATE / "log"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_HOME = STATE / "node"
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
COLLECTED = ROOT / "staticfiles"


def prepare_state() -> None:
    """Create .portal; root's must let the database's own user pass through, nobody may list it."""
    STATE.mkdir(exist_ok=True)
    if STATE.stat().st_uid == os.geteuid():
        STATE.chmod(0o711 if os.geteuid() == 0 else 0o700)
    LOGS.mkdir(exist_ok=True)
    LOGS.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def instance_id() -> str:
    """Random name of this .portal folder.  Data kept outside it carries the name, so that a new clone
    at the same path does not pick up the old one's database without its keys."""
    path = STATE / "instance"
    if not path.exists():
        write_private(path, secrets.token_hex(6))
    return path.read_text()


def checksum(paths: Iterable[Path]) -> str:
    """One sha256 over names and contents, for stamps: equal means nothing to do."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
