from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What people are told: messages that are to-dos, the daily digest, mail and text messages."""

    name = "notices"
    verbose_name = "消息"

    def ready(self) -> None:
        from notices import digest, receivers  # noqa: F401  (registers the handler)
        from notices.choices import Kind, name_kinds

        name_kinds({digest.KIND: Kind("每日摘要", "blue", "查看")})
        digest.section("notices", digest.lines_of_messages, title="消息")
