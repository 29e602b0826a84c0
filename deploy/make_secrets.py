#!/usr/bin/env python3
"""Write deploy/secrets/ for docker-compose.yml.  Existing files are kept: a lost field key cannot be made again.

Copy the folder to a safe place that is not this machine; without field_keys the encrypted columns of every
backup stay closed.
"""

import base64
import os
import secrets
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"


def keep_or_make(name: str, value: str) -> str:
    path = FOLDER / name
    if path.exists():
        return path.read_text().strip()
    # Readable inside the containers, whose users have other numbers; the folder itself is closed to others.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as file:
        file.write(value + "\n")
    print(f"已生成 {path}")
    return value


def main() -> None:
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    FOLDER.chmod(0o700)
    keep_or_make("secret_key", secrets.token_urlsafe(64))
    keep_or_make("field_keys", "1:" + base64.b64encode(secrets.token_bytes(16)).decode())
    keep_or_make("index_key", base64.b64encode(secrets.token_bytes(32)).decode())
    keep_or_make("postgres_password", secrets.token_hex(24))
    keep_or_make("replication_password", secrets.token_hex(24))
    portal = keep_or_make("portal_password", secrets.token_hex(24))
    redis = keep_or_make("redis_password", secrets.token_hex(24))
    keep_or_make("database_url", f"postgres://portal:{portal}@postgres:5432/portal")
    keep_or_make("redis_url", f"redis://:{redis}@redis:6379/0")
    keep_or_make("pgbouncer_users", f'"portal" "{portal}"')
    for name in ("tls.crt", "tls.key"):
        if not (FOLDER / name).exists():
            print(f"请放入 TLS 证书：{FOLDER / name}")


if __name__ == "__main__":
    main()
