"""/styleguide/: every component in every state, for whoever writes pages.  Shows made-up content only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from ganzhou import styleguide_samples as made_up


def _places(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("q", "").strip().lower()
    rows = []
    for code, (name, reading) in made_up.PLACES.items():
        initials = "".join(word[0] for word in reading.split())
        if typed in name or typed in reading.replace(" ", "") or typed in initials or typed in code:
            rows.append({"value": code, "label": name, "hint": code, "group": name.split()[0]})
    return JsonResponse(rows, safe=False)


def _action(request: HttpRequest) -> HttpResponse:
    form = made_up.RecordForm(request.POST if request.method == "POST" else None, prefix="record")
    if request.method == "POST" and form.is_valid():
        messages.success(request, "已保存记录。", extra_tags="undo=/styleguide/?part=undo")
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect("/styleguide/")
        return redirect("styleguide")
    context = {
        "form": form,
        "action": "/styleguide/?part=action",
        "submit_label": "保存记录",
        "law": "人民调解法 第27条",
    }
    return render(request, "components/actionform.html", context, status=422 if form.is_bound else 200)


def _reveal(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"values": {"name": "张卫国", "phone": "13800000000", "id_number": "62220119790101000X"}})


_PARTS = {"places": _places, "action": _action, "reveal": _reveal, "undo": lambda request: redirect("styleguide")}


def styleguide(request: HttpRequest) -> HttpResponse:
    """The whole page; ``?sheet=receipt`` is the receipt as paper, ``?part=`` answers what its scripts ask."""
    part = _PARTS.get(request.GET.get("part", ""))
    if part is not None:
        return part(request)
    name = "styleguide_receipt.html" if request.GET.get("sheet") == "receipt" else "styleguide.html"
    return render(request, name, made_up.samples())
