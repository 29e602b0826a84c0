"""The search box.  It posts: what is typed may be a name or a number, and an address is kept in too many places."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from common.errors import Refusal
from disputes import presentation, search
from disputes.keywords import clean
from disputes.models import Dispute

ICONS: dict[str, str] = {"code": "file-text", "phone": "phone", "document": "id", "name": "user", "words": "message"}


class SearchView(View):
    """GET: the empty page, for a browser without script.  POST: hits, as a fragment or as a page; or the one case meant."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "disputes/search.html", {"q": "", "asked": False})

    def post(self, request: HttpRequest) -> HttpResponse:
        typed = clean(request.POST.get("q", ""))
        try:
            found = search.find(request.user, typed) if typed else search.Found([])
        except Refusal as refusal:
            if request.htmx:
                return HttpResponse(refusal.sentence, status=refusal.status)
            raise
        if found.meant and not request.htmx:  # Enter before the hits were there, or without script
            return redirect(found.meant)
        context = {
            "q": typed,
            "asked": bool(typed),
            "groups": [hits(group, typed, found.meant) for group in found.groups],
            "total": found.total,
            "hint": found.hint,
            "more_text": f"每组只列最近的 {search.CAP} 件，多输几个字可以找得更准。" if found.more else found.hint,
        }
        return render(request, "components/hits.html" if request.htmx else "disputes/search.html", context)


def hits(group: search.Group, typed: str, meant: Dispute | None) -> dict[str, Any]:
    rows = [hit(case, group.kind, typed) | {"is_meant": case == meant} for case in group.cases]
    return {"title": group.title, "hits": rows}


def hit(case: Dispute, kind: str, typed: str) -> dict[str, Any]:
    """``办到哪了`` in one line: state, who has it, what limit runs."""
    row = presentation.row(case, timezone.localdate())
    handler = " ".join(part for part in (row["committee"], row["mediator"]) if part)
    facts = [row["code"], row["township"], handler, row["clock"]["text"] if row["clock"]["state"] != "none" else ""]
    if kind == "words":
        facts.insert(1, search.excerpt(case, typed))
    return {
        "url": row["url"],
        "title": f"{row['applicant']} 与 {row['respondent']} {row['kind']}",
        "hint": " · ".join(fact for fact in facts if fact),
        "badge": row["status_label"],
        "badge_color": row["color"],
        "icon": ICONS[kind],
    }
