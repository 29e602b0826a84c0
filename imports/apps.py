from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Tables from and to spreadsheets: one declaration for each, made by the app that owns it."""

    name = "imports"
    verbose_name = "导入导出"

    def ready(self) -> None:
        from accounts import audit
        from common.outbox import sends_task
        from imports import divisions  # noqa: F401  (declares its sheet; grids lies below)
        from imports.services import ACTIONS, READ, WRITE

        audit.name(ACTIONS)
        sends_task(READ, "imports.tasks.read")
        sends_task(WRITE, "imports.tasks.write")
