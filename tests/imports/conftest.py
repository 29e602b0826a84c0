"""Uploading and committing as the browser and the worker do it between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from imports import registry, services, writing
from imports.models import ImportJob
from tests.imports.files import read_back, xlsx


class Hands:
    """Somebody at the wizard."""

    def __init__(self, user: Any, key: str) -> None:
        self.client, self.user, self.key = Client(), user, key
        self.client.force_login(user)

    def rows(self) -> list[list[Any]]:
        """The table as its export has it, headers first."""
        return read_back(self.export())

    def export(self) -> bytes:
        return writing.export(registry.get(self.key), self.user, "")[0].read()

    def send(self, content: bytes, name: str = "名单.xlsx") -> Any:
        return self.client.post(reverse("imports:sheet", args=[self.key]), {"file": SimpleUploadedFile(name, content)})

    def upload(self, rows: bytes | Sequence[Sequence[Any]], name: str = "名单.xlsx") -> ImportJob:
        """The job of a file that was taken in and looked at."""
        response = self.send(rows if isinstance(rows, bytes) else xlsx(rows, name="x"), name)
        assert response.status_code == 302, response.content.decode()
        job = ImportJob.objects.latest("id")
        services.read(job.pk)
        job.refresh_from_db()
        return job

    def page(self, job: ImportJob, query: str = "") -> str:
        return self.client.get(reverse("imports:job", args=[job.uid]) + query).content.decode()

    def commit(self, job: ImportJob) -> ImportJob:
        assert self.client.post(reverse("imports:commit", args=[job.uid])).status_code == 302
        services.write(job.pk)
        job.refresh_from_db()
        return job


@pytest.fixture
def hands() -> Callable[..., Hands]:
    """``hands(justice, "mediators")``."""
    return Hands
