from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "centre"
    verbose_name = "综治中心"

    def ready(self) -> None:
        from accounts import audit
        from centre import receivers  # noqa: F401  (registers the receivers)
        from centre.choices import ACTIONS, EVENTS
        from centre.panels import appointments, booking_panel, session_initial
        from common import panels
        from disputes import presentation
        from disputes.slots import CASE, appointments_from, prefill

        audit.name(ACTIONS)
        presentation.name_events(EVENTS)
        panels.fill(CASE, booking_panel)
        prefill("record_session", session_initial)
        appointments_from(appointments)
