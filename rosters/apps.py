from django.apps import AppConfig


class RostersConfig(AppConfig):
    """Who of which department is at the centre: residence, duty roster, swaps, the board of today."""

    name = "rosters"
    verbose_name = "入驻值班"

    def ready(self) -> None:
        from accounts import audit
        from notices.choices import Kind, name_kinds
        from rosters import (
            importing,  # noqa: F401  (declares what can be imported)
            services,
        )

        audit.name(services.ACTIONS)
        name_kinds({services.SWAP: Kind("换班", "blue")})
