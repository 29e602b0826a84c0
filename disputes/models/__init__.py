"""The case and everything that hangs on it: columns, constraints and facts about one row.

Changes are made by ``disputes.services`` alone.
"""

from disputes.models.cases import Category, Dispute, DisputeEvent, DisputeLink, IntakeDraft
from disputes.models.clocks import ClockRow, Extension, LocalLimit, WarningRule
from disputes.models.endings import Agreement, Ending, Filing, FollowUp, Obligation, Signature
from disputes.models.mediation import Assignment, MediationSession, Suspension
from disputes.models.parties import Party
from disputes.models.routing import RoutingRule, RoutingVersion
from disputes.models.supervision import Escalation, Instruction, Sponsorship, Supervision
from disputes.models.visits import CaseVisit

__all__ = [
    "Agreement",
    "Assignment",
    "CaseVisit",
    "Category",
    "ClockRow",
    "Dispute",
    "DisputeEvent",
    "DisputeLink",
    "Ending",
    "Escalation",
    "Extension",
    "Filing",
    "FollowUp",
    "Instruction",
    "IntakeDraft",
    "LocalLimit",
    "MediationSession",
    "Obligation",
    "Party",
    "RoutingRule",
    "RoutingVersion",
    "Signature",
    "Sponsorship",
    "Supervision",
    "Suspension",
    "WarningRule",
]
