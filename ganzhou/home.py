"""The front door and the help page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.views.generic import RedirectView, TemplateView

from accounts.choices import SEATS, Role, labels
from centre import hours
from centre.choices import Purpose
from disputes.choices import STATUS_COLOR, STATUS_MEANS, Status
from disputes.deadlines import CLOCKS
from disputes.workflow import TRANSITIONS
from ganzhou.navigation import leads


class HomeView(RedirectView):
    """Where somebody lands: leaders at the overview, everybody who handles cases at their desk."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return reverse("reports:overview" if leads(self.request.user) else "disputes:desk")


class HelpView(TemplateView):
    """Roles, states, steps and limits, from the tables that the code itself runs on."""

    template_name = "help.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "roles": [
                {"label": role.label, "does": SEATS[role].does, "mine": self.request.user.holds(role)} for role in Role
            ],
            "states": [{"label": s.label, "color": STATUS_COLOR[s], "means": STATUS_MEANS[s]} for s in Status],
            "steps": [
                {
                    "label": row.label,
                    "from": "、".join(str(s.label) for s in Status if s in row.sources)
                    if len(row.sources) < 9
                    else "归档以前各状态",
                    "to": str(Status(row.target).label) if row.target else "状态不变",
                    "who": labels(row.roles),
                    "law": row.law,
                }
                for row in TRANSITIONS.values()
            ],
            "clocks": CLOCKS,
            "room_purposes": "、".join(str(purpose.label) for purpose in Purpose),
            "usual_hours": hours.spoken(hours.USUAL),
            "phone": settings.CENTRE_PHONE,
        }
