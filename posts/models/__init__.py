"""Officers, the posts and areas they hold, and who stands in for them."""

from posts.models.holdings import ChiefArea, PostHolding, Substitution
from posts.models.officers import Leave, Officer
from posts.models.visits import Visit

__all__ = ["ChiefArea", "Leave", "Officer", "PostHolding", "Substitution", "Visit"]
