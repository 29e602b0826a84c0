from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401  (registers the receivers)
        from accounts.api import schema  # noqa: F401  (tells the API documentation about our tokens)
