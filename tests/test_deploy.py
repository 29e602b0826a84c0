"""The deployment files agree with each other.  They are read, not run: no container engine is needed."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")


def test_every_secret_is_declared_and_made():
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    made = set(re.findall(r'"([a-z_.]+)"', (ROOT / "deploy/make_secrets.py").read_text()))
    assert used <= made


def test_no_secret_stands_in_the_compose_file():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|_URL", name) and name != "PORTAL_PUBLIC_URL":
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/")


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_the_production_profile_without_privileges(name):
    service = SERVICES[name]
    assert service["environment"]["PORTAL_PROFILE"] == "production"
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]


def test_the_settings_know_every_variable():
    settings = (ROOT / "ganzhou/settings.py").read_text()
    for name in SERVICES["web"]["environment"]:
        assert f'"{name.removesuffix("_FILE")}"' in settings, name


def test_mounted_files_exist():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith("./") or (ROOT / source).exists(), source


def test_the_image_leaves_the_embedded_servers_out():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "requirements-embedded" not in dockerfile
    assert "--require-hashes -r requirements.lock" in dockerfile
    assert "celerp" not in (ROOT / "requirements.lock").read_text()


def test_the_image_can_collect_its_static_files():
    """The very command of the Dockerfile, writing nothing: settings must accept its made-up keys."""
    command = re.search(r"RUN (PORTAL_PROFILE=[\s\S]*?)\nUSER", (ROOT / "Dockerfile").read_text())[1]
    command = command.replace("collectstatic", "collectstatic --dry-run -v0").replace("python ", f"{sys.executable} ")
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_image_knows_no_secret_and_no_development_folder():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".portal", ".venv", "deploy/secrets"} <= set(ignored)


@pytest.mark.parametrize("script", ["deploy/postgres/10-roles.sh", "deploy/replica.sh", ".ci/run"])
def test_shell_scripts_parse(script):
    subprocess.run(["bash", "-n", ROOT / script], check=True)


@pytest.mark.parametrize("script", ["deploy/make_secrets.py", "deploy/healthcheck.py"])
def test_python_scripts_parse(script):
    ast.parse((ROOT / script).read_text())
