"""Officers, the posts and areas they hold, and who stands in for them."""

from posts.models.holdings import ChiefArea, PostHolding, Substitution
from posts.models.officers import Leave, Officer

__all__ = ["ChiefArea", "Leave", "Officer", "PostHolding", "Substitution"]
