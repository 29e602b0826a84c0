from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What people are told: messages that are to-dos, the daily digest, mail and text messages."""

    name = "notices"
    verbose_name = "消息"
