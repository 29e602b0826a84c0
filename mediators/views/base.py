"""What the pages of this app share: who reads them, finding a row or 404, lists with conditions, and forms."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views import View

from accounts.choices import ADMIN_ROLES
from accounts.views.base import FormPage
from common.errors import NotPermitted
from mediators import rights
from mediators.models import Committee, Mediator


class ReadersView(View):
    """For everyone who works for a place or a body; the three administrators have no committees of their own."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.roles - ADMIN_ROLES:  # type: ignore[union-attr]
            raise NotPermitted("“调委会”和“调解员”由办理和指导调解工作的岗位查看。")
        return super().dispatch(request, *args, **kwargs)


class RecordForm(ReadersView, FormPage):
    """A form about a committee or a mediator, on a page of its own."""

    template_name = "mediators/form.html"
    subject: Any
    title = ""
    submit_label = "保存"
    is_danger = False
    hint = ""

    def cancel_url(self) -> str:
        raise NotImplementedError

    def crumbs(self) -> list[tuple[str, str]]:
        """(label, address) of the pages above."""
        return []

    def facts(self) -> list[dict[str, Any]]:
        return []

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "title": self.title,
            "submit_label": self.submit_label,
            "is_danger": self.is_danger,
            "hint": self.hint,
            "cancel_url": self.cancel_url(),
            "crumbs": self.crumbs(),
            "facts": self.facts(),
        }


def committee_of(user: Any, pk: int) -> Committee:
    """The committee, if this person may see it; else 404."""
    rows = Committee.objects.visible_to(user).select_related("organisation__division__parent__parent")
    found: Committee | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def kept_committee(user: Any, pk: int) -> Committee:
    """The committee, if this person may change it: 404 out of sight, 403 in sight."""
    found = committee_of(user, pk)
    if not rights.keeps(user, found):
        raise NotPermitted("这个调委会由所在乡镇综治中心、区中心（督办、分流）和司法局维护。")
    return found


def mediator_of(user: Any, pk: int) -> Mediator:
    rows = Mediator.objects.visible_to(user).select_related("committee__organisation__division__parent__parent", "user")
    found: Mediator | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def kept_mediator(user: Any, pk: int) -> Mediator:
    found = mediator_of(user, pk)
    if not rights.keeps(user, found.committee):
        raise NotPermitted("调解员由所在乡镇综治中心、区中心（督办、分流）和司法局维护。")
    return found


def address(request: HttpRequest, **changes: str | None) -> str:
    """This list with some conditions changed (None: dropped), from its first page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"{request.path}?{query.urlencode()}"


def condition_chips(conditions: Any, request: HttpRequest, *, but: str = "") -> list[dict[str, str]]:
    rows = []
    for name, value in conditions.given.items():
        if name == but:
            continue
        field = conditions.form.fields[name]
        said = dict(getattr(field, "choices", ())) if not hasattr(value, "pk") else {}
        shown = "、".join(str(said.get(one, one)) for one in (value if isinstance(value, list) else [value]))
        rows.append({"label": str(field.label), "value": shown, "remove_url": address(request, **{name: None})})
    return rows


def tab(
    request: HttpRequest, name: str, key: str, label: str, count: int, current: str, tone: str = ""
) -> dict[str, Any]:
    return {
        "key": key or "all", "label": label, "url": address(request, **{name: key or None}), "count": count,
        "current": key == current, "tone": tone if count else "",
    }  # fmt: skip
