from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = "公共"

    def ready(self) -> None:
        # Models must be loaded before these can be imported.
        from common import checks, crypto, workdays  # noqa: F401  checks registers itself

        crypto.require_keys()
        post_migrate.connect(workdays.load_after_migrating, sender=self)
