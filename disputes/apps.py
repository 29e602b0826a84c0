from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = "矛盾纠纷"

    def ready(self) -> None:
        from disputes import receivers  # noqa: F401  (registers the receivers)
