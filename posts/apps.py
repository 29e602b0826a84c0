from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Who answers for which village: the six posts of each, and the four chiefs with their townships."""

    name = "posts"
    verbose_name = "三官一师两员"

    def ready(self) -> None:
        from accounts import audit
        from notices.choices import Kind, name_kinds
        from posts import importing  # noqa: F401  (declares what can be imported)
        from posts.visits import services as visits

        audit.name(visits.ACTIONS)
        audit.name(
            {
                "post.appoint": "六员：任职",
                "post.end": "六员：结束任职",
                "post.renew": "六员：续任",
                "post.export": "六员：导出",
                "area.assign": "四长片区：安排",
                "officer.enrol": "任职人员：登记",
                "officer.amend": "任职人员：修改资料",
                "officer.leave": "任职人员：请假",
                "officer.return": "任职人员：销假",
                "officer.hand_over": "任职人员：离任移交",
            }
        )
        name_kinds({"post.expiring": Kind("任期届满", "amber")})
