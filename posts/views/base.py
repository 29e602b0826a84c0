"""What the pages share: who reads them, and the rows they are about."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.views.base import FormPage
from common.errors import NotPermitted
from grids.choices import Level
from grids.models import Division
from posts.models import Officer
from posts.querysets import reading_paths


class ForReaders:
    """For everyone who works for a place; administrators of accounts and of the audit have no business here."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reading_paths(request.user):
            raise NotPermitted("“六员覆盖”由在综治中心、乡镇、村（社区）和调委会任职的人查看。")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class PostsForm(ForReaders, FormPage):
    """A form about a post or an officer; ``back`` is where it leads when done or given up."""

    template_name = "posts/form.html"
    title = ""
    submit_label = ""
    is_danger = False
    warning = ""

    def back(self) -> str:
        raise NotImplementedError

    def crumb(self) -> str:
        """What the page it belongs to is called."""
        return ""

    def facts(self) -> list[dict[str, Any]]:
        return []

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "title": self.title, "submit_label": self.submit_label, "danger": self.is_danger, "warning": self.warning,
            "back_url": self.back(), "crumb": self.crumb(), "facts": self.facts(),
        }  # fmt: skip


def village_for(user: Any, code: str) -> Division:
    """The village with its township, or 404 when there is none or it is none of the reader's."""
    rows = Division.objects.within(reading_paths(user)).filter(level=Level.VILLAGE, pk=code)
    found = rows.select_related("parent").first()
    if found is None:
        raise Http404
    return found


def officer_for(user: Any, pk: int) -> Officer:
    found = Officer.objects.visible_to(user).filter(pk=pk).select_related("organisation", "mediator").first()
    if found is None:
        raise Http404
    return found
