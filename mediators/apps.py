from django.apps import AppConfig


class MediatorsConfig(AppConfig):
    name = "mediators"
    verbose_name = "调委会与调解员"

    def ready(self) -> None:
        from accounts import audit
        from mediators import importing  # noqa: F401  (declares what can be imported)
        from mediators.services import ACTIONS

        audit.name(ACTIONS)
