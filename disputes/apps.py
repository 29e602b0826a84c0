from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = "矛盾纠纷"

    def ready(self) -> None:
        from accounts import audit
        from disputes import attendance, receivers  # noqa: F401  (registers the receivers)
        from disputes.caseload import Caseload
        from disputes.digest import lines
        from disputes.handover import CASES
        from disputes.models import Category
        from disputes.services import routing, rules
        from disputes.visits import VisitCases
        from disputes.workflow import TRANSITIONS
        from imports.registry import offer
        from mediators import slots
        from notices import digest
        from notices.choices import Kind, name_kinds
        from posts import charges
        from posts.visits.cases import use
        from rosters.attendance import count_by

        charges.register(CASES)
        slots.fill(Caseload())
        count_by(attendance.handled)
        use(VisitCases())
        digest.section("disputes", lines, title="案件")
        offer("categories", lambda: Category.objects.active().labels())
        audit.name({f"dispute.{name}": f"纠纷：{step.label}" for name, step in TRANSITIONS.items()})
        name_kinds(
            {
                "warning.remind": Kind("提醒", "amber"),
                "warning.yellow": Kind("黄牌", "amber"),
                "warning.red": Kind("红牌", "red"),
                "warning.leader": Kind("领导关注", "red"),
                "warning.climb": Kind("升级", "amber"),
                "urge": Kind("催办", "amber"),
                "supervision": Kind("督办", "red"),
                "instruction": Kind("批示", "purple"),
                "extension": Kind("延期", "blue"),
            }
        )
        audit.name(
            {
                **rules.ACTIONS,
                **routing.ACTIONS,
                "dispute.climb": "纠纷：升级",
                "dispute.register": "纠纷：登记",
                "dispute.check": "纠纷：查重",
                "dispute.export": "纠纷：导出",
                "supervision.export": "督办：导出",
                "party.reveal": "查看当事人信息",
                "search.phone": "按电话查找",
                "search.document": "按证件号查找",
            }
        )
