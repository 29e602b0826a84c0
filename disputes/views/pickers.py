"""Places and kinds of dispute to choose from, as a few letters are typed: names or pinyin initials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views import View

from disputes.forms.intake import registering_paths
from disputes.models import Category
from grids.choices import Level
from grids.models import Division
from mediators.models import Mediator

MOST_ROWS = 20
#: What a field takes; longer text is nobody's search.
LONGEST = 40

GROUPS = {Level.COUNTY: "区", Level.TOWNSHIP: "乡镇、街道", Level.VILLAGE: "村、社区"}
#: The order of the groups, and of places in a list that nobody has narrowed down yet.
ORDER = {Level.COUNTY: 0, Level.TOWNSHIP: 1, Level.VILLAGE: 2}


def closeness(typed: str, name: str, initials: str) -> int:
    """How well a row answers: 0 the very name, 1 begins with it, 2 initials begin with it, 3 contains it, 4 by its parent."""
    typed = typed.strip().lower()
    name = name.lower()
    tests: tuple[Callable[[], bool], ...] = (
        lambda: typed == name, lambda: name.startswith(typed), lambda: initials.startswith(typed), lambda: typed in name,
    )  # fmt: skip
    return next((rank for rank, test in enumerate(tests) if test()), len(tests))


def _asked(request: HttpRequest) -> str:
    """What was typed, without what no name holds (a NUL would stop the database)."""
    return "".join(character for character in request.GET.get("q", "")[:LONGEST] if character.isprintable()).strip()


class PlacesView(View):
    """``?q=``: places within the person's own scope; ``for=register`` only where they may register."""

    def get(self, request: HttpRequest) -> JsonResponse:
        typed = _asked(request)
        rows = Division.objects.active().visible_to(request.user)
        if request.GET.get("for") == "register":
            rows = rows.within(registering_paths(request.user))
        found = list(rows.matching(typed).filter(level__in=GROUPS).select_related("parent"))
        last = typed.split()[-1] if typed else ""
        found.sort(
            key=lambda place: (
                closeness(last, place.name, place.initials) if last else 0,
                ORDER[place.level],
                place.code,
            )
        )
        # The best rows first, then each kind of place together: a group has one heading.
        best = sorted(found[:MOST_ROWS], key=lambda place: ORDER[place.level])
        return JsonResponse([place_row(place) for place in best], safe=False)


def place_row(place: Any) -> dict[str, str]:
    hint = place.parent.name if place.level == Level.VILLAGE and place.parent else ""
    row = {"value": place.code, "label": place.name, "hint": hint, "group": GROUPS[place.level]}
    return row | {"text": f"{hint} {place.name}"} if hint else row


class MediatorsView(View):
    """``?q=``: serving mediators of the committees one may see, by name or pinyin."""

    def get(self, request: HttpRequest) -> JsonResponse:
        typed = _asked(request)
        rows = Mediator.objects.serving().visible_to(request.user).matching(typed)
        found = [
            {"value": one.pk, "label": one.name, "hint": str(one.committee), "text": f"{one.name}（{one.committee}）"}
            for one in rows.select_related("committee__organisation").order_by("sort_key", "pk")[:MOST_ROWS]
        ]
        return JsonResponse(found, safe=False)


class CategoriesView(View):
    """``?q=``: second level under the name of its first level, and the 18 official kinds for who does not know closer."""

    def get(self, request: HttpRequest) -> JsonResponse:
        typed = _asked(request)
        rows = Category.objects.active().visible_to(request.user).select_related("parent")
        if not typed:
            return JsonResponse([category_row(row) for row in rows.filter(parent=None)], safe=False)
        found = sorted(rows.matching(typed), key=lambda row: (closeness(typed, row.name, row.initials), row.code))[
            :MOST_ROWS
        ]
        # Kinds stay in the order of their best row; within one, the official kind first.
        order: dict[str, int] = {}
        for row in found:
            order.setdefault(row.official_code, len(order))
        found.sort(key=lambda row: order[row.official_code])
        return JsonResponse([category_row(row) for row in found], safe=False)


def category_row(row: Any) -> dict[str, str]:
    if row.parent:
        return {"value": row.code, "label": row.name, "hint": "", "group": row.parent.name, "text": str(row)}
    return {"value": row.code, "label": row.name, "hint": "大类", "group": row.name}
