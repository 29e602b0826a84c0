"""The environment handed to Django, Celery and gunicorn."""

import base64
import json
import os
import secrets

from bootstrap.places import STATE, write_private


def profile() -> str:
    return os.environ.get("PORTAL_PROFILE") or "demo"


def kept_secrets(name: str) -> dict[str, str]:
    """Keys made up once on this machine, so that what was encrypted yesterday can be read today."""
    path = STATE / ("secrets.json" if name == "demo" else f"secrets-{name}.json")
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "PORTAL_FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(16)).decode(),
            "PORTAL_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        write_private(path, json.dumps(made, indent=1) + "\n")
    return json.loads(path.read_text())


def environment(name: str, port: int | None = None, **servers: str) -> dict[str, str]:
    """What is set outside wins; production gets no invented secret, its settings refuse to start instead."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "ganzhou.settings",
        "PORTAL_PROFILE": name,
        "PYTHONUNBUFFERED": "1",  # logs are read while they are written
        "LC_ALL": "C.UTF-8",  # Chinese in logs and file names, whatever the machine's language
        **servers,
    }
    if name != "production":
        defaults |= kept_secrets(name)
        defaults["ALLOWED_HOSTS"] = "127.0.0.1,localhost,[::1]"
        defaults["PORTAL_PUBLIC_URL"] = f"http://127.0.0.1:{port or 8000}"
    given = {key: value for key, value in os.environ.items() if value or key not in defaults}
    for key in list(defaults):
        if f"{key}_FILE" in given:
            del defaults[key]
    return defaults | given | {"PORTAL_PROFILE": name, "LC_ALL": "C.UTF-8"}
