from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = "矛盾纠纷"

    def ready(self) -> None:
        from accounts import audit
        from disputes import receivers  # noqa: F401  (registers the receivers)
        from disputes.digest import lines
        from disputes.workflow import TRANSITIONS
        from notices import digest

        digest.section("disputes", lines, title="案件")
        audit.name({f"dispute.{name}": f"纠纷：{step.label}" for name, step in TRANSITIONS.items()})
        audit.name(
            {
                "dispute.register": "纠纷：登记",
                "dispute.check": "纠纷：查重",
                "dispute.export": "纠纷：导出",
                "party.reveal": "查看当事人信息",
                "search.phone": "按电话查找",
                "search.document": "按证件号查找",
            }
        )
