from django.apps import AppConfig


class GanzhouConfig(AppConfig):
    """The project itself: home page, navigation, help, demo data.  The only package that knows every app."""

    name = "ganzhou"
    verbose_name = "门户"

    def ready(self) -> None:
        from accounts import audit
        from common import task_runs
        from ganzhou.celery import TIMETABLE
        from ganzhou.system.running import REVIVED
        from ganzhou.workcalendar.services import ACTIONS

        audit.name(ACTIONS)
        audit.name({REVIVED: "重试没有送达的消息"})
        # Every run of a task of the timetable is written down, whoever sent it.
        task_runs.watch({entry.task: entry.key for entry in TIMETABLE})
