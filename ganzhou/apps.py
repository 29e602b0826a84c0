from django.apps import AppConfig


class GanzhouConfig(AppConfig):
    """The project itself: home page, navigation, help, demo data.  The only package that knows every app."""

    name = "ganzhou"
    verbose_name = "门户"

    def ready(self) -> None:
        from accounts import audit
        from ganzhou.workcalendar.services import ACTIONS

        audit.name(ACTIONS)
