from django.apps import AppConfig


class PostsConfig(AppConfig):
    """Who answers for which village: the six posts of each, and the four chiefs with their townships."""

    name = "posts"
    verbose_name = "三官一师两员"

    def ready(self) -> None:
        from accounts import audit
        from posts.visits import services as visits

        audit.name(visits.ACTIONS)
