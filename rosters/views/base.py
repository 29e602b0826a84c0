"""What the pages share: who may look, and which centre they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views import View

from common.errors import NotPermitted
from grids.models import Organisation
from rosters.models import Residency
from rosters.querysets import places_of


class RosterView(View):
    """For everybody who works somewhere; 安全管理员 and 审计管理员 have no roster to look at."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not places_of(request.user):
            raise NotPermitted("入驻值班由各单位工作人员查看。")
        return super().dispatch(request, *args, **kwargs)


@dataclass(frozen=True)
class Where:
    """The centre a page is about, and the others this person may turn to."""

    centre: Organisation | None
    centres: list[Organisation]

    @classmethod
    def read(cls, request: HttpRequest) -> Where:
        """``?centre=CODE``; without it the centre nearest to the person's place.  404 out of scope.  One query."""
        centres = centres_of(request.user)
        asked = request.GET.get("centre", "")
        if asked:
            found = next((centre for centre in centres if centre.code == asked), None)
            if found is None:
                raise Http404
            return cls(found, centres)
        return cls(nearest(centres, request.user), centres)

    def tabs(self, name: str, **query: str) -> list[dict[str, Any]]:
        """The centres as tabs of the page ``name``; none when there is nothing to choose."""
        if len(self.centres) < 2:
            return []
        more = "".join(f"&{key}={value}" for key, value in query.items())
        return [
            {
                "key": one.code,
                "label": str(one),
                "url": f"{reverse(name)}?centre={one.code}{more}",
                "count": None,
                "current": one == self.centre,
            }
            for one in self.centres
        ]


def centres_of(user: Any) -> list[Organisation]:
    """Centres with residences that this person may see.  One query."""
    residencies = Residency.objects.visible_to(user).order_by()
    rows = Organisation.objects.filter(pk__in=residencies.values("centre"))
    return list(rows.select_related("division").order_by("code"))


def nearest(centres: list[Organisation], user: Any) -> Organisation | None:
    """The lowest centre at or above the person's place, else the first there is."""
    paths = places_of(user)
    above = [one for one in centres if any(path.startswith(one.division.path) for path in paths)]
    return max(above, key=lambda one: len(one.division.path), default=centres[0] if centres else None)


def residency_of(request: HttpRequest, pk: int) -> Residency:
    """The residence, if this person may see it; else 404."""
    rows = Residency.objects.visible_to(request.user).filter(pk=pk)
    found = rows.select_related("organisation__division", "centre__division").first()
    if found is None:
        raise Http404
    return found
