from django.apps import AppConfig


class ChaosConfig(AppConfig):
    """Publishes news of every registration and writes down each time that news has its effect."""

    name = "ganzhou.chaos"
    verbose_name = "故障演练"

    def ready(self) -> None:
        from ganzhou.chaos import effects

        effects.connect()
