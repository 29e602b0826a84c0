"""The coverage board and its file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from accounts import audit
from common.errors import Refusal
from common.sheets import FORMATS, download, watermark
from grids.choices import Level
from posts import board, rights
from posts.board import SHOWN, Cell, Row, Town
from posts.forms import BoardForm, DayForm
from posts.presentation import fill_url
from posts.views.base import ForReaders

#: Views of the board: key, name, tone when there is something in it.
TABS = (("all", "全部", ""), ("gaps", "有空缺", "soon"), ("expiring", "30 日内届满", "soon"), ("away", "请假中", ""))


class Asked:
    """The board that an address asks for."""

    def __init__(self, request: HttpRequest) -> None:
        self.today = timezone.localdate()
        self.day = DayForm(request.GET).day()
        places = board.places_of(request.user, self.day)
        self.towns = [place for place in places if place.level == Level.TOWNSHIP]
        self.form = BoardForm(request.GET, towns=self.towns)
        self.values = self.form.values()
        self.show = request.GET.get("show", "") if request.GET.get("show") in SHOWN else "all"
        self.board = board.read(
            request.user, places, self.day, township=self.values["township"], kind=self.values["kind"]
        )


class BoardView(ForReaders, View):
    """All of it is in the address; script is not needed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = Asked(request)
        found = asked.board
        is_one_town = len(asked.towns) == 1 or bool(asked.values["township"])
        fields = [asked.form[name] for name in ("township", "kind", "on")]
        if len(asked.towns) < 2:
            fields.pop(0)
        context = {
            "day": asked.day,
            "is_today": asked.day == asked.today,
            "kinds": [{"key": kind.value, "label": kind.label} for kind in found.kinds],
            "tabs": [_tab(request, asked, *tab) for tab in TABS if asked.day >= asked.today or tab[0] != "expiring"],
            "show": asked.show,
            "tiles": [] if is_one_town else [_tile(request, town) for town in found.narrowed("all")],
            "towns": [_town(town, asked, request.user) for town in found.narrowed(asked.show)],
            "gaps": found.gaps, "filled": found.posts - found.gaps, "posts": found.posts, "villages": len(found.rows),
            "fields": fields,
            "applied": sum(bool(value) for value in asked.values.values()),
            "keep": [("show", asked.show)] if asked.show != "all" else [],
            "formats": list(FORMATS),
            "is_one_town": is_one_town,
        }  # fmt: skip
        return render(request, "posts/board.html", context)


class ExportView(ForReaders, View):
    """The board under its conditions as a file.  Names and office numbers are public: no purpose is asked for."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        format_ = request.POST.get("format", "xlsx")
        asked = Asked(request)
        if format_ not in FORMATS or asked.form.errors:
            raise Refusal("筛选条件里有看不懂的内容，请返回改正后再导出。")
        rows, now = list(board.lines(asked.board, asked.show)), timezone.localtime()
        audit.record("post.export", actor=request.user, object_type="post", rows=len(rows), format=format_)
        head = f"{asked.day} 六员覆盖。{watermark(request.user, len(rows), now, '行')}"
        return download(head, "六员覆盖", board.SHEET, rows, stamp=f"{asked.day:%Y%m%d}", format_=format_)


def _tab(request: HttpRequest, asked: Asked, key: str, label: str, tone: str) -> dict[str, Any]:
    query = request.GET.copy()
    query["show"] = key
    count = asked.board.cells(key)
    return {
        "key": key, "label": label, "url": f"{request.path}?{query.urlencode()}", "count": count,
        "current": key == asked.show, "tone": tone if count else "",
    }  # fmt: skip


def _tile(request: HttpRequest, town: Town) -> dict[str, Any]:
    query = request.GET.copy()
    query["township"] = town.place.pk
    return {
        "name": town.place.name, "url": f"{request.path}?{query.urlencode()}", "filled": town.filled, "posts": town.posts,
        "gaps": town.gaps, "villages": len(town.rows), "chief": town.chief, "chief_kind": town.chief_kind,
    }  # fmt: skip


def _town(town: Town, asked: Asked, user: Any) -> dict[str, Any]:
    may_fill = asked.day >= asked.today and rights.may_change(user, town.place)
    return {
        "name": town.place.name, "code": town.place.pk, "filled": town.filled, "posts": town.posts, "gaps": town.gaps,
        "chief": town.chief, "chief_kind": town.chief_kind,
        "chief_url": reverse("posts:officer", args=[town.chief_officer]) if town.chief_officer else "",
        "rows": [_row(row, asked, may_fill) for row in town.rows],
    }  # fmt: skip


def _row(row: Row, asked: Asked, may_fill: bool) -> dict[str, Any]:
    url = reverse("posts:village", args=[row.place.pk])
    if asked.day != asked.today:
        url += f"?on={asked.day}"
    return {
        "name": row.place.name, "code": row.place.pk, "url": url, "gaps": row.gaps,
        "cells": [_cell(cell, row, asked, may_fill) for cell in row.cells],
    }  # fmt: skip


def _cell(cell: Cell, row: Row, asked: Asked, may_fill: bool) -> dict[str, Any]:
    held = cell.held
    if held is None:
        return {
            "label": cell.kind.label,
            "is_gap": True,
            "url": f"{fill_url(row.place.pk, cell.kind)}?then=board" if may_fill else "",
        }
    return {
        "label": cell.kind.label,
        "is_gap": False,
        "name": held.substitute or held.name,
        "url": f"/posts/officers/{held.officer}/",
        "stands_in_for": held.name if held.substitute else "",
        "is_unattended": cell.is_away and not held.substitute,
        "ends_on": held.ends_on if cell.is_ending else None,
    }
