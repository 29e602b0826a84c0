"""Verbs on posts: each one transaction with its audit row, by someone who may."""

from posts.services.areas import assign_area
from posts.services.handover import hand_over
from posts.services.holdings import appoint, end_holding, renew
from posts.services.leaves import end_leave, take_leave
from posts.services.officers import amend_officer, enrol

__all__ = [
    "amend_officer",
    "appoint",
    "assign_area",
    "end_holding",
    "end_leave",
    "enrol",
    "hand_over",
    "renew",
    "take_leave",
]
