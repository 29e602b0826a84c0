from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = "公共"

    def ready(self) -> None:
        # Models must be loaded before these can be imported.
        from common import checks, workdays  # noqa: F401  checks registers itself

        post_migrate.connect(workdays.load_after_migrating, sender=self)
