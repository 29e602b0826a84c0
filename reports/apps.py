from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "统计分析"

    def ready(self) -> None:
        from accounts import audit

        audit.name({"overdue.export": "超期周报：导出"})
